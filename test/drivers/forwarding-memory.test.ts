import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ForwardingMemory, interfaceCounter, MAX_PORTS, portCounter } from '../../src/drivers/forwarding-memory.js';
import { BUCKETS, heldFor, makeTable } from '../../src/mux/distributor.js';
import { HASH_POLICIES, hashBy } from '../../src/mux/hash.js';

describe('the table', () => {
  test('before the first table no bucket and no collecting port', () => {
    const memory = new ForwardingMemory();
    expect(memory.generation).toBe(0);
    expect(memory.read(0)).toMatchObject({ buckets: new Int32Array(0), collecting: new Int32Array(0) });
  });

  test('the other side reads what was written last, whatever was written before', () => {
    const ports = fc.uniqueArray(fc.integer({ min: 1, max: 0x7fff_ffff }), { maxLength: MAX_PORTS });
    const hashes = fc.record({
      policy: fc.constantFrom(...HASH_POLICIES),
      seed: fc.integer({ min: 0, max: 0xffff_ffff }),
      flowLabel: fc.boolean(),
    });
    const tables = fc.array(fc.tuple(ports, ports, hashes), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(tables, (list) => {
        const writer = new ForwardingMemory();
        const reader = new ForwardingMemory(writer.shared);
        for (const [distributing, collecting, hash] of list) {
          const discardWrong = collecting.toReversed().slice(1);
          const table = { ...makeTable(distributing, collecting, hash), discardWrong };
          writer.write(table);
          const read = reader.read(reader.generation);
          // Thousands of numbers: joined, which is compared at once.
          expect(read?.buckets.join()).toBe(table.buckets.join());
          expect(read?.collecting).toEqual(Int32Array.from(table.collecting));
          expect(read?.discardWrong).toEqual(Int32Array.from(discardWrong));
          expect(read?.hash).toEqual(hash);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('held buckets are read as they were written', () => {
    const memory = new ForwardingMemory();
    const { buckets } = makeTable([1, 2], [], hashBy('layer2'));
    memory.write({ buckets: buckets.map(heldFor), collecting: [], hash: hashBy('layer2') });
    expect([...(memory.read(1)?.buckets ?? [])]).toEqual(buckets.map((port) => -port));
  });

  test('a table that was replaced while it was read is not given out', () => {
    const memory = new ForwardingMemory();
    memory.write(makeTable([1], [1], hashBy('layer2')));
    const seen = memory.generation;
    memory.write(makeTable([2], [2], hashBy('layer2')));
    expect(memory.read(seen)).toBeUndefined();
  });

  test('a table that does not fit is refused and the one in force stays', () => {
    const memory = new ForwardingMemory();
    memory.write(makeTable([1], [1], hashBy('layer2')));
    expect(() => memory.write({ buckets: [1, 2, 3], collecting: [], hash: hashBy('layer2') })).toThrow(RangeError);
    const many = Array.from({ length: MAX_PORTS + 1 }, (_, i) => i + 1);
    expect(() => memory.write(makeTable([1], many, hashBy('layer2')))).toThrow(RangeError);
    expect(() => memory.write({ ...makeTable([1], [1], hashBy('layer2')), discardWrong: many })).toThrow(RangeError);
    expect(memory.read(memory.generation)?.buckets).toEqual(new Int32Array(BUCKETS).fill(1));
  });
});

describe('the counters', () => {
  test('each counter of each port has a place of its own', () => {
    const memory = new ForwardingMemory();
    const names = [
      ...(['rxFrames', 'rxBytes', 'txFrames', 'txBytes', 'rxNotCollecting', 'rxWrongConversation'] as const),
      ...(['txRefused', 'rxOverrun', 'txHeld', 'txHeldEarly'] as const),
    ];
    for (const slot of [0, 1, MAX_PORTS - 1]) {
      for (const [i, name] of names.entries()) memory.counts[portCounter(slot, name)] = slot * 10 + i;
    }
    memory.counts[interfaceCounter('txNoPort')] = 7;
    const { ports, txNoPort } = new ForwardingMemory(memory.shared).counters(
      new Map([
        [42, 1],
        [43, MAX_PORTS - 1],
      ]),
    );
    expect(txNoPort).toBe(7);
    expect(Object.values(ports.get(42) ?? {})).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    expect(ports.get(43)?.rxOverrun).toBe((MAX_PORTS - 1) * 10 + 7);
  });

  test('a place is cleared for its next port, its neighbours keep theirs', () => {
    const memory = new ForwardingMemory();
    for (const slot of [0, 1, 2]) memory.counts[portCounter(slot, 'rxOverrun')] = 5;
    memory.clearPort(1);
    const { ports } = memory.counters(
      new Map([
        [1, 0],
        [2, 1],
        [3, 2],
      ]),
    );
    expect([...ports.values()].map(({ rxOverrun }) => rxOverrun)).toEqual([5, 0, 5]);
  });
});
