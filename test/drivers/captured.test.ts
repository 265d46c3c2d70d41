/** Counts of captured frames that went wrong are set right, and no frame on its way is forgotten. */
import { expect, test } from 'vitest';
import { PENDING, PENDING_OCTETS } from '../../src/drivers/bpf/map-layout.js';
import { Captured } from '../../src/drivers/captured.js';

const BUCKET = 7;
const NOTHING_HELD = () => 0;

function captured() {
  const pending = new Int32Array(PENDING_OCTETS / 4);
  return { pending, counts: new Captured(pending) };
}

/** Looks every 10 ms at empty sockets. */
function look(
  counts: Captured,
  times: number,
  from = 0,
  empty = true,
  held: (bucket: number) => number = NOTHING_HELD,
) {
  for (let n = 0; n < times; n++) counts.look(from + n * 10, empty, held);
}

test('frames that were captured and have left count nothing', () => {
  const { pending, counts } = captured();
  pending[BUCKET] = 3;
  pending[PENDING.ports + 2] = 2;
  counts.sent(BUCKET, 2);
  expect(counts.none).toBe(false);
  counts.sent(BUCKET);
  counts.delivered(2, 2);
  expect(counts.none).toBe(true);
});

test('a captured frame that never came is taken off; one that is held, or comes in between, is not', () => {
  const { pending, counts } = captured();
  pending[BUCKET] = 1 + 2; // lost, held
  pending[BUCKET + 1] = 1; // between filter and socket at the first look
  let right = false;
  counts.doubt(() => {
    right = true;
  });
  const held = (bucket: number) => (bucket === BUCKET ? 2 : 0);
  counts.look(0, true, held);
  pending[BUCKET + 1] = 0;
  look(counts, 3, 10, true, held);
  expect(right).toBe(false);
  look(counts, 2, 40, true, held);
  expect(right).toBe(true);
  expect(counts.inDoubt).toBe(false);
  expect([pending[BUCKET], pending[BUCKET + 1]]).toEqual([2, 0]);
});

test('frames that were not counted when they were captured: the count below nought comes back to it', () => {
  const { pending, counts } = captured();
  counts.sent(BUCKET, 4);
  counts.doubt();
  look(counts, 6);
  expect(pending[BUCKET]).toBe(0);
  expect(counts.none).toBe(true);
});

test('while the sockets are never empty nothing is changed for two seconds, then all but what is held is forgotten', () => {
  const { pending, counts } = captured();
  pending[BUCKET] = 5;
  counts.doubt();
  look(counts, 200, 0, false, () => 0);
  expect(pending[BUCKET]).toBe(5);
  look(counts, 2, 2_000, false, (bucket) => (bucket === BUCKET ? 1 : 0));
  expect(pending[BUCKET]).toBe(1);
});
