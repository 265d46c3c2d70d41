/**
 * Work that must follow every change and costs more the more there is (a text of all ports): done once for all changes
 * of a moment, and after that not again before a pause in proportion to what it cost. So with thousands of changes a
 * second it takes a small part of the control loop, and with few of them it is done at once.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** Of the time, at most one part in so many goes into it. */
const PART = 20;

export class Sparing {
  readonly #end = new AbortController();
  #requested = false;
  #working = false;

  constructor(private readonly act: () => void) {}

  /** Something has changed. Returns at once. */
  request(): void {
    this.#requested = true;
    if (this.#working || this.#end.signal.aborted) return;
    this.#working = true;
    // In another turn of the loop: a chain of changes is one.
    setImmediate(() => void this.#work());
  }

  /** Nothing is done any more, also not what was requested. */
  close(): void {
    this.#end.abort();
  }

  async #work(): Promise<void> {
    const { signal } = this.#end;
    while (this.#requested && !signal.aborted) {
      this.#requested = false;
      const from = performance.now();
      this.act();
      const tookMs = performance.now() - from;
      await delay((PART - 1) * tookMs, undefined, { signal }).catch(() => {});
    }
    this.#working = false;
  }
}
