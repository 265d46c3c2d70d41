/** What an end has said, for as long as anybody may go by it: the same LACPDU again and again is one thing. */
import { Long_Timeout_Time } from '../lacp/constants.js';
import { samePort, sameState } from '../lacp/functions.js';
import type { Lacpdu } from '../lacp/lacpdu.pdu.js';

/** An LACPDU in the capture. */
export interface Announcement {
  /** Milliseconds since the beginning of the capture. */
  readonly at: number;
  readonly packet: number;
  readonly pdu: Lacpdu;
}

/** Equal LACPDUs in a row. */
export interface Words {
  readonly pdu: Lacpdu;
  readonly from: number;
  /** When they were said last, and by which packet. */
  to: number;
  packet: number;
}

/** Longer than anything heard may count. */
const REMEMBERED = Long_Timeout_Time + 10_000;
/** One that babbles is not remembered as a whole. */
const MOST = 64;

export class Said {
  readonly #words: Words[] = [];
  /** Words until this moment may have been forgotten. */
  #forgotten = Number.NEGATIVE_INFINITY;

  add({ at, packet, pdu }: Announcement): void {
    const last = this.#words.at(-1);
    if (last !== undefined && sameWords(last.pdu, pdu)) {
      last.to = at;
      last.packet = packet;
    } else {
      this.#words.push({ pdu, from: at, to: at, packet });
    }
    while (this.#words[1] !== undefined && this.#words[1].to < at - REMEMBERED) this.#words.shift();
    while (this.#words.length > MOST) this.#forgotten = this.#words.shift()?.to ?? at;
  }

  /** All that was said since `moment`, oldest first; undefined: it is not remembered as a whole. */
  since(moment: number): readonly Words[] | undefined {
    return this.#forgotten >= moment ? undefined : this.#words.filter(({ to }) => to >= moment);
  }

  /** The same, and before that what was still so at `moment`. */
  inForceSince(moment: number): readonly Words[] | undefined {
    if (this.#forgotten >= moment) return undefined;
    const first = this.#words.findLastIndex(({ from }) => from < moment);
    return this.#words.slice(Math.max(0, first));
  }
}

export const sameWords = (a: Lacpdu, b: Lacpdu): boolean => sameIdentity(a, b) && sameBits(a, b);

export const sameIdentity = (a: Lacpdu, b: Lacpdu): boolean =>
  a.version === b.version && samePort(a.actor, b.actor) && samePort(a.partner, b.partner);

export const sameBits = (a: Lacpdu, b: Lacpdu): boolean =>
  sameState(a.actor.State, b.actor.State) && sameState(a.partner.State, b.partner.State);
