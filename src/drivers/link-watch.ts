/**
 * Links and addresses of the current network namespace, and what happens to them.
 * Two sockets: one is subscribed and read from the event loop, the other asks. Events that say nothing new are not
 * passed on. When the kernel had to drop events (ENOBUFS), everything is read again and the differences are told.
 */
import type { LinkEvent, LinkFacts, LinkWatch } from '../aggregator/io.js';
import { openEthtool } from './ethtool.js';
import * as link from './link-message.js';
import { decodeMessages, type NetlinkMessage } from './netlink-message.js';
import { openRtnetlink } from './rtnetlink.js';
import * as c from './sys/constants.js';
import { check, type FdWatch, libc, watchReadable } from './sys/libc.js';
import { sockaddrNl } from './sys/structs.js';
import { Errno, SysError } from './sys/sys-error.js';

const RTMGRP_LINK = 0x1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;
/** Room for some thousand link events while the loop is busy. */
const RECEIVE_BUFFER = 4 * 1024 * 1024;
/** Datagrams read per wake-up; the rest waits for the next turn of the loop. */
const MAX_READS = 64;
const DOING = 'watch links and addresses';

/** Opens the watch; events are collected by the kernel from now on and told after `start`. */
export function openLinkWatch(): LinkWatch {
  const fd = openSubscribed();
  const requests = openRtnetlink();
  const ethtool = openEthtool();
  const buffer = Buffer.alloc(64 * 1024);
  /** What the listener knows. */
  const known = new Map<number, LinkFacts>();
  const knownAddresses = new Map<number, Set<string>>();
  let watch: FdWatch | undefined;
  let tell: (event: LinkEvent) => void = () => {};

  /** Speed and duplex of a link that is down are those it had: drivers forget them, and asking costs time. */
  function completed(facts: link.LinkMessage['facts']): LinkFacts {
    const before = known.get(facts.ifindex);
    if (facts.link === 'down' && before !== undefined) {
      return { ...facts, speed: before.speed, duplex: before.duplex };
    }
    return { ...facts, ...ethtool.speedAndDuplex(facts.name) };
  }

  function readLinks(): LinkFacts[] {
    const messages = requests.dump(link.RTM_GETLINK, link.ifinfomsg(0), 'list the interfaces');
    const facts = messages.flatMap((message) => {
      const read = link.readLink(message);
      return read === undefined ? [] : [completed(read.facts)];
    });
    return facts.sort((a, b) => a.ifindex - b.ifindex);
  }

  function readAddresses(): Map<number, Set<string>> {
    const byIfindex = new Map<number, Set<string>>();
    const fixed = Buffer.alloc(link.IFADDRMSG_SIZE);
    for (const message of requests.dump(link.RTM_GETADDR, fixed, 'list the addresses')) {
      const read = link.readAddress(message);
      if (read !== undefined) setOf(byIfindex, read.ifindex).add(read.address);
    }
    return byIfindex;
  }

  function learnLink(facts: LinkFacts): void {
    const before = known.get(facts.ifindex);
    if (before !== undefined && sameFacts(before, facts)) return;
    known.set(facts.ifindex, facts);
    tell({ kind: 'link', facts });
  }

  function learnGone(ifindex: number): void {
    if (!known.delete(ifindex)) return;
    for (const address of knownAddresses.get(ifindex) ?? []) learnAddress(ifindex, address, false);
    knownAddresses.delete(ifindex);
    tell({ kind: 'gone', ifindex });
  }

  function learnAddress(ifindex: number, address: string, added: boolean): void {
    const addresses = setOf(knownAddresses, ifindex);
    if (addresses.has(address) === added) return;
    if (added) addresses.add(address);
    else addresses.delete(address);
    tell({ kind: 'address', ifindex, address, added });
  }

  function take(message: NetlinkMessage): void {
    if (message.type === link.RTM_NEWADDR || message.type === link.RTM_DELADDR) {
      const read = link.readAddress(message);
      if (read !== undefined) learnAddress(read.ifindex, read.address, message.type === link.RTM_NEWADDR);
      return;
    }
    if (message.type !== link.RTM_NEWLINK && message.type !== link.RTM_DELLINK) return;
    const read = link.readLink(message);
    if (read === undefined) return;
    if (message.type === link.RTM_DELLINK) learnGone(read.facts.ifindex);
    else learnLink(completed(read.facts));
  }

  /** After lost events: the world as it is now, told as differences to what was told before. */
  function readAgain(): void {
    const now = readLinks();
    const alive = new Set(now.map((facts) => facts.ifindex));
    for (const ifindex of known.keys()) if (!alive.has(ifindex)) learnGone(ifindex);
    for (const facts of now) learnLink(facts);
    const addresses = readAddresses();
    for (const [ifindex, before] of knownAddresses) {
      for (const address of before) {
        if (addresses.get(ifindex)?.has(address) !== true) learnAddress(ifindex, address, false);
      }
    }
    for (const [ifindex, those] of addresses) for (const address of those) learnAddress(ifindex, address, true);
  }

  function drain(): void {
    for (let reads = 0; reads < MAX_READS && watch !== undefined; reads++) {
      const length = libc().recv(fd, buffer, buffer.length, c.MSG_DONTWAIT);
      if (length >= 0) {
        for (const message of decodeMessages(buffer.subarray(0, length))) take(message);
        continue;
      }
      const errno = libc().errno();
      if (errno === Errno.EAGAIN) return;
      if (errno === Errno.ENOBUFS) readAgain();
      else if (errno !== Errno.EINTR) throw new SysError('recv(AF_NETLINK)', errno, DOING);
    }
  }

  return {
    links() {
      const now = readLinks();
      // Before the start the answer is what the listener knows; after it, events tell.
      if (watch === undefined) for (const facts of now) known.set(facts.ifindex, facts);
      return now;
    },
    addresses(ifindex) {
      const now = readAddresses();
      if (watch === undefined) for (const [index, those] of now) knownAddresses.set(index, those);
      return [...(now.get(ifindex) ?? [])];
    },
    start(listener) {
      tell = listener;
      watch = watchReadable(fd, drain);
    },
    close() {
      if (watch === undefined) tell = () => {};
      watch?.close();
      watch = undefined;
      libc().close(fd);
      requests.close();
      ethtool.close();
    },
  };
}

function openSubscribed(): number {
  const type = c.SOCK_RAW | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC;
  const fd = check(libc().socket(c.AF_NETLINK, type, 0), 'socket(AF_NETLINK)', DOING);
  const size = Buffer.alloc(4);
  size.writeInt32LE(RECEIVE_BUFFER);
  // Without the privilege the default size stays; an overrun is mended all the same.
  libc().setsockopt(fd, c.SOL_SOCKET, c.SO_RCVBUFFORCE, size, size.length);
  const address = sockaddrNl(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
  check(libc().bind(fd, address, address.length), 'bind(AF_NETLINK)', DOING);
  return fd;
}

function setOf(map: Map<number, Set<string>>, key: number): Set<string> {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const created = new Set<string>();
  map.set(key, created);
  return created;
}

function sameFacts(a: LinkFacts, b: LinkFacts): boolean {
  return (Object.keys(a) as (keyof LinkFacts)[]).every((key) => a[key] === b[key]);
}
