import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUCKETS } from '../../src/mux/distributor.js';
import { Spreader, shares, type WeightedLink } from '../../src/mux/weighted-spread.js';

const spread = (links: readonly WeightedLink[]) => new Spreader(BUCKETS).spread(links);
const links = (weights: Readonly<Record<number, number>>): WeightedLink[] =>
  Object.entries(weights).map(([number, weight]) => ({ port: Number(number), linkNumber: Number(number), weight }));
const equal = (...numbers: readonly number[]) => links(Object.fromEntries(numbers.map((number) => [number, 1])));
const counts = (ports: readonly number[]) => {
  const byPort = new Map<number, number>();
  for (const port of ports) byPort.set(port, (byPort.get(port) ?? 0) + 1);
  return Object.fromEntries(byPort);
};
const moved = (before: readonly number[], after: readonly number[]) =>
  before.filter((port, bucket) => port !== after[bucket]).length;

describe('each link gets its part', () => {
  test.each<[Record<number, number>, Record<number, number>]>([
    [
      { 1: 1, 2: 1 },
      { 1: 2048, 2: 2048 },
    ],
    [
      { 1: 1, 2: 1, 3: 1 },
      { 1: 1366, 2: 1365, 3: 1365 },
    ],
    [
      { 1: 1_000, 2: 10_000 },
      { 1: 372, 2: 3724 },
    ],
    [
      { 1: 2_500, 2: 1_000, 3: 1_000 },
      { 1: 2276, 2: 910, 3: 910 },
    ],
    // Less than half a bucket: its frames would wait longer than those of all others.
    [{ 1: 10, 2: 400_000 }, { 2: 4096 }],
    [{ 7: 25_000 }, { 7: 4096 }],
  ])('%j -> %j', (weights, expected) => {
    expect(counts(spread(links(weights)))).toEqual(expected);
  });

  test('no link, no bucket', () => expect(spread([])).toEqual([]));

  test('shares are within one bucket of the exact ones, and all buckets are given', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 800_000 }), { minLength: 1, maxLength: 64 }), (weights) => {
        const all = shares(weights, BUCKETS);
        const sum = weights.reduce((a, b) => a + b, 0);
        expect(all.reduce((a, b) => a + b, 0)).toBe(BUCKETS);
        for (const [i, share] of all.entries()) {
          expect(Math.abs(share - ((weights[i] ?? 0) / sum) * BUCKETS)).toBeLessThan(1);
        }
      }),
    );
  });
});

describe('both ends choose alike', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 6 });

  test('by link number, whatever the ports are called there, in which order they came, and what was there before', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.array(fc.constantFrom(1, 10, 25), { minLength: 6 }), (set, before, weights) => {
        const ours = set.map((linkNumber, i) => ({ port: i + 1, linkNumber, weight: weights[i] ?? 1 }));
        const theirs = ours.map((link) => ({ ...link, port: 100 + link.port })).reverse();
        const withHistory = new Spreader(BUCKETS);
        withHistory.spread(equal(...before));
        expect(withHistory.spread(theirs).map((port) => port - 100)).toEqual(spread(ours));
      }),
      { numRuns: 30 },
    );
  });

  test('only the ratio of weights counts', () => {
    expect(spread(links({ 1: 1_000, 2: 10_000 }))).toEqual(spread(links({ 1: 1, 2: 10 })));
  });
});

describe('few buckets move', () => {
  test.each([
    [[1, 2], 2],
    [[1, 2, 3], 1],
    [[1, 2, 3], 2],
    [[1, 2, 3, 4], 2],
    [[1, 2, 3, 4, 5, 6, 7, 8], 5],
  ])('of %j, %i goes or comes: hardly more than its own', (all, one) => {
    const rest = all.filter((number) => number !== one);
    const least = BUCKETS / all.length;
    expect(moved(spread(equal(...all)), spread(equal(...rest)))).toBeLessThan(least + BUCKETS * 0.015);
  });

  test('a link of a tenth of the speed comes: hardly more than its own', () => {
    const before = spread(links({ 1: 10, 2: 10 }));
    expect(moved(before, spread(links({ 1: 10, 2: 10, 3: 1 })))).toBeLessThan(BUCKETS / 21 + BUCKETS * 0.015);
  });
});
