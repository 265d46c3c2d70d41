/** The counters of the programs in the kernel, which they keep by processor. */
import type { PortCounters } from '../aggregator/io.js';
import { BUCKETS } from '../mux/distributor.js';
import {
  COUNTER_WORDS,
  type INTERFACE_COUNTERS,
  INTERFACE_ENTRY,
  type MapSet,
  PORT_COUNTERS,
} from './bpf/map-layout.js';
import { lookupMap, possibleCpus, updateMap, word } from './sys/bpf-maps.js';

type KernelPortCounters = Pick<PortCounters, (typeof PORT_COUNTERS)[number]>;

export class KernelCounters {
  readonly #cpus = possibleCpus();
  readonly #entry = new BigUint64Array(this.#cpus * COUNTER_WORDS);
  readonly #entryBytes = new Uint8Array(this.#entry.buffer);
  readonly #buckets = new BigUint64Array(this.#cpus * BUCKETS);
  readonly #bucketBytes = new Uint8Array(this.#buckets.buffer);

  constructor(private readonly maps: MapSet) {}

  port(slot: number): KernelPortCounters {
    const words = this.#read(slot);
    const named = PORT_COUNTERS.map((name, index) => [name, words[index] ?? 0] as const);
    return Object.fromEntries(named) as unknown as KernelPortCounters; // every name is in the list
  }

  interface(): Record<(typeof INTERFACE_COUNTERS)[number], number> {
    const [txNoPort = 0, txSlowProtocols = 0, rxNoSlot = 0] = this.#read(INTERFACE_ENTRY);
    return { txNoPort, txSlowProtocols, rxNoSlot };
  }

  /** Octets sent, by bucket. */
  buckets(): Float64Array {
    const sum = new Float64Array(BUCKETS);
    if (!lookupMap(this.maps.bucket_bytes, word(0), this.#bucketBytes)) return sum;
    for (let place = 0; place < this.#buckets.length; place++) {
      const bucket = place % BUCKETS;
      sum[bucket] = (sum[bucket] ?? 0) + Number(this.#buckets[place]);
    }
    return sum;
  }

  /** Begins at nought: a port by its slot, or the interface. */
  clear(entry: number = INTERFACE_ENTRY): void {
    updateMap(this.maps.counters, word(entry), new Uint8Array(this.#entryBytes.length));
  }

  /** Sums of all processors. */
  #read(entry: number): number[] {
    const sums = Array.from({ length: COUNTER_WORDS }, () => 0);
    if (!lookupMap(this.maps.counters, word(entry), this.#entryBytes)) return sums;
    for (let place = 0; place < this.#entry.length; place++) {
      const index = place % COUNTER_WORDS;
      sums[index] = (sums[index] ?? 0) + Number(this.#entry[place]);
    }
    return sums;
  }
}
