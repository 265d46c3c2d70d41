/** An Ethernet frame of a flow, as far as a hash looks at it: for predicting where frames like it go. */
import type { Mac } from '../lacp/variables.js';

export interface FlowFrame {
  readonly from: Mac;
  readonly to: Mac;
  /** VLAN ids, the outermost first. */
  readonly vlans: readonly number[];
  /** EtherType after the tags. */
  readonly type: number;
  /** Undefined: nothing after the type. */
  readonly ip?: FlowPacket | undefined;
}

export interface FlowPacket {
  /** Addresses of 4 or 16 octets, both alike. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly protocol: number;
  readonly ports?: readonly [from: number, to: number] | undefined;
  /** Flow label, of IPv6. */
  readonly label?: number | undefined;
  /** The packet in a tunnel; it must be of a kind that `carries` says. */
  readonly inside?: FlowPacket | undefined;
}

/** Protocols that begin with two ports of 16 bits. */
export const PROTOCOLS_WITH_PORTS: readonly number[] = [6, 17, 33, 132, 136];

const IPV4_INSIDE = 4;
const IPV6_INSIDE = 41;
const GRE = 47;
const UDP = 17;
const VXLAN_PORTS = [4789, 8472];

/** Lengths of the addresses of packets that this one can have inside; none: it is no tunnel that a hash looks into. */
export function carries({ protocol, ports }: Pick<FlowPacket, 'protocol' | 'ports'>): readonly number[] {
  if (protocol === IPV4_INSIDE) return [4];
  if (protocol === IPV6_INSIDE) return [16];
  return protocol === GRE || (protocol === UDP && VXLAN_PORTS.includes(ports?.[1] ?? 0)) ? [4, 16] : [];
}

export function encodeFlowFrame({ from, to, vlans, type, ip }: FlowFrame): Uint8Array {
  const tags = vlans.flatMap((id, i) => [...u16(i < vlans.length - 1 ? 0x88a8 : 0x8100), ...u16(id)]);
  const rest = ip === undefined ? [] : packet(ip);
  return Uint8Array.from([...macOctets(to), ...macOctets(from), ...tags, ...u16(type), ...rest]);
}

const packet = (ip: FlowPacket): number[] => (ip.from.length === 4 ? ipv4(ip) : ipv6(ip));
const typeOf = (ip: FlowPacket): number => (ip.from.length === 4 ? 0x0800 : 0x86dd);

function ipv4(ip: FlowPacket): number[] {
  const rest = transport(ip);
  return [0x45, 0, ...u16(20 + rest.length), 0, 0, 0, 0, 64, ip.protocol, 0, 0, ...ip.from, ...ip.to, ...rest];
}

function ipv6(ip: FlowPacket): number[] {
  const rest = transport(ip);
  const { label = 0 } = ip;
  return [0x60, label >> 16, ...u16(label), ...u16(rest.length), ip.protocol, 64, ...ip.from, ...ip.to, ...rest];
}

/** What is inside; else ports, and enough after them for any header. */
function transport(ip: FlowPacket): number[] {
  const { protocol, ports = [0, 0], inside } = ip;
  if (inside === undefined || !carries(ip).includes(inside.from.length))
    return [...u16(ports[0]), ...u16(ports[1]), ...zeros(16)];
  if (protocol === GRE) return [0, 0, ...u16(typeOf(inside)), ...packet(inside)];
  if (protocol !== UDP) return packet(inside);
  const vxlan = [0x08, ...zeros(7)]; // with a valid number of the network
  return [
    ...u16(ports[0]),
    ...u16(ports[1]),
    ...zeros(4),
    ...vxlan,
    ...zeros(12),
    ...u16(typeOf(inside)),
    ...packet(inside),
  ];
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const macOctets = (mac: Mac): number[] => mac.split(':').map((octet) => Number.parseInt(octet, 16));
