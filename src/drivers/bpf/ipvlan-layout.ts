/**
 * The maps that the programs of one master with ipvlan slaves work on: ipvlan-maps.h once more, for the control plane.
 * Offsets of `table` are in 32-bit words of its memory, which shareMap gives.
 */
import type { MapShape } from '../sys/bpf-maps.js';
import { BpfObject } from './bpf-object.js';

/** Another number for every change of what the maps contain: pinned maps of another version are not taken over. */
export const LAYOUT_VERSION = 1;

/** Most slaves of one master at a time; a slave's place is its slot, 0 to 255. */
export const SLAVE_SLOTS = 256;
/** Most addresses of all slaves of a master: 128 of each. */
export const ADDRESS_ENTRIES = 32768;

/** Words of `table`; the copy of the lowest bit of the generation is in force. The programs read the first alone. */
export const TABLE = { generation: 0, version: 1, build: 2, master: 3, copies: 4 } as const;
/** Words of a copy. */
export const COPY = { mode: 0, flag: 1, mac: 2, master: 4, end: 5, ifindex: 8 } as const;
export const COPY_WORDS = COPY.ifindex + SLAVE_SLOTS;
export const TABLE_OCTETS = (TABLE.copies + 2 * COPY_WORDS) * 4;

/** First word of the copy that a generation has. */
export const copyAt = (generation: number): number => TABLE.copies + (generation & 1) * COPY_WORDS;

/** Modes and flags by their place. */
export const MODES = ['l2', 'l3', 'l3s'] as const;
export const FLAGS = ['bridge', 'private', 'vepa'] as const;

/** Words (64 bits) of an entry of `drops`, by the place of a reason in DROP_REASONS. */
export const DROP_WORDS = 16;

const hash = (keyOctets: number, entries: number) =>
  ({ type: 'hash', keyOctets, valueOctets: 4, entries, shareable: false }) as const;

/** By the names that the programs call them. */
export const IPVLAN_MAPS = {
  table: { type: 'array', keyOctets: 4, valueOctets: TABLE_OCTETS, entries: 1, shareable: true },
  /** ifindex of a hidden peer -> slot. */
  slots: hash(4, SLAVE_SLOTS),
  /** Length (4 or 16) and address, see `addressKey` -> slot. */
  addresses: hash(20, ADDRESS_ENTRIES),
  drops: { type: 'per-CPU array', keyOctets: 4, valueOctets: DROP_WORDS * 8, entries: SLAVE_SLOTS, shareable: false },
} as const satisfies Readonly<Record<string, MapShape>>;
export type IpvlanMapName = keyof typeof IPVLAN_MAPS;
/** Descriptors. */
export type IpvlanMaps = Readonly<Record<IpvlanMapName, number>>;

/** `address`: 4 or 16 octets. */
export function addressKey(address: Uint8Array): Buffer {
  const key = Buffer.alloc(20);
  key.writeUInt32LE(address.length);
  key.set(address, 4);
  return key;
}

/** What each is for stands at the top of ipvlan.c. */
export type IpvlanProgram = 'from_slave' | 'from_wire' | 'classify_slave' | 'classify_wire';

/** To ask for routes, a program must be usable under the GPL too, which the MIT licence permits. */
export const ipvlanObject = new BpfObject<IpvlanMapName, IpvlanProgram>(
  './ipvlan.o',
  'ipvlan',
  IPVLAN_MAPS,
  'Dual MIT/GPL',
);
