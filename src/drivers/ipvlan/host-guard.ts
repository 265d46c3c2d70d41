/**
 * Keeps the host's own stack from forwarding what came in at the master for a slave: the user path has a copy only.
 * One rule for what comes in there, and a table of its own with a blackhole for each address of a slave, as by
 *
 *     ip rule add iif eth0 lookup TABLE pref 1 protocol 173; ip route add blackhole 10.0.0.11 table TABLE
 *
 * The protocol number is ours: by it the rules of a killed process are found. In l3s the host is to forward.
 */
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import { findByIndex, withRtnetlink } from '../interface-change.js';
import {
  type Attribute,
  attributeText,
  attributeU32,
  decodeAttributes,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
} from '../netlink-message.js';
import type { Rtnetlink } from '../rtnetlink.js';
import { AF_INET, AF_INET6 } from '../sys/constants.js';
import { Errno, SysError } from '../sys/sys-error.js';

const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const RTM_NEWRULE = 32;
const RTM_DELRULE = 33;
const RTM_GETRULE = 34;
/** struct rtmsg, struct fib_rule_hdr: both begin with the family, and have the kind of what is done at octet 7. */
const HEADER = 12;
const RTA_DST = 1;
const RTA_TABLE = 15;
const RTN_BLACKHOLE = 6;
const FRA_IIFNAME = 3;
const FRA_PRIORITY = 6;
const FRA_TABLE = 15;
const FRA_PROTOCOL = 21;
const FR_ACT_TO_TBL = 1;

/** Of our rules and routes; nobody else's in /etc/iproute2/rt_protos. */
const PROTOCOL = 173;
/** Behind the table of local addresses, before all others. */
const PRIORITY = 1;
/** Our tables, one for each master. */
const FIRST_TABLE = 0x7600_0000;
const FAMILIES = [AF_INET, AF_INET6];

export class HostGuard {
  readonly #name: string;
  readonly #table: number;
  /** Families with a rule; addresses with a blackhole, as hexadecimal text. */
  readonly #rules = new Set<number>();
  readonly #blackholes = new Map<string, Uint8Array>();
  #refused = false;

