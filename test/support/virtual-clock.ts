import type { Clock } from '../../src/aggregator/io.js';

/** A clock that stands still until it is told to go, and then stops at every deadline on the way. */
export class VirtualClock implements Clock {
  #now = 0;
  #sequence = 0;
  readonly #timeouts = new Map<number, { at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): number {
    const handle = ++this.#sequence;
    this.#timeouts.set(handle, { at: this.#now + Math.max(0, ms), callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#timeouts.delete(handle as number);
  }

  /** Go on by `ms`, running what falls due in order of time, then of setting. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      const [handle, { at, callback }] = next;
      this.#timeouts.delete(handle);
      this.#now = Math.max(this.#now, at);
      callback();
    }
    this.#now = end;
  }

  #next(end: number): [number, { at: number; callback: () => void }] | undefined {
    let first: [number, { at: number; callback: () => void }] | undefined;
    for (const entry of this.#timeouts) {
      if (entry[1].at <= end && (first === undefined || entry[1].at < first[1].at)) first = entry;
    }
    return first;
  }
}
