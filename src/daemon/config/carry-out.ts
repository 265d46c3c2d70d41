/**
 * A configuration is carried out on the host, step by step, each with its undoing. What stays is not touched. The order
 * keeps traffic longest: settings, new ports, ports that move or go, and interfaces that go at the very end.
 */

import type { AggregatorSettings } from '../../aggregator/settings.js';
import type { Bundle, BundlePort } from '../bundle.js';
import { checkNewInterface, checkNewPort } from '../checks.js';
import type { Host } from '../host.js';
import type { Change } from './change.js';
import type { ConfiguredInterface, ConfiguredPort } from './model.js';
import type { Transaction } from './transaction.js';

export interface Progress {
  /** The change at hand, for the message when it fails. */
  current: Change | undefined;
}

/** `desired` without ports that are not there. Throws what the first failing step throws; the caller undoes. */
export async function carryOut(
  host: Host,
  desired: readonly ConfiguredInterface[],
  steps: Transaction,
  progress: Progress,
): Promise<void> {
  const doing = (action: Change['action'], veth: string, port?: string) => {
    progress.current = { action, veth, ...(port === undefined ? {} : { port }), options: [] };
  };
  for (const each of desired) {
    const bundle = host.bundles.get(each.name);
    if (bundle === undefined) continue;
    doing('change', each.name);
    if (!same(bundle.settings, each.settings)) await configure(host, bundle, each.settings, steps);
    for (const wanted of each.ports) {
      const port = bundle.ports.find((candidate) => candidate.facts.name === wanted.name);
      if (port === undefined || same(port.settings, wanted.settings)) continue;
      doing('change', each.name, wanted.name);
      const former = port.settings;
      await steps.step(
        `${wanted.name}: settings`,
        () => host.configurePort(port, wanted.settings),
        () => host.configurePort(port, former),
      );
    }
  }

  const busy = (name: string) => host.portByName(name) !== undefined;
  const add = async (each: ConfiguredInterface, port: ConfiguredPort) => {
    doing('add', each.name, port.name);
    await addPort(host, each, port, steps);
  };
  for (const each of desired) for (const port of each.ports) if (!busy(port.name)) await add(each, port);

  const kept = new Set(desired.flatMap(({ name, ports }) => ports.map((port) => `${name} ${port.name}`)));
  for (const bundle of host.bundles.values()) {
    const leaving = bundle.ports.filter((port) => !kept.has(`${bundle.name} ${port.facts.name}`));
    // With its interface: all of it at the end, together.
    const staying = desired.some(
      ({ name, ports }) => name === bundle.name || ports.some((p) => leaving.some(named(p))),
    );
    if (!staying) continue;
    for (const port of leaving) doing('remove', bundle.name, port.facts.name);
    await Promise.all(leaving.map((port) => removePort(host, bundle, port, steps)));
  }
  for (const each of desired) for (const port of each.ports) if (!busy(port.name)) await add(each, port);

  for (const bundle of host.bundles.values()) {
    if (desired.some(({ name }) => name === bundle.name)) continue;
    doing('remove', bundle.name);
    await removeBundle(host, bundle, steps);
  }
}

const named = (wanted: ConfiguredPort) => (port: BundlePort) => port.facts.name === wanted.name;

/** Settings are plain data; a key may be absent where it is undefined. */
function same<Settings extends object>(a: Settings, b: Settings): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Settings>;
  return [...keys].every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]));
}

async function configure(host: Host, bundle: Bundle, settings: AggregatorSettings, steps: Transaction): Promise<void> {
  const { settings: former, mac, mtu } = bundle;
  const mtus = bundle.ports.map((port) => [port, port.facts.mtu] as const);
  await steps.step(
    `${bundle.name}: settings`,
    () => host.configure(bundle, settings),
    () => {
      // With `auto` the address in force stays: it is set back by name first.
      if (bundle.mac !== mac || bundle.mtu !== mtu) host.configure(bundle, { ...former, mac, mtu });
      for (const [port, portMtu] of mtus) if (port.facts.mtu !== portMtu) port.member.setMtu(portMtu);
      host.configure(bundle, former);
    },
  );
}

/** Makes the interface when it is the first port. */
export async function addPort(
  host: Host,
  { name: veth, settings }: Pick<ConfiguredInterface, 'name' | 'settings'>,
  port: ConfiguredPort & { readonly number?: number },
  steps: Transaction,
): Promise<void> {
  const world = host.world();
  const existing = host.bundles.get(veth);
  if (existing === undefined) checkNewInterface(world, veth, Number.POSITIVE_INFINITY);
  const facts = checkNewPort(world, port.name, veth);
  const member = host.attach(facts);
  try {
    const bundle = existing ?? (await host.makeBundle(veth, facts, member, settings));
    try {
      await host.addPort(bundle, { facts, member, settings: port.settings }, port.number);
    } catch (error) {
      if (existing === undefined) await host.removeBundle(bundle);
      throw error;
    }
  } catch (error) {
    member.release();
    throw error;
  }
  await steps.step(
    `${port.name}: added to ${veth}`,
    () => {},
    async () => {
      const bundle = host.bundles.get(veth);
      const added = bundle?.ports.find((candidate) => candidate.facts.name === port.name);
      if (bundle === undefined || added === undefined) return;
      if (existing === undefined && bundle.ports.length === 1) await host.removeBundle(bundle);
      else await host.removePort(bundle, added);
    },
  );
}

async function removePort(host: Host, bundle: Bundle, port: BundlePort, steps: Transaction): Promise<void> {
  const again = portAgain(port);
  await steps.step(
    `${again.name}: removed from ${bundle.name}`,
    () => host.removePort(bundle, port),
    () => addPort(host, bundle, again, steps),
  );
}

async function removeBundle(host: Host, bundle: Bundle, steps: Transaction): Promise<void> {
  const { name, settings } = bundle;
  const ports = bundle.ports.map(portAgain);
  await steps.step(
    `${name}: removed`,
    () => host.removeBundle(bundle),
    async () => {
      for (const port of ports) await addPort(host, { name, settings }, port, steps);
    },
  );
}

const portAgain = ({ facts, settings, number }: BundlePort) => ({ name: facts.name, settings, number });
