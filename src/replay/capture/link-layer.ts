/**
 * Link types that can carry slow protocols: Ethernet, and what Linux gives for the interface "any" (cooked capture, v1
 * and v2). Most packets of a capture are others: `mayBeSlow` looks at two octets of those.
 */
import { Slow_Protocols_Multicast, Slow_Protocols_Type } from '../../lacp/constants.js';
import { macToBytes } from '../../lacp/mac.js';

export interface LinkLayer {
  /** EtherType 0x8809, also behind tags. `from`: where the packet begins, `length`: octets that were captured of it. */
  mayBeSlow(bytes: Uint8Array, from: number, length: number): boolean;
  /** The packet as an Ethernet frame; a copy. */
  frame(bytes: Uint8Array, from: number, length: number): Uint8Array;
  /** Interface, where the packet tells it itself. */
  place(bytes: Uint8Array, from: number): string | undefined;
}

const TYPE_HIGH = Slow_Protocols_Type >> 8;
const TYPE_LOW = Slow_Protocols_Type & 0xff;

/** Whether the type at `at` is that of slow protocols, with up to two VLAN tags before it. */
function slowType(bytes: Uint8Array, at: number, end: number): boolean {
  for (let tags = 0; tags < 3; tags++) {
    const place = at + 4 * tags;
    if (place + 2 > end) return false;
    const high = bytes[place];
    const low = bytes[place + 1];
    if (high === TYPE_HIGH && low === TYPE_LOW) return true;
    const tag = (high === 0x81 && low === 0) || (high === 0x88 && low === 0xa8) || high === 0x91 || high === 0x92;
    if (!tag) return false;
  }
  return false;
}

const ethernet: LinkLayer = {
  mayBeSlow: (bytes, from, length) => slowType(bytes, from + 12, from + length),
  frame: (bytes, from, length) => bytes.slice(from, from + length),
  place: () => undefined,
};

interface Cooked {
  readonly header: number;
  readonly protocol: number;
  readonly packetType: number;
  /** Of the packet type: one octet in v2, the lower of two in v1. */
  readonly address: number;
  readonly ifindex: number | undefined;
}

/**
 * A cooked packet has lost its destination: it is known whether it was sent to a group or by this host. Both are taken
 * for the address of slow protocols; what was sent to this host alone is not.
 */
function cooked({ header, protocol, packetType, address, ifindex }: Cooked): LinkLayer {
  const group = macToBytes(Slow_Protocols_Multicast);
  return {
    mayBeSlow: (bytes, from, length) => slowType(bytes, from + protocol, from + length),
    frame: (bytes, from, length) => {
      const body = bytes.subarray(from + header, from + length);
      const frame = new Uint8Array(14 + body.length);
      const sentTo = bytes[from + packetType];
      if (sentTo === MULTICAST || sentTo === OUTGOING) frame.set(group, 0);
      frame.set(bytes.subarray(from + address, from + address + 6), 6);
      frame.set(bytes.subarray(from + protocol, from + protocol + 2), 12);
      frame.set(body, 14);
      return frame;
    },
    place: (bytes, from) => {
      if (ifindex === undefined) return undefined;
      let index = 0;
      for (let i = 0; i < 4; i++) index = index * 256 + (bytes[from + ifindex + i] ?? 0);
      return `interface ${index}`;
    },
  };
}

const MULTICAST = 2;
const OUTGOING = 4;

const LINK_LAYERS = new Map<number, LinkLayer>([
  [1, ethernet],
  // LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, address, protocol.
  [113, cooked({ header: 16, protocol: 14, packetType: 1, address: 6, ifindex: undefined })],
  // LINKTYPE_LINUX_SLL2: protocol, reserved, interface, ARPHRD, packet type, address length, address.
  [276, cooked({ header: 20, protocol: 0, packetType: 10, address: 12, ifindex: 4 })],
]);

/** Undefined: slow protocols do not run there, or we do not know how. */
export const linkLayer = (type: number): LinkLayer | undefined => LINK_LAYERS.get(type);
