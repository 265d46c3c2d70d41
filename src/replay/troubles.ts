/** What stood between an end and its use in the course of the capture, and is over: from when to when. */
import type { Cause, Verdict } from '../aggregator/verdict.js';

export interface Trouble {
  readonly cause: Cause;
  readonly text: string;
  /** Milliseconds since the beginning of the capture. */
  readonly from: number;
  readonly to: number;
}

/** What is over sooner belongs to the way of a link into use: wait_while_timer, an answer under way. */
const SHORTEST = 3_000;
/** More of one end are left out: its link flaps, the history has them. */
const MOST = 20;

export class Troubles {
  readonly #open = new Map<string, Map<Cause, { readonly text: string; readonly from: number }>>();
  readonly #over = new Map<string, Trouble[]>();

  /** `who` is so now. */
  observe(who: string, verdicts: readonly Verdict[], at: number): void {
    const open = this.#open.get(who) ?? new Map();
    this.#open.set(who, open);
    const obstacles = verdicts.filter(({ weight, side }) => weight === 'obstacle' && side !== 'none');
    for (const [cause, { text, from }] of open) {
      if (obstacles.some((each) => each.cause === cause)) continue;
      open.delete(cause);
      const over = this.#over.get(who) ?? [];
      this.#over.set(who, over);
      if (at - from >= SHORTEST && over.length < MOST) over.push({ cause, text, from, to: at });
    }
    for (const { cause, text } of obstacles) if (!open.has(cause)) open.set(cause, { text, from: at });
  }

  of(who: string): readonly Trouble[] {
    return this.#over.get(who) ?? [];
  }
}
