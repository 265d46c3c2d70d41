/**
 * A port while it is attached. Its own network stack is silent, because it would answer ARP for the aggregate's
 * address with the port's MAC, and the partner would then send past the aggregate; and because a packet for the host
 * that came in here would be processed twice, from the port and from the virtual interface.
 *
 * One means is enough where the kernel permits it: a program drops everything but slow protocols (silence-program.ts).
 * The others hold where it does not, and stop what the port's stack would send of its own accord: no ARP, no IPv6,
 * strict reverse-path filter. And its network card lets in what is for the virtual interface (receive-filter.ts).
 */
import type { LinkFacts, Member, MemberRecord } from '../aggregator/io.js';
import { isBridged } from './bridge/bridge-link.js';
import { takeOffClsact } from './clsact-hook.js';
import { keepAddresses, restoreAddress } from './interface-address.js';
import { changeAttributes, changeFlags, findByIndex, unlessGone } from './interface-change.js';
import { readSysctl, writeSysctl } from './interface-sysctl.js';
import { IFLA_MTU, type LinkMessage } from './link-message.js';
import { type FilterFlags, filterFlagsOf, letIn, setFilterFlags, takeBack } from './receive-filter.js';
import { Silencer } from './silence-program.js';
import { IFF_NOARP, IFF_UP } from './sys/constants.js';
import { Errno, SysError } from './sys/sys-error.js';

/**
 * Settings while attached. disable_ipv6 also deletes the port's IPv6 addresses and routes; the configured addresses
 * are put back on release (routes other than those of their prefixes are not). arp_ignore 8: answer for no address.
 */
const ATTACHED_SYSCTLS: readonly (readonly [setting: string, value: string])[] = [
  ['ipv6/disable_ipv6', '1'],
  ['ipv4/rp_filter', '1'],
  ['ipv4/arp_ignore', '8'],
];

export interface AttachedMember extends Member {
  /** Descriptor that holds the filter in front of the host's stack; undefined where there is none (any more). */
  readonly silenceFd: number | undefined;
  /** False: what comes in is for the kernel's bridge, which keeps it from the stack as well. Gives what is so then. */
  setSilent(silent: boolean): boolean;
}

/**
 * Silences a port's own stack and sets it administratively up. `SysError` when the interface has gone or the kernel
 * refuses to change it; nothing is changed then. What the kernel does not permit to silence stands in `reduced`.
 * `former`: what a process that had the port attached before found, and did not put back: it is what `release` restores.
 * A port of a bridge of ours goes on as it was: it is not silenced. `inherited`: see `silence`.
 */
export function attachMember(facts: LinkFacts, former?: MemberRecord, inherited?: number): AttachedMember {
  const { ifindex } = facts;
  const link = findByIndex(ifindex);
  if (link === undefined) throw new SysError('rtnetlink', Errno.ENODEV, `attach ${facts.name}`);
  const { name } = link.facts;
  let record: MemberRecord = former?.ifindex === ifindex ? { ...former, name } : recordOf(link);

  const silenced = new Silencer(ifindex, !isBridged(link.facts.master), inherited);
  let attached = true;
  let mtuChanged = former !== undefined;
  const undo = (): void => {
    if (!attached) return;
    attached = false;
    const restored = tryRestore(ifindex, record, mtuChanged);
    silenced.end();
    if (restored !== undefined) throw restored;
  };
  try {
    const refusals = ATTACHED_SYSCTLS.flatMap(([setting, value]) => {
      if (record.sysctls[setting] === undefined) return []; // the kernel has no such thing to silence
      const why = writeSysctl(name, setting, value);
      return why === undefined ? [] : [{ setting, why }];
    });
    changeFlags(ifindex, IFF_NOARP | IFF_UP, IFF_NOARP | IFF_UP, `attach ${name} (no ARP, up)`);
    return {
      get record() {
        return record;
      },
      reduced: reducedBy(name, silenced.refused, refusals),
      get silenceFd() {
        return attached ? silenced.fd : undefined;
      },
      setSilent(silent) {
        return attached && silenced.set(silent);
      },
      setMtu(value) {
        changeAttributes(ifindex, [[IFLA_MTU, value]], `set the MTU of ${name} to ${value}`);
        mtuChanged = true;
      },
      setFilter(mac, promiscuous) {
        const before = record.letIn;
        const done = mac === before ? 'there' : letIn(ifindex, mac);
        // What was there already is somebody else's, who takes it back.
        if (mac !== before) record = { ...record, letIn: done === 'done' ? mac : undefined };
        const promisc = promiscuous || done === 'refused' || formerFlags(record).promisc;
        setFilterFlags(ifindex, { allmulti: true, promisc }, `receive frames for ${mac} on ${name}`);
        if (before !== undefined && before !== mac) takeBack(ifindex, before);
      },
      release: undo,
    };
  } catch (error) {
    undo();
    throw error;
  }
}

