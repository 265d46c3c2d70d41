/** What may become a port of what: every refusal of `add` that looks at the kernel's interfaces. */
import type { LinkFacts } from '../aggregator/io.js';
import type { Bundle } from './bundle.js';
import { type Layering, wayDown } from './layering.js';
import type { Layers } from './layers/layers.js';
import { Refusal } from './refusal.js';

export interface World extends Layering {
  readonly layers?: Pick<Layers, 'lower' | 'above'> | undefined;
  readonly bundles: ReadonlyMap<string, Bundle>;
  /** Names of interfaces that a daemon before us left: they are there and may be used, see orphans.ts. */
  readonly orphans: ReadonlySet<string>;
}

/** What vethd was started for at most. */
export interface Limits {
  readonly interfaces: number;
  readonly portsEach: number;
}

/** The facts of the interface that is to be added to `veth`. Throws a `Refusal`. */
export function checkNewPort(world: World, port: string, veth: string): LinkFacts {
  const refuse = (problem: string, repair?: string): never => {
    throw new Refusal({ thing: port, problem, ...(repair === undefined ? {} : { repair }), value: port });
  };
  if (port === veth) refuse('an interface cannot contain itself', 'name the port first, then the interface');
  const facts = world.links.find((link) => link.name === port);
  if (facts === undefined) return refuse('no such interface', 'see the names with: ip link');
  for (const bundle of world.bundles.values()) {
    if (bundle.portByIndex(facts.ifindex) === undefined) continue;
    const repair = bundle.name === veth ? undefined : `say vethcfg del ${port} ${bundle.name} first`;
    refuse(`already a member of ${bundle.name}`, repair);
  }
  if (facts.loopback) refuse('a loopback interface cannot be a port', 'choose an Ethernet interface');
  if (!facts.ethernet) refuse('not an Ethernet interface', 'choose an Ethernet interface');
  if (facts.master !== undefined) {
    const master = world.links.find((link) => link.ifindex === facts.master)?.name ?? `interface ${facts.master}`;
    refuse(`already belongs to ${master}`, `say ip link set ${port} nomaster first`);
  }
  for (const bundle of world.bundles.values()) {
    if (bundle.virtual.peerIfindex === facts.ifindex) refuse(`it is the inner end of ${bundle.name}`, 'choose another');
  }
  const [above] = world.layers?.above(port) ?? [];
  if (above !== undefined) refuse(`${above} lies on it`, `say vethcfg link del ${above} first, and lay it on ${veth}`);
  if (port.startsWith('_') && world.layers?.lower(port.slice(1)) !== undefined) {
    refuse(`it is the inner end of ${port.slice(1)}`, 'choose another');
  }
  const chain = wayDown(world, facts, veth);
  if (chain !== undefined) refuse(`${veth} would contain itself: ${chain.join(' -> ')}`, 'choose another port');
  return facts;
}

/** A new virtual interface may have this name. Throws a `Refusal`. */
export function checkNewInterface(world: World, veth: string, limit: number): void {
  if (world.bundles.size >= limit) {
    throw new Refusal({
      thing: veth,
      problem: `there are ${limit} interfaces already`,
      repair: 'remove one with vethcfg del VETH, or start vethd with a larger --max-interfaces',
      value: veth,
    });
  }
  if (world.orphans.has(veth)) return;
  for (const name of [veth, `_${veth}`]) {
    if (!world.links.some((link) => link.name === name)) continue;
    throw new Refusal({
      thing: veth,
      problem: `an interface ${name} exists and is not vethd's`,
      repair: 'choose another name, or remove that interface',
      value: veth,
    });
  }
}

/** One more port is allowed. Throws a `Refusal`. */
export function checkRoom({ name, ports }: Bundle, portsEach: number): void {
  if (ports.length < portsEach) return;
  throw new Refusal({
    thing: name,
    problem: `it has ${portsEach} ports already`,
    repair: 'remove one with vethcfg del, or start vethd with a larger --max-ports',
  });
}
