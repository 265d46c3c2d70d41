/**
 * The newest entries of the journal in memory. Bounded in number and in octets; readers hold a place in it and nothing
 * else, so that one who is slow or stopped costs nothing: what it misses is counted for it.
 */
import type { Entry } from '../aggregator/journal/compactor.js';

export interface RingLimits {
  readonly entries: number;
  /** Of memory, as `weight` estimates it. */
  readonly octets: number;
}

export class EventRing {
  readonly #kept: Entry[] = [];
  /** Place of the oldest entry in `#kept`; before it there are entries given up, cut off now and then. */
  #start = 0;
  /** Number of the entry at `#start`, counted from the beginning. */
  #first = 0;
  #octets = 0;

  constructor(private readonly limits: RingLimits) {}

  push(entry: Entry): void {
    this.#kept.push(entry);
    this.#octets += weight(entry);
    while (this.#kept.length - this.#start > this.limits.entries || this.#octets > this.limits.octets) {
      const oldest = this.#kept[this.#start];
      if (oldest === undefined) break;
      this.#octets -= weight(oldest);
      this.#start += 1;
      this.#first += 1;
    }
    if (this.#start > this.limits.entries) {
      this.#kept.splice(0, this.#start);
      this.#start = 0;
    }
  }

  /** Number of the oldest entry that is still here. */
  get first(): number {
    return this.#first;
  }

  /** Number that the next entry will have. */
  get next(): number {
    return this.#first + this.#kept.length - this.#start;
  }

  /** Undefined: given up, or not yet there. */
  entry(number: number): Entry | undefined {
    return number < this.#first ? undefined : this.#kept[this.#start + number - this.#first];
  }
}

/** Octets of memory that an entry takes, more or less; the benchmark holds it against the heap. */
function weight(entry: Entry): number {
  switch (entry.event) {
    case 'lacpdu':
    case 'sent':
      return 800;
    case 'interface-added':
    case 'interface-set':
    case 'port-added':
    case 'link':
      return 600;
    case 'load':
      return 2_500;
    case 'resumed':
      return 500 + entry.ports.length * 3_000;
    default:
      return 250;
  }
}