/**
 * Puts a port back after a process that had it attached ended without doing so. Nothing happens when no interface
 * has both the index and the name of the record: it might be a stranger under a number that came up again.
 */
export function restoreMember(record: MemberRecord): void {
  if (findByIndex(record.ifindex)?.facts.name !== record.name) return;
  takeOffClsact(record.ifindex);
  const failed = tryRestore(record.ifindex, record, true);
  if (failed !== undefined) throw failed;
}

/** The port as it is now, for `release`. */
function recordOf(link: LinkMessage): MemberRecord {
  const { ifindex, name, adminUp, mtu } = link.facts;
  return {
    ifindex,
    name,
    noarp: (link.flags & IFF_NOARP) !== 0,
    adminUp,
    mtu,
    sysctls: readSysctls(name),
    ...filterFlagsOf(link.flags),
    addresses: keepAddresses(ifindex),
  };
}

/** Records of earlier versions do not have them. */
const formerFlags = ({ allmulti = false, promisc = false }: MemberRecord): FilterFlags => ({ allmulti, promisc });

function readSysctls(name: string): Record<string, string> {
  const former: Record<string, string> = {};
  for (const [setting] of ATTACHED_SYSCTLS) {
    const value = readSysctl(name, setting);
    if (value !== undefined) former[setting] = value;
  }
  return former;
}

/**
 * Restores what the record says, each step for itself, under the name that the interface has now. The addresses come
 * last: they need IPv6, and setting an interface down would delete them again.
 * Returns the first failure that is not the interface's absence.
 */
function tryRestore(ifindex: number, record: MemberRecord, withMtu: boolean): unknown {
  const now = findByIndex(ifindex);
  if (now === undefined) return undefined;
  const { name } = now.facts;
  let failure: unknown;
  const step = (act: () => void): void => {
    try {
      unlessGone(act);
    } catch (error) {
      failure ??= error;
    }
  };
  const flags = (record.noarp ? IFF_NOARP : 0) | (record.adminUp ? IFF_UP : 0);
  step(() => changeFlags(ifindex, flags, IFF_NOARP | IFF_UP, `restore the flags of ${name}`));
  step(() => setFilterFlags(ifindex, formerFlags(record), `restore the receive filter of ${name}`));
  const { letIn: address } = record;
  if (address !== undefined) step(() => takeBack(ifindex, address));
  if (withMtu && now.facts.mtu !== record.mtu) {
    step(() => changeAttributes(ifindex, [[IFLA_MTU, record.mtu]], `restore the MTU of ${name}`));
  }
  for (const [setting] of ATTACHED_SYSCTLS) {
    const former = record.sysctls[setting];
    if (former !== undefined && readSysctl(name, setting) !== former) writeSysctl(name, setting, former);
  }
  for (const address of record.addresses ?? []) {
    step(() => restoreAddress(address, `restore an IPv6 address of ${name}`));
  }
  return failure;
}

/** In words what may still pass between the port and the host's stack; undefined when nothing does. */
function reducedBy(
  name: string,
  refused: SysError | undefined,
  refusals: readonly { readonly setting: string; readonly why: string }[],
): string | undefined {
  const reasons: string[] = [];
  if (refused !== undefined) {
    reasons.push(`no filter in front of the host's stack (${refused.syscall}: ${refused.code})`);
    // The larger of the two is in force: 2 (loose) for all would undo 1 (strict) for the port.
    if (readSysctl('all', 'ipv4/rp_filter') === '2') {
      reasons.push('net.ipv4.conf.all.rp_filter is 2: IPv4 packets that come in can reach the host twice');
    }
  }
  for (const { setting, why } of refusals) {
    // Behind the filter only IPv6 matters, which sends of its own accord.
    if (refused !== undefined || setting === 'ipv6/disable_ipv6') reasons.push(`${setting} not set (${why})`);
  }
  return reasons.length === 0 ? undefined : `${name}: ${reasons.join('; ')}`;
}
