/**
 * The maps that the programs of one virtual interface work on: maps.h once more, for the control plane. Offsets of
 * `table` and `pending` are in 32-bit words of their memory, which shareMap gives.
 */
import { BUCKETS } from '../../mux/distributor.js';
import type { MapShape } from '../sys/bpf-maps.js';

/** Another number for every change of what the maps contain: pinned maps of another version are not taken over. */
export const LAYOUT_VERSION = 1;

/** Most ports of one virtual interface at a time; a port's place is its slot, 0 to 255. */
export const SLOTS = 256;

/** Words of `table`; the copy of the lowest bit of the generation is in force. */
export const TABLE = { generation: 0, hostIfindex: 1, copies: 4 } as const;

/** Words of a copy. */
export const COPY = {
  mode: 0,
  policy: 1,
  seed: 2,
  flags: 3,
  /** bucket -> slot + 1; negative: held for it; 0: no port. */
  buckets: 4,
  /** slot -> ifindex. */
  ifindex: 4 + BUCKETS,
  /** slot -> PORT_FLAGS. */
  portFlags: 4 + BUCKETS + SLOTS,
} as const;
export const COPY_WORDS = COPY.portFlags + SLOTS;
export const TABLE_OCTETS = (TABLE.copies + 2 * COPY_WORDS) * 4;

export const MODES = { kernel: 0, user: 1 } as const;
/**
 * `active`: some port distributes; without it no frame is hashed, and all have bucket 0. `flowLabel`: as in HashSpec,
 * whose policy is told by its place in HASH_POLICIES.
 */
export const FLAGS = { active: 1, flowLabel: 2, transparent: 4 } as const;
export const PORT_FLAGS = { collecting: 1, discardWrong: 2 } as const;

/** First word of the copy that a generation has. */
export const copyAt = (generation: number): number => TABLE.copies + (generation & 1) * COPY_WORDS;

/** Words of `pending`: frames that user space was given and has not yet sent, by bucket and by slot. */
export const PENDING = { buckets: 0, ports: BUCKETS } as const;
export const PENDING_OCTETS = (BUCKETS + SLOTS) * 4;

/** Words (64 bits) of an entry of `counters`: of a port, by slot; of the interface, the entry after all ports. */
export const COUNTER_WORDS = 8;
export const PORT_COUNTERS = [
  'rxFrames',
  'rxBytes',
  'txFrames',
  'txBytes',
  'rxNotCollecting',
  'rxWrongConversation',
] as const;
export const INTERFACE_COUNTERS = ['txNoPort', 'txSlowProtocols', 'rxNoSlot'] as const;
export const INTERFACE_ENTRY = SLOTS;

const array = (valueOctets: number, entries = 1) =>
  ({ type: 'array', keyOctets: 4, valueOctets, entries, shareable: true }) as const;
const perCpu = (valueOctets: number, entries = 1) =>
  ({ type: 'per-CPU array', keyOctets: 4, valueOctets, entries, shareable: false }) as const;

/** By the names that the programs call them. */
export const MAPS = {
  table: array(TABLE_OCTETS),
  pending: array(PENDING_OCTETS),
  /** ifindex -> slot. */
  slots: { type: 'hash', keyOctets: 4, valueOctets: 4, entries: SLOTS, shareable: false },
  counters: perCpu(COUNTER_WORDS * 8, SLOTS + 1),
  /** Octets sent, by bucket. */
  bucket_bytes: perCpu(BUCKETS * 8),
  captured: perCpu(4),
} as const satisfies Readonly<Record<string, MapShape>>;

export type MapName = keyof typeof MAPS;
/** Descriptors. */
export type MapSet = Readonly<Record<MapName, number>>;
