import { describe, expect, test } from 'vitest';
import { median, quantile, range, ratios, shuffled, spread } from '../../../scripts/benchmark/statistics.js';

describe('median', () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, middle) => expect(median(values)).toBe(middle));

  test('of nothing is not a number', () => expect(median([])).toBeNaN());
});

test('the 99th percentile of 1..100 is the second highest, of few values the highest', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(quantile(hundred, 0.99)).toBe(100);
  expect(quantile(hundred, 0.5)).toBe(51);
  expect(quantile([5, 9], 0.99)).toBe(9);
});

test('a spread is median, lowest and highest; of nothing there is none', () => {
  expect(spread([2, 9, 4])).toEqual({ median: 4, min: 2, max: 9 });
  expect(spread([])).toBeUndefined();
  expect(range([2, 9, 4], 1)).toBe('4.0 [2.0-9.0]');
  expect(range([], 1)).toBe('-');
});

test('a ratio is to the same repetition, whatever the order; one without its base is left out', () => {
  const values = new Map([
    [3, 30],
    [1, 5],
    [2, 8],
  ]);
  const base = new Map([
    [1, 10],
    [3, 20],
  ]);
  expect(ratios(values, base)).toEqual([1.5, 0.5]);
});

test('shuffling keeps all, and uses chance for every place', () => {
  const items = ['a', 'b', 'c', 'd'];
  expect(shuffled(items).sort()).toEqual(items);
  expect(shuffled(items, () => 0)).toEqual(['b', 'c', 'd', 'a']);
  expect(shuffled(items, () => 0.999)).toEqual(items);
});
