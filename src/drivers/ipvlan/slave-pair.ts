/**
 * A slave NAME and its hidden peer `_NAME`: a pair of kernel veth devices that both have the master's MAC address. NAME
 * may be moved into another network namespace; what it is there is the business of that namespace, for the kernel lets
 * nobody change an interface from outside. Its peer stays here: frames of the slave come in there, NAME's carrier
 * follows it, and removing it removes both.
 */
import type { Mac } from '../../lacp/variables.js';
import * as change from '../interface-change.js';
import { writeSysctl } from '../interface-sysctl.js';
import * as link from '../link-message.js';
import { type Attribute, decodeAttributes, type NetlinkMessage } from '../netlink-message.js';
import { AF_INET6, IFF_NOARP, IFF_UP } from '../sys/constants.js';
import { SysError } from '../sys/sys-error.js';
import { peerName } from '../virtual-interface.js';

/** IFLA_IFALIAS of both ends; interfaces without it are not ours, and never adopted or deleted. */
const SLAVE_ALIAS = 'veth slave';

const IFLA_STATS64 = 23;
const IFLA_AF_SPEC = 26;
const IFLA_TARGET_NETNSID = 46;
const IFLA_INET6_ADDR_GEN_MODE = 8;
const ADDR_GEN_NONE = 1;
const ADDR_GEN_RANDOM = 3;

/** Where NAME is, and what it is there. */
export interface Whereabouts {
  readonly ifindex: number;
  /** Number of its namespace as ours counts; undefined: it is here. */
  readonly netnsid: number | undefined;
}

export interface SlaveLook {
  readonly mac: Mac;
  readonly mtu: number;
  readonly adminUp: boolean;
  /** It asks for neighbours' addresses: not IFF_NOARP. */
  readonly arp: boolean;
}

export interface SlaveTraffic {
  readonly rxFrames: number;
  readonly rxBytes: number;
  readonly txFrames: number;
  readonly txBytes: number;
}

export interface SlavePair {
  readonly name: string;
  /** The hidden peer. */
  readonly peer: number;
  /** Undefined: both ends have gone. */
  whereabouts(): Whereabouts | undefined;
  /** NAME as it is now, wherever that is; undefined: it cannot be seen. */
  look(): SlaveLook | undefined;
  /** Frames and octets that NAME has received and sent. */
  traffic(): SlaveTraffic | undefined;
  /** `peer`: of the hidden end. False: NAME is in another namespace and stays as it is. */
  setMac(mac: Mac, peer: Mac): boolean;
  setMtu(mtu: number): boolean;
  /** As `setMac`, of NAME alone. */
  setArp(on: boolean): boolean;
  setCarrier(up: boolean): void;
  /** What the peer's own stack does: nothing, or it sends what the host routes to the slave, or it forwards too. */
  setStack(does: 'nothing' | 'sends' | 'forwards'): void;
  remove(): void;
}

