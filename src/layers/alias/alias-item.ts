/** An alias as a user configures it, read and checked, and printed again in one way. */
import type { AddressType } from './address-type.js';
import { AliasError } from './alias-error.js';
import { type AliasName, readAliasName } from './alias-name.js';
import { broadcastOf, ipv4, maskLength } from './ipv4.js';
import { ipv6 } from './ipv6.js';

/** Types of vethd. */
export const ALIAS_TYPES: readonly AddressType[] = [ipv4, ipv6];

/** Names of the options; the first may stand alone for all. */
export const ALIAS_OPTIONS = ['address', 'broadcast', 'state'] as const;
export type AliasOption = (typeof ALIAS_OPTIONS)[number];
/** The usual broadcast address of the network. */
export const AUTO = 'auto';

export interface AliasItem extends Pick<AliasName, 'name' | 'main' | 'slot'> {
  readonly type: AddressType;
  readonly address: Uint8Array;
  /** Of the network part. */
  readonly length: number;
  /** IPv4 only; undefined: none. */
  readonly broadcast: Uint8Array | undefined;
  readonly up: boolean;
}

/** Throws `AliasError`. */
export function readAliasItem(text: string, options: Readonly<Record<string, string>>): AliasItem {
  const { name, main, slot, deletes } = readAliasName(text);
  if (deletes) throw new AliasError('EINVAL', text, 'a minus deletes', `say ${name} to configure it`);
  const stray = Object.keys(options).find((key) => !ALIAS_OPTIONS.some((known) => known === key));
  if (stray !== undefined) {
    throw new AliasError('EINVAL', `${name} ${stray}`, 'no such option', `options are ${ALIAS_OPTIONS.join(', ')}`);
  }
  const { address: word, broadcast: asked, state = 'up' } = options;
  if (word === undefined) throw new AliasError('EINVAL', name, 'no address', `say ${name} 200.1.1.1/24`);
  const { type, address, length } = readAddress(name, word);
  if (state !== 'up' && state !== 'down') {
    throw new AliasError('EINVAL', `${name} state=${state}`, 'not a state', 'say up or down');
  }
  const usual = type === ipv4 ? broadcastOf(address, length) : undefined;
  const broadcast = asked === undefined || asked === AUTO ? usual : readBroadcast(name, type, asked);
  return { name, main, slot, type, address, length, broadcast, up: state === 'up' };
}

/** Options of an item as canonical text, defaults included. */
export function aliasOptions({ type, address, length, broadcast, up }: AliasItem): Record<AliasOption, string> {
  const usual = type === ipv4 ? broadcastOf(address, length) : undefined;
  const own = broadcast !== undefined && broadcast.join() !== usual?.join();
  return {
    address: addressText({ type, address, length }),
    broadcast: own ? broadcast.join('.') : AUTO,
    state: up ? 'up' : 'down',
  };
}

/** `200.1.1.1/24`. */
export const addressText = ({ type, address, length }: Pick<AliasItem, 'type' | 'address' | 'length'>): string =>
  `${type.print?.(address) ?? address.join('.')}/${length}`;

/** `200.1.1.1`, `200.1.1.1/24`, `200.1.1.1/255.255.255.0`, `2001:db8::1/64`. Throws `AliasError`. */
export function readAddress(name: string, word: string): Pick<AliasItem, 'type' | 'address' | 'length'> {
  const [text = '', mask, ...more] = word.split('/');
  for (const type of ALIAS_TYPES) {
    const address = type.read(text);
    if (address === undefined || more.length > 0) continue;
    checkStation(name, type, address, text);
    const length = mask === undefined ? type.defaultLength(address) : readLength(type, mask);
    if (length !== undefined) return { type, address, length };
    const most = type.octets * 8;
    throw new AliasError('EINVAL', `${name} ${word}`, `'${mask}' is no length of a network`, `say 1 to ${most}`);
  }
  throw new AliasError('EINVAL', `${name} ${word}`, 'not an address', 'say 200.1.1.1/24 or 2001:db8::1/64');
}

function readLength(type: AddressType, text: string): number | undefined {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : type === ipv4 ? maskLength(text) : undefined;
  return length !== undefined && length >= 1 && length <= type.octets * 8 ? length : undefined;
}

/** An address of one station. */
function checkStation(name: string, type: AddressType, address: Uint8Array, text: string): void {
  const [first = 0] = address;
  const isNone = address.every((octet) => octet === 0);
  const isGroup = type === ipv4 ? first >= 224 : first === 255;
  if (!isNone && !isGroup) return;
  const problem = isNone ? 'stands for no address' : 'stands for many stations';
  const repair = `say an address of its own; ${name}- deletes the alias`;
  throw new AliasError('EINVAL', `${name} ${text}`, problem, repair);
}

function readBroadcast(name: string, type: AddressType, text: string): Uint8Array {
  const address = type === ipv4 ? ipv4.read(text) : undefined;
  if (address !== undefined) return address;
  const problem = type === ipv4 ? 'not an IPv4 address' : 'IPv6 has no broadcast address';
  throw new AliasError('EINVAL', `${name} broadcast=${text}`, problem, 'leave it out for the usual one');
}
