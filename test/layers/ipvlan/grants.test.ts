import { expect, test } from 'vitest';
import { grant, NO_GRANTS } from '../../../src/layers/ipvlan/grants.js';

const claims = (...all: readonly (readonly [string, ...string[]])[]) =>
  all.map(([name, ...addresses]) => ({ name, addresses }));

test('the master comes before slaves, and slaves in their order, when all are seen at once', () => {
  const { owners, duplicates } = grant(NO_GRANTS, claims(['eth0', 'a'], ['ipvl0', 'a', 'b'], ['ipvl1', 'b', 'c']));
  expect([...owners]).toEqual([
    ['a', 'eth0'],
    ['b', 'ipvl0'],
    ['c', 'ipvl1'],
  ]);
  expect(duplicates).toEqual([
    { name: 'ipvl0', address: 'a', owner: 'eth0' },
    { name: 'ipvl1', address: 'b', owner: 'ipvl0' },
  ]);
});

test('the first that had an address keeps it, also against the master, until it gives it up', () => {
  const first = grant(NO_GRANTS, claims(['eth0'], ['ipvl0'], ['ipvl1', 'a']));
  const second = grant(first, claims(['eth0', 'a'], ['ipvl0', 'a'], ['ipvl1', 'a']));
  expect(second.owners.get('a')).toBe('ipvl1');
  expect(second.duplicates.map(({ name }) => name)).toEqual(['eth0', 'ipvl0']);

  const third = grant(second, claims(['eth0'], ['ipvl0', 'a'], ['ipvl1']));
  expect(third.owners.get('a')).toBe('ipvl0');
  expect(third.duplicates).toEqual([]);
});

test('an address that one has twice is no duplicate', () => {
  expect(grant(NO_GRANTS, claims(['eth0'], ['ipvl0', 'a', 'a'])).duplicates).toEqual([]);
});
