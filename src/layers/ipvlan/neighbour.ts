/**
 * What a slave may say to its neighbours of addresses: that an address of its own is at the MAC address that it shares
 * with the master, and nothing else. It may ask for any address.
 */
import {
  ARP_SENDER_MAC,
  ICMPV6,
  isArpReply,
  isArpRequest,
  isGroup,
  isIcmpv6,
  isProbe,
  mayBeNd,
  ND_TARGET,
  NEIGHBOUR_ADVERTISEMENT,
  NEIGHBOUR_SOLICITATION,
  REDIRECT,
  ROUTER_SOLICITATION,
  sameMac,
} from './frame.js';

/** Options of Neighbour Discovery (RFC 4861 4.6.1), their length in units of 8 octets. */
const SOURCE_LINK_LAYER = 1;
const TARGET_LINK_LAYER = 2;
const UNIT = 8;
/** What is behind so many options is not looked for: the message is refused. A bound for the programs in the kernel. */
const MOST_OPTIONS = 4;

/** `senderOwn`: the sender's IP address is the slave's. A probe has none yet; it goes to all. */
export function arpOfSlave(bytes: Uint8Array, start: number, mac: Uint8Array, senderOwn: boolean): boolean {
  if (!sameMac(bytes, start + ARP_SENDER_MAC, mac)) return false;
  if (senderOwn) return isArpRequest(bytes, start) || isArpReply(bytes, start);
  return isProbe(bytes, start) && isGroup(bytes, start);
}

/** An IPv6 packet that a receiver takes for Neighbour Discovery, or could behind its extension headers. */
export function isNd(bytes: Uint8Array, start: number, end: number): boolean {
  if (!mayBeNd(bytes, start)) return false;
  const type = bytes[start + ICMPV6] ?? 0;
  return !isIcmpv6(bytes, start, end) || (type >= ROUTER_SOLICITATION && type <= REDIRECT);
}

/**
 * For packets of `isNd`. Refused are those with extension headers, advertisements of routers, redirects, and what names
 * another MAC address. `targetOwn`: the target is an address of the slave.
 */
export function ndOfSlave(bytes: Uint8Array, start: number, end: number, mac: Uint8Array, targetOwn: boolean): boolean {
  if (!isIcmpv6(bytes, start, end)) return false;
  const type = bytes[start + ICMPV6];
  if (type === ROUTER_SOLICITATION) return namesOnly(bytes, start + ICMPV6 + UNIT, end, mac);
  if (type !== NEIGHBOUR_SOLICITATION && !(type === NEIGHBOUR_ADVERTISEMENT && targetOwn)) return false;
  return namesOnly(bytes, start + ND_TARGET + 16, end, mac);
}

/** All options are whole, and link-layer addresses among them are `mac`. */
function namesOnly(bytes: Uint8Array, first: number, end: number, mac: Uint8Array): boolean {
  let at = first;
  for (let i = 0; i < MOST_OPTIONS && at < end; i++) {
    const type = bytes[at] ?? 0;
    const length = (at + 1 < end ? (bytes[at + 1] ?? 0) : 0) * UNIT;
    if (length === 0 || at + length > end) return false;
    if ((type === SOURCE_LINK_LAYER || type === TARGET_LINK_LAYER) && !sameMac(bytes, at + 2, mac)) return false;
    at += length;
  }
  return at === end;
}
