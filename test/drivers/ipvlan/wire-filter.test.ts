import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as filter from '../../../src/drivers/ipvlan/wire-filter.js';
import { Decider, FROM_WIRE } from '../../../src/layers/ipvlan/decide.js';
import { Kind, kindOf } from '../../../src/layers/ipvlan/verdict.js';
import { ethernet, ipv4 } from '../../support/frames.js';
import { slaveFrame, tableOf, v4 } from '../../support/slave-frames.js';

/** What the kernel would do: whether the frame comes in. A load beyond the end keeps it out. */
function letsIn(program: readonly filter.ClassicInstruction[], frame: Uint8Array): boolean {
  const octets = Buffer.from(frame);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const [code, jt, jf, k] = program[at] ?? [];
    if (code === undefined || jt === undefined || jf === undefined || k === undefined) throw new Error('ran out');
    const width = { [filter.LOAD_OCTET]: 1, [filter.LOAD_HALF]: 2, [filter.LOAD_WORD]: 4 }[code];
    if (width !== undefined) {
      if (k + width > octets.length) return false;
      accumulator = octets.readUIntBE(k, width);
    } else if (code === filter.RETURN) return k !== 0;
    else if (code === filter.JUMP) at += k;
    else at += (code === filter.JUMP_EQUAL ? accumulator === k : (accumulator & k) !== 0) ? jt : jf;
  }
}

test.each(['l2', 'l3'] as const)('%s: all that a slave is to have comes in', (mode) => {
  const table = tableOf({ mode });
  const program = filter.wireFilter(table) ?? [];
  const decider = new Decider(table);
  const check = (frame: Uint8Array) => {
    const wanted = kindOf(decider.decide(frame, 0, frame.length, FROM_WIRE)) !== Kind.PASS;
    if (wanted) expect(letsIn(program, frame)).toBe(true);
  };
  fc.assert(fc.property(slaveFrame, check), { numRuns: 3_000 });
});

test('packets of the host do not', () => {
  const to = (last: number) =>
    ethernet(0x0800, ipv4({ addresses: { from: v4(9), to: v4(last) }, protocol: 6, payload: new Uint8Array(20) }));
  const program = filter.wireFilter(tableOf()) ?? [];
  expect(letsIn(program, to(1))).toBe(false);
  expect(letsIn(program, to(12))).toBe(true);
  expect(letsIn(program, ethernet(0x8809, new Uint8Array(50)))).toBe(false);
});

test('with more addresses than a filter can hold everything comes in', () => {
  const addresses = Array.from({ length: 3_000 }, (_, i) => Uint8Array.of(10, 1, i >> 8, i & 255));
  const table = tableOf();
  expect(filter.wireFilter({ ...table, slaves: [{ ifindex: 9, addresses }] })).toBeUndefined();
});
