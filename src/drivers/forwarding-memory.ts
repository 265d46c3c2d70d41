/**
 * Memory that the control plane and a data path's worker share: the forwarding table, which the worker reads between
 * two batches of frames, and the counters, which the control plane reads without asking. Neither side ever waits.
 *
 * The table lies there twice. The writer fills the copy that is not in use and then publishes it by one atomic store
 * of the generation; the reader copies and looks at the generation once more. One writer, one reader.
 */
import type { DatapathCounters, PortCounters } from '../aggregator/io.js';
import { BUCKETS, type ForwardingTable } from '../mux/distributor.js';
import { HASH_POLICIES, type HashSpec, hashBy } from '../mux/hash.js';

/** Most ports of one virtual interface at a time. */
export const MAX_PORTS = 256;

/** Words of the head. */
const GENERATION = 0;
/** The generation that the worker works by; everything sent by older tables has been given to the kernel. */
const APPLIED = 1;
const STOP = 2;
const HEAD = 4;
/** Words of one copy: hash, whether it is transparent, three counts, buckets, collecting, discardWrong. */
const POLICY = 0;
const SEED = 1;
const FLOW_LABEL = 2;
const TRANSPARENT = 3;
const BUCKET_COUNT = 4;
const COLLECTING_COUNT = 5;
const DISCARDING_COUNT = 6;
const LISTS = 7;
const COPY = LISTS + BUCKETS + 2 * MAX_PORTS;
const TABLE_OCTETS = (HEAD + 2 * COPY) * 4;

/** Counters of a port, in the order of their words. */
const PORT_COUNTERS = [
  'rxFrames',
  'rxBytes',
  'txFrames',
  'txBytes',
  'rxNotCollecting',
  'rxWrongConversation',
  'txRefused',
  'rxOverrun',
  'txHeld',
  'txHeldEarly',
] as const satisfies readonly (keyof PortCounters)[];
/** Counters of the interface; the last two are this data path's own. */
const INTERFACE_COUNTERS = [
  'txNoPort',
  'txSlowProtocols',
  'rxHostRefused',
  'txOverrun',
  'batches',
  'superFrames',
] as const;

export type PortCounterName = (typeof PORT_COUNTERS)[number];
export type InterfaceCounterName = (typeof INTERFACE_COUNTERS)[number];

/** Position of a counter in `ForwardingMemory.counts`; slot = which port. */
export function portCounter(slot: number, name: PortCounterName): number {
  return INTERFACE_COUNTERS.length + slot * PORT_COUNTERS.length + PORT_COUNTERS.indexOf(name);
}
export function interfaceCounter(name: InterfaceCounterName): number {
  return INTERFACE_COUNTERS.indexOf(name);
}
/** Of the octets that left by a bucket. */
export function bucketCounter(bucket: number): number {
  return BUCKET_COUNTS + bucket;
}
const BUCKET_COUNTS = INTERFACE_COUNTERS.length + MAX_PORTS * PORT_COUNTERS.length;
const COUNTS = BUCKET_COUNTS + BUCKETS;

/** A table as the worker keeps it for itself. */
export interface LocalTable {
  readonly hash: HashSpec;
  /** bucket -> ifindex, negative: held; empty: no port distributes. */
  readonly buckets: Int32Array;
  readonly collecting: Int32Array;
  /** Ports that deliver only frames of their own buckets. */
  readonly discardWrong: Int32Array;
  readonly transparent: boolean;
}

export class ForwardingMemory {
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  /**
   * Doubles, so whole numbers to 2^53. Plain stores: an aligned 8-octet store is one instruction on the machines
   * that we run on, so a reader sees an old or a new value, never half of each.
   */
  readonly counts: Float64Array;

  constructor(shared = new SharedArrayBuffer(TABLE_OCTETS + COUNTS * 8)) {
    this.shared = shared;
    this.#words = new Int32Array(shared, 0, TABLE_OCTETS / 4);
    this.counts = new Float64Array(shared, TABLE_OCTETS, COUNTS);
  }

