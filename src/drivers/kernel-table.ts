/**
 * The table of the programs in the kernel (bpf/maps.h): a forwarding table written into the memory that they read,
 * whole, beside the copy in force, which is then replaced by one store.
 */
import { type ForwardingTable, isHeld, portOf } from '../mux/distributor.js';
import { HASH_POLICIES } from '../mux/hash.js';
import {
  COPY,
  COPY_WORDS,
  copyAt,
  FLAGS,
  LAYOUT_VERSION,
  MODES,
  PORT_FLAGS,
  TABLE,
  TABLE_OCTETS,
} from './bpf/map-layout.js';

/** Words of `table` that the programs do not read. */
const VERSION = 2;
const BUILD = 3;

export type ForwardingMode = keyof typeof MODES;
/** ifindex -> slot. */
export type Slots = ReadonlyMap<number, number>;

/** What tables are made for, and which build of the programs works on them. */
export function initTable(words: Int32Array, hostIfindex: number, build: number): void {
  words[TABLE.hostIfindex] = hostIfindex;
  words[VERSION] = LAYOUT_VERSION;
  words[BUILD] = build;
}

/** Build of the programs that an earlier process loaded. */
export const buildOf = (words: Int32Array): number => words[BUILD] ?? 0;

/** Why a table of an earlier process is of no use for this interface; undefined when it is. */
export function unusable(words: Int32Array, hostIfindex: number): string | undefined {
  if (words[VERSION] !== LAYOUT_VERSION) return `layout version ${words[VERSION]}, not ${LAYOUT_VERSION}`;
  if (words[TABLE.hostIfindex] !== hostIfindex) return 'made for another interface';
  return undefined;
}

/** Replaces the table in force. A port without a slot has no place in it: its buckets have no port. */
export function writeTable(words: Int32Array, table: ForwardingTable, mode: ForwardingMode, slots: Slots): void {
  const generation = ((words[TABLE.generation] ?? 0) + 1) | 0;
  const at = copyAt(generation);
  words.fill(0, at, at + COPY_WORDS);
  words[at + COPY.mode] = MODES[mode];
  words[at + COPY.policy] = HASH_POLICIES.indexOf(table.hash.policy);
  words[at + COPY.seed] = table.hash.seed;
  words[at + COPY.flags] =
    (table.buckets.length > 0 ? FLAGS.active : 0) |
    (table.hash.flowLabel ? FLAGS.flowLabel : 0) |
    (table.transparent === true ? FLAGS.transparent : 0);
  table.buckets.forEach((entry, bucket) => {
    const slot = slots.get(portOf(entry));
    if (slot !== undefined) words[at + COPY.buckets + bucket] = isHeld(entry) ? -(slot + 1) : slot + 1;
  });
  for (const [ifindex, slot] of slots) {
    words[at + COPY.ifindex + slot] = ifindex;
    words[at + COPY.portFlags + slot] =
      (table.collecting.includes(ifindex) ? PORT_FLAGS.collecting : 0) |
      (table.discardWrong?.includes(ifindex) === true ? PORT_FLAGS.discardWrong : 0);
  }
  Atomics.store(words, TABLE.generation, generation);
}

/** Writes tables where no program reads them. */
export function scratchTable(): (table: ForwardingTable) => void {
  const words = new Int32Array(TABLE_OCTETS / Int32Array.BYTES_PER_ELEMENT);
  return (table) => {
    const ports = new Set(table.buckets.map(portOf));
    writeTable(words, table, 'kernel', new Map([...ports].map((port, slot) => [port, slot])));
  };
}

/** Ports of the table in force. */
export function slotsOf(words: Int32Array): Map<number, number> {
  const at = copyAt(words[TABLE.generation] ?? 0) + COPY.ifindex;
  const found = [...words.subarray(at, at + (COPY.portFlags - COPY.ifindex)).entries()];
  return new Map(found.flatMap(([slot, ifindex]) => (ifindex === 0 ? [] : [[ifindex, slot] as const])));
}
