/**
 * Rebalancing of one aggregator over time: which buckets are elsewhere than the spread by weights puts them, because
 * they carry much. Every so many seconds the octets of each bucket since the last time are looked at (rebalance.ts).
 *
 * A bucket that was moved rests for 4 rounds, after its next move for 8, 16, and so on: traffic that changes its mind
 * faster than that cannot drive it back and forth. Pure: time and octets come in.
 */
import { rebalance } from './rebalance.js';
import type { WeightedLink } from './weighted-spread.js';

/** Octets a second below which no link has anything to gain (1 Mbit/s). */
export const Least_Load = 125_000;
/** Rounds for which a bucket stays after its first move. */
export const First_Rest = 4;
/** The longest that it ever stays. */
export const Longest_Rest = 1_024;

interface Rest {
  readonly until: number;
  readonly rounds: number;
}

export interface BalanceStatus {
  /** Buckets that are elsewhere than the spread by weights puts them. */
  readonly away: number;
  /** Buckets that were moved since rebalancing was turned on. */
  readonly moved: number;
  /** False: the data path does not tell what buckets carry, so nothing is moved. */
  readonly measured: boolean;
}

export class Balancer {
  #seconds = 0;
  #deadline: number | undefined;
  /** bucket -> port, in place of the spread's. */
  #moved = new Map<number, number>();
  readonly #rests = new Map<number, Rest>();
  #round = 0;
  #before: Float64Array | undefined;
  #movesSoFar = 0;
  #measured = true;

  /** A round every so many seconds; 0: none, and what was moved goes back. */
  every(seconds: number, now: number): void {
    if (seconds === this.#seconds) return;
    if (seconds === 0 || this.#seconds === 0) this.#startAnew();
    this.#seconds = seconds;
    // The first one only looks where the counters are.
    this.#deadline = seconds === 0 ? undefined : now;
  }

  /** When `round` is to be called; undefined: never. */
  get deadline(): number | undefined {
    return this.#deadline;
  }

  /** Undefined while there is no rebalancing. */
  get status(): BalanceStatus | undefined {
    if (this.#seconds === 0) return undefined;
    return { away: this.#moved.size, moved: this.#movesSoFar, measured: this.#measured };
  }

  /** Buckets mean other conversations from now on. */
  forget(): void {
    this.#moved.clear();
    this.#rests.clear();
    this.#before = undefined;
  }

  /** For `resume` of a later process. */
  get moved(): readonly (readonly [bucket: number, port: number])[] {
    return [...this.#moved];
  }

  /** What an earlier process had moved; to be called after `every`, without which nothing stays moved. */
  resume(moved: readonly (readonly [bucket: number, port: number])[]): void {
    if (this.#seconds > 0) this.#moved = new Map(moved);
  }

  /** Bucket -> port: the spread, except for what was moved to a link that is still there. */
  place(spread: readonly number[], links: readonly WeightedLink[]): readonly number[] {
    for (const [bucket, port] of this.#moved) {
      if (!links.some((link) => link.port === port) || spread[bucket] === port) this.#moved.delete(bucket);
    }
    return this.#moved.size === 0 ? spread : spread.map((port, bucket) => this.#moved.get(bucket) ?? port);
  }

  /**
   * A round: `octets` of each bucket, counted from any moment on (less than before: counted anew). `spread`: where the
   * weights put each bucket. True: `place` gives another answer from now on.
   */
  round(
    octets: ArrayLike<number> | undefined,
    spread: readonly number[],
    links: readonly WeightedLink[],
    now: number,
  ): boolean {
    this.#deadline = this.#seconds === 0 ? undefined : now + this.#seconds * 1_000;
    this.#measured = octets !== undefined;
    const before = this.#before;
    this.#before = octets === undefined ? undefined : Float64Array.from(octets);
    if (octets === undefined || before === undefined || links.length < 2) return false;
    this.#round++;
    const carried = this.#before?.map((all, bucket) =>
      all < (before[bucket] ?? 0) ? all : all - (before[bucket] ?? 0),
    );
    const placed = this.place(spread, links);
    if (carried === undefined || !this.#worthwhile(carried, placed)) return false;
    const mayMove = (bucket: number) => (this.#rests.get(bucket)?.until ?? 0) < this.#round;
    const moves = rebalance(placed, carried, links, mayMove);
    for (const [bucket, port] of moves) {
      const rounds = Math.min((this.#rests.get(bucket)?.rounds ?? First_Rest / 2) * 2, Longest_Rest);
      this.#rests.set(bucket, { rounds, until: this.#round + rounds });
      this.#moved.set(bucket, port);
    }
    this.#movesSoFar += moves.size;
    return moves.size > 0;
  }

  /** Some link carries more than next to nothing. */
  #worthwhile(carried: Float64Array, placed: readonly number[]): boolean {
    const sums = new Map<number, number>();
    for (const [bucket, port] of placed.entries()) sums.set(port, (sums.get(port) ?? 0) + (carried[bucket] ?? 0));
    return Math.max(0, ...sums.values()) >= Least_Load * this.#seconds;
  }

  #startAnew(): void {
    this.forget();
    this.#movesSoFar = 0;
    this.#measured = true;
  }
}
