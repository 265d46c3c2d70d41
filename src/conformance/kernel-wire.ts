/** Kernel interfaces as the wire of a tester: AF_PACKET for slow protocols, real time. Needs CAP_NET_RAW. */
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../drivers/clock.js';
import { openLinkWatch } from '../drivers/link-watch.js';
import { openSlowProtocolsSocket } from '../drivers/slow-protocols-socket.js';
import type { Wire } from './wire.js';

/** A port that cannot be used for testing; the message names it and says what would be right. */
export class UnusablePort extends Error {
  override readonly name = 'UnusablePort';
}

/**
 * Opens the named interfaces of this network namespace; with the signal all waiting ends. Throws `UnusablePort`, and
 * `SysError` without the privilege.
 */
export function openKernelWire(names: readonly string[], signal?: AbortSignal): Wire {
  const ports = names.map(usablePort(names));
  const socket = openSlowProtocolsSocket();
  for (const { ifindex } of ports) socket.join(ifindex);
  const indexes = new Map(ports.map(({ ifindex }, index) => [ifindex, index]));
  return {
    ...systemClock,
    clearTimeout: (handle) => systemClock.clearTimeout(handle),
    ports: ports.map(({ name, mac }) => ({ name, mac })),
    wait: (ms) => delay(ms, undefined, { signal }),
    send: (port, frame) => {
      const ifindex = ports[port]?.ifindex;
      if (ifindex !== undefined) socket.send(ifindex, frame);
    },
    start: (listener) =>
      socket.start((ifindex, frame) => {
        const port = indexes.get(ifindex);
        if (port !== undefined) listener(port, frame);
      }),
    close: () => socket.close(),
  };
}

function usablePort(names: readonly string[]) {
  const watch = openLinkWatch();
  const links = watch.links();
  watch.close();
  return (name: string, index: number) => {
    const facts = links.find((link) => link.name === name);
    if (facts === undefined) throw new UnusablePort(`${name}: no such interface`);
    if (names.indexOf(name) !== index) throw new UnusablePort(`${name}: named twice`);
    if (!facts.ethernet || facts.loopback) throw new UnusablePort(`${name}: not an Ethernet interface`);
    if (facts.master !== undefined) {
      throw new UnusablePort(`${name}: belongs to a bridge or bond; take it out first`);
    }
    if (!facts.adminUp || facts.link === 'down') {
      throw new UnusablePort(`${name}: its link is down; set it up, and connect it to the device`);
    }
    return facts;
  };
}
