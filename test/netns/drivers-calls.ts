/** What drivers.test.ts can have the drivers do, in this process or in another one (drivers-side.ts). */
import type { LinkEvent, Member, MemberRecord } from '../../src/aggregator/io.js';
import { changeAttributes, changeFlags, findByName } from '../../src/drivers/interface-change.js';
import { IFLA_MTU } from '../../src/drivers/link-message.js';
import { openLinkWatch } from '../../src/drivers/link-watch.js';
import { attachMember, restoreMember } from '../../src/drivers/member.js';
import { openSlowProtocolsSocket } from '../../src/drivers/slow-protocols-socket.js';
import * as c from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';
import { sockaddrLl } from '../../src/drivers/sys/structs.js';
import { adoptVirtualInterface, createVirtualInterface, type VethPair } from '../../src/drivers/virtual-interface.js';

export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Opens the drivers in the current network namespace. Frames and link events are told by `say` as they come. */
export function openCalls(say: (message: unknown) => void): Calls {
  const wire = openSlowProtocolsSocket();
  const watch = openLinkWatch();
  const members = new Map<number, Member>();
  const pairs = new Map<string, VethPair>();
  let counting: Map<string, number> | undefined;
  let heard: (event: LinkEvent) => void = (event) => say({ event });

  wire.start((ifindex, frame) => {
    if (counting === undefined) return say({ frame: { ifindex, bytes: Buffer.from(frame).toString('hex') } });
    const key = String(ifindex);
    counting.set(key, (counting.get(key) ?? 0) + 1);
  });

  const indexOf = (name: string): number => findByName(name)?.facts.ifindex ?? 0;
  const pair = (name: string): VethPair => {
    const found = pairs.get(name);
    if (found === undefined) throw new Error(`no pair ${name}`);
    return found;
  };
  const keep = (made: VethPair): unknown => {
    pairs.set(made.name, made);
    return { ifindex: made.ifindex, peerIfindex: made.peerIfindex, reduced: made.reduced };
  };
  const down = (name: string) => changeFlags(indexOf(name), 0, c.IFF_UP, 'test');

  return {
    links: () => watch.links(),
    addresses: (name: string) => watch.addresses(indexOf(name)),
    startWatch: () => watch.start((event) => heard(event)),
    join: (ifindex: number) => wire.join(ifindex),
    leave: (ifindex: number) => wire.leave(ifindex),
    send: (ifindex: number, bytes: string, times = 1) => {
      const frame = Buffer.from(bytes, 'hex');
      let sent = 0;
      for (let i = 0; i < times; i++) if (wire.send(ifindex, frame)) sent++;
      return sent;
    },
    /** From now on frames are counted by port and not told. */
    count: () => {
      counting = new Map();
    },
    counted: () => Object.fromEntries(counting ?? []),
    counters: () => wire.counters(),
    attach: (name: string, former?: MemberRecord) => {
      const facts = watch.links().find((link) => link.name === name);
      if (facts === undefined) throw new Error(`no interface ${name}`);
      const member = attachMember(facts, former);
      members.set(facts.ifindex, member);
      return { record: member.record, reduced: member.reduced };
    },
    /** Gives the record, which names what was let in. */
    letIn: (ifindex: number, mac: string, promiscuous: boolean) => {
      members.get(ifindex)?.setFilter(mac, promiscuous);
      return members.get(ifindex)?.record;
    },
    memberMtu: (ifindex: number, mtu: number) => members.get(ifindex)?.setMtu(mtu),
    release: (ifindex: number) => members.get(ifindex)?.release(),
    restore: (record: MemberRecord) => restoreMember(record),
    create: (name: string, mac: string, mtu: number) => keep(createVirtualInterface(name, { mac, mtu })),
    adopt: (name: string) => {
      const adopted = adoptVirtualInterface(name);
      return adopted === undefined ? 'none' : keep(adopted);
    },
    setMac: (name: string, mac: string) => pair(name).setMac(mac),
    setMtu: (name: string, mtu: number) => pair(name).setMtu(mtu),
    setCarrier: (name: string, up: boolean) => pair(name).setCarrier(up),
    remove: (name: string) => pair(name).remove(),
    /** Milliseconds from setting `peer` down to the event that `name` has lost its link. */
    latency: async (name: string, peer: string) => {
      const lost = new Promise<number>((resolve) => {
        heard = (event) => {
          if (event.kind === 'link' && event.facts.name === name && event.facts.link === 'down')
            resolve(performance.now());
        };
      });
      const before = performance.now();
      down(peer);
      const ms = (await lost) - before;
      heard = (event) => say({ event });
      return ms;
    },
    close: () => {
      for (const member of members.values()) member.release();
      wire.close();
      watch.close();
    },
    /** More changes than the event socket holds, without a look at it; the MTU ends at `last`. */
    storm: (name: string, times: number, last: number) => {
      const ifindex = indexOf(name);
      for (let i = 0; i < times; i++) changeAttributes(ifindex, [[IFLA_MTU, i % 2 === 0 ? 1400 : 1300]], 'test');
      changeAttributes(ifindex, [[IFLA_MTU, last]], 'test');
    },
    /** IPv4 frames that a packet tap on the interface has seen since `tap`. */
    tap: (ifindex: number) => {
      const fd = check(libc().socket(c.AF_PACKET, c.SOCK_RAW | c.SOCK_NONBLOCK, 0), 'socket', 'tap');
      const address = sockaddrLl(c.ETH_P_ALL, ifindex);
      check(libc().bind(fd, address, address.length), 'bind', 'tap');
      return fd;
    },
    tapped: (fd: number) => {
      const frame = Buffer.alloc(2048);
      let seen = 0;
      while (libc().recv(fd, frame, frame.length, c.MSG_DONTWAIT) > 0) if (frame.readUInt16BE(12) === 0x0800) seen++;
      return seen;
    },
  };
}
