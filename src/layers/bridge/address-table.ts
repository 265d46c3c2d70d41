/**
 * The filtering database of the learning bridge (802.1D-1998 7.9): which address was last heard on which port. Of fixed
 * size, without allocation per frame, over memory that another thread may look into at any time.
 *
 * Open addressing with linear probing. The key is VLAN and address: word `high` = VLAN << 16 | first two octets,
 * word `low` = the other four. A port is any positive number (an ifindex); 0 marks a free place.
 */
import type { LearnedAddress } from '../../aggregator/io.js';
import type { Mac } from '../../lacp/variables.js';

/** Most addresses; a station beyond them is not learned, frames to it are flooded. */
export const MOST_ADDRESSES = 16_384;

/** Words of the head. */
const COUNT = 0;
/** Odd while an entry is being moved or made; grows with each. */
const WRITES = 1;
const HEAD = 2;

export class AddressTable {
  readonly shared: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  readonly #port: Int32Array;
  /** When it was heard last, in milliseconds of the writer's clock. */
  readonly #seen: Float64Array;
  readonly #places: number;
  readonly #most: number;

  /** `most`: a power of two. The table is at most half full. */
  constructor(most = MOST_ADDRESSES, shared?: SharedArrayBuffer) {
    const places = 2 * most;
    this.shared = shared ?? new SharedArrayBuffer(places * 20 + HEAD * 4);
    this.#most = most;
    this.#places = places;
    this.#seen = new Float64Array(this.shared, 0, places);
    this.#high = new Uint32Array(this.shared, places * 8, places);
    this.#low = new Uint32Array(this.shared, places * 12, places);
    this.#port = new Int32Array(this.shared, places * 16, places);
    this.#head = new Int32Array(this.shared, places * 20, HEAD);
  }

  /** Addresses in it, also such as have grown too old meanwhile. */
  get size(): number {
    return this.#head[COUNT] ?? 0;
  }

  /** The port of an address that was heard at `oldest` or later; 0: not known. */
  find(high: number, low: number, oldest: number): number {
    const at = this.#placeOf(high, low);
    return (this.#seen[at] ?? 0) >= oldest ? (this.#port[at] ?? 0) : 0;
  }

  /** Heard on a port. False: the table is full. */
  learn(high: number, low: number, port: number, now: number): boolean {
    const at = this.#placeOf(high, low);
    if (this.#port[at] === port) {
      this.#seen[at] = now;
      return true;
    }
    const fresh = this.#port[at] === 0;
    if (fresh && this.size >= this.#most) return false;
    this.#changing(() => {
      this.#high[at] = high;
      this.#low[at] = low;
      this.#seen[at] = now;
      this.#port[at] = port;
      if (fresh) this.#head[COUNT] = this.size + 1;
    });
    return true;
  }

  /** Forgets what was heard before `oldest`, and what was heard on a port that `gone` names. */
  sweep(oldest: number, gone?: (port: number) => boolean): void {
    for (let at = 0; at < this.#places; ) {
      const port = this.#port[at] ?? 0;
      const old = port !== 0 && ((this.#seen[at] ?? 0) < oldest || gone?.(port) === true);
      // What is moved into the place must be looked at too.
      if (old) this.#remove(at);
      else at++;
    }
  }

  /** All that was heard at `oldest` or later. `now` on the writer's clock. Another thread may write meanwhile. */
  entries(now: number, oldest: number): LearnedAddress[] {
    for (let attempt = 0; ; attempt++) {
      const writes = Atomics.load(this.#head, WRITES);
      const found = this.#read(now, oldest);
      const calm = (writes & 1) === 0 && Atomics.load(this.#head, WRITES) === writes;
      // Under a flood of new addresses the last reading will do: it is for people.
      if (calm || attempt === 3) return found;
    }
  }

  #read(now: number, oldest: number): LearnedAddress[] {
    const found: LearnedAddress[] = [];
    for (let at = 0; at < this.#places; at++) {
      const port = this.#port[at] ?? 0;
      const seen = this.#seen[at] ?? 0;
      if (port === 0 || seen < oldest) continue;
      const [high, low] = [this.#high[at] ?? 0, this.#low[at] ?? 0];
      found.push({ mac: macOf(high, low), vlan: high >>> 16, port, age: Math.max(0, now - seen) });
    }
    return found;
  }

  /** Where the address is, or would be put. */
  #placeOf(high: number, low: number): number {
    let at = this.#home(high, low);
    while (this.#port[at] !== 0 && (this.#low[at] !== low || this.#high[at] !== high))
      at = (at + 1) & (this.#places - 1);
    return at;
  }

  #home(high: number, low: number): number {
    const mixed = Math.imul(high ^ Math.imul(low, 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#places - 1);
  }

  /** Backward-shift deletion: later entries of the run move up, so that none is lost behind the hole. */
  #remove(place: number): void {
    this.#changing(() => {
      let hole = place;
      for (let at = (hole + 1) & (this.#places - 1); this.#port[at] !== 0; at = (at + 1) & (this.#places - 1)) {
        const home = this.#home(this.#high[at] ?? 0, this.#low[at] ?? 0);
        const reach = (at - home) & (this.#places - 1);
        if (reach < ((at - hole) & (this.#places - 1))) continue; // its home lies behind the hole
        this.#high[hole] = this.#high[at] ?? 0;
        this.#low[hole] = this.#low[at] ?? 0;
        this.#seen[hole] = this.#seen[at] ?? 0;
        this.#port[hole] = this.#port[at] ?? 0;
        hole = at;
      }
      this.#port[hole] = 0;
      this.#head[COUNT] = this.size - 1;
    });
  }

  #changing(act: () => void): void {
    Atomics.add(this.#head, WRITES, 1);
    act();
    Atomics.add(this.#head, WRITES, 1);
  }
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

function macOf(high: number, low: number): Mac {
  const digits = hex(high & 0xffff, 4) + hex(low, 8);
  return digits.replace(/..(?=.)/g, '$&:');
}
