/** A host that has no kernel: interfaces, links and data path in memory, so that a daemon alone is measured. */
import type { LinkFacts } from '../../../src/aggregator/io.js';
import type { Drivers } from '../../../src/daemon/drivers.js';
import { systemClock } from '../../../src/drivers/clock.js';
import { linkFacts } from '../../../src/simulator/facts.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Where a sent frame goes: the other end of the cable. */
export interface Cable {
  /** Takes a frame of the interface and gives it to the other host in a later turn of the loop. */
  carry(ifindex: number, frame: Uint8Array): void;
  /** Takes what the other host sends. */
  plug(listener: (ifindex: number, frame: Uint8Array) => void): void;
  /** Gives what is on its way, now. */
  drain(): void;
}

/** Two ends: what goes in at one comes out at the other, with the same interface index. */
export function cables(): readonly [Cable, Cable] {
  const ends = [new CableEnd(), new CableEnd()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}

class CableEnd implements Cable {
  other: CableEnd = this;
  #listener: (ifindex: number, frame: Uint8Array) => void = () => {};
  #arrived: { readonly ifindex: number; readonly frame: Uint8Array }[] = [];

  carry(ifindex: number, frame: Uint8Array): void {
    // The sender's buffer is its own again when we return.
    if (this.other.#arrived.push({ ifindex, frame: frame.slice() }) === 1) setImmediate(() => this.other.drain());
  }

  plug(listener: (ifindex: number, frame: Uint8Array) => void): void {
    this.#listener = listener;
  }

  drain(): void {
    for (const { ifindex, frame } of this.#arrived.splice(0)) this.#listener(ifindex, frame);
  }
}

/** `side` makes the addresses of the hosts different; interfaces are eth0, eth1, ... with index 1, 2, ... */
export function memoryDrivers(side: number, ports: number, cable: Cable, clock = systemClock): Drivers {
  const links = Array.from({ length: ports }, (_, index) => facts(side, index));
  let virtual = ports;
  return {
    clock,
    links: { links: () => links, addresses: () => [], start() {}, close() {} },
    aliases: {
      addresses: () => [],
      add() {},
      remove: () => false,
      openCounting() {
        throw new Error('no aliases here');
      },
      sweep() {},
    },
    wire: {
      join() {},
      leave() {},
      send(ifindex, frame) {
        cable.carry(ifindex, frame);
        return true;
      },
      start: (listener) => cable.plug(listener),
      drain: () => cable.drain(),
      close() {},
    },
    createVirtualInterface(name) {
      virtual += 2;
      return {
        name,
        ifindex: virtual,
        peerIfindex: virtual + 1,
        setMac() {},
        setMtu() {},
        setCarrier() {},
        remove() {},
      };
    },
    adoptVirtualInterface: () => undefined,
    attachMember: ({ ifindex, name }) => ({
      record: { ifindex, name, noarp: false, adminUp: true, mtu: 1500, sysctls: {} },
      reduced: undefined,
      setMtu() {},
      setFilter() {},
      release() {},
    }),
    restoreMember() {},
    nextHop: () => undefined,
    datapath: { choice: 'auto', choose: async () => {} },
    openBridge: () => Promise.reject(new Error('no bridge in memory')),
    openDatapath: async () => ({
      kind: 'none',
      // A worker thread answers in another turn of the loop.
      addPort: () => nextTurn(),
      removePort: () => nextTurn(),
      setTable() {},
      async sendBehind() {},
      delivered: async () => {},
      counters: () => ({ ports: new Map(), txNoPort: 0, txSlowProtocols: 0, rxHostRefused: 0, txOverrun: 0 }),
      bucketBytes: () => undefined,
      async close() {},
    }),
  };
}

export function facts(side: number, index: number): LinkFacts {
  const octets = [2, side, 0, 0, index >> 8, index & 255];
  return linkFacts(index + 1, `eth${index}`, octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':'));
}
