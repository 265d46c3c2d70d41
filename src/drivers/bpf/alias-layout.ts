/** The maps of alias.c once more, for the control plane; one set for each main device. */
import type { AddressEntry, NetworkEntry } from '../../layers/alias/counting-table.js';
import type { MapShape } from '../sys/bpf-maps.js';
import { BpfObject } from './bpf-object.js';

export const ALIAS_PROGRAMS = ['alias_receive', 'alias_transmit', 'alias_rx', 'alias_tx'] as const;
export type AliasProgram = (typeof ALIAS_PROGRAMS)[number];

/** Words (64 bits) of an entry of `counts`. */
export const COUNT_WORDS = ['rxPackets', 'rxOctets', 'txPackets', 'txOctets', 'sourcePackets', 'sourceOctets'] as const;
export type AliasCounts = Readonly<Record<(typeof COUNT_WORDS)[number], number>>;
export const NO_COUNTS: AliasCounts = {
  rxPackets: 0,
  rxOctets: 0,
  txPackets: 0,
  txOctets: 0,
  sourcePackets: 0,
  sourceOctets: 0,
};

/** Addresses of one device, aliases and its own. */
const MOST = 8_192;
const ADDRESS = 20;
const OWNER = 8;

const table = (type: MapShape['type'], keyOctets: number, valueOctets: number) =>
  ({ type, keyOctets, valueOctets, entries: MOST, shareable: false }) as const;

export const ALIAS_MAPS = {
  /** struct address -> struct owner. */
  addresses: table('hash', ADDRESS, OWNER),
  /** struct network -> struct owner. */
  networks: table('longest prefix', 4 + ADDRESS, OWNER),
  /** slot or MAIN -> words. */
  counts: table('per-CPU hash', 4, COUNT_WORDS.length * 8),
} as const satisfies Readonly<Record<string, MapShape>>;

export type AliasMapName = keyof typeof ALIAS_MAPS;
export type AliasMaps = Readonly<Record<AliasMapName, number>>;

export const ALIAS_OBJECT = new BpfObject<AliasMapName, AliasProgram>('./alias.o', 'alias', ALIAS_MAPS);

/** struct address: what stands behind an IPv4 address is 0. */
export function addressKey(family: number, address: Uint8Array): Buffer {
  const key = Buffer.alloc(ADDRESS);
  key.writeUInt32LE(family);
  key.set(address, 4);
  return key;
}

/** struct network: the family counts as 32 more bits. */
export function networkKey({ family, network, length }: NetworkEntry): Buffer {
  const key = Buffer.alloc(4 + ADDRESS);
  key.writeUInt32LE(32 + length);
  key.set(addressKey(family, network), 4);
  return key;
}

const OWN_ROUTE = 1;

/** struct owner. */
export function ownerValue({ slot, ownRoute = false }: { slot: number; ownRoute?: AddressEntry['ownRoute'] }): Buffer {
  const value = Buffer.alloc(OWNER);
  value.writeUInt32LE(slot);
  value.writeUInt32LE(ownRoute ? OWN_ROUTE : 0, 4);
  return value;
}
