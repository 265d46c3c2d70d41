import { expect, test } from 'vitest';
import { HeldFrames } from '../../src/drivers/held-frames.js';

const frame = (n: number, length = 100) => ({ bytes: new Uint8Array(length).fill(n), frames: 1, octets: length - 10 });
const numbers = (frames: readonly { readonly bytes: Uint8Array }[]) => frames.map(({ bytes }) => bytes[0]);

test('frames of a bucket come back in the order in which they were given, and only once', () => {
  const held = new HeldFrames();
  for (const [bucket, n] of [
    [7, 1],
    [8, 2],
    [7, 3],
  ] as const) {
    expect(held.add(bucket, frame(n))).toBe(true);
  }
  expect(held.buckets()).toEqual([7, 8]);
  expect(numbers(held.take(7))).toEqual([1, 3]);
  expect(held.take(7)).toEqual([]);
  expect(held.buckets()).toEqual([8]);
});

test('what has no room is refused; room is given back', () => {
  const held = new HeldFrames(2_000);
  expect(held.add(1, frame(1, 1_000))).toBe(true);
  expect(held.add(2, frame(2, 1_000))).toBe(false);
  expect(numbers(held.take(1))).toEqual([1]);
  expect(held.add(2, frame(2, 1_000))).toBe(true);
});

test('small frames count for more than their octets: a megabyte takes no 20 000 of them', () => {
  const held = new HeldFrames(1 << 20);
  let count = 0;
  while (held.add(1, frame(1, 50))) count++;
  expect(count).toBeGreaterThan(1_000);
  expect(count).toBeLessThan(2_000);
});

test('with another hash all are sorted anew, in their order over all buckets', () => {
  const held = new HeldFrames(3_000);
  for (const [bucket, n] of [
    [1, 1],
    [2, 2],
    [1, 3],
  ] as const) {
    held.add(bucket, frame(n));
  }
  held.sortAnew(({ bytes }) => (bytes[0] === 1 ? 5 : 6));
  expect(held.buckets().sort()).toEqual([5, 6]);
  expect(numbers(held.take(6))).toEqual([2, 3]);
  expect(numbers(held.take(5))).toEqual([1]);
  expect(held.add(1, frame(4, 2_000))).toBe(true); // all the room is free again
});
