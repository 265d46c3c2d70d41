/**
 * The interface that the host sees, NAME, and its hidden peer `_NAME`: a pair of kernel veth devices.
 * The pair needs no process to live; NAME may be moved into another network namespace, its peer stays here. Then MAC
 * address and MTU of NAME are the business of that namespace, and stay as they are; carrier and removal still work.
 * NAME's carrier follows the administrative state of the peer. The peer has no stack of its own: no ARP, no IPv6,
 * and where the kernel permits it a program drops what the host sends before it gets to the stack again.
 */
import type { VirtualInterface } from '../aggregator/io.js';
import type { Mac } from '../lacp/variables.js';
import { isBridged } from './bridge/bridge-link.js';
import * as change from './interface-change.js';
import { writeSysctl } from './interface-sysctl.js';
import * as link from './link-message.js';
import type { Attribute } from './netlink-message.js';
import { Silencer } from './silence-program.js';
import { IFF_NOARP, IFF_UP, IFNAMSIZ } from './sys/constants.js';
import { Errno, SysError } from './sys/sys-error.js';

/** IFLA_IFALIAS of both ends; interfaces without it are not ours, and never adopted or deleted. */
export const PAIR_ALIAS = 'veth aggregate';
const PEER_PREFIX = '_';
/** Longest name of a virtual interface: its peer has one character more, and both fit in IFNAMSIZ. */
export const MAX_NAME_LENGTH = IFNAMSIZ - 1 - PEER_PREFIX.length;

/** Name of the hidden peer. */
export const peerName = (name: string): string => `${PEER_PREFIX}${name}`;

/** What can be said of a pair beyond the interface that the engine needs. */
export interface VethPair extends VirtualInterface {
  /** Why the peer's own stack is not wholly silent; undefined when it is. */
  readonly reduced: string | undefined;
  /** Descriptor that holds the filter in front of the peer's stack; undefined where there is none (any more). */
  readonly silenceFd: number | undefined;
  /** False: what the host sends is for the kernel's bridge, which keeps it from the stack as well. Gives what is so then. */
  setSilent(silent: boolean): boolean;
}

export interface VirtualInterfaceFacts {
  readonly mac: Mac;
  readonly mtu: number;
}

/**
 * Makes the pair. NAME is administratively down as every new interface, and without carrier until `setCarrier(true)`.
 * `SysError` EEXIST when one of the names is taken, EINVAL for a name that cannot be.
 */
export function createVirtualInterface(name: string, facts: VirtualInterfaceFacts): VethPair {
  const doing = `create ${name}`;
  if (Buffer.byteLength(name) > MAX_NAME_LENGTH) {
    throw new SysError('rtnetlink', Errno.EINVAL, doing, `a name has at most ${MAX_NAME_LENGTH} characters`);
  }
  const peer = change.nestedInterface([
    [link.IFLA_IFNAME, peerName(name)],
    [link.IFLA_MTU, facts.mtu],
  ]);
  change.createInterface(
    [
      [link.IFLA_IFNAME, name],
      [link.IFLA_ADDRESS, link.macBytes(facts.mac)],
      [link.IFLA_MTU, facts.mtu],
      [
        link.IFLA_LINKINFO,
        [
          [link.IFLA_INFO_KIND, 'veth'],
          [link.IFLA_INFO_DATA, [[link.VETH_INFO_PEER, peer]]],
        ],
      ],
    ],
    doing,
  );
  const made = change.findByName(peerName(name));
  if (made === undefined) throw new SysError('rtnetlink', Errno.ENODEV, doing, `${peerName(name)} went away`);
  try {
    for (const ifindex of [made.facts.ifindex, hostEnd(made.facts.ifindex).ifindex]) {
      change.changeAttributes(ifindex, [[link.IFLA_IFALIAS, PAIR_ALIAS]], `mark ${name} as ours`);
    }
    return drive(name, made.facts.ifindex);
  } catch (error) {
    change.deleteInterface(made.facts.ifindex, doing);
    throw error;
  }
}

/**
 * Takes over a pair that a former process left, also when NAME has been moved into another namespace or renamed
 * meanwhile; carrier, MAC and MTU are as they were. Undefined when there is no pair of ours under this name.
 * `inherited` gives the descriptor of a silence for the peer's index, see `silence`.
 */
export function adoptVirtualInterface(
  name: string,
  inherited?: (peerIfindex: number) => number | undefined,
): VethPair | undefined {
  const peer = change.findByName(peerName(name));
  if (peer?.kind !== 'veth' || peer.alias !== PAIR_ALIAS) return undefined;
  return drive(name, peer.facts.ifindex, inherited?.(peer.facts.ifindex));
}

/** NAME's index where it is now; the peer always knows. Not `here`: in another namespace, where the user has it. */
function hostEnd(peerIfindex: number): { readonly ifindex: number; readonly here: boolean } {
  const peer = change.findByIndex(peerIfindex);
  if (peer?.link === undefined) throw new SysError('rtnetlink', Errno.ENODEV, 'find the virtual interface');
  return { ifindex: peer.link, here: peer.linkNetnsid === undefined };
}

function drive(name: string, peerIfindex: number, inherited?: number): VethPair {
  const hidden = peerName(name);
  change.changeFlags(peerIfindex, IFF_NOARP, IFF_NOARP, `switch off ARP on ${hidden}`);
  // Nothing to do where the kernel has no IPv6; elsewhere a refusal matters only without the program.
  const ipv6 = writeSysctl(hidden, 'ipv6/disable_ipv6', '1');
  const silenced = new Silencer(peerIfindex, !isBridged(change.findByIndex(peerIfindex)?.facts.master), inherited);
  let removed = false;
  const ipv6Left = ipv6 !== undefined && ipv6 !== 'ENOENT' ? `ipv6/disable_ipv6 not set (${ipv6})` : undefined;
  const refused =
    silenced.refused && `no filter in front of its stack (${silenced.refused.syscall}: ${silenced.refused.code})`;
  const reasons = [refused, ipv6Left].filter((reason) => reason !== undefined);

  function changeHostEnd(attributes: readonly Attribute[], doing: string): void {
    const host = hostEnd(peerIfindex);
    if (host.here) change.changeAttributes(host.ifindex, attributes, doing);
  }

  return {
    name,
    ifindex: hostEnd(peerIfindex).ifindex,
    peerIfindex,
    get silenceFd() {
      return removed ? undefined : silenced.fd;
    },
    setSilent(silent) {
      return !removed && silenced.set(silent);
    },
    reduced: reasons.length === 0 ? undefined : `${hidden}: ${reasons.join('; ')}`,
    setMac(mac) {
      const doing = `set the MAC address of ${name} to ${mac}`;
      changeHostEnd([[link.IFLA_ADDRESS, link.macBytes(mac)]], doing);
    },
    setMtu(mtu) {
      const doing = `set the MTU of ${name} to ${mtu}`;
      change.changeAttributes(peerIfindex, [[link.IFLA_MTU, mtu]], doing);
      changeHostEnd([[link.IFLA_MTU, mtu]], doing);
    },
    setCarrier(up) {
      change.changeFlags(peerIfindex, up ? IFF_UP : 0, IFF_UP, `switch the carrier of ${name} ${up ? 'on' : 'off'}`);
    },
    remove() {
      removed = true;
      silenced.end();
      change.deleteInterface(peerIfindex, `remove ${name}`);
    },
  };
}
