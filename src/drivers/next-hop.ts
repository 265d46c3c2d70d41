/** Where this host's stack sends packets for an address: route and neighbour of the kernel, asked once. */
import type { Mac } from '../lacp/variables.js';
import { withRtnetlink } from './interface-change.js';
import { formatMac } from './link-message.js';
import { attributeU32, decodeAttributes, type NetlinkMessage } from './netlink-message.js';
import type { Rtnetlink } from './rtnetlink.js';
import { AF_INET, AF_INET6 } from './sys/constants.js';
import { SysError } from './sys/sys-error.js';

const RTM_GETROUTE = 26;
const RTM_GETNEIGH = 30;
const RTMSG_SIZE = 12;
const NDMSG_SIZE = 12;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTN_LOCAL = 2;
const RTN_BROADCAST = 3;
const NDA_DST = 1;
const NDA_LLADDR = 2;
/** NUD_INCOMPLETE, NUD_FAILED: an address is not known. */
const NUD_UNKNOWN = 0x01 | 0x20;

export interface NextHop {
  /** `local`: the address is this host's own. */
  readonly kind: 'neighbour' | 'broadcast' | 'local';
  readonly ifindex: number | undefined;
  /** A router on the way. */
  readonly gateway: Uint8Array | undefined;
  /** Undefined: the neighbour's is not known (it has not been talked to lately). */
  readonly mac: Mac | undefined;
}

/** `destination`: 4 or 16 octets. Undefined: there is no route. */
export function findNextHop(destination: Uint8Array): NextHop | undefined {
  return withRtnetlink((rtnetlink) => {
    const route = routeTo(rtnetlink, destination);
    if (route === undefined) return undefined;
    const attributes = decodeAttributes(route.payload.subarray(RTMSG_SIZE));
    const type = route.payload.readUInt8(7);
    const ifindex = attributeU32(attributes.get(RTA_OIF));
    const gateway = attributes.get(RTA_GATEWAY);
    if (type === RTN_LOCAL) return { kind: 'local', ifindex, gateway: undefined, mac: undefined };
    if (type === RTN_BROADCAST) return { kind: 'broadcast', ifindex, gateway: undefined, mac: 'ff:ff:ff:ff:ff:ff' };
    const mac = neighbour(rtnetlink, gateway ?? destination, ifindex);
    return { kind: 'neighbour', ifindex, gateway, mac };
  });
}

function routeTo(rtnetlink: Rtnetlink, destination: Uint8Array): NetlinkMessage | undefined {
  const rtmsg = Buffer.alloc(RTMSG_SIZE);
  rtmsg.writeUInt8(familyOf(destination), 0);
  rtmsg.writeUInt8(destination.length * 8, 1);
  try {
    return rtnetlink.get(RTM_GETROUTE, rtmsg, [[RTA_DST, destination]], 'look up a route');
  } catch (error) {
    if (error instanceof SysError) return undefined; // unreachable, prohibited ...
    throw error;
  }
}

function neighbour(rtnetlink: Rtnetlink, address: Uint8Array, ifindex: number | undefined): Mac | undefined {
  const ndmsg = Buffer.alloc(NDMSG_SIZE);
  ndmsg.writeUInt8(familyOf(address), 0);
  for (const { payload } of rtnetlink.dump(RTM_GETNEIGH, ndmsg, 'list the neighbours')) {
    const attributes = decodeAttributes(payload.subarray(NDMSG_SIZE));
    const mac = attributes.get(NDA_LLADDR);
    const isIt = payload.readInt32LE(4) === ifindex && attributes.get(NDA_DST)?.equals(address) === true;
    if (isIt && mac?.length === 6 && (payload.readUInt16LE(8) & NUD_UNKNOWN) === 0) return formatMac(mac);
  }
  return undefined;
}

const familyOf = (address: Uint8Array): number => (address.length === 4 ? AF_INET : AF_INET6);
