/**
 * Without LACP nobody says when he begins to send: ports that take frames although the Mux machine has them not collect.
 *
 * - A port of the group whose link is not (yet) taken for up: the far end may have seen it come up first, and what comes
 *   in shows that the link works.
 * - For a moment, a port that has just handed over to another: what is under way to it is not lost. A broadcast may come
 *   in twice in that time.
 */
import type { Member } from './member.js';
import { isStatic, type ModeInForce } from './mode.js';

/** So long switches and the far end have to learn it, ms. */
export const Hand_Over_Time = 200;

export class Listening {
  #mode: ModeInForce = 'lacp';
  #distributing: readonly number[] = [];
  #former = new Set<number>();
  #until: number | undefined;

  /** The Mux machines have settled. */
  update(mode: ModeInForce, distributing: readonly number[], now: number): void {
    this.#mode = mode;
    const lost = this.#distributing.filter((number) => !distributing.includes(number));
    this.#distributing = distributing;
    if (this.#until !== undefined && now >= this.#until) this.#former.clear();
    if (isStatic(mode) && distributing.length > 0) for (const number of lost) this.#former.add(number);
    if (lost.length > 0) this.#until = now + Hand_Over_Time;
    if (!isStatic(mode)) this.#former.clear();
    if (this.#former.size === 0) this.#until = undefined;
  }

  /** When `update` is due though nothing happens. */
  get deadline(): number | undefined {
    return this.#until;
  }

  takes({ number, port: { variables: v } }: Member): boolean {
    // A bridge decides by itself what it takes.
    return (
      v.static_group &&
      this.#mode !== 'bridge' &&
      (v.Selected === 'SELECTED' || (v.Selected === 'STANDBY' && this.#former.has(number)))
    );
  }
}
