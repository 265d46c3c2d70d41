/** What must hold of every verdict, whatever the frame: read from the frame anew, by other code. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decider, FROM_WIRE } from '../../../src/layers/ipvlan/decide.js';
import type { SlaveFlag, SlaveMode, SlaveTable } from '../../../src/layers/ipvlan/table.js';
import { indexOf, Kind, kindOf, NOBODY } from '../../../src/layers/ipvlan/verdict.js';
import { MASTER, slaveFrame, tableOf } from '../../support/slave-frames.js';

const hexOf = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const macHex = MASTER.replaceAll(':', '');
const type = (frame: Uint8Array) => hexOf(frame.subarray(12, 14));
const isGroup = (frame: Uint8Array) => ((frame[0] ?? 0) & 1) === 1;
/** Source and destination address of an IP packet, sender and target of ARP. */
function ends(frame: Uint8Array): { from: string; to: string } {
  const at = { '0800': [26, 30, 4], '86dd': [22, 38, 16], '0806': [28, 38, 4] }[type(frame)] ?? [0, 0, 0];
  const [from = 0, to = 0, length = 0] = at;
  return { from: hexOf(frame.subarray(from, from + length)), to: hexOf(frame.subarray(to, to + length)) };
}
const has = (table: SlaveTable, slave: number, address: string) =>
  table.slaves[slave]?.addresses.some((own) => hexOf(own) === address) ?? false;

const modes: SlaveMode[] = ['l2', 'l3', 'l3s'];
const flags: SlaveFlag[] = ['bridge', 'private', 'vepa'];
const tables = modes.flatMap((mode) => flags.map((flag) => tableOf({ mode, flag })));
const origin = fc.constantFrom(FROM_WIRE, 0, 1, 2);

function every(holds: (frame: Uint8Array, from: number, kind: Kind, index: number, table: SlaveTable) => void) {
  for (const table of tables) {
    const decider = new Decider(table);
    const check = (frame: Uint8Array, from: number) => {
      const verdict = decider.decide(frame, 0, frame.length, from);
      holds(frame, from, kindOf(verdict), indexOf(verdict), table);
    };
    fc.assert(fc.property(slaveFrame, origin, check), { numRuns: 1_500 });
  }
}

describe('every verdict', () => {
  test('IV-1 IV-9 what leaves a slave has the one MAC address, and an address of that slave or none yet', () => {
    every((frame, from, kind, _, table) => {
      if (from === FROM_WIRE || kind === Kind.DROP) return;
      expect(hexOf(frame.subarray(6, 12))).toBe(macHex);
      const source = ends(frame).from;
      const unspecified = /^0+$/.test(source) && isGroup(frame) && table.mode === 'l2';
      expect(has(table, from, source) || unspecified).toBe(true);
      if (type(frame) === '0806') expect(hexOf(frame.subarray(22, 28))).toBe(macHex);
    });
  });

  test('a frame of a slave never comes back to it, nor is it left to chance', () => {
    every((_, from, kind, index) => {
      if (from === FROM_WIRE) return;
      expect(kind).not.toBe(Kind.PASS);
      if (kind === Kind.SLAVE) expect(index).not.toBe(from);
      if (kind === Kind.EVERY) expect(index).toBe(from);
    });
  });

  test('IV-1 one slave has a frame only because the address is its own; more than one only have groups', () => {
    every((frame, _, kind, index, table) => {
      if (kind === Kind.EVERY) expect(isGroup(frame)).toBe(true);
      if (kind !== Kind.SLAVE) return;
      const target = type(frame) === '86dd' && isGroup(frame) ? hexOf(frame.subarray(62, 78)) : ends(frame).to;
      expect(has(table, index, target)).toBe(true);
    });
  });

  test('IV-7 in l3 and l3s nothing goes to or comes from a group, and a slave reaches the wire only by routing', () => {
    every((frame, _, kind, __, { mode }) => {
      if (mode === 'l2') return expect(kind).not.toBe(Kind.ROUTE);
      if (isGroup(frame)) expect([Kind.PASS, Kind.DROP]).toContain(kind);
      expect([Kind.EVERY, Kind.WIRE, Kind.STACK]).not.toContain(kind);
    });
  });

  test('IV-11 private: nothing from slave to slave; vepa: all of it by the wire or the routes', () => {
    every((_, from, kind, __, { flag }) => {
      if (from !== FROM_WIRE && flag !== 'bridge') expect([Kind.SLAVE, Kind.EVERY]).not.toContain(kind);
      if (from !== FROM_WIRE && flag === 'vepa') expect(kind).not.toBe(Kind.STACK);
    });
  });

  test('IV-11 private: what a slave sent and the switch sent back reaches no slave', () => {
    every((frame, from, kind, __, table) => {
      if (from !== FROM_WIRE || table.flag !== 'private' || hexOf(frame.subarray(6, 12)) !== macHex) return;
      if (type(frame) === '0806' || !table.slaves.some((___, slave) => has(table, slave, ends(frame).from))) return;
      expect(kind).toBe(Kind.PASS);
    });
  });

  test('nothing of the wire is lost or sent out again', () => {
    every((_, from, kind, index) => {
      if (from !== FROM_WIRE) return;
      expect([Kind.PASS, Kind.SLAVE, Kind.EVERY]).toContain(kind);
      if (kind === Kind.EVERY) expect(index === NOBODY || index < 3).toBe(true);
    });
  });

  test('only the octets of the frame are looked at', () => {
    const decider = new Decider(tableOf());
    fc.assert(
      fc.property(slaveFrame, origin, fc.uint8Array({ minLength: 90, maxLength: 90 }), (frame, from, around) => {
        const inside = Uint8Array.from([...around, ...frame, ...around]);
        expect(decider.decide(inside, 90, frame.length, from)).toBe(decider.decide(frame, 0, frame.length, from));
      }),
    );
  });
});
