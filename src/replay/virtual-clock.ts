import type { Clock } from '../aggregator/io.js';

interface Timeout {
  readonly at: number;
  readonly callback: () => void;
}

/** Time that the capture drives. What falls due on the way happens at its own moment. */
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

  /** Go on to a moment. What falls due at that very moment waits: a frame that arrives then counts first. */
  advanceTo(moment: number): void {
    for (let next = this.#earliest(moment); next !== undefined; next = this.#earliest(moment)) {
      const [handle, { at, callback }] = next;
      this.#timeouts.delete(handle);
      this.#now = Math.max(this.#now, at);
      callback();
    }
    this.#now = Math.max(this.#now, moment);
  }

  #earliest(before: number): [number, Timeout] | undefined {
    let first: [number, Timeout] | undefined;
    for (const entry of this.#timeouts) {
      if (entry[1].at < before && (first === undefined || entry[1].at < first[1].at)) first = entry;
    }
    return first;
  }
}
