/** What may lie on what: every refusal of a slave that looks at interfaces and at other slaves. */
import type { LinkFacts } from '../../../aggregator/io.js';
import type { Bundle } from '../../bundle.js';
import { Refusal } from '../../refusal.js';
import type { LayerItem } from '../layer.js';

export interface LinkWorld {
  readonly links: readonly LinkFacts[];
  readonly bundles: ReadonlyMap<string, Pick<Bundle, 'name' | 'portByIndex' | 'virtual'>>;
  readonly items: readonly LayerItem[];
}

export const MOST_SLAVES = 256;

/** `own`: the interfaces of this name are the slave's already. Throws a `Refusal`. */
export function checkSlave(world: LinkWorld, item: LayerItem, { own = false } = {}): void {
  const { name } = item;
  const link = item.options.link ?? '';
  const others = world.items.filter((other) => other.name !== name);
  if (name === link) refuse(name, 'a slave cannot lie on itself', 'name the master after link, then the slave');
  const chain = chainFrom(others, link, name);
  if (chain !== undefined)
    refuse(name, `it would lie on itself: ${[name, ...chain].join(' -> ')}`, 'choose another master');
  const nested = others.find((other) => other.name === link);
  if (nested !== undefined) {
    refuse(link, 'a slave cannot have slaves', `say link ${nested.options.link}, which has its MAC address`);
  }
  for (const taken of own ? [] : [name, `_${name}`]) {
    if (!world.links.some((facts) => facts.name === taken)) continue;
    const swapped = `${name} exists and ${link} does not: master and slave are swapped`;
    if (taken === name && !world.links.some((facts) => facts.name === link)) {
      refuse(`link ${link} ${name}`, swapped, `say vethcfg link add link ${name} ${link} type ipvlan`);
    }
    refuse(name, `an interface ${taken} exists already`, 'choose another name');
  }
  const siblings = others.filter((other) => other.options.link === link);
  if (siblings.length >= MOST_SLAVES)
    refuse(link, `it has ${MOST_SLAVES} slaves already`, 'remove one with vethcfg link del');
  for (const option of ['mode', 'flag']) {
    const sibling = siblings.find((other) => other.options[option] !== item.options[option]);
    if (sibling === undefined) continue;
    const [theirs, ours] = [sibling.options[option], item.options[option]];
    refuse(
      `${option} ${ours}`,
      `slaves of ${link} have one ${option}, and ${sibling.name} has ${theirs}`,
      `say ${option === 'mode' ? 'mode ' : ''}${theirs}, or change all with vethcfg link set ${sibling.name} ${option === 'mode' ? 'mode ' : ''}${ours}`,
    );
  }
}

/** Facts of the master; undefined: there is no such interface. Throws a `Refusal` for one that cannot be a master. */
export function findMaster(world: LinkWorld, link: string): LinkFacts | undefined {
  const facts = world.links.find((candidate) => candidate.name === link);
  if (facts === undefined) return undefined;
  for (const bundle of world.bundles.values()) {
    if (bundle.portByIndex(facts.ifindex) !== undefined)
      refuse(link, `it is a member of ${bundle.name}`, `say link ${bundle.name}`);
    if (bundle.virtual.peerIfindex === facts.ifindex)
      refuse(link, `it is the inner end of ${bundle.name}`, `say link ${bundle.name}`);
  }
  if (facts.loopback) refuse(link, 'a loopback interface cannot be a master', 'choose an Ethernet interface');
  if (!facts.ethernet) refuse(link, 'not an Ethernet interface', 'choose an Ethernet interface');
  if (facts.master !== undefined) {
    const owner = world.links.find(({ ifindex }) => ifindex === facts.master)?.name ?? `interface ${facts.master}`;
    refuse(link, `it belongs to ${owner}`, `say link ${owner}, or ip link set ${link} nomaster first`);
  }
  const inner = world.items.find(({ name }) => link === `_${name}`);
  if (inner !== undefined) refuse(link, `it is the inner end of ${inner.name}`, `say link ${inner.options.link}`);
  return facts;
}

/** From an item down its masters to a name; both ends included. */
function chainFrom(items: readonly LayerItem[], from: string, to: string): string[] | undefined {
  const chain = [from];
  for (let i = 0; i < items.length; i++) {
    const next = items.find(({ name }) => name === chain.at(-1))?.options.link;
    if (next === undefined) return undefined;
    chain.push(next);
    if (next === to) return chain;
  }
  return undefined;
}

function refuse(thing: string, problem: string, repair: string): never {
  throw new Refusal({ thing, problem, repair, value: thing });
}
