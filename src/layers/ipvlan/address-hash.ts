/** Whose an address is: a hash over the addresses of all slaves, read in place from a frame. */
import { NOBODY } from './verdict.js';

/** Words of a place: length of the address (0: free), owner, four words of address. */
const PLACE = 6;

export class AddressHash {
  readonly #places: Int32Array;
  readonly #mask: number;

  /** `owned[i]`: addresses of owner i, each of 4 or 16 octets. An address that stands twice is its first owner's. */
  constructor(owned: readonly (readonly Uint8Array[])[]) {
    const count = owned.reduce((sum, addresses) => sum + addresses.length, 0);
    // At most half full: a search for an address that is not there ends soon.
    const size = 2 ** Math.ceil(Math.log2(Math.max(count, 4) * 2));
    this.#mask = size - 1;
    this.#places = new Int32Array(size * PLACE);
    for (const [owner, addresses] of owned.entries()) {
      for (const address of addresses) {
        if (address.length !== 4 && address.length !== 16)
          throw new RangeError(`${address.length} octets are no address`);
        const place = this.#find(address, 0, address.length);
        if (this.#places[place] !== 0) continue;
        this.#places[place] = address.length;
        this.#places[place + 1] = owner;
        for (let word = 0; word < address.length / 4; word++)
          this.#places[place + 2 + word] = wordAt(address, word * 4);
      }
    }
  }

  /** Owner of the address of `length` octets at `at`, which must be there; NOBODY. */
  owner(bytes: Uint8Array, at: number, length: 4 | 16): number {
    const place = this.#find(bytes, at, length);
    return this.#places[place] === 0 ? NOBODY : (this.#places[place + 1] ?? NOBODY);
  }

  /** The place of the address, or the free one where it would be. */
  #find(bytes: Uint8Array, at: number, length: number): number {
    let hash = length;
    for (let octet = 0; octet < length; octet += 4) hash = Math.imul(hash ^ wordAt(bytes, at + octet), 0x9e37_79b1);
    for (let i = (hash ^ (hash >>> 15)) & this.#mask; ; i = (i + 1) & this.#mask) {
      const place = i * PLACE;
      if (this.#places[place] === 0 || this.#holds(place, bytes, at, length)) return place;
    }
  }

  #holds(place: number, bytes: Uint8Array, at: number, length: number): boolean {
    if (this.#places[place] !== length) return false;
    for (let word = 0; word < length / 4; word++)
      if (this.#places[place + 2 + word] !== wordAt(bytes, at + word * 4)) return false;
    return true;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