  /** Takes away what a killed process has left for this master. */
  constructor(
    ifindex: number,
    private readonly log: ((line: string) => void) | undefined,
  ) {
    this.#table = FIRST_TABLE + ifindex;
    this.#name = findByIndex(ifindex)?.facts.name ?? '';
    if (this.#name !== '') removeHostGuards(this.#name);
  }

  /** Guards the addresses of this table. Where the kernel refuses, the log says so, once: forwarding is off on most hosts. */
  update({ mode, slaves }: SlaveTable): void {
    const wanted = new Map(
      (mode === 'l3s' ? [] : slaves.flatMap(({ addresses }) => addresses))
        .filter((address) => !isLinkLocal(address)) // nobody forwards to these
        .map((address) => [Buffer.from(address).toString('hex'), address]),
    );
    try {
      withRtnetlink((rtnetlink) => {
        for (const [key, address] of this.#blackholes) {
          if (wanted.has(key)) continue;
          unlessGone(() => changeBlackhole(rtnetlink, RTM_DELROUTE, address, this.#table));
          this.#blackholes.delete(key);
        }
        for (const [key, address] of wanted) if (!this.#blackholes.has(key)) this.#add(rtnetlink, key, address);
      });
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      if (!this.#refused)
        this.log?.(`${this.#name}: if this host forwards, it forwards what is for slaves too: ${error.message}`);
      this.#refused = true;
    }
  }

  remove(): void {
    withRtnetlink((rtnetlink) => {
      for (const address of this.#blackholes.values())
        unlessGone(() => changeBlackhole(rtnetlink, RTM_DELROUTE, address, this.#table));
      for (const family of this.#rules)
        unlessGone(() => changeRule(rtnetlink, RTM_DELRULE, family, this.#name, this.#table));
    });
    this.#blackholes.clear();
    this.#rules.clear();
  }

  #add(rtnetlink: Rtnetlink, key: string, address: Uint8Array): void {
    const family = familyOf(address);
    if (!this.#rules.has(family)) {
      changeRule(rtnetlink, RTM_NEWRULE, family, this.#name, this.#table);
      this.#rules.add(family);
    }
    changeBlackhole(rtnetlink, RTM_NEWROUTE, address, this.#table);
    this.#blackholes.set(key, address);
  }
}

/** Takes away the rules and blackholes of all masters, or of one, whoever made them. Their number. */
export function removeHostGuards(master?: string): number {
  let removed = 0;
  withRtnetlink((rtnetlink) => {
    for (const family of FAMILIES) {
      for (const { name, table } of ourRules(rtnetlink, family)) {
        if (master !== undefined && name !== master) continue;
        unlessGone(() => changeRule(rtnetlink, RTM_DELRULE, family, name, table));
        for (const address of blackholesIn(rtnetlink, family, table))
          unlessGone(() => changeBlackhole(rtnetlink, RTM_DELROUTE, address, table));
        removed++;
      }
    }
  });
  return removed;
}

function ourRules(rtnetlink: Rtnetlink, family: number): { name: string; table: number }[] {
  const read = ({ payload }: NetlinkMessage) => {
    const attributes = decodeAttributes(payload.subarray(HEADER));
    if (attributes.get(FRA_PROTOCOL)?.readUInt8(0) !== PROTOCOL) return [];
    return [
      { name: attributeText(attributes.get(FRA_IIFNAME)) ?? '', table: attributeU32(attributes.get(FRA_TABLE)) ?? 0 },
    ];
  };
  return dump(rtnetlink, RTM_GETRULE, family, 'list the routing rules').flatMap(read);
}

function blackholesIn(rtnetlink: Rtnetlink, family: number, table: number): Uint8Array[] {
  return dump(rtnetlink, RTM_GETROUTE, family, 'list the routes').flatMap(({ payload }) => {
    const attributes = decodeAttributes(payload.subarray(HEADER));
    const address = attributes.get(RTA_DST);
    return attributeU32(attributes.get(RTA_TABLE)) === table && address !== undefined ? [address] : [];
  });
}

function dump(rtnetlink: Rtnetlink, type: number, family: number, doing: string): NetlinkMessage[] {
  try {
    return rtnetlink.dump(type, header(family), doing);
  } catch (error) {
    if (error instanceof SysError && error.errno === Errno.EOPNOTSUPP) return []; // no such family here
    throw error;
  }
}

function changeRule(rtnetlink: Rtnetlink, type: number, family: number, name: string, table: number): void {
  const flags = type === RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0;
  const attributes: Attribute[] = [
    [FRA_IIFNAME, name],
    [FRA_PRIORITY, PRIORITY],
    [FRA_TABLE, table],
    [FRA_PROTOCOL, Uint8Array.of(PROTOCOL)],
  ];
  rtnetlink.change(type, flags, header(family, FR_ACT_TO_TBL), attributes, `guard what comes in on ${name}`);
}

function changeBlackhole(rtnetlink: Rtnetlink, type: number, address: Uint8Array, table: number): void {
  const flags = type === RTM_NEWROUTE ? NLM_F_CREATE | NLM_F_EXCL : 0;
  const fixed = header(familyOf(address), RTN_BLACKHOLE);
  fixed.writeUInt8(address.length * 8, 1);
  fixed.writeUInt8(PROTOCOL, 5);
  const attributes: Attribute[] = [
    [RTA_DST, address],
    [RTA_TABLE, table],
  ];
  rtnetlink.change(type, flags, fixed, attributes, 'keep the host from forwarding to a slave');
}

function header(family: number, kind = 0): Buffer {
  const buffer = Buffer.alloc(HEADER);
  buffer.writeUInt8(family, 0);
  buffer.writeUInt8(kind, 7);
  return buffer;
}

/** It may have been taken away by others, or with the master. */
function unlessGone(act: () => void): void {
  try {
    act();
  } catch (error) {
    const isGone = error instanceof SysError && [Errno.ENOENT, Errno.ESRCH, Errno.ENODEV].includes(error.errno);
    if (!isGone) throw error;
  }
}

const familyOf = (address: Uint8Array): number => (address.length === 4 ? AF_INET : AF_INET6);
const isLinkLocal = (address: Uint8Array): boolean =>
  address.length === 16 && address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
