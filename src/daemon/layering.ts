/** What lies on what: an interface must not come to lie on itself, by whatever is between. */
import type { LinkFacts } from '../aggregator/io.js';
import type { Layers } from './layers/layers.js';

export interface Layering {
  readonly links: readonly LinkFacts[];
  readonly bundles: ReadonlyMap<string, { readonly ports: readonly { readonly ifindex: number }[] }>;
  readonly layers?: Pick<Layers, 'lower'> | undefined;
}

/**
 * The way from `upper` down to an interface of this name, both ends included: through our own interfaces to their ports
 * and masters, through those of the kernel to what they are stacked on (VLAN, macvlan) or contain (bridge, bond).
 * Undefined: there is none. Interfaces in other namespaces are not seen.
 */
export function wayDown(world: Layering, upper: LinkFacts, name: string): string[] | undefined {
  const seen = new Set<number>();
  const search = (facts: LinkFacts): string[] | undefined => {
    if (facts.name === name) return [name];
    if (seen.has(facts.ifindex)) return undefined;
    seen.add(facts.ifindex);
    for (const lower of below(world, facts)) {
      const rest = search(lower);
      if (rest !== undefined) return [facts.name, ...rest];
    }
    return undefined;
  };
  return search(upper);
}

function below({ links, bundles, layers }: Layering, facts: LinkFacts): LinkFacts[] {
  const bundle = bundles.get(facts.name);
  if (bundle !== undefined) {
    const ports = bundle.ports.map(({ ifindex }) => ifindex);
    return links.filter(({ ifindex }) => ports.includes(ifindex));
  }
  const master = layers?.lower(facts.name);
  return links.filter(
    ({ ifindex, name, master: owner }) => ifindex === facts.lower || owner === facts.ifindex || name === master,
  );
}

/** A way from a name back to itself, or undefined: of what a file wants, where nothing of it needs to be there. */
export function circle(lowers: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cleared = new Set<string>();
  const search = (name: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (cleared.has(name)) return undefined;
    for (const lower of lowers.get(name) ?? []) {
      const found = search(lower, [...way, name]);
      if (found !== undefined) return found;
    }
    cleared.add(name);
    return undefined;
  };
  for (const name of lowers.keys()) {
    const found = search(name, []);
    if (found !== undefined) return found;
  }
  return undefined;
}
