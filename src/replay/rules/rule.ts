/**
 * Rules: what the standard asks of what an end announces, as far as a capture can prove it. A rule that is not sure is
 * silent: the link of an end may have been down, a frame may have been lost, without the capture knowing.
 */
import { Long_Timeout_Time, Short_Timeout_Time } from '../../lacp/constants.js';
import type { Marker } from '../../lacp/marker.pdu.js';
import type { End } from '../end.js';
import type { Announcement } from '../said.js';

/** `text` follows the label of the end. */
export type Disagree = (clause: string, text: string) => void;

/** An end announces. */
export interface Saying {
  readonly end: End;
  readonly now: Announcement;
  /** What it said before; undefined: this is its first LACPDU. */
  readonly before: Announcement | undefined;
  /** The other end of the link, if it is in the capture. */
  readonly far: End | undefined;
  /** All ends that have spoken at this place, `end` among them. */
  readonly neighbours: readonly End[];
  /** LACPDU without Ethernet header; `captured` octets of it are in the capture, the rest is zeros. */
  readonly body: Uint8Array;
  readonly captured: number;
}

export interface Rule {
  /** Names the rule in reports. */
  readonly name: string;
  /** `end` announces. */
  says?(saying: Saying, disagree: Disagree): void;
  /** The other end has announced, and `end` hears it. `before`: what that end said before. */
  hears?(end: End, heard: Announcement, before: Announcement | undefined): void;
  /** `end` hears a marker, or sends a response. */
  marker?(end: End, marker: Marker, at: number): void;
}

/** For each end, what a rule remembers. */
export class Memory<T extends object> {
  readonly #of = new WeakMap<End, T>();

  constructor(private readonly fresh: () => T) {}

  of(end: End): T {
    const known = this.#of.get(end);
    if (known !== undefined) return known;
    const made = this.fresh();
    this.#of.set(end, made);
    return made;
  }
}

/** Time that an end is given to take in what it has heard. */
export const GRACE = 1_000;
/** Lateness of a timer that is no disagreement, beyond GRACE. */
const LATE = 1_000;

/**
 * How long ago the last LACPDU may be that an end has heard which is neither Expired nor Defaulted at `now`: the timeout
 * by its own words, and the long one where it has said that in the life of what it heard then. Milliseconds.
 */
export function longestMemory({ said, paused }: End, now: number): number {
  const earliest = now - Long_Timeout_Time - GRACE - LATE;
  const words = said.inForceSince(earliest);
  // In a pause it may have had another timeout, and heard something.
  const short = paused < earliest && words?.every(({ pdu }) => pdu.actor.State.LACP_Timeout) === true;
  return (short ? Short_Timeout_Time : Long_Timeout_Time) + GRACE + LATE;
}

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
