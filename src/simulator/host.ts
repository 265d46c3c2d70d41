/** One system in memory: the engine with everything around it replaced, in virtual time. */
import type { Forwarding } from '../aggregator/aggregator.js';
import type { Md5 } from '../aggregator/conversations.js';
import { InternalError } from '../aggregator/internal-error.js';
import type { LinkFacts } from '../aggregator/io.js';
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import type { AggregatorSnapshot } from '../aggregator/snapshot.js';
import type { AggregatorStatus } from '../aggregator/status.js';
import { LacpSystem } from '../aggregator/system.js';
import type { SystemEffects } from '../aggregator/system-effects.js';
import type { VirtualClock } from '../aggregator/virtual-clock.js';
import type { Mac } from '../lacp/variables.js';

/** What is told of the engine, beside what the host does with it. All may be left out. */
export type HostObserver = Partial<Omit<SystemEffects, 'clock' | 'md5' | 'answerMarker'>>;

interface Interface {
  readonly index: number;
  readonly mac: Mac;
}

interface PortLink {
  readonly facts: LinkFacts;
  /** False: the cable is out, whatever else is set. */
  readonly carrier: boolean;
}

/** What a program leaves behind when it ends without a word. */
interface Remains {
  readonly snapshots: readonly AggregatorSnapshot[];
  readonly status: readonly AggregatorStatus[];
  /** Frames that wait in its sockets; undefined: these are gone too. */
  readonly frames: { readonly port: number; readonly frame: Uint8Array }[] | undefined;
}

export class SimulatedHost {
  /** Takes every frame that leaves a port. */
  onFrame: (port: number, frame: Uint8Array) => void = () => {};
  #system: LacpSystem;
  #remains: Remains | undefined;
  readonly #interfaces = new Map<string, Interface>();
  readonly #links = new Map<number, PortLink>();
  readonly #forwardings = new Map<string, Forwarding>();

  constructor(
    readonly clock: VirtualClock,
    private readonly md5: Md5,
    private readonly observer: HostObserver = {},
  ) {
    this.#system = this.#begin();
  }

  get system(): LacpSystem {
    return this.#system;
  }

  /** False: no program runs; the data path goes on as it was. */
  get running(): boolean {
    return this.#remains === undefined;
  }

  addInterface(name: string, index: number, mac: Mac, settings: AggregatorSettings): void {
    this.#interfaces.set(name, { index, mac });
    this.#system.addAggregator(name, index, mac, settings);
  }

  removeInterface(name: string): void {
    this.#system.removeAggregator(name);
    this.#interfaces.delete(name);
    this.#forwardings.delete(name);
  }

  setInterface(name: string, settings: AggregatorSettings): void {
    this.#system.setAggregator(name, settings, this.#interface(name).mac);
  }

  /** Returns its Port Number: the given one, or the lowest that is free. */
  addPort(
    veth: string,
    facts: LinkFacts,
    settings: PortSettings,
    { number: wanted, carrier = true }: { readonly number?: number; readonly carrier?: boolean } = {},
  ): number {
    const number = this.#system.addPort(veth, told({ facts, carrier }), settings, wanted);
    this.#links.set(number, { facts, carrier });
    return number;
  }

  /** What the kernel says of a port's link becomes different. */
  link(number: number, differences: Partial<LinkFacts>): void {
    const { facts, carrier } = this.#link(number);
    this.#links.set(number, { facts: { ...facts, ...differences }, carrier });
    this.#tellLink(number);
  }

  /** Whether there is a signal at the port. */
  setCarrier(number: number, carrier: boolean): void {
    const link = this.#link(number);
    if (link.carrier === carrier) return;
    this.#links.set(number, { ...link, carrier });
    this.#tellLink(number);
  }

