/**
 * What a router says to the sender of a packet that it could not send on: RFC 792, RFC 4443. A frame of its own, made
 * seldom: it may allocate.
 */
import { ETHERNET_HEADER, ICMPV6, IPV4_FROM, IPV6_FROM, u16 } from './frame.js';

export type IcmpError = 'expired' | 'unreachable' | 'prohibited' | 'toobig';

/** Type and code. */
const ICMP = { expired: [11, 0], unreachable: [3, 0], prohibited: [3, 13], toobig: [3, 4] } as const;
const ICMP6 = { expired: [3, 0], unreachable: [1, 0], prohibited: [1, 1], toobig: [2, 0] } as const;
const PROTOCOL_ICMP = 1;
const PROTOCOL_ICMPV6 = 58;
const HOPS = 64;
/** RFC 792: the header and 8 octets more; RFC 4443: as much as fits into 1280 octets. */
const QUOTED_TRANSPORT = 8;
const QUOTED_IPV6 = 1280 - 40 - 8;
/** ICMP messages that are no errors may be answered with one. */
const ICMP_QUERIES = [8, 13, 15, 17];

export interface Undelivered {
  readonly bytes: Uint8Array;
  /** Of the frame. */
  readonly start: number;
  readonly length: number;
}

/**
 * The frame that tells the sender, from `router` (4 or 16 octets, the packet's own family) at the same MAC address.
 * `mtu` is for `toobig`. Undefined: nothing is to be said about an error, nor about a fragment that is not the first.
 */
export function icmpErrorFor(
  packet: Undelivered,
  error: IcmpError,
  router: Uint8Array,
  mtu = 0,
): Uint8Array | undefined {
  return router.length === 4 ? icmp(packet, error, router, mtu) : icmpv6(packet, error, router, mtu);
}

function icmp({ bytes, start, length }: Undelivered, error: IcmpError, router: Uint8Array, mtu: number) {
  const ip = start + ETHERNET_HEADER;
  const header = ((bytes[ip] ?? 0) & 0x0f) * 4;
  const isFirst = (u16(bytes, ip + 6) & 0x1fff) === 0;
  const mayFragment = (u16(bytes, ip + 6) & 0x4000) === 0;
  const type = bytes[ip + header] ?? 0;
  if (!isFirst || (bytes[ip + 9] === PROTOCOL_ICMP && !ICMP_QUERIES.includes(type))) return undefined;
  if (error === 'toobig' && mayFragment) return undefined;
  const quoted = bytes.subarray(ip, Math.min(start + length, ip + header + QUOTED_TRANSPORT));
  const message = [...ICMP[error], 0, 0, 0, 0, ...octets16(mtu), ...quoted];
  message.splice(2, 2, ...octets16(checksum(message)));
  const head = [0x45, 0, ...octets16(20 + message.length), 0, 0, 0, 0, HOPS, PROTOCOL_ICMP, 0, 0];
  head.push(...router, ...bytes.subarray(start + IPV4_FROM, start + IPV4_FROM + 4));
  head.splice(10, 2, ...octets16(checksum(head)));
  return framed(bytes, start, [...head, ...message]);
}

function icmpv6({ bytes, start, length }: Undelivered, error: IcmpError, router: Uint8Array, mtu: number) {
  const ip = start + ETHERNET_HEADER;
  const isError = bytes[ip + 6] === PROTOCOL_ICMPV6 && (bytes[start + ICMPV6] ?? 0) < 128;
  if (isError) return undefined;
  const quoted = bytes.subarray(ip, Math.min(start + length, ip + QUOTED_IPV6));
  const message = [...ICMP6[error], 0, 0, 0, 0, ...octets16(mtu), ...quoted];
  const ends = [...router, ...bytes.subarray(start + IPV6_FROM, start + IPV6_FROM + 16)];
  const pseudo = [...ends, 0, 0, ...octets16(message.length), 0, 0, 0, PROTOCOL_ICMPV6];
  message.splice(2, 2, ...octets16(checksum([...pseudo, ...message])));
  const head = [0x60, 0, 0, 0, ...octets16(message.length), PROTOCOL_ICMPV6, HOPS, ...ends];
  return framed(bytes, start, [...head, ...message]);
}

/** Back to the sender, with its own MAC address: the master's. */
function framed(bytes: Uint8Array, start: number, packet: readonly number[]): Uint8Array {
  const sender = bytes.subarray(start + 6, start + 12);
  return Uint8Array.from([...sender, ...sender, ...bytes.subarray(start + 12, start + 14), ...packet]);
}

function checksum(octets: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i += 2) sum += ((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0);
  return 0xffff - (sum % 0xffff);
}

const octets16 = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff];
