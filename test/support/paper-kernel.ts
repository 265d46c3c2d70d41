/** A kernel on paper under a real daemon: interfaces that tests make, calls that are noted, and calls that fail. */
import { setImmediate as turn } from 'node:timers/promises';
import type { BridgePort, BridgeRules, Datapath, LinkEvent, LinkFacts } from '../../src/aggregator/io.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import type { FileConfiguration } from '../../src/daemon/config/model.js';
import { Daemon } from '../../src/daemon/daemon.js';
import type { Drivers } from '../../src/daemon/drivers.js';
import { EventJournal } from '../../src/daemon/event-journal.js';
import { LacpJournal } from '../../src/daemon/lacp-journal.js';
import { Lateness } from '../../src/daemon/lateness.js';
import { createLog } from '../../src/daemon/log.js';
import { SavedState } from '../../src/daemon/saved-state.js';
import type { DatapathChoice } from '../../src/drivers/datapath-choice.js';
import type { NextHop } from '../../src/drivers/next-hop.js';
import { PaperAliases } from './paper-aliases.js';
import { facts } from './system-lab.js';

export class PaperKernel {
  readonly clock = new VirtualClock();
  readonly aliases = new PaperAliases();
  /** Every call that changes something, in order: `attach eth0`, `mtu eth0 1400`, `remove veth0`. */
  readonly calls: string[] = [];
  /** The next call that reads so fails. */
  failing: string | undefined;
  /** Why it takes no programs that forward. */
  refusesPrograms: string | undefined;
  /** By address, its octets in decimal. */
  readonly nextHops = new Map<string, NextHop>();
  readonly #links = new Map<number, LinkFacts>();
  /** Told a turn later, as by a real kernel. */
  readonly #untold: LinkFacts[] = [];
  #listener: (event: LinkEvent) => void = () => {};
  #next = 1;

  constructor(...names: readonly string[]) {
    for (const name of names) this.appear(name);
  }

  /** An Ethernet interface comes, and the kernel tells of it. */
  appear(name: string, differences: Partial<LinkFacts> = {}): void {
    this.#make(name, differences);
    this.tell();
  }

