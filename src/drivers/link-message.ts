/** Link and address messages of rtnetlink (struct ifinfomsg, struct ifaddrmsg) read into facts. Pure. */
import type { LinkFacts } from '../aggregator/io.js';
import type { Mac } from '../lacp/variables.js';
import { attributeText, attributeU32, decodeAttributes, type NetlinkMessage } from './netlink-message.js';
import { AF_INET, AF_INET6, ARPHRD_ETHER, IFF_LOOPBACK, IFF_LOWER_UP, IFF_UP } from './sys/constants.js';

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;

export const IFLA_ADDRESS = 1;
export const IFLA_IFNAME = 3;
export const IFLA_MTU = 4;
export const IFLA_LINK = 5;
export const IFLA_MASTER = 10;
export const IFLA_OPERSTATE = 16;
export const IFLA_LINKINFO = 18;
export const IFLA_IFALIAS = 20;
const IFLA_PROMISCUITY = 30;
export const IFLA_LINK_NETNSID = 37;
export const IFLA_INFO_KIND = 1;
export const IFLA_INFO_DATA = 2;
export const VETH_INFO_PEER = 1;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

const IF_OPER_UNKNOWN = 0;
const IF_OPER_UP = 6;

export const IFINFOMSG_SIZE = 16;
export const IFADDRMSG_SIZE = 8;

/** struct ifinfomsg: family, pad, type, index, flags, change (the mask of flags to change). */
export function ifinfomsg(ifindex: number, flags = 0, change = 0): Buffer {
  const buffer = Buffer.alloc(IFINFOMSG_SIZE);
  buffer.writeInt32LE(ifindex, 4);
  buffer.writeUInt32LE(flags, 8);
  buffer.writeUInt32LE(change, 12);
  return buffer;
}

/** What a link message says, as far as drivers use it; speed and duplex are not part of it. */
export interface LinkMessage {
  readonly facts: Omit<LinkFacts, 'speed' | 'duplex'>;
  /** IFF_*. */
  readonly flags: number;
  /** IFLA_IFALIAS. */
  readonly alias: string | undefined;
  /** `veth`, `vlan` ...; undefined for hardware. */
  readonly kind: string | undefined;
  /** IFLA_LINK as it stands, also when the other interface is in another namespace, whose id follows. */
  readonly link: number | undefined;
  readonly linkNetnsid: number | undefined;
}

/**
 * Reads RTM_NEWLINK or RTM_DELLINK. Undefined for a message about something else than the interface itself:
 * bridges report their ports under the same type (family AF_BRIDGE), even RTM_DELLINK when a port leaves them.
 */
export function readLink(message: NetlinkMessage): LinkMessage | undefined {
  const { payload } = message;
  if (payload.length < IFINFOMSG_SIZE || payload.readUInt8(0) !== 0) return undefined;
  const attributes = decodeAttributes(payload.subarray(IFINFOMSG_SIZE));
  const flags = payload.readUInt32LE(8);
  const link = attributeU32(attributes.get(IFLA_LINK));
  const linkNetnsid = attributeU32(attributes.get(IFLA_LINK_NETNSID));
  const info = attributes.get(IFLA_LINKINFO);
  const address = attributes.get(IFLA_ADDRESS);
  const ethernet = payload.readUInt16LE(2) === ARPHRD_ETHER;
  return {
    facts: {
      ifindex: payload.readInt32LE(4),
      name: attributeText(attributes.get(IFLA_IFNAME)) ?? '',
      mac: address?.length === 6 ? formatMac(address) : '00:00:00:00:00:00',
      mtu: attributeU32(attributes.get(IFLA_MTU)) ?? 0,
      adminUp: (flags & IFF_UP) !== 0,
      link: linkState(flags, attributes.get(IFLA_OPERSTATE)?.[0] ?? IF_OPER_UNKNOWN),
      loopback: (flags & IFF_LOOPBACK) !== 0,
      ethernet,
      // Not IFF_PROMISC: in messages that flag tells only what `ip link set promisc` said, not a bridge or a capture.
      promiscuous: (attributeU32(attributes.get(IFLA_PROMISCUITY)) ?? 0) > 0,
      master: attributeU32(attributes.get(IFLA_MASTER)),
      lower: linkNetnsid === undefined && link !== 0 ? link : undefined,
    },
    flags,
    alias: attributeText(attributes.get(IFLA_IFALIAS)),
    kind: info === undefined ? undefined : attributeText(decodeAttributes(info).get(IFLA_INFO_KIND)),
    link,
    linkNetnsid,
  };
}

/**
 * IF_OPER_UP is up; IF_OPER_UNKNOWN (the driver reports none) is unknown while the interface has a carrier;
 * everything else is down, also an interface that is administratively down.
 */
function linkState(flags: number, operstate: number): LinkFacts['link'] {
  if ((flags & IFF_UP) === 0) return 'down';
  if (operstate === IF_OPER_UP) return 'up';
  return operstate === IF_OPER_UNKNOWN && (flags & IFF_LOWER_UP) !== 0 ? 'unknown' : 'down';
}

export interface AddressMessage {
  readonly ifindex: number;
  /** `192.0.2.1/24`, `2001:db8:0:0:0:0:0:1/64` shortened as usual. */
  readonly address: string;
}

/** Reads RTM_NEWADDR or RTM_DELADDR; undefined for other families than IPv4 and IPv6. */
export function readAddress(message: NetlinkMessage): AddressMessage | undefined {
  const { payload } = message;
  if (payload.length < IFADDRMSG_SIZE) return undefined;
  const family = payload.readUInt8(0);
  const attributes = decodeAttributes(payload.subarray(IFADDRMSG_SIZE));
  // On a point-to-point interface IFA_ADDRESS is the far end; IFA_LOCAL is ours where there is one.
  const data = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
  const text = data === undefined ? undefined : formatAddress(family, data);
  if (text === undefined) return undefined;
  return { ifindex: payload.readUInt32LE(4), address: `${text}/${payload.readUInt8(1)}` };
}

/** Of 4 or 16 octets, without a length. */
export const addressText = (octets: Uint8Array): string =>
  formatAddress(octets.length === 4 ? AF_INET : AF_INET6, Buffer.from(octets)) ?? Buffer.from(octets).toString('hex');

function formatAddress(family: number, data: Buffer): string | undefined {
  if (family === AF_INET && data.length === 4) return data.join('.');
  if (family !== AF_INET6 || data.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, i) => data.readUInt16BE(2 * i).toString(16)).join(':');
  return shortenIpv6(groups);
}

/** RFC 5952: the longest run of two or more zero groups, the first among equals, becomes `::`. */
function shortenIpv6(groups: string): string {
  const runs = [...groups.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((match) => ({ at: match.index, text: match[0] }));
  const longest = runs.reduce<(typeof runs)[number] | undefined>(
    (best, run) => (best === undefined || zeros(run.text) > zeros(best.text) ? run : best),
    undefined,
  );
  if (longest === undefined) return groups;
  const after = groups.slice(longest.at + longest.text.length);
  return `${groups.slice(0, longest.at)}::${after.replace(/^:/, '')}`;
}

const zeros = (run: string): number => run.split('0').length;

export function formatMac(bytes: Uint8Array): Mac {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

export function macBytes(mac: Mac): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}
