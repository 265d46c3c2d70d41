/**
 * Buckets over links, in proportion to what each can carry. A pure function of the links: two ends that know the same
 * ones, by the same numbers and weights, choose alike, whatever happened before. So a conversation with a symmetric
 * hash uses one link in both directions.
 *
 *   share   weight / sum of weights, in whole buckets by largest remainders (of equal ones the lower link number first)
 *   order   of the links for a bucket: by rising -ln((m + 1/2) / 2^32) / weight, m = mix(mix(SEED, bucket), link number):
 *           each link comes first for its part of the buckets (weighted rendezvous hashing)
 *   bucket  in order from 0, each takes the first link of its order that has not got its share yet
 *
 * What a bucket prefers does not depend on the other links. So when a link comes or goes, what moves is hardly more than
 * what it takes or leaves: only the few buckets that did not get their first choice may move besides.
 */
import { mix } from './hash.js';

export interface WeightedLink {
  readonly port: number;
  /** On which both ends agree; different for each link. */
  readonly linkNumber: number;
  /** More than 0. */
  readonly weight: number;
}

const SEED = 0x5eedb0cc;
const TWO_32 = 2 ** 32;

/** So many of `buckets` for each weight; exactly all of them together. */
export function shares(weights: readonly number[], buckets: number): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (weight / sum) * buckets);
  const whole = exact.map(Math.floor);
  const left = buckets - whole.reduce((all, each) => all + each, 0);
  const byRemainder = exact
    .map((each, i) => ({ i, remainder: each - Math.floor(each) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder.slice(0, left)) whole[i] = (whole[i] ?? 0) + 1;
  return whole;
}

/** Remembers what is costly: the logarithms of each link, and the last answer. */
export class Spreader {
  readonly #costs = new Map<number, Float64Array>();
  #last: { readonly key: string; readonly ports: readonly number[] } = { key: '', ports: [] };

  constructor(private readonly buckets: number) {}

  /** Bucket -> port; none without links. */
  spread(links: readonly WeightedLink[]): readonly number[] {
    const inOrder = links.toSorted((a, b) => a.linkNumber - b.linkNumber);
    const key = inOrder.map(({ port, linkNumber, weight }) => `${port}=${linkNumber}*${weight}`).join();
    if (this.#last.key !== key) this.#last = { key, ports: this.#fill(inOrder) };
    return this.#last.ports;
  }

  #fill(links: readonly WeightedLink[]): number[] {
    if (links.length === 0) return [];
    const room = shares(
      links.map(({ weight }) => weight),
      this.buckets,
    );
    const costs = links.map(({ linkNumber }) => this.#costsOf(linkNumber));
    const weights = links.map(({ weight }) => weight);
    const ports: number[] = [];
    for (let bucket = 0; bucket < this.buckets; bucket++) {
      let best = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < links.length; i++) {
        if (room[i] === 0) continue;
        const cost = (costs[i]?.[bucket] ?? 0) / (weights[i] ?? 1);
        if (cost >= least) continue;
        least = cost;
        best = i;
      }
      room[best] = (room[best] ?? 0) - 1;
      ports.push(links[best]?.port ?? 0);
    }
    return ports;
  }

  #costsOf(linkNumber: number): Float64Array {
    const known = this.#costs.get(linkNumber);
    if (known !== undefined) return known;
    // Links that come under ever new numbers must not fill the memory.
    if (this.#costs.size >= 256) this.#costs.clear();
    const costs = Float64Array.from(
      { length: this.buckets },
      (_, bucket) => -Math.log(((mix(mix(SEED, bucket), linkNumber) >>> 0) + 0.5) / TWO_32),
    );
    this.#costs.set(linkNumber, costs);
    return costs;
  }
}
