/** The systems of a scenario as they will be at a step, so that a step that cannot be is found before anything runs. */
import type { LinkFacts } from '../aggregator/io.js';
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import { freeIndex } from '../daemon/free-number.js';
import { checkSettings } from '../daemon/settings-check.js';
import type { Mac } from '../lacp/variables.js';
import type { InterfacePlan, SystemPlan } from '../simulator/scenario.js';

interface Interface {
  readonly name: string;
  readonly index: number;
  readonly mac: Mac;
  settings: AggregatorSettings;
  readonly ports: Map<string, PortSettings>;
}

export class SystemWorld {
  running = true;
  /** It was ended in order, and begins anew. */
  stopped = false;
  /** A restart in place takes as long, milliseconds from the start. */
  restartsUntil = 0;
  readonly interfaces = new Map<string, Interface>();

  constructor(readonly plan: SystemPlan) {
    this.#begin();
  }

  get ports(): string[] {
    return [...this.interfaces.values()].flatMap(({ ports }) => [...ports.keys()]);
  }

  ownerOf(port: string): Interface | undefined {
    return [...this.interfaces.values()].find(({ ports }) => ports.has(port));
  }

  start(): void {
    this.running = true;
    if (this.stopped) this.#begin();
    this.stopped = false;
  }

  stop(): void {
    this.running = false;
    this.stopped = true;
  }

  crash(): void {
    this.running = false;
  }

  /** Throws a `Refusal`. The interface as it is then. */
  add(
    port: string,
    veth: string,
    aggregator: Partial<AggregatorSettings>,
    settings: PortSettings,
    fresh: AggregatorSettings,
  ) {
    const existing = this.interfaces.get(veth);
    const merged = { ...(existing?.settings ?? fresh), ...aggregator };
    const ports = new Map(existing?.ports).set(port, settings);
    checkSettings(veth, merged, list(ports));
    const made = existing ?? {
      name: veth,
      index: freeIndex(veth, this.interfaces.values()),
      mac: addressOf(merged, this.plan.links.get(port)),
    };
    this.interfaces.set(veth, { ...made, settings: merged, ports });
    return { name: veth, index: made.index, mac: made.mac, settings: merged };
  }

  del(port: string): void {
    this.ownerOf(port)?.ports.delete(port);
  }

  /** Throws a `Refusal`. */
  setInterface(owner: Interface, settings: Partial<AggregatorSettings>): AggregatorSettings {
    const merged = { ...owner.settings, ...settings };
    checkSettings(owner.name, merged, list(owner.ports));
    owner.settings = merged;
    return merged;
  }

  /** Throws a `Refusal`. */
  setPort(owner: Interface, port: string, settings: Partial<PortSettings>): PortSettings | undefined {
    const before = owner.ports.get(port);
    if (before === undefined) return undefined;
    const merged = { ...before, ...settings };
    checkSettings(owner.name, owner.settings, list(new Map(owner.ports).set(port, merged)));
    owner.ports.set(port, merged);
    return merged;
  }

  #begin(): void {
    this.interfaces.clear();
    for (const { name, index, mac, settings, ports } of this.plan.interfaces) {
      const own = new Map(ports.map((port) => [port.name, port.settings]));
      this.interfaces.set(name, { name, index, mac, settings, ports: own });
    }
  }
}

const list = (ports: ReadonlyMap<string, PortSettings>) => [...ports].map(([name, settings]) => ({ name, settings }));

/** What an interface gets that is made: as set, else that of its first port. A made-up one is the same in every run. */
export function addressOf({ mac }: AggregatorSettings, first: LinkFacts | undefined): Mac {
  const own = first?.mac ?? '02:00:00:00:ff:ff';
  return mac === 'random' ? `06${own.slice(2)}` : (mac ?? own);
}

export function interfacePlans(
  interfaces: readonly Omit<InterfacePlan, 'index' | 'mac'>[],
  links: ReadonlyMap<string, LinkFacts>,
): InterfacePlan[] {
  const plans: InterfacePlan[] = [];
  for (const each of interfaces) {
    const [first] = each.ports;
    const mac = addressOf(each.settings, first && links.get(first.name));
    plans.push({ ...each, index: freeIndex(each.name, plans), mac });
  }
  return plans;
}
