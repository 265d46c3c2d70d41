/** Counters of the user path, in memory that worker and control plane share: for each slave a number for each reason. */
import { DROP_REASONS, type DropReason } from '../../layers/ipvlan/verdict.js';
import type { SlaveDrops } from './slave-path.js';

/** Most slaves of one master. */
export const MAX_SLAVES = 256;
/** Place of what was lost before it was known whose it is. */
export const MASTER_SLOT = MAX_SLAVES;
const REASONS = DROP_REASONS.length;
/** Octets before the counters: one word, not 0 when the worker is to end. */
const HEAD = 8;

const placeOf: Readonly<Record<DropReason, number>> = Object.fromEntries(
  DROP_REASONS.map((reason, i) => [reason, i]),
) as Record<DropReason, number>; // one for each, by the map over them

export class SlaveMemory {
  readonly #counts: Float64Array;
  readonly #head: Int32Array;

  constructor(readonly shared = new SharedArrayBuffer(HEAD + (MAX_SLAVES + 1) * REASONS * 8)) {
    this.#head = new Int32Array(shared, 0, 1);
    this.#counts = new Float64Array(shared, HEAD);
  }

  count(slot: number, reason: DropReason, more: number): void {
    this.countAt(slot, placeOf[reason], more);
  }

  /** `reason`: its place among the reasons. */
  countAt(slot: number, reason: number, more: number): void {
    const at = slot * REASONS + reason;
    this.#counts[at] = (this.#counts[at] ?? 0) + more;
  }

  clear(slot: number): void {
    this.#counts.fill(0, slot * REASONS, (slot + 1) * REASONS);
  }

  drops(slot: number): SlaveDrops {
    return Object.fromEntries(
      DROP_REASONS.map((reason, i) => [reason, this.#counts[slot * REASONS + i] ?? 0]),
    ) as SlaveDrops; // one for each, by the map over them
  }

  get stop(): boolean {
    return Atomics.load(this.#head, 0) !== 0;
  }

  set stop(stop: boolean) {
    Atomics.store(this.#head, 0, stop ? 1 : 0);
  }
}
