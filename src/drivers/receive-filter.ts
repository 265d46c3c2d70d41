/**
 * What the receive filter of a network card lets in beside the card's own address and its groups. All of it belongs to
 * the interface, not to a socket: programs in the kernel forward on when no process is there (kernel-forwarding.ts).
 */
import { changeFlags, withRtnetlink } from './interface-change.js';
import { macBytes } from './link-message.js';
import { type Attribute, NLM_F_CREATE, NLM_F_EXCL } from './netlink-message.js';
import { AF_BRIDGE, IFF_ALLMULTI, IFF_PROMISC } from './sys/constants.js';
import { Errno, SysError } from './sys/sys-error.js';

const RTM_NEWNEIGH = 28;
const RTM_DELNEIGH = 29;
const NDA_LLADDR = 2;
const NUD_PERMANENT = 0x80;
const NTF_SELF = 0x02;

/** Flags of the interface that the user can set as well, with `ip link set DEV allmulticast on promisc on`. */
export interface FilterFlags {
  readonly allmulti: boolean;
  readonly promisc: boolean;
}

export const filterFlagsOf = (flags: number): FilterFlags => ({
  allmulti: (flags & IFF_ALLMULTI) !== 0,
  promisc: (flags & IFF_PROMISC) !== 0,
});

/** The kernel counts who else wants the same: taking a flag back does not switch off what a capture needs. */
export function setFilterFlags(ifindex: number, { allmulti, promisc }: FilterFlags, doing: string): void {
  const flags = (allmulti ? IFF_ALLMULTI : 0) | (promisc ? IFF_PROMISC : 0);
  changeFlags(ifindex, flags, IFF_ALLMULTI | IFF_PROMISC, doing);
}

/**
 * Lets frames to an address in. `there`: somebody has asked for it before. `refused`: the driver has no such list, or
 * keeps it for something else. Throws other `SysError`s.
 */
export function letIn(ifindex: number, mac: string): 'done' | 'there' | 'refused' {
  try {
    change(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL, ifindex, mac);
    return 'done';
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    if (error.errno === Errno.EEXIST) return 'there';
    if (error.errno === Errno.EOPNOTSUPP || error.errno === Errno.EINVAL) return 'refused';
    throw error;
  }
}

/** Takes back what `letIn` has done; it may have gone already. */
export function takeBack(ifindex: number, mac: string): void {
  try {
    change(RTM_DELNEIGH, 0, ifindex, mac);
  } catch (error) {
    if (!(error instanceof SysError) || ![Errno.ENOENT, Errno.ENODEV].includes(error.errno)) throw error;
  }
}

/** An entry of the interface's own list of unicast addresses: `bridge fdb add MAC dev DEV self permanent`. */
function change(type: number, flags: number, ifindex: number, mac: string): void {
  const body = Buffer.alloc(12); // struct ndmsg
  body.writeUInt8(AF_BRIDGE, 0);
  body.writeInt32LE(ifindex, 4);
  body.writeUInt16LE(NUD_PERMANENT, 8);
  body.writeUInt8(NTF_SELF, 10);
  const attributes: Attribute[] = [[NDA_LLADDR, macBytes(mac)]];
  const doing = `let frames for ${mac} in on interface ${ifindex}`;
  withRtnetlink((rtnetlink) => rtnetlink.change(type, flags, body, attributes, doing));
}
