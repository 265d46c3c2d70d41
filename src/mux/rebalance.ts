/**
 * Which buckets should change link, by what they have carried: one round of rebalancing, as a pure function.
 *
 * The load of a link is its octets by its weight. From the fullest link on, each gives buckets to the emptiest until it
 * carries what it should; the bucket that evens out the two best goes first, which is a heavy one. What a link would
 * give is given only if that clearly helps; a link whose load is one heavy bucket gives none.
 */
import type { WeightedLink } from './weighted-spread.js';

/** A link gives buckets when its load is more than so much above the mean. */
export const Tolerance = 0.05;
/** It gives none unless its load falls by so much, and nobody who takes gets more than is left to it. */
export const Clear_Gain = 0.1;
/** A bucket that would even out less (of the fuller link's load) is not worth a move. */
const LEAST_GAIN = 0.005;
/** Most buckets that change link in one round. */
export const Most_Moves = 64;

/**
 * bucket -> port to go to. `buckets`: the port of each now; `octets`: what each has carried. A bucket moves at most
 * once, and only where `mayMove` lets it.
 */
export function rebalance(
  buckets: readonly number[],
  octets: ArrayLike<number>,
  links: readonly WeightedLink[],
  mayMove: (bucket: number) => boolean,
): Map<number, number> {
  const at = buckets.slice();
  const load = new Map(links.map(({ port }) => [port, 0]));
  const weight = new Map(links.map((link) => [link.port, link.weight]));
  const add = (port: number, amount: number) =>
    load.set(port, (load.get(port) ?? 0) + amount / (weight.get(port) ?? 1));
  let total = 0;
  for (let bucket = 0; bucket < at.length; bucket++) {
    const port = at[bucket] ?? 0;
    if (!load.has(port)) continue;
    add(port, octets[bucket] ?? 0);
    total += octets[bucket] ?? 0;
  }
  const mean = total / links.reduce((all, link) => all + link.weight, 0);
  const moves = new Map<number, number>();

  for (const from of byFalling(load)) {
    const before = load.get(from) ?? 0;
    const given: { readonly bucket: number; readonly to: number }[] = [];
    while ((load.get(from) ?? 0) > mean * (1 + Tolerance) && moves.size + given.length < Most_Moves) {
      const to = byFalling(load).at(-1) ?? from;
      const bucket = to === from ? undefined : bestBucket(from, to);
      if (bucket === undefined) break;
      given.push({ bucket, to });
      shift(bucket, to);
    }
    const highest = Math.max(...[from, ...given.map(({ to }) => to)].map((port) => load.get(port) ?? 0));
    const helps = highest <= before * (1 - Clear_Gain);
    for (const { bucket, to } of given) {
      if (helps) moves.set(bucket, to);
      else shift(bucket, from);
    }
  }
  return moves;

  function shift(bucket: number, to: number): void {
    const amount = octets[bucket] ?? 0;
    add(at[bucket] ?? 0, -amount);
    add(to, amount);
    at[bucket] = to;
  }

  function bestBucket(from: number, to: number): number | undefined {
    const [full, empty] = [load.get(from) ?? 0, load.get(to) ?? 0];
    let least = full * (1 - LEAST_GAIN);
    let best: number | undefined;
    for (let bucket = 0; bucket < at.length; bucket++) {
      const amount = octets[bucket] ?? 0;
      if (at[bucket] !== from || amount === 0 || moves.has(bucket) || !mayMove(bucket)) continue;
      const after = Math.max(full - amount / (weight.get(from) ?? 1), empty + amount / (weight.get(to) ?? 1));
      if (after > least || (after === least && best !== undefined)) continue;
      least = after;
      best = bucket;
    }
    return best;
  }
}

/** Ports, the one with the highest load first; of equal ones, in the order of the links. */
const byFalling = (load: ReadonlyMap<number, number>): number[] =>
  [...load].sort((a, b) => b[1] - a[1]).map(([port]) => port);
