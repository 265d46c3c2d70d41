/** A system of a scenario: a host whose ports have names, with its journal. */
import type { Md5 } from '../aggregator/conversations.js';
import type { LinkFacts } from '../aggregator/io.js';
import { Compactor, type Entry } from '../aggregator/journal/compactor.js';
import type { PortSettings } from '../aggregator/settings.js';
import type { AggregatorStatus, PortStatus } from '../aggregator/status.js';
import type { PortExplanation } from '../aggregator/verdict.js';
import type { VirtualClock } from '../aggregator/virtual-clock.js';
import { SimulatedHost } from './host.js';
import type { InterfacePlan, SystemPlan } from './scenario.js';

export class SimulatedSystem {
  readonly name: string;
  readonly host: SimulatedHost;
  /** Takes every frame that leaves a port. */
  onFrame: (port: string, frame: Uint8Array) => void = () => {};
  readonly #journal: Compactor;
  /** Ports by name. */
  readonly #numbers = new Map<string, number>();
  readonly #links: Map<string, LinkFacts>;
  /** Interfaces without a signal. */
  readonly #dark = new Set<string>();
  #stopped = true;

  /** It does not run yet. `tell`: gets the journal, in which what repeats is counted. */
  constructor(
    private readonly plan: SystemPlan,
    private readonly clock: VirtualClock,
    md5: Md5,
    tell: (entry: Entry) => void,
  ) {
    this.name = plan.name;
    this.#links = new Map(plan.links);
    this.#journal = new Compactor(tell);
    this.host = new SimulatedHost(clock, md5, { journal: (at, happening) => this.#journal.add(at, happening) });
    this.host.onFrame = (number, frame) => {
      const port = this.#nameOf(number);
      if (port !== undefined) this.onFrame(port, frame);
    };
    this.host.stop();
  }

  /** Goes on where a crash left it; else begins as it is planned. */
  start(): void {
    this.host.resume();
    if (!this.#stopped) return;
    this.#stopped = false;
    for (const veth of this.plan.interfaces) {
      this.host.addInterface(veth.name, veth.index, veth.mac, veth.settings);
      for (const { name, settings } of veth.ports) this.#add(name, veth.name, settings);
    }
  }

  stop(): void {
    this.host.stop();
    this.#numbers.clear();
    this.#stopped = true;
  }

  /** Nothing runs for so long; then it goes on, with what has come in meanwhile. */
  restart(ms: number): void {
    this.host.crash({ sockets: true });
    this.clock.setTimeout(() => {
      if (!this.host.running) this.host.resume();
    }, ms);
  }

  add(port: string, veth: Omit<InterfacePlan, 'ports'>, settings: PortSettings): void {
    if (this.interfaceStatus(veth.name) === undefined) {
      this.host.addInterface(veth.name, veth.index, veth.mac, veth.settings);
    } else this.host.setInterface(veth.name, veth.settings);
    this.#add(port, veth.name, settings);
  }

  /** In order, as `vethcfg del` does: `done` is called when it has gone. */
  del(port: string, { atOnce = false, done = () => {} } = {}): void {
    const number = this.#numbers.get(port);
    if (number === undefined) return;
    this.host.system.removePort(
      number,
      () => {
        this.#numbers.delete(port);
        done();
      },
      { atOnce },
    );
  }

  delInterface(veth: string): void {
    const ports = this.interfaceStatus(veth)?.ports ?? [];
    let left = ports.length;
    const gone = () => {
      // Later: the engine is still busy with the last port.
      if (--left <= 0) this.clock.setTimeout(() => this.host.removeInterface(veth), 0);
    };
    if (left === 0) gone();
    for (const { name } of ports) this.del(name, { atOnce: true, done: gone });
  }

  set(port: string, settings: PortSettings): void {
    const number = this.#numbers.get(port);
    if (number !== undefined) this.host.system.setPort(number, settings);
  }

  /** What the kernel says of an interface becomes different. */
  link(port: string, differences: Partial<LinkFacts>): void {
    const facts = this.#links.get(port);
    if (facts !== undefined) this.#links.set(port, { ...facts, ...differences });
    const number = this.#numbers.get(port);
    if (number !== undefined) this.host.link(number, differences);
  }

  isUp(port: string): boolean {
    return this.#links.get(port)?.adminUp === true;
  }

  setCarrier(port: string, carrier: boolean): void {
    if (carrier) this.#dark.delete(port);
    else this.#dark.add(port);
    const number = this.#numbers.get(port);
    if (number !== undefined) this.host.setCarrier(number, carrier);
  }

  receive(port: string, frame: Uint8Array): void {
    const number = this.#numbers.get(port);
    if (number !== undefined) this.host.receive(number, frame);
  }

  status(): readonly AggregatorStatus[] {
    return this.host.status();
  }

  interfaceStatus(veth: string): AggregatorStatus | undefined {
    return this.status().find(({ name }) => name === veth);
  }

  portStatus(port: string): PortStatus | undefined {
    return this.status()
      .flatMap(({ ports }) => ports)
      .find(({ name }) => name === port);
  }

  /** None while no program runs. */
  explain(): readonly PortExplanation[] {
    return this.host.running ? this.host.system.explain() : [];
  }

  /** What goes on repeating. */
  openRuns(): readonly Entry[] {
    return this.#journal.open(this.clock.now());
  }

  #add(port: string, veth: string, settings: PortSettings): void {
    const facts = this.#links.get(port);
    if (facts === undefined) return;
    // The number first: the engine speaks while it takes the port.
    const number = lowestFree(this.#numbers.values());
    this.#numbers.set(port, number);
    this.host.addPort(veth, facts, settings, { number, carrier: !this.#dark.has(port) });
  }

  #nameOf(number: number): string | undefined {
    for (const [name, each] of this.#numbers) if (each === number) return name;
    return undefined;
  }
}

function lowestFree(used: Iterable<number>): number {
  const taken = new Set(used);
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}
