/**
 * The changes that were shown are carried out on the host, step by step, each with its undoing; what is not among them
 * is not touched. The order keeps traffic longest: settings, new ports, ports that go or move, and interfaces that go
 * at the very end.
 */
import type { AggregatorSettings } from '../../aggregator/settings.js';
import type { Bundle, BundlePort } from '../bundle.js';
import { checkNewInterface, checkNewPort } from '../checks.js';
import type { Host } from '../host.js';
import type { Change } from './change-schema.js';
import type { Configuration, ConfiguredInterface, ConfiguredPort } from './model.js';
import type { Transaction } from './transaction.js';

/** What a failing step was for. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';

  constructor({ action, veth, port }: Change, cause: unknown) {
    const thing = port === undefined ? veth : `${port} of ${veth}`;
    super(`${action} ${thing}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Skips what is not there: a port to come, an interface without its first port. Throws `StepFailed`; the caller undoes.
 */
export async function carryOut(
  host: Host,
  desired: Configuration,
  changes: readonly Change[],
  steps: Transaction,
): Promise<void> {
  const wanted = new Map(desired.interfaces.map((each) => [each.name, each]));
  const doing = (change: Change, act: () => Promise<void>) =>
    act().catch((error: unknown) => {
      throw new StepFailed(change, error);
    });
  const attached = (change: Change) => {
    const found = change.port === undefined ? undefined : host.portByName(change.port);
    return found?.bundle.name === change.veth ? found : undefined;
  };

  for (const change of changes.filter(({ action, layer }) => action === 'change' && layer === undefined)) {
    const each = wanted.get(change.veth);
    if (each !== undefined) await doing(change, () => applySettings(host, each, change.port, steps));
  }

  const add = async (change: Change) => {
    const each = wanted.get(change.veth);
    const port = each?.ports.find(({ name }) => name === change.port);
    if (each === undefined || port === undefined || !host.links().some(({ name }) => name === port.name)) return;
    await doing(change, () => addPort(host, each, port, steps));
  };
  const additions = changes.filter(({ action, port }) => action === 'add' && port !== undefined);
  const moves = additions.filter(({ port = '' }) => host.portByName(port) !== undefined);
  for (const change of additions) if (!moves.includes(change)) await add(change);

  const removals = changes.filter(({ action, layer }) => action === 'remove' && layer === undefined);
  // Ports that go with their interface go with it at the end, together.
  const early = removals.filter(({ veth, port }) => wanted.has(veth) || moves.some((move) => move.port === port));
  // Farewells take time: together. All must have ended before anything may be undone.
  const results = await Promise.allSettled(
    early.map(async (change) => {
      const found = attached(change);
      if (found !== undefined) await doing(change, () => removePort(host, found.bundle, found.port, steps));
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;

  for (const change of moves) await add(change);
  for (const change of removals.filter(({ port }) => port === undefined)) {
    const bundle = host.bundles.get(change.veth);
    if (bundle !== undefined) await doing(change, () => removeBundle(host, bundle, steps));
  }
}

/** New settings of an interface or, with `name`, of one of its ports. */
async function applySettings(
  host: Host,
  { name: veth, settings, ports }: ConfiguredInterface,
  name: string | undefined,
  steps: Transaction,
): Promise<void> {
  const bundle = host.bundles.get(veth);
  if (bundle === undefined) return;
  if (name === undefined) return configure(host, bundle, settings, steps);
  const port = bundle.ports.find(({ facts }) => facts.name === name);
  const wanted = ports.find((candidate) => candidate.name === name);
  if (port === undefined || wanted === undefined) return;
  const former = port.settings;
  await steps.step(
    `${name}: settings`,
    () => host.configurePort(port, wanted.settings),
    () => host.configurePort(port, former),
  );
}

/** New settings of an interface. */
export async function configure(
  host: Host,
  bundle: Bundle,
  settings: AggregatorSettings,
  steps: Transaction,
): Promise<void> {
  const { settings: former, mac, mtu } = bundle;
  // What the kernel says now; the port's own record of it may lag behind.
  const links = host.links();
  const mtuOf = (port: BundlePort, now = links) => now.find(({ ifindex }) => ifindex === port.ifindex)?.mtu;
  const mtus = bundle.ports.map((port) => [port, mtuOf(port)] as const);
  await steps.step(
    `${bundle.name}: settings`,
    () => host.configure(bundle, settings),
    async () => {
      // With `auto` the address in force stays: it is set back by name first.
      if (bundle.mac !== mac || bundle.mtu !== mtu) await host.configure(bundle, { ...former, mac, mtu });
      const now = host.links();
      for (const [port, portMtu] of mtus) {
        if (portMtu !== undefined && mtuOf(port, now) !== portMtu) port.member.setMtu(portMtu);
      }
      await host.configure(bundle, former);
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
