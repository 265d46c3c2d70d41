/** docs/seeds.md: every statement has a test that shows it, or a sentence why it has no counterpart today. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seedsPage, titlesBySeed } from '../../scripts/seeds/page.js';
import { STATEMENTS } from '../../scripts/seeds/statements.js';

test('docs/seeds.md is what statements and titles give (`npm run seeds` writes it)', () => {
  expect(readFileSync(new URL('../../docs/seeds.md', import.meta.url), 'utf8')).toBe(seedsPage());
});

test('every statement is shown by a test, or says why not', () => {
  const titles = titlesBySeed();
  expect(STATEMENTS.filter(({ id, today }) => !titles.has(id) && today === undefined).map(({ id }) => id)).toEqual([]);
});

test('every identifier in a title is a statement', () => {
  const known = new Set(STATEMENTS.map(({ id }) => id));
  expect([...titlesBySeed().keys()].filter((id) => !known.has(id))).toEqual([]);
});
