/** The systems and cables of a scenario, and what can happen to them. */
import type { Md5 } from '../aggregator/conversations.js';
import type { Entry } from '../aggregator/journal/compactor.js';
import { VirtualClock } from '../aggregator/virtual-clock.js';
import type { Mac } from '../lacp/variables.js';
import { Cable } from './cable.js';
import { type Random, seeded } from './random.js';
import type { Act, CablePlan, Expect, PortName, Quiet, Scenario } from './scenario.js';
import { SimulatedSystem } from './simulated-system.js';

interface Laid {
  readonly plan: CablePlan;
  readonly cable: Cable;
  /** False: the ends see no signal. */
  signal: boolean;
}

export class Network {
  readonly clock = new VirtualClock();
  readonly systems = new Map<string, SimulatedSystem>();
  readonly #cables = new Map<string, Laid>();

  /** All systems run. `tell`: gets their journals. */
  constructor(
    { systems, cables }: Pick<Scenario, 'systems' | 'cables'>,
    { md5, seed }: { readonly md5: Md5; readonly seed: number },
    tell: (system: string, entry: Entry) => void,
  ) {
    for (const plan of systems) {
      const system = new SimulatedSystem(plan, this.clock, md5, (entry) => tell(plan.name, entry));
      this.systems.set(plan.name, system);
      system.onFrame = (port, frame) => this.#carry({ system: plan.name, port }, frame);
    }
    const random = seeded(seed);
    for (const plan of cables) this.#cables.set(plan.name, this.#lay(plan, random));
    for (const laid of this.#cables.values()) this.#signal(laid);
    for (const system of this.systems.values()) system.start();
  }

  system(name: string): SimulatedSystem {
    const system = this.systems.get(name);
    if (system === undefined) throw new Error(`no system ${name}`); // whoever made the scenario has checked it
    return system;
  }

  /** The name of the system with this identifier. */
  nameOf(id: Mac): string | undefined {
    for (const system of this.systems.values()) {
      if (system.status().some(({ systemId }) => systemId === id)) return system.name;
    }
    return undefined;
  }

  perform(act: Exclude<Act, Expect | Quiet>): void {
    switch (act.kind) {
      case 'cut': {
        const laid = this.#cable(act.cable);
        laid.cable.cut = true;
        laid.signal = !act.carrier;
        this.#signal(laid);
        break;
      }
      case 'repair': {
        const laid = this.#cable(act.cable);
        laid.cable.cut = false;
        laid.cable.unreached.clear();
        laid.signal = true;
        this.#signal(laid);
        break;
      }
      case 'one-way': {
        const { plan, cable } = this.#cable(act.cable);
        cable.unreached.add(plan.ends.findIndex((end) => same(end, act.to)));
        break;
      }
      case 'cable':
        Object.assign(this.#cable(act.cable).cable.qualities, act.qualities);
        break;
      case 'link':
        this.system(act.of.system).link(act.of.port, act.facts);
        for (const laid of this.#cables.values()) {
          if (laid.plan.ends.some((end) => same(end, act.of))) this.#signal(laid);
        }
        break;
      case 'add':
        this.system(act.of.system).add(act.of.port, act.veth, act.settings);
        break;
      case 'del':
        this.system(act.of.system).del(act.of.port);
        break;
      case 'del-interface':
        this.system(act.system).delInterface(act.veth);
        break;
      case 'set':
        this.system(act.of.system).set(act.of.port, act.settings);
        break;
      case 'set-interface':
        this.system(act.system).host.setInterface(act.veth, act.settings);
        break;
      case 'stop':
        this.system(act.system).stop();
        break;
      case 'crash':
        this.system(act.system).host.crash();
        break;
      case 'start':
        this.system(act.system).start();
        break;
      case 'restart':
        this.system(act.system).restart(act.ms);
        break;
      case 'frame':
        this.system(act.of.system).receive(act.of.port, act.frame);
        break;
    }
  }

  #lay(plan: CablePlan, random: Random): Laid {
    const ends = plan.ends.map(
      ({ system, port }) =>
        (frame: Uint8Array) =>
          this.system(system).receive(port, frame),
    );
    const cable = new Cable(this.clock, ends, random);
    Object.assign(cable.qualities, plan.qualities);
    return { plan, cable, signal: true };
  }

  #carry(from: PortName, frame: Uint8Array): void {
    for (const { plan, cable } of this.#cables.values()) {
      const end = plan.ends.findIndex((each) => same(each, from));
      if (end >= 0) cable.carry(end, frame);
    }
  }

  /** Ends see a signal while the cable is whole and, of a link, its other end is up. */
  #signal({ plan: { ends }, signal }: Laid): void {
    for (const end of ends) {
      const others = ends.filter((each) => each !== end);
      const [other] = others;
      const far = others.length !== 1 || other === undefined || this.system(other.system).isUp(other.port);
      this.system(end.system).setCarrier(end.port, signal && far);
    }
  }

  #cable(name: string): Laid {
    const laid = this.#cables.get(name);
    if (laid === undefined) throw new Error(`no cable ${name}`); // as above
    return laid;
  }
}

const same = (a: PortName, b: PortName): boolean => a.system === b.system && a.port === b.port;
