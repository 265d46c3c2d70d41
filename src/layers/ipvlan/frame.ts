/** Questions about a frame in `bytes` that begins at `start`. What a form promises to be there is read unchecked. */

/** What a frame is, when all the headers that are looked at are there. */
export const Form = { CUT: 0, OTHER: 1, ARP: 2, IPV4: 3, IPV6: 4 } as const;
export type Form = (typeof Form)[keyof typeof Form];

const TYPE = 12;
export const ETHERNET_HEADER = 14;
const TYPE_ARP = 0x0806;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;

/** RFC 826, for Ethernet and IPv4. */
const ARP_LENGTH = 28;
const ARP_HARDWARE = ETHERNET_HEADER;
const ARP_PROTOCOL = ETHERNET_HEADER + 2;
const ARP_LENGTHS = ETHERNET_HEADER + 4;
const ARP_OPERATION = ETHERNET_HEADER + 6;
export const ARP_SENDER_MAC = ETHERNET_HEADER + 8;
export const ARP_SENDER_IP = ETHERNET_HEADER + 14;
export const ARP_TARGET_IP = ETHERNET_HEADER + 24;
const ARP_REQUEST = 1;
const ARP_REPLY = 2;

const IPV4_HEADER = 20;
export const IPV4_FROM = ETHERNET_HEADER + 12;
export const IPV4_TO = ETHERNET_HEADER + 16;

const IPV6_HEADER = 40;
const IPV6_NEXT = ETHERNET_HEADER + 6;
const IPV6_HOPS = ETHERNET_HEADER + 7;
export const IPV6_FROM = ETHERNET_HEADER + 8;
export const IPV6_TO = ETHERNET_HEADER + 24;

/** ICMPv6 (RFC 4443) directly behind the IPv6 header; Neighbour Discovery is RFC 4861. */
export const ICMPV6 = ETHERNET_HEADER + IPV6_HEADER;
export const ND_TARGET = ICMPV6 + 8;
const NEXT_ICMPV6 = 58;
export const ROUTER_SOLICITATION = 133;
export const NEIGHBOUR_SOLICITATION = 135;
export const NEIGHBOUR_ADVERTISEMENT = 136;
export const REDIRECT = 137;
/** What all Neighbour Discovery has, so that no router can have forwarded it. */
const ND_HOPS = 255;

/** The form of the frame that ends before `end`. */
export function formOf(bytes: Uint8Array, start: number, end: number): Form {
  if (start + ETHERNET_HEADER > end) return Form.CUT;
  const version = (bytes[start + ETHERNET_HEADER] ?? 0) >>> 4;
  switch (u16(bytes, start + TYPE)) {
    case TYPE_IPV4: {
      if (start + ETHERNET_HEADER + IPV4_HEADER > end || version !== 4) return Form.CUT;
      const header = ((bytes[start + ETHERNET_HEADER] ?? 0) & 0x0f) * 4;
      return header < IPV4_HEADER || start + ETHERNET_HEADER + header > end ? Form.CUT : Form.IPV4;
    }
    case TYPE_IPV6:
      return start + ETHERNET_HEADER + IPV6_HEADER > end || version !== 6 ? Form.CUT : Form.IPV6;
    case TYPE_ARP: {
      if (start + ETHERNET_HEADER + ARP_LENGTH > end) return Form.CUT;
      const isEthernet = u16(bytes, start + ARP_HARDWARE) === 1 && u16(bytes, start + ARP_LENGTHS) === 0x0604;
      return isEthernet && u16(bytes, start + ARP_PROTOCOL) === TYPE_IPV4 ? Form.ARP : Form.OTHER;
    }
    default:
      return Form.OTHER;
  }
}

/** To a group MAC address. */
export function isGroup(bytes: Uint8Array, start: number): boolean {
  return ((bytes[start] ?? 0) & 1) === 1;
}

export function sameMac(bytes: Uint8Array, at: number, mac: Uint8Array): boolean {
  for (let i = 0; i < 6; i++) if (bytes[at + i] !== mac[i]) return false;
  return true;
}

export function isArpRequest(bytes: Uint8Array, start: number): boolean {
  return u16(bytes, start + ARP_OPERATION) === ARP_REQUEST;
}

export function isArpReply(bytes: Uint8Array, start: number): boolean {
  return u16(bytes, start + ARP_OPERATION) === ARP_REPLY;
}

/** An ARP request of one that asks whether its address to be is free (RFC 5227). */
export function isProbe(bytes: Uint8Array, start: number): boolean {
  return isArpRequest(bytes, start) && isZero(bytes, start + ARP_SENDER_IP, 4);
}

/** The source is 0.0.0.0 or ::. */
export function isUnspecified(bytes: Uint8Array, start: number, form: Form): boolean {
  return form === Form.IPV4 ? isZero(bytes, start + IPV4_FROM, 4) : isZero(bytes, start + IPV6_FROM, 16);
}

/** The packet is for a group of hosts, or all. */
export function isToGroup(bytes: Uint8Array, start: number, form: Form): boolean {
  if (form === Form.IPV6) return bytes[start + IPV6_TO] === 0xff;
  const first = bytes[start + IPV4_TO] ?? 0;
  return (first >= 224 && first < 240) || u32(bytes, start + IPV4_TO) === 0xffff_ffff;
}

/**
 * No single host beyond this link can have the destination: IPv4 0/8, 127/8 and from 224 on; IPv6 ::/64 (with ::1 and
 * the ways to write IPv4), fe80::/10 and groups.
 */
export function isNoDestination(bytes: Uint8Array, start: number, form: Form): boolean {
  if (form === Form.IPV4) {
    const first = bytes[start + IPV4_TO] ?? 0;
    return first === 0 || first === 127 || first >= 224;
  }
  if (form !== Form.IPV6) return false;
  const first = u16(bytes, start + IPV6_TO);
  return (first & 0xffc0) === 0xfe80 || first >= 0xff00 || isZero(bytes, start + IPV6_TO, 8);
}

/** ICMPv6 behind the IPv6 header, and the octet of its type is there. */
export function isIcmpv6(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes[start + IPV6_NEXT] === NEXT_ICMPV6 && start + ICMPV6 < end;
}

/** A Neighbour Solicitation. */
export function isSolicitation(bytes: Uint8Array, start: number, end: number): boolean {
  return isIcmpv6(bytes, start, end) && bytes[start + ICMPV6] === NEIGHBOUR_SOLICITATION;
}

/** A receiver could take an IPv6 packet for Neighbour Discovery, perhaps behind extension headers. */
export function mayBeNd(bytes: Uint8Array, start: number): boolean {
  const next = bytes[start + IPV6_NEXT] ?? 0;
  return bytes[start + IPV6_HOPS] === ND_HOPS && (next === NEXT_ICMPV6 || isExtension(next));
}

/** Hop-by-Hop, Routing, Fragment, Authentication, Destination, Mobility, HIP, Shim6. */
function isExtension(next: number): boolean {
  return (
    next === 0 ||
    next === 43 ||
    next === 44 ||
    next === 51 ||
    next === 60 ||
    next === 135 ||
    next === 139 ||
    next === 140
  );
}

function isZero(bytes: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bytes[at + i] !== 0) return false;
  return true;
}

export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function u32(bytes: Uint8Array, at: number): number {
  return ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0;
}
