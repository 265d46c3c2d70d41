import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type MarkerBudget,
  markerBudget,
  markerBudgetFreeAt,
  spendMarkerBudget,
} from '../../src/lacp/marker-budget.js';

/** Which of the markers at these times are answered. */
function answered(timesMs: readonly number[]): readonly number[] {
  let budget: MarkerBudget = markerBudget;
  return timesMs.filter((nowMs) => {
    const after = spendMarkerBudget(budget, nowMs);
    budget = after ?? budget;
    return after !== undefined;
  });
}

test('K-02 of ten markers at once five are answered', () => {
  expect(answered(Array(10).fill(100))).toHaveLength(5);
});

test('K-02 the sixth is answered when the first answer is one second old, not a millisecond before', () => {
  expect(answered([0, 10, 20, 30, 40, 999, 1_000])).toEqual([0, 10, 20, 30, 40, 1_000]);
});

test('K-02 unanswered markers do not count: a flood still gets five answers in every second', () => {
  const flood = Array.from({ length: 10_000 }, (_, ms) => ms);
  expect(answered(flood)).toHaveLength(50);
});

test('K-02 markers below the limit are all answered', () => {
  const steady = Array.from({ length: 100 }, (_, i) => i * 200);
  expect(answered(steady)).toEqual(steady);
});

test('K-02 whatever the times, no second has more than five answers', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (gaps) => {
      let now = 0;
      const times = answered(
        gaps.map((gap) => {
          now += gap;
          return now;
        }),
      );
      for (const [i, start] of times.entries()) {
        expect(times.slice(i).filter((ms) => ms - start < 1_000).length).toBeLessThanOrEqual(5);
      }
    }),
  );
});

test('a budget that is used up says when it allows one more, not a millisecond before', () => {
  const budget = [0, 10, 20, 30].reduce(
    (spent: MarkerBudget, ms) => spendMarkerBudget(spent, ms, 4) ?? [],
    markerBudget,
  );
  expect(spendMarkerBudget(budget, 40, 4)).toBeUndefined();
  expect(markerBudgetFreeAt(budget)).toBe(1_000);
  expect(spendMarkerBudget(budget, 999, 4)).toBeUndefined();
  expect(spendMarkerBudget(budget, 1_000, 4)).toEqual([10, 20, 30, 1_000]);
});