  /** Publishes a table whole. Throws RangeError, and changes nothing, when it does not fit. */
  write(table: ForwardingTable): void {
    const { buckets, collecting, discardWrong = [] } = table;
    if (buckets.length !== 0 && buckets.length !== BUCKETS)
      throw new RangeError(`a table has ${BUCKETS} buckets or none`);
    if (Math.max(collecting.length, discardWrong.length) > MAX_PORTS)
      throw new RangeError(`at most ${MAX_PORTS} ports of one interface can collect`);
    const next = (this.generation + 1) | 0;
    const at = copyOf(next);
    const words = this.#words;
    words[at + POLICY] = HASH_POLICIES.indexOf(table.hash.policy);
    words[at + SEED] = table.hash.seed;
    words[at + FLOW_LABEL] = table.hash.flowLabel ? 1 : 0;
    words[at + TRANSPARENT] = table.transparent === true ? 1 : 0;
    words[at + BUCKET_COUNT] = buckets.length;
    words[at + COLLECTING_COUNT] = collecting.length;
    words[at + DISCARDING_COUNT] = discardWrong.length;
    words.set(buckets, at + LISTS);
    words.set(collecting, at + LISTS + BUCKETS);
    words.set(discardWrong, at + LISTS + BUCKETS + MAX_PORTS);
    Atomics.store(words, GENERATION, next);
  }

  /** Number of the published table; 0 before the first. */
  get generation(): number {
    return Atomics.load(this.#words, GENERATION);
  }

  /** The table of generation `generation`; undefined when it was replaced while it was read: look again. */
  read(generation: number): LocalTable | undefined {
    const at = copyOf(generation);
    const words = this.#words;
    const buckets = words.slice(at + LISTS, at + LISTS + (words[at + BUCKET_COUNT] ?? 0));
    const from = at + LISTS + BUCKETS;
    const collecting = words.slice(from, from + (words[at + COLLECTING_COUNT] ?? 0));
    const discarding = from + MAX_PORTS;
    const discardWrong = words.slice(discarding, discarding + (words[at + DISCARDING_COUNT] ?? 0));
    const policy = HASH_POLICIES[words[at + POLICY] ?? 0] ?? 'layer2';
    const hash = hashBy(policy, (words[at + SEED] ?? 0) >>> 0, words[at + FLOW_LABEL] === 1);
    const transparent = words[at + TRANSPARENT] === 1;
    return this.generation === generation ? { hash, buckets, collecting, discardWrong, transparent } : undefined;
  }

  get applied(): number {
    return Atomics.load(this.#words, APPLIED);
  }
  set applied(generation: number) {
    Atomics.store(this.#words, APPLIED, generation);
  }

  /** Set at the end of the process, when no message is read any more. */
  get stop(): boolean {
    return Atomics.load(this.#words, STOP) !== 0;
  }
  set stop(value: boolean) {
    Atomics.store(this.#words, STOP, value ? 1 : 0);
  }

  /** Starts the counters of a slot at nought. */
  clearPort(slot: number): void {
    this.counts.fill(0, portCounter(slot, 'rxFrames'), portCounter(slot + 1, 'rxFrames'));
  }

  /** The counters as the control plane shows them; `slots` names the ports by ifindex. */
  counters(slots: ReadonlyMap<number, number>): DatapathCounters {
    return {
      ports: new Map([...slots].map(([ifindex, slot]) => [ifindex, this.#port(slot)])),
      txNoPort: this.interface('txNoPort'),
      txSlowProtocols: this.interface('txSlowProtocols'),
      rxHostRefused: this.interface('rxHostRefused'),
      txOverrun: this.interface('txOverrun'),
    };
  }

  /** Octets by bucket, as they go on. */
  bucketBytes(): Float64Array {
    return this.counts.subarray(bucketCounter(0), bucketCounter(BUCKETS));
  }

  interface(name: InterfaceCounterName): number {
    return this.counts[interfaceCounter(name)] ?? 0;
  }

  #port(slot: number): PortCounters {
    const read = (name: PortCounterName) => this.counts[portCounter(slot, name)] ?? 0;
    return {
      rxFrames: read('rxFrames'),
      rxBytes: read('rxBytes'),
      txFrames: read('txFrames'),
      txBytes: read('txBytes'),
      rxNotCollecting: read('rxNotCollecting'),
      rxWrongConversation: read('rxWrongConversation'),
      txRefused: read('txRefused'),
      rxOverrun: read('rxOverrun'),
      txHeld: read('txHeld'),
      txHeldEarly: read('txHeldEarly'),
    };
  }
}

/** First word of the copy that a generation lives in. */
function copyOf(generation: number): number {
  return HEAD + (generation & 1) * COPY;
}
