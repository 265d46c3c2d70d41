/**
 * Frames that are in a capture twice: seen on both ends of a link, on a mirror port that copies both directions, or come
 * back by a reflecting link. The n-th of equal frames at one place is the n-th at another.
 */

/** Clocks of two places that differ by more make two frames of one. */
const SAME = 100;
/** No device says the same twice in so short a time; a reflection does. */
const AT_ONCE = 1;

/** Octets by which frames are told apart: more than any LACPDU has. */
const LONGEST = 1_500;

interface Seen {
  readonly first: number;
  last: number;
  readonly counts: Map<string, number>;
}

export class Duplicates {
  readonly #seen = new Map<string, Seen>();

  /** Whether this frame was seen before; remembers it. `at` in milliseconds, not before that of the last call. */
  has(place: string, frame: Uint8Array, at: number): boolean {
    for (const [key, { first }] of this.#seen) {
      if (at - first <= SAME) break; // in order of time
      this.#seen.delete(key);
    }
    const key = String.fromCharCode(...frame.subarray(0, LONGEST));
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      this.#seen.set(key, { first: at, last: at, counts: new Map([[place, 1]]) });
      return false;
    }
    const here = (seen.counts.get(place) ?? 0) + 1;
    const most = Math.max(...seen.counts.values());
    const atOnce = here > 1 && at - seen.last < AT_ONCE;
    if (!atOnce) seen.counts.set(place, here);
    seen.last = at;
    return atOnce || here <= most;
  }
}
