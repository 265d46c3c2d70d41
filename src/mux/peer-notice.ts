/**
 * Frames that tell switches and neighbours where an interface is now: for each IPv4 address a gratuitous ARP request
 * (RFC 5227 2.3), for each IPv6 address an unsolicited Neighbour Advertisement (RFC 4861 7.2.6), and without any address
 * a RARP request, by which a switch learns the MAC address all the same and which no host answers.
 */
import { macToBytes } from '../lacp/mac.js';
import type { Mac } from '../lacp/variables.js';

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const TYPE_ARP = 0x0806;
const TYPE_RARP = 0x8035;
const TYPE_IPV6 = 0x86dd;
const ARP_REQUEST = 1;
const RARP_REQUEST = 3;
const ICMPV6 = 58;
const OVERRIDE = 0x2000_0000;

/** `addresses`: 4 or 16 octets each. */
export function peerNotices(mac: Mac, addresses: readonly Uint8Array[]): Uint8Array[] {
  const own = macToBytes(mac);
  if (addresses.length === 0) {
    const unknown = new Uint8Array(4);
    return [ethernet(BROADCAST, own, TYPE_RARP, arp(RARP_REQUEST, own, unknown, own, unknown))];
  }
  return addresses.map((address) =>
    address.length === 4
      ? ethernet(BROADCAST, own, TYPE_ARP, arp(ARP_REQUEST, own, address, new Uint8Array(6), address))
      : ethernet('33:33:00:00:00:01', own, TYPE_IPV6, advertisement(own, address)),
  );
}

/** With the padding to the least length of a frame. */
function ethernet(to: Mac, from: Uint8Array, type: number, body: readonly number[]): Uint8Array {
  const frame = new Uint8Array(Math.max(60, 14 + body.length));
  frame.set([...macToBytes(to), ...from, ...word16(type), ...body]);
  return frame;
}

function arp(
  operation: number,
  ...[senderMac, sender, targetMac, target]: [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
) {
  const ethernetAndIpv4 = [...word16(1), ...word16(0x0800), 6, 4];
  return [...ethernetAndIpv4, ...word16(operation), ...senderMac, ...sender, ...targetMac, ...target];
}

/** To all nodes, from the address itself. */
function advertisement(mac: Uint8Array, address: Uint8Array): number[] {
  const targetLinkLayer = [2, 1, ...mac];
  const body = [...word32(OVERRIDE), ...address, ...targetLinkLayer];
  const length = 4 + body.length;
  const allNodes = [0xff, 0x02, ...new Uint8Array(13), 1];
  const pseudoHeader = [...address, ...allNodes, ...word32(length), ...word32(ICMPV6)];
  const message = (sum: number) => [136, 0, ...word16(sum), ...body];
  const header = [0x60, 0, 0, 0, ...word16(length), ICMPV6, 255, ...address, ...allNodes];
  return [...header, ...message(checksum([...pseudoHeader, ...message(0)]))];
}

/** Of the Internet (RFC 1071), over an even number of octets. */
function checksum(octets: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const word16 = (value: number) => [value >>> 8, value & 0xff];
const word32 = (value: number) => [...word16(value >>> 16), ...word16(value & 0xffff)];
