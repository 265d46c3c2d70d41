/**
 * The kernel's bridge over rtnetlink: made, set, and asked; and its ports. A bridge of ours is known by its alias, which
 * names the virtual interface that it belongs to; others are never touched.
 */
import { BRIDGE_PORT_STATES, type BridgePort, type BridgeRules, type LearnedAddress } from '../../aggregator/io.js';
import * as change from '../interface-change.js';
import * as link from '../link-message.js';
import {
  type Attribute,
  attributeU32,
  decodeAttributes,
  type NetlinkMessage,
  NLM_F_CREATE,
} from '../netlink-message.js';
import { AF_BRIDGE } from '../sys/constants.js';
import { Errno, SysError } from '../sys/sys-error.js';
import * as br from './bridge-attributes.js';

/** Frames of so many unknown stations are flooded, and do not fill the kernel's memory. */
const MOST_LEARNED = 65_536;
const HUNDREDTHS = 100;

/** IFLA_IFALIAS of the bridge of a virtual interface. */
const aliasOf = (name: string): string => `veth bridge of ${name}`;

function optionsOf({ stp, ageing, forwardDelay, priority, multicastSnooping }: BridgeRules): Attribute[] {
  return [
    [br.IFLA_BR_FORWARD_DELAY, forwardDelay * HUNDREDTHS],
    [br.IFLA_BR_AGEING_TIME, ageing * HUNDREDTHS],
    [br.IFLA_BR_PRIORITY, u16(priority)],
    [br.IFLA_BR_MCAST_SNOOPING, Uint8Array.of(multicastSnooping ? 1 : 0)],
    [br.IFLA_BR_FDB_MAX_LEARNED, MOST_LEARNED],
    [br.IFLA_BR_STP_STATE, stp ? 1 : 0],
  ];
}

const ofKind = (data: readonly Attribute[]): Attribute => [
  link.IFLA_LINKINFO,
  [
    [link.IFLA_INFO_KIND, 'bridge'],
    [link.IFLA_INFO_DATA, data],
  ],
];

/** The index of our bridge of a virtual interface; undefined: there is none. */
export function findBridge(name: string): number | undefined {
  return ourBridges().get(name);
}

/** Our bridges by the names of their virtual interfaces. */
export function ourBridges(): ReadonlyMap<string, number> {
  const messages = change.withRtnetlink((rtnetlink) =>
    rtnetlink.dump(link.RTM_GETLINK, link.ifinfomsg(0), 'list the bridges'),
  );
  const found = messages.flatMap((message) => {
    const read = link.readLink(message);
    const prefix = aliasOf('');
    if (read?.kind !== 'bridge' || read.alias?.startsWith(prefix) !== true) return [];
    return [[read.alias.slice(prefix.length), read.facts.ifindex] as const];
  });
  return new Map(found);
}

/** Whether an interface with this master is a port of a bridge of ours. */
export function isBridged(master: number | undefined): boolean {
  if (master === undefined) return false;
  return change.findByIndex(master)?.alias?.startsWith(aliasOf('')) === true;
}

/** Makes it, down and without ports. `SysError` EOPNOTSUPP where the kernel has no bridge. */
export function createBridge(hidden: string, name: string, rules: BridgeRules): number {
  const doing = `make the bridge of ${name}`;
  // Without a default VLAN its ports have one set of addresses of their own less.
  change.createInterface(
    [[link.IFLA_IFNAME, hidden], ofKind([[br.IFLA_BR_VLAN_DEFAULT_PVID, u16(0)], ...optionsOf(rules)])],
    doing,
  );
  const made = change.findByName(hidden);
  if (made === undefined) throw new SysError('rtnetlink', Errno.ENODEV, doing, `${hidden} went away`);
  const { ifindex, mac } = made.facts;
  try {
    // The address is set to what it is, so that it does not change with the ports; the bridge's identity lies in it.
    const own: Attribute[] = [
      [link.IFLA_ADDRESS, link.macBytes(mac)],
      [link.IFLA_IFALIAS, aliasOf(name)],
    ];
    change.changeAttributes(ifindex, own, doing);
  } catch (error) {
    change.deleteInterface(ifindex, doing);
    throw error;
  }
  return ifindex;
}

export function setBridge(ifindex: number, name: string, rules: BridgeRules): void {
  change.withRtnetlink((rtnetlink) =>
    rtnetlink.change(
      link.RTM_NEWLINK,
      0,
      link.ifinfomsg(ifindex),
      [ofKind(optionsOf(rules))],
      `set the bridge of ${name}`,
    ),
  );
}

/** Makes an interface a port of a bridge, or of none (0). */
export function setMaster(ifindex: number, bridge: number, doing: string): void {
  change.changeAttributes(ifindex, [[link.IFLA_MASTER, bridge]], doing);
}

