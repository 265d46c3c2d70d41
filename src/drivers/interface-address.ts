/**
 * Configured IPv6 addresses of an interface, kept and put back: the kernel deletes them when IPv6 is switched off
 * (keep_addr_on_down does not hold for disable_ipv6). An address is kept as the kernel's own description, the body of
 * an RTM_NEWADDR message, so that flags, lifetimes and metrics come back with it.
 */
import { withRtnetlink } from './interface-change.js';
import { IFADDRMSG_SIZE, RTM_GETADDR, RTM_NEWADDR } from './link-message.js';
import { attributeU32, decodeAttributes, NLM_F_CREATE, NLM_F_EXCL } from './netlink-message.js';
import { AF_INET6 } from './sys/constants.js';
import { Errno, SysError } from './sys/sys-error.js';

const IFA_FLAGS = 8;
const IFA_PROTO = 11;
/** Not from a router's advertisement; those come back with the next one. */
const IFA_F_PERMANENT = 0x80;
/** The kernel made it up from the MAC address, and will do so again. */
const IFAPROT_KERNEL_LL = 2;

/** Configured IPv6 addresses of an interface, in hexadecimal, for `restoreAddresses`. */
export function keepAddresses(ifindex: number): string[] {
  const all = Buffer.alloc(IFADDRMSG_SIZE);
  all.writeUInt8(AF_INET6, 0);
  const messages = withRtnetlink((rtnetlink) => rtnetlink.dump(RTM_GETADDR, all, 'list the IPv6 addresses'));
  return messages.flatMap(({ payload }) => {
    if (payload.readUInt8(0) !== AF_INET6 || payload.readUInt32LE(4) !== ifindex) return [];
    const attributes = decodeAttributes(payload.subarray(IFADDRMSG_SIZE));
    const configured =
      ((attributeU32(attributes.get(IFA_FLAGS)) ?? 0) & IFA_F_PERMANENT) !== 0 &&
      attributes.get(IFA_PROTO)?.[0] !== IFAPROT_KERNEL_LL;
    return configured ? [payload.toString('hex')] : [];
  });
}

/** Puts an address back, if the interface does not have it (again) already. */
export function restoreAddress(kept: string, doing: string): void {
  const body = Buffer.from(kept, 'hex');
  try {
    withRtnetlink((rtnetlink) => rtnetlink.change(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body, [], doing));
  } catch (error) {
    if (!(error instanceof SysError && error.errno === Errno.EEXIST)) throw error;
  }
}
