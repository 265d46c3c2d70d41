/**
 * Rules: what the standard asks of what an end announces, as far as a capture can prove it. A rule that is not sure is
 * silent: the link of an end may have been down, a frame may have been lost, without the capture knowing.
 */
import type { Marker } from '../../lacp/marker.pdu.js';
import type { Announcement, End } from '../end.js';

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
  /** `end` turns out to have `far` at its other end, which it did not before. */
  meets?(end: End, far: End): void;
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

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
