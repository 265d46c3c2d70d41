/** The trace line is stable: a change here is a change for everybody's scripts. */
import { expect, test } from 'vitest';
import { Compactor, type Entry } from '../../../src/aggregator/journal/compactor.js';
import { traceLine } from '../../../src/aggregator/journal/line.js';
import { twoSystems } from '../../support/system-lab.js';

test('two systems form a group, and one link is cut: the journal of one port, line by line', () => {
  const { clock, a, b, cables } = twoSystems(1, { rate: 'fast' }, { rate: 'fast' });
  clock.advance(10_000);
  Object.assign(cables[0] ?? {}, { cut: true });
  clock.advance(7_000);
  b.setLink(1, false);
  const kept: Entry[] = [];
  const compactor = new Compactor((entry) => kept.push(entry));
  for (const { at, happening } of a.journal) compactor.add(at, happening);
  // Settings come and go with versions.
  const lines = kept.filter(({ event }) => !event.endsWith('-added')).map((entry) => `${entry.at} ${traceLine(entry)}`);
  expect(lines).toMatchSnapshot();
});
