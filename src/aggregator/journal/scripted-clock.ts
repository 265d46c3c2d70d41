import type { Clock } from '../io.js';

/** A clock that shows what it is set to, and runs what is due only when it is told to: as late as it once was. */
export class ScriptedClock implements Clock {
  #now = 0;
  #handles = 0;
  readonly #timeouts = new Map<number, { readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  set(now: number): void {
    this.#now = now;
  }

  setTimeout(callback: () => void, ms: number): number {
    const handle = ++this.#handles;
    this.#timeouts.set(handle, { at: this.#now + Math.max(0, ms), callback });
    return handle;
  }

  clearTimeout(handle: unknown): void {
    this.#timeouts.delete(handle as number); // ours, from setTimeout
  }

  /** The timeout that is due first, if any, in order of time, then of setting. */
  runDue(): void {
    let first: readonly [handle: number, at: number] | undefined;
    for (const [handle, { at }] of this.#timeouts) {
      if (at <= this.#now + ROUNDING && (first === undefined || at < first[1])) first = [handle, at];
    }
    if (first === undefined) return;
    const callback = this.#timeouts.get(first[0])?.callback;
    this.#timeouts.delete(first[0]);
    callback?.();
  }
}

/** now + (deadline - now) may differ from the deadline in its last digits. */
const ROUNDING = 1e-6;
