/** IP_ALIAS: aliases of AF_INET. */
import type { AddressType } from './address-type.js';

/** Strictly four decimal numbers: a leading zero would mean octal to some readers and decimal to others. */
const QUAD = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;

export const ipv4: AddressType = {
  family: 2,
  name: 'ip',
  octets: 4,
  word: (address) => (at(address, 0) << 24) | (at(address, 1) << 16) | (at(address, 2) << 8) | at(address, 3),
  read(text) {
    const octets = QUAD.exec(text)?.slice(1).map(Number);
    return octets === undefined || octets.some((octet) => octet > 255) ? undefined : Uint8Array.from(octets);
  },
  print: (address) => address.join('.'),
  /** The classes of RFC 791. */
  defaultLength(address) {
    const first = at(address, 0);
    return first < 128 ? 8 : first < 192 ? 16 : 24;
  },
};

const at = (address: Uint8Array, index: number): number => address[index] ?? 0;

/** The last address of a network; undefined where there is none beside the ends of a link (/31, /32). */
export function broadcastOf(address: Uint8Array, length: number): Uint8Array | undefined {
  if (length > 30) return undefined;
  return address.map((octet, index) => octet | (0xff >> Math.min(8, Math.max(0, length - index * 8))));
}

/** `255.255.255.0` as a length; undefined: no mask, or one with holes. */
export function maskLength(text: string): number | undefined {
  const mask = ipv4.read(text);
  if (mask === undefined) return undefined;
  const word = ipv4.word(mask) >>> 0;
  const zeros = 32 - Math.clz32(~word >>> 0);
  return word === (zeros === 32 ? 0 : (0xffff_ffff << zeros) >>> 0) ? 32 - zeros : undefined;
}
