/** The table that the programs in the kernel read, as words. */
import { describe, expect, test } from 'vitest';
import { COPY, copyAt, FLAGS, MODES, PORT_FLAGS, TABLE, TABLE_OCTETS } from '../../src/drivers/bpf/map-layout.js';
import { buildOf, initTable, slotsOf, unusable, writeTable } from '../../src/drivers/kernel-table.js';
import { BUCKETS, heldFor, makeTable } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';

const memory = () => new Int32Array(TABLE_OCTETS / 4);
/** ifindex -> slot. */
const SLOTS = new Map([
  [11, 0],
  [12, 3],
]);

describe('a table', () => {
  test('is written beside the one in force, which is replaced by the generation', () => {
    const words = memory();
    writeTable(words, makeTable([11], [11], hashBy('layer2')), 'kernel', SLOTS);
    const first = words.slice(copyAt(1), copyAt(1) + COPY.portFlags);
    expect(words[TABLE.generation]).toBe(1);
    writeTable(words, makeTable([12], [12], hashBy('layer3+4', 0xfedc_ba98, true)), 'user', SLOTS);
    expect(words[TABLE.generation]).toBe(2);
    expect(words.slice(copyAt(1), copyAt(1) + COPY.portFlags)).toEqual(first);
    expect(words[copyAt(2) + COPY.mode]).toBe(MODES.user);
    expect(words[copyAt(2) + COPY.policy]).toBe(2);
    expect((words[copyAt(2) + COPY.seed] ?? 0) >>> 0).toBe(0xfedc_ba98);
    expect(words[copyAt(2) + COPY.flags]).toBe(FLAGS.active | FLAGS.flowLabel);
  });

  test('names ports by slot: the place counted from 1, negative where a bucket is held', () => {
    const words = memory();
    const { collecting, hash } = makeTable([], [11, 12], hashBy('layer2'));
    const buckets = Array.from({ length: BUCKETS }, (_, bucket) => (bucket === 5 ? heldFor(12) : 12));
    writeTable(words, { buckets, collecting, hash, discardWrong: [12] }, 'kernel', SLOTS);
    const at = copyAt(1);
    expect(words[at + COPY.flags]).toBe(FLAGS.active);
    expect(words[at + COPY.buckets]).toBe(4);
    expect(words[at + COPY.buckets + 5]).toBe(-4);
    expect(words[at + COPY.ifindex + 3]).toBe(12);
    expect(words[at + COPY.portFlags]).toBe(PORT_FLAGS.collecting);
    expect(words[at + COPY.portFlags + 3]).toBe(PORT_FLAGS.collecting | PORT_FLAGS.discardWrong);
    expect(slotsOf(words)).toEqual(SLOTS);
  });

  test('without a distributing port is not active, and a port without a slot gets no bucket', () => {
    const words = memory();
    writeTable(words, makeTable([], [], hashBy('layer2')), 'kernel', SLOTS);
    expect(words[copyAt(1) + COPY.flags]).toBe(0);
    writeTable(words, makeTable([99], [99], hashBy('layer2')), 'kernel', SLOTS);
    expect(words[copyAt(2) + COPY.buckets]).toBe(0);
  });
});

describe('what an earlier process left', () => {
  test('is of use for the same interface and layout only, and says which programs worked on it', () => {
    const words = memory();
    expect(unusable(words, 7)).toMatch(/layout version 0/);
    initTable(words, 7, -123);
    expect(unusable(words, 7)).toBeUndefined();
    expect(unusable(words, 8)).toMatch(/another interface/);
    expect(buildOf(words)).toBe(-123);
  });
});
