import { expect, test } from 'vitest';
import { nearest } from '../../src/daemon/nearest.js';
import { OPTIONS } from '../../src/daemon/options.js';

const names = OPTIONS.map(({ name }) => name);

test.each([
  ['raet', 'rate'],
  ['Rate', 'rate'],
  ['system_priority', 'system-priority'],
  ['prot-priority', 'port-priority'],
  ['agg-wc', 'agg_wc'],
  ['maxlinks', 'max-links'],
  ['colour', undefined],
  ['x', undefined],
  ['', undefined],
])('%s: %s', (word, meant) => {
  expect(nearest(word, names)).toBe(meant);
});

test('a right name is nearest to itself', () => {
  for (const name of names) expect(nearest(name, names)).toBe(name);
});
