/** MAC addresses as text (`00:01:e6:16:87:80`) and as six octets. */
import type { Mac } from './variables.js';

const MAC_PATTERN = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** True for the one spelling used inside: six pairs of lower-case hex digits with colons. */
export function isMac(text: string): text is Mac {
  return MAC_PATTERN.test(text);
}

/** True for a group (multicast or broadcast) address: the lowest bit of the first octet is set. */
export function isGroup(mac: Mac): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** The six octets of an address. Throws a RangeError on anything that `isMac` refuses: a mistake of ours. */
export function macToBytes(mac: Mac): Uint8Array {
  if (!isMac(mac)) throw new RangeError(`not a MAC address: ${JSON.stringify(mac)}`);
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}

/** The address at `offset`. The caller has checked that six octets are there (a RangeError otherwise). */
export function macFromBytes(bytes: Uint8Array, offset = 0): Mac {
  if (offset < 0 || offset + 6 > bytes.length) throw new RangeError(`no MAC address at octet ${offset}`);
  return Array.from(bytes.subarray(offset, offset + 6), (octet) => HEX[octet]).join(':');
}
