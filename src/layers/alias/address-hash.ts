/**
 * Addresses by hash, as net_alias finds the alias of a packet: 256 chains where the limit of aliases is 256 or more,
 * else 16; the address's word is folded by XOR into the number of its chain.
 */
import type { AddressType } from './address-type.js';

export type HashSize = 16 | 256;

const MANY = 256;

/** For a limit of aliases per device. */
export const hashSize = (limit: number): HashSize => (limit >= MANY ? 256 : 16);

export function hashKey(size: HashSize, word: number): number {
  const half = word ^ (word >>> 16);
  const octet = half ^ (half >>> 8);
  return size === 256 ? octet & 0xff : (octet ^ (octet >>> 4)) & 0x0f;
}

interface Entry<Value> {
  readonly family: number;
  readonly address: Uint8Array;
  readonly value: Value;
}

/** Of one device; several families share it. */
export class AddressHash<Value> {
  readonly #chains: Entry<Value>[][];

  constructor(readonly size: HashSize) {
    this.#chains = Array.from({ length: size }, () => []);
  }

  add({ family, word }: AddressType, address: Uint8Array, value: Value): void {
    this.#chain(word(address)).push({ family, address, value });
  }

  remove({ family, word }: AddressType, address: Uint8Array): void {
    const chain = this.#chain(word(address));
    const at = chain.findIndex((entry) => entry.family === family && same(entry.address, address));
    if (at >= 0) chain.splice(at, 1);
  }

  find({ family, word }: AddressType, address: Uint8Array): Value | undefined {
    for (const entry of this.#chain(word(address))) {
      if (entry.family === family && same(entry.address, address)) return entry.value;
    }
    return undefined;
  }

  #chain(word: number): Entry<Value>[] {
    return this.#chains[hashKey(this.size, word)] ?? []; // a key is less than the size
  }
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