  link(name: string): LinkFacts | undefined {
    return [...this.#links.values()].find((link) => link.name === name);
  }

  /** Another tool changes an interface, and the kernel tells of it. */
  change(name: string, differences: Partial<LinkFacts>): void {
    this.#change(name, differences);
    this.tell();
  }

  /** The listener hears what has happened since the last time. */
  tell(): void {
    for (const facts of this.#untold.splice(0)) this.#listener({ kind: 'link', facts });
  }

  drivers(): Drivers {
    let choice: DatapathChoice = 'auto';
    const refused = () => this.refusesPrograms;
    return {
      clock: this.clock,
      links: {
        links: () => [...this.#links.values()],
        addresses: () => [],
        start: (listener) => {
          this.#listener = listener;
        },
        close: () => {},
      },
      wire: { join: () => {}, leave: () => {}, send: () => true, start: () => {}, drain: () => {}, close: () => {} },
      createVirtualInterface: (name, { mac, mtu }) => {
        this.#call(`create ${name}`);
        this.#make(`_${name}`, {});
        this.#make(name, { mac, mtu });
        return this.#virtual(name);
      },
      adoptVirtualInterface: (name) => (this.link(name) === undefined ? undefined : this.#virtual(name)),
      attachMember: ({ name, ifindex, mtu }, former) => {
        this.#call(`attach ${name}`);
        return {
          record: former ?? { ifindex, name, noarp: false, adminUp: true, mtu, sysctls: {} },
          reduced: undefined,
          setMtu: (value) => {
            this.#call(`mtu ${name} ${value}`);
            this.#change(name, { mtu: value });
          },
          setFilter: () => {},
          release: () => {
            this.#call(`release ${name}`);
            this.#change(name, { mtu });
          },
        };
      },
      restoreMember: () => {},
      aliases: this.aliases,
      nextHop: (destination) => this.nextHops.get(destination.join('.')),
      datapath: {
        get choice() {
          return choice;
        },
        choose: async (wanted) => {
          choice = wanted;
        },
      },
      openBridge: async (_, name, { rules }, changed) => this.#bridge(name, rules, changed),
      openDatapath: async (_, name) => ({
        get kind() {
          return choice === 'user' || refused() !== undefined ? 'user' : 'kernel';
        },
        get reason() {
          return choice === 'user' ? undefined : refused();
        },
        addPort: async () => {},
        removePort: async () => {},
        setTable: () => this.#call(`table of ${name}`),
        sendBehind: async () => {},
        delivered: async () => {},
        counters: () => ({ ports: new Map(), txNoPort: 0, txSlowProtocols: 0, rxHostRefused: 0, txOverrun: 0 }),
        bucketBytes: () => undefined,
        close: async () => {},
      }),
    };
  }

  /** States of ports in bridges, by ifindex; `bridgeTold` says that they have changed. */
  readonly bridgePorts = new Map<number, BridgePort>();
  bridgeTold = () => {};

  #bridge(name: string, rules: BridgeRules, changed: () => void): Datapath {
    this.#call(`bridge of ${name} ${JSON.stringify(rules)}`);
    this.bridgeTold = changed;
    const none = new Map();
    return {
      kind: 'kernel',
      bridge: {
        setLocalAddress: (mac) => this.#call(`bridge of ${name} knows ${mac}`),
        configure: (now) => this.#call(`bridge of ${name} ${JSON.stringify(now)}`),
        ports: () => this.bridgePorts,
        addresses: () => [
          { mac: '02:00:00:00:00:99', vlan: 0, port: [...this.bridgePorts.keys()][0] ?? 0, age: 1_500 },
        ],
      },
      addPort: async () => {},
      removePort: async () => {},
      setTable: () => {},
      sendBehind: async () => {},
      delivered: async () => {},
      counters: () => ({ ports: none, txNoPort: 0, txSlowProtocols: 0, rxHostRefused: 0, txOverrun: 0 }),
      bucketBytes: () => undefined,
      close: async () => this.#call(`bridge of ${name} closed`),
    };
  }

  #virtual(name: string) {
    const ifindex = (of: string) => this.link(of)?.ifindex ?? 0;
    return {
      name,
      ifindex: ifindex(name),
      peerIfindex: ifindex(`_${name}`),
      setMac: (mac: string) => {
        this.#call(`mac ${name} ${mac}`);
        this.#change(name, { mac });
      },
      setMtu: (mtu: number) => {
        this.#call(`mtu ${name} ${mtu}`);
        this.#change(name, { mtu });
      },
      setCarrier: () => {},
      remove: () => {
        this.#call(`remove ${name}`);
        this.#links.delete(ifindex(name));
        this.#links.delete(ifindex(`_${name}`));
      },
    };
  }

  #call(what: string): void {
    if (this.failing === what) {
      this.failing = undefined;
      throw new Error(`${what}: no`);
    }
    this.calls.push(what);
  }

  #make(name: string, differences: Partial<LinkFacts>): void {
    const ifindex = this.#next++;
    this.#set({ ...facts(ifindex), ifindex, name, ...differences });
  }

  #change(name: string, differences: Partial<LinkFacts>): void {
    const link = this.link(name);
    if (link !== undefined) this.#set({ ...link, ...differences });
  }

  #set(link: LinkFacts): void {
    this.#links.set(link.ifindex, link);
    this.#untold.push(link);
  }
}

export interface PaperDaemonOptions {
  readonly directory: string;
  readonly boot?: FileConfiguration;
  readonly file?: string;
  /** Of the command line. */
  readonly datapath?: DatapathChoice;
  readonly limits?: { readonly interfaces: number; readonly portsEach: number };
}

/** Of boot and network namespace: always the same here. */
const IDENTITY = 'paper';

/** A daemon on such a kernel. `lines`: its log. */
export function paperDaemon(kernel: PaperKernel, { directory, boot, file, limits, datapath }: PaperDaemonOptions) {
  const lines: string[] = [];
  const log = createLog('warn', (line) => lines.push(line.trim()));
  const events = new EventJournal(kernel.clock);
  const daemon = new Daemon({
    drivers: kernel.drivers(),
    state: new SavedState(directory, IDENTITY),
    journal: new LacpJournal({ directory, identity: IDENTITY, log }),
    reduced: [],
    datapath,
    limits: limits ?? { interfaces: 8, portsEach: 8 },
    log,
    lateness: new Lateness(kernel.clock, log),
    events,
    status: () => {},
    configuration: { directory, identity: IDENTITY, file, boot },
  });
  return { daemon, lines, events };
}

/** What a promise gives, with virtual time going on as long as it takes. */
export async function settled<T>(kernel: PaperKernel, promise: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  promise.then(end, end);
  while (!done) {
    await turn();
    kernel.tell();
    kernel.clock.advance(10);
  }
  return promise;
}