/** Only without spanning tree, and while the port has a link; disabled ones stay so. */
export function setPortState(ifindex: number, state: number, doing: string): void {
  const message = link.ifinfomsg(ifindex);
  message.writeUInt8(AF_BRIDGE, 0);
  const attributes: Attribute[] = [[br.IFLA_PROTINFO, [[br.IFLA_BRPORT_STATE, Uint8Array.of(state)]]]];
  change.withRtnetlink((rtnetlink) => rtnetlink.change(link.RTM_SETLINK, 0, message, attributes, doing));
}

/** Ports of a bridge and their states. */
export function portStates(bridge: number): Map<number, BridgePort['state']> {
  const message = link.ifinfomsg(0);
  const messages = change.withRtnetlink((rtnetlink) => rtnetlink.dump(link.RTM_GETLINK, message, 'list the ports'));
  const states = new Map<number, BridgePort['state']>();
  for (const { payload } of messages) {
    const attributes = decodeAttributes(payload.subarray(link.IFINFOMSG_SIZE));
    const info = attributes.get(link.IFLA_LINKINFO);
    if (attributeU32(attributes.get(link.IFLA_MASTER)) !== bridge || info === undefined) continue;
    const data = decodeAttributes(info).get(br.IFLA_INFO_SLAVE_DATA);
    const state = data === undefined ? undefined : decodeAttributes(data).get(br.IFLA_BRPORT_STATE)?.[0];
    states.set(payload.readInt32LE(4), BRIDGE_PORT_STATES[state ?? 0] ?? 'disabled');
  }
  return states;
}

/** What a bridge tells of one of its ports by itself (family AF_BRIDGE): undefined, when it is another message. */
export function readPortState({
  type,
  payload,
}: NetlinkMessage): { port: number; state: BridgePort['state'] } | undefined {
  if (type !== link.RTM_NEWLINK || payload.length < link.IFINFOMSG_SIZE) return undefined;
  if (payload.readUInt8(0) !== AF_BRIDGE) return undefined;
  const info = decodeAttributes(payload.subarray(link.IFINFOMSG_SIZE)).get(br.IFLA_PROTINFO);
  const state = info === undefined ? undefined : decodeAttributes(info).get(br.IFLA_BRPORT_STATE)?.[0];
  const word = state === undefined ? undefined : BRIDGE_PORT_STATES[state];
  return word === undefined ? undefined : { port: payload.readInt32LE(4), state: word };
}

/**
 * Lets a bridge know for good behind which port an address is; a neighbour that uses the same one draws nothing away.
 * It replaces the entry by which the bridge would keep frames to the address for itself, where it is that of a port.
 */
export function setStaticAddress(port: number, mac: string, doing: string): void {
  const attributes: Attribute[] = [[br.NDA_LLADDR, link.macBytes(mac)]];
  const body = ndmsg(port, br.NUD_NOARP, br.NTF_MASTER | br.NTF_STICKY);
  change.withRtnetlink((rtnetlink) =>
    rtnetlink.change(br.RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, body, attributes, doing),
  );
}

const NLM_F_REPLACE = 0x100;

/** The addresses that a bridge has learned. */
export function learnedAddresses(bridge: number): LearnedAddress[] {
  const messages = change.withRtnetlink((rtnetlink) =>
    rtnetlink.dump(br.RTM_GETNEIGH, ndmsg(0, 0, 0), 'list the addresses that the bridge has learned'),
  );
  return messages.flatMap(({ payload }) => {
    if (payload.length < br.NDMSG_SIZE || payload.readUInt8(0) !== AF_BRIDGE) return [];
    const attributes = decodeAttributes(payload.subarray(br.NDMSG_SIZE));
    const mac = attributes.get(br.NDA_LLADDR);
    const learned = (payload.readUInt16LE(8) & (br.NUD_PERMANENT | br.NUD_NOARP)) === 0;
    if (attributeU32(attributes.get(br.NDA_MASTER)) !== bridge || mac?.length !== 6 || !learned) return [];
    const cache = attributes.get(br.NDA_CACHEINFO);
    const vlan = attributes.get(br.NDA_VLAN)?.readUInt16LE(0) ?? 0;
    // struct nda_cacheinfo: confirmed, used, updated, refcnt; each a time since, in hundredths of a second.
    const age = (cache?.readUInt32LE(8) ?? 0) * (1_000 / HUNDREDTHS);
    return [{ mac: link.formatMac(mac), vlan, port: payload.readInt32LE(4), age }];
  });
}

/** struct ndmsg. */
function ndmsg(ifindex: number, state: number, flags: number): Buffer {
  const body = Buffer.alloc(br.NDMSG_SIZE);
  body.writeUInt8(AF_BRIDGE, 0);
  body.writeInt32LE(ifindex, 4);
  body.writeUInt16LE(state, 8);
  body.writeUInt8(flags, 10);
  return body;
}

function u16(value: number): Uint8Array {
  return new Uint8Array(Uint16Array.of(value).buffer);
}
