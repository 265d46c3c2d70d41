/**
 * Whom a packet of a main device counts for, as a table: the addresses that are looked up by hash, and the networks of
 * which the longest wins. Both data paths work from it; only here is decided what stands in it.
 */
import { same } from './address-hash.js';

/** In the place of a slot: the main device itself. */
export const MAIN = 0xffff_ffff;

export interface NetworkAddress {
  readonly family: number;
  readonly address: Uint8Array;
  /** Of the network part. */
  readonly length: number;
}

export interface CountedAlias extends NetworkAddress {
  readonly slot: number;
}

export interface AddressEntry {
  readonly family: number;
  readonly address: Uint8Array;
  /** Or MAIN. */
  readonly slot: number;
  /** Its network is no part of the main device's: packets to it go by a route of its own. */
  readonly ownRoute: boolean;
}

export interface NetworkEntry {
  readonly family: number;
  /** Bits behind the length are 0. */
  readonly network: Uint8Array;
  readonly length: number;
  /** Or MAIN. */
  readonly slot: number;
}

export interface CountingTable {
  readonly addresses: readonly AddressEntry[];
  readonly networks: readonly NetworkEntry[];
}

export const EMPTY_TABLE: CountingTable = { addresses: [], networks: [] };

/**
 * `main`: the main device's own addresses; `aliases`: those that are up, in order. Where two have the same address or
 * the same network, the first has it, and the main device comes before all.
 */
export function countingTable(main: readonly NetworkAddress[], aliases: readonly CountedAlias[]): CountingTable {
  const addresses: AddressEntry[] = [];
  const networks: NetworkEntry[] = [];
  const add = (of: NetworkAddress, slot: number, ownRoute: boolean) => {
    const { family, address, length } = of;
    const network = networkOf(of);
    if (!addresses.some((entry) => entry.family === family && same(entry.address, address))) {
      addresses.push({ family, address, slot, ownRoute });
    }
    if (!networks.some((entry) => entry.family === family && entry.length === length && same(entry.network, network))) {
      networks.push({ family, network, length, slot });
    }
  };
  for (const own of main) add(own, MAIN, false);
  for (const alias of aliases) add(alias, alias.slot, hasOwnRoute(alias, main));
  return { addresses, networks };
}

/** Whether packets to an alias's network go by a route of its own, and not by that of the main device. */
export function hasOwnRoute(alias: NetworkAddress, main: readonly NetworkAddress[]): boolean {
  return !main.some((own) => own.length <= alias.length && isIn(own, alias));
}

/** Whether an address is in the network of another. */
export function isIn(network: NetworkAddress, of: Pick<NetworkAddress, 'family' | 'address'>): boolean {
  if (network.family !== of.family) return false;
  return same(masked(of.address, network.length), networkOf(network));
}

export const networkOf = ({ address, length }: NetworkAddress): Uint8Array => masked(address, length);

export function masked(address: Uint8Array, length: number): Uint8Array {
  return address.map((octet, index) => octet & ~(0xff >> Math.min(8, Math.max(0, length - index * 8))));
}
