import type { Clock } from './io.js';

interface Timeout {
  readonly at: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to go. Time begins at 0, in milliseconds. What falls due together runs in
 * the order in which it was set.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #handles = 0;
  readonly #timeouts = new Map<number, Timeout>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): number {
    const handle = ++this.#handles;
    this.#timeouts.set(handle, { at: this.#now + Math.max(0, ms), callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#timeouts.delete(handle as number); // the only handles are those of setTimeout
  }

  /** When something falls due next; undefined: nothing will. */
  get next(): number | undefined {
    return this.#earliest()?.[1].at;
  }

  /** Goes on by `ms`. What falls due on the way, the end included, happens at its own moment. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.#go((at) => at <= end);
    this.#now = end;
  }

  /** Goes on to the next moment at which something falls due, and does all of it. */
  step(): void {
    const { next } = this;
    if (next !== undefined) this.#go((at) => at <= next);
  }

  /** Goes on to a moment. What falls due at that very moment waits: what happens then from outside counts first. */
  advanceTo(moment: number): void {
    this.#go((at) => at < moment);
    this.#now = Math.max(this.#now, moment);
  }

  /** Shows another time, and runs nothing: what has fallen due meanwhile is late. */
  set(now: number): void {
    this.#now = now;
  }

  /** Runs what has been due for longest, if anything is, as late as it is. */
  runDue(): void {
    this.#take((at) => at <= this.#now + ROUNDING)?.callback();
  }

  #go(due: (at: number) => boolean): void {
    for (let next = this.#take(due); next !== undefined; next = this.#take(due)) {
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
  }

  #take(due: (at: number) => boolean): Timeout | undefined {
    const first = this.#earliest();
    if (first === undefined || !due(first[1].at)) return undefined;
    const [handle, timeout] = first;
    this.#timeouts.delete(handle);
    return timeout;
  }

  #earliest(): readonly [handle: number, timeout: Timeout] | undefined {
    let first: readonly [number, Timeout] | undefined;
    for (const entry of this.#timeouts) if (first === undefined || entry[1].at < first[1].at) first = entry;
    return first;
  }
}

/** now + (deadline - now) may differ from the deadline in its last digits. */
const ROUNDING = 1e-6;