/** NAME is administratively down and without carrier. `SysError` EEXIST when one of the names is taken. */
export function createSlavePair(name: string, { mac, mtu }: { readonly mac: Mac; readonly mtu: number }): SlavePair {
  const doing = `create ${name}`;
  const address: Attribute = [link.IFLA_ADDRESS, link.macBytes(mac)];
  const peer = change.nestedInterface([[link.IFLA_IFNAME, peerName(name)], address, [link.IFLA_MTU, mtu]]);
  change.createInterface(
    [
      [link.IFLA_IFNAME, name],
      address,
      [link.IFLA_MTU, mtu],
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
  const [made, host] = [change.findByName(peerName(name)), change.findByName(name)];
  if (made === undefined || host === undefined) throw new Error(`${doing}: it went away at once`);
  try {
    for (const { facts } of [made, host]) {
      change.changeAttributes(facts.ifindex, [[link.IFLA_IFALIAS, SLAVE_ALIAS]], `mark ${name} as ours`);
    }
    // All slaves and the master have one MAC address: link-local addresses must not be made from it.
    setAddressMode(host.facts.ifindex, ADDR_GEN_RANDOM);
    return drive(name, made.facts.ifindex);
  } catch (error) {
    change.deleteInterface(made.facts.ifindex, doing);
    throw error;
  }
}

/** Takes over a pair that a former process left, wherever NAME is. Undefined: there is no such pair of ours. */
export function adoptSlavePair(name: string): SlavePair | undefined {
  const peer = change.findByName(peerName(name));
  return peer?.kind === 'veth' && peer.alias === SLAVE_ALIAS ? drive(name, peer.facts.ifindex) : undefined;
}

function drive(name: string, peer: number): SlavePair {
  const hidden = peerName(name);
  change.changeFlags(peer, IFF_NOARP, IFF_NOARP, `switch off ARP on ${hidden}`);
  setAddressMode(peer, ADDR_GEN_NONE);

  const whereabouts = (): Whereabouts | undefined => {
    const found = change.findByIndex(peer);
    return found?.link === undefined ? undefined : { ifindex: found.link, netnsid: found.linkNetnsid };
  };
  /** Does it to NAME if that is here. */
  const here = (act: (ifindex: number) => void): boolean => {
    const where = whereabouts();
    if (where === undefined || where.netnsid !== undefined) return false;
    change.unlessGone(() => act(where.ifindex));
    return true;
  };
  return {
    name,
    peer,
    whereabouts,
    look: () => lookAt(whereabouts()),
    traffic: () => trafficOf(peer),
    setMac(mac, peerMac) {
      const doing = `set the MAC address of ${name} to ${mac}`;
      change.unlessGone(() => change.changeAttributes(peer, [[link.IFLA_ADDRESS, link.macBytes(peerMac)]], doing));
      return here((ifindex) => change.changeAttributes(ifindex, [[link.IFLA_ADDRESS, link.macBytes(mac)]], doing));
    },
    setMtu(mtu) {
      const doing = `set the MTU of ${name} to ${mtu}`;
      change.unlessGone(() => change.changeAttributes(peer, [[link.IFLA_MTU, mtu]], doing));
      return here((ifindex) => change.changeAttributes(ifindex, [[link.IFLA_MTU, mtu]], doing));
    },
    setArp: (on) =>
      here((ifindex) =>
        change.changeFlags(ifindex, on ? 0 : IFF_NOARP, IFF_NOARP, `switch ARP of ${name} ${on ? 'on' : 'off'}`),
      ),
    setCarrier: (up) => {
      const doing = `switch the carrier of ${name} ${up ? 'on' : 'off'}`;
      change.unlessGone(() => change.changeFlags(peer, up ? IFF_UP : 0, IFF_UP, doing));
    },
    setStack: (does) => {
      // Where the host does not let us, or has no IPv6, `link show` tells by the packets that are not routed.
      const forwards = does === 'forwards' ? '1' : '0';
      writeSysctl(hidden, 'ipv6/disable_ipv6', does === 'nothing' ? '1' : '0');
      writeSysctl(hidden, 'ipv4/forwarding', forwards);
      writeSysctl(hidden, 'ipv6/forwarding', forwards);
    },
    remove: () => change.deleteInterface(peer, `remove ${name}`),
  };
}

function lookAt(where: Whereabouts | undefined): SlaveLook | undefined {
  if (where === undefined) return undefined;
  const there: Attribute[] = where.netnsid === undefined ? [] : [[IFLA_TARGET_NETNSID, where.netnsid]];
  try {
    const found = ask(where.ifindex, there);
    const seen = found && link.readLink(found);
    if (seen === undefined) return undefined;
    const { mac, mtu, adminUp } = seen.facts;
    return { mac, mtu, adminUp, arp: (seen.flags & IFF_NOARP) === 0 };
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    return undefined; // a namespace that we may not look into
  }
}

/** What the peer has sent is what NAME has received. */
function trafficOf(peer: number): SlaveTraffic | undefined {
  const found = ask(peer, []);
  const stats = found && decodeAttributes(found.payload.subarray(link.IFINFOMSG_SIZE)).get(IFLA_STATS64);
  if (stats === undefined) return undefined;
  const [txFrames, rxFrames, txBytes, rxBytes] = [0, 8, 16, 24].map((at) => Number(stats.readBigUInt64LE(at)));
  return { rxFrames, rxBytes, txFrames, txBytes } as SlaveTraffic; // four values, by the list above
}

const ask = (ifindex: number, attributes: readonly Attribute[]): NetlinkMessage | undefined =>
  change.withRtnetlink((rtnetlink) =>
    rtnetlink.get(link.RTM_GETLINK, link.ifinfomsg(ifindex), attributes, `look at interface ${ifindex}`),
  );

/** How an interface makes its link-local address; no matter where the kernel has no IPv6. */
function setAddressMode(ifindex: number, mode: number): void {
  const inet6: Attribute = [AF_INET6, [[IFLA_INET6_ADDR_GEN_MODE, Uint8Array.of(mode)]]];
  try {
    change.changeAttributes(ifindex, [[IFLA_AF_SPEC, [inet6]]], 'choose how link-local addresses are made');
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
  }
}