  /** A frame arrives. One that nobody waits for is lost. */
  receive(port: number, frame: Uint8Array): void {
    if (this.#remains === undefined) this.#system.receive(port, frame);
    else this.#remains.frames?.push({ port, frame });
  }

  /** How an interface forwards; also while no program runs. */
  forwarding(veth: string): Forwarding {
    return this.#forwardings.get(veth) ?? { collecting: [], distributing: [], carrier: false };
  }

  /** As it is, or was when the program ended. */
  status(): readonly AggregatorStatus[] {
    return this.#remains?.status ?? this.#system.status().aggregators;
  }

  /**
   * The program ends without a word, and leaves its state; `resume` goes on from there. `sockets`: frames wait for the
   * next one, as in a planned restart, of which every port says again what it says before.
   */
  crash({ sockets = false } = {}): void {
    if (!this.running) throw new InternalError('no program runs here');
    if (sockets) this.#system.sayAgain();
    const { aggregators } = this.#system.status();
    const snapshots = JSON.parse(JSON.stringify(this.#system.snapshot())) as AggregatorSnapshot[]; // as it is kept: a text
    this.#system.close();
    this.#remains = { snapshots, status: aggregators, frames: sockets ? [] : undefined };
  }

  /** A new program, which takes up what the former one left. */
  resume(): void {
    const former = this.#remains;
    if (former === undefined) throw new InternalError('a program runs here');
    this.#remains = undefined;
    this.#system = this.#begin();
    for (const { name, settings, ports } of former.status) {
      const { index, mac } = this.#interface(name);
      this.#system.addAggregator(name, index, mac, settings);
      const snapshot = former.snapshots.find((candidate) => candidate.name === name);
      if (snapshot === undefined) continue;
      const known = snapshot.ports.flatMap((port) => {
        const own = ports.find(({ number }) => number === port.number);
        return own === undefined ? [] : [{ snapshot: port, settings: own.settings }];
      });
      this.#system.resumePorts(name, snapshot, known);
      for (const { snapshot: port } of known) this.#tellLink(port.number);
    }
    for (const { port, frame } of former.frames ?? []) this.#system.receive(port, frame);
  }

  /** The orderly end: every port takes its leave, as soon as it may send. */
  stop(): void {
    const system = this.#system;
    let left = 1;
    const gone = () => {
      // Later: the engine is still busy with the last port.
      if (--left === 0) this.clock.setTimeout(() => system.close(), 0);
    };
    for (const { ports } of system.status().aggregators) {
      for (const { number } of ports) {
        left++;
        system.removePort(number, gone, { atOnce: true });
      }
    }
    gone();
    this.#forwardings.clear();
    this.#interfaces.clear();
    this.#links.clear();
    this.#remains = { snapshots: [], status: [], frames: undefined };
  }

  #begin(): LacpSystem {
    const { observer, clock, md5 } = this;
    return new LacpSystem({
      clock,
      md5,
      drain: () => observer.drain?.(),
      send: (port, frame) => {
        observer.send?.(port, frame);
        this.onFrame(port, frame);
      },
      // There are no data frames here, so nothing is to be waited for.
      sendMarker: (port, frame) => this.#marker(port, frame),
      answerMarker: (port, frame) => this.#marker(port, frame),
      table: (veth, table) => observer.table?.(veth, table),
      bucketBytes: (veth) => observer.bucketBytes?.(veth),
      forwarding: (veth, forwarding) => {
        this.#forwardings.set(veth, forwarding);
        observer.forwarding?.(veth, forwarding);
      },
      transition: (veth, port, transition) => observer.transition?.(veth, port, transition),
      journal: observer.journal,
      changed: () => observer.changed?.(),
      failed: (port, error) => {
        if (observer.failed === undefined) throw error;
        observer.failed(port, error);
      },
    });
  }

  #marker(port: number, frame: Uint8Array): void {
    this.observer.sendMarker?.(port, frame);
    this.onFrame(port, frame);
  }

  #tellLink(number: number): void {
    if (this.running) this.#system.linkChanged(number, told(this.#link(number)));
  }

  #link(number: number): PortLink {
    const link = this.#links.get(number);
    if (link === undefined) throw new InternalError(`no port ${number}`);
    return link;
  }

  #interface(name: string): Interface {
    const found = this.#interfaces.get(name);
    if (found === undefined) throw new InternalError(`no interface ${name}`);
    return found;
  }
}

const told = ({ facts, carrier }: PortLink): LinkFacts => (carrier ? facts : { ...facts, link: 'down' });
