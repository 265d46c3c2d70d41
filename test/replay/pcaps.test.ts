/** Every capture in pcaps/: replay says what it said when it was last looked at. `scripts/pcaps --goldens` rewrites. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CASES } from '../../scripts/captures/cases.js';
import { folders, golden, replayOf } from '../../scripts/captures/golden.js';

test('each case has its folder, and its line in the list', () => {
  expect(folders()).toEqual(CASES.map(({ name }) => name).toSorted());
  const list = readFileSync('pcaps/README.md', 'utf8');
  for (const { name, about } of CASES) expect(list).toContain(`- **${name}**: ${about}\n`);
});

describe('replay', () => {
  test.each(folders())('%s', async (name) => {
    expect(await replayOf(name)).toBe(golden(name));
  });
});

test('vethd disagrees with the standard in none of them', () => {
  for (const name of folders()) {
    if (name.startsWith('open-vswitch') || name === 'malformed') continue; // a partner that is not ours
    expect(golden(name), name).toContain('Disagreements with the standard: none\n');
  }
});
