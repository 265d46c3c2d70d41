/** An Ethernet frame of a flow, as far as a hash looks at it: for predicting where frames like it go. */
import type { Mac } from '../lacp/variables.js';

export interface FlowFrame {
  readonly from: Mac;
  readonly to: Mac;
  /** VLAN ids, the outermost first. */
  readonly vlans: readonly number[];
  /** EtherType after the tags. */
  readonly type: number;
  /** Undefined: nothing after the type. Addresses of 4 or 16 octets, both alike. */
  readonly ip?:
    | {
        readonly from: Uint8Array;
        readonly to: Uint8Array;
        readonly protocol: number;
        readonly ports?: readonly [from: number, to: number] | undefined;
      }
    | undefined;
}

/** Protocols that begin with two ports of 16 bits. */
export const PROTOCOLS_WITH_PORTS: readonly number[] = [6, 17, 33, 132, 136];

export function encodeFlowFrame({ from, to, vlans, type, ip }: FlowFrame): Uint8Array {
  const tags = vlans.flatMap((id, i) => [...u16(i < vlans.length - 1 ? 0x88a8 : 0x8100), ...u16(id)]);
  const packet = ip === undefined ? [] : ip.from.length === 4 ? ipv4(ip) : ipv6(ip);
  return Uint8Array.from([...macOctets(to), ...macOctets(from), ...tags, ...u16(type), ...packet]);
}

type Ip = NonNullable<FlowFrame['ip']>;

function ipv4(ip: Ip): number[] {
  const rest = transport(ip);
  return [0x45, 0, ...u16(20 + rest.length), 0, 0, 0, 0, 64, ip.protocol, 0, 0, ...ip.from, ...ip.to, ...rest];
}

function ipv6(ip: Ip): number[] {
  const rest = transport(ip);
  return [0x60, 0, 0, 0, ...u16(rest.length), ip.protocol, 64, ...ip.from, ...ip.to, ...rest];
}

/** Ports, and enough after them for any header. */
function transport({ ports = [0, 0] }: Ip): number[] {
  return [...u16(ports[0]), ...u16(ports[1]), ...Array.from({ length: 16 }, () => 0)];
}

const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const macOctets = (mac: Mac): number[] => mac.split(':').map((octet) => Number.parseInt(octet, 16));
