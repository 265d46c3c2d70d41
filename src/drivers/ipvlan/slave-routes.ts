/**
 * l3s: packets for a slave are forwarded by the host's own stack, so that its netfilter and connection tracking see
 * them. For that each address of a slave has a route to the slave's hidden peer, and the master forwards. What the host
 * had set before is given back by `end`; a process that is killed leaves it, with a record for the next one.
 */
import { withRtnetlink } from '../interface-change.js';
import { readSysctl, writeSysctl } from '../interface-sysctl.js';
import { type Attribute, NLM_F_CREATE } from '../netlink-message.js';
import { AF_INET, AF_INET6 } from '../sys/constants.js';
import { Errno, SysError } from '../sys/sys-error.js';

const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const NLM_F_REPLACE = 0x100;
const RTA_DST = 1;
const RTA_OIF = 4;
const RT_TABLE_MAIN = 254;
/** Number of the maker of a route, for `ip route`; below 128 others are assigned. */
const RTPROT_VETH = 0xc5;
const RT_SCOPE_LINK = 253;
const RT_SCOPE_NOWHERE = 255;
const RTN_UNICAST = 1;

/** Packets for `address` (4 or 16 octets) go to `peer`. Throws SysError. */
export function addSlaveRoute(peer: number, address: Uint8Array): void {
  change(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, peer, address, RT_SCOPE_LINK);
}

/** One that is not there is no error: the kernel takes routes away with their interface. */
export function removeSlaveRoute(peer: number, address: Uint8Array): void {
  try {
    change(RTM_DELROUTE, 0, peer, address, RT_SCOPE_NOWHERE);
  } catch (error) {
    if (!(error instanceof SysError && [Errno.ENODEV, Errno.ESRCH].includes(error.errno))) throw error;
  }
}

function change(type: number, flags: number, peer: number, address: Uint8Array, scope: number): void {
  // struct rtmsg: family, lengths of destination and source, service, table, protocol, scope, type, flags.
  const family = address.length === 4 ? AF_INET : AF_INET6;
  const rtmsg = Buffer.from([
    family,
    address.length * 8,
    0,
    0,
    RT_TABLE_MAIN,
    RTPROT_VETH,
    scope,
    RTN_UNICAST,
    0,
    0,
    0,
    0,
  ]);
  const attributes: Attribute[] = [
    [RTA_DST, address],
    [RTA_OIF, peer],
  ];
  withRtnetlink((rtnetlink) => rtnetlink.change(type, flags, rtmsg, attributes, 'route an address to its slave'));
}

/** Settings of an interface before we changed them, by name. */
export type FormerSettings = Readonly<Record<string, string>>;

const SETTINGS: Readonly<Record<string, string>> = {
  'ipv4/forwarding': '1',
  // A host that forwards takes no router advertisements, unless it says so.
  'ipv6/accept_ra': '2',
  'ipv6/forwarding': '1',
};

/** The master forwards from now on. Gives what to put back. */
export function startForwarding(master: string): FormerSettings {
  const former: Record<string, string> = {};
  for (const [setting, wanted] of Object.entries(SETTINGS)) {
    const value = readSysctl(master, setting);
    if (value === undefined || value === wanted || (setting === 'ipv6/accept_ra' && value === '0')) continue;
    if (writeSysctl(master, setting, wanted) === undefined) former[setting] = value;
  }
  return former;
}

export function endForwarding(master: string, former: FormerSettings): void {
  for (const [setting, value] of Object.entries(former)) writeSysctl(master, setting, value);
}
