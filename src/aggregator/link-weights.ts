/** The links of an aggregator that distribute, as the spread of buckets needs them (mux/weighted-spread.ts). */
import type { WeightedLink } from '../mux/weighted-spread.js';
import type { Member } from './member.js';
import { actorDecides } from './selection.js';
import type { Weights } from './settings.js';

type LinkMember = Pick<Member, 'number'> & {
  readonly admission: Pick<Member['admission'], 'speed'>;
  readonly port: { readonly variables: Pick<Member['port']['variables'], 'Actor_Oper' | 'Partner_Oper'> };
};

export function weightedLinks(members: readonly LinkMember[], weights: Weights): WeightedLink[] {
  const known = members.flatMap(({ admission: { speed } }) => (speed === undefined ? [] : [speed]));
  const slowest = known.length === 0 ? 1 : Math.min(...known);
  const numbers = linkNumbers(members);
  return members.map(({ number, admission: { speed } }, i) => ({
    port: number,
    linkNumber: numbers[i] ?? number,
    weight: weights === 'equal' ? 1 : (speed ?? slowest),
  }));
}

/**
 * Port Numbers of the system with the better identifier, which both ends hear of each other: so both name a link alike,
 * in whatever order its ports were added at each end. Our own where the partner's do not tell links apart.
 */
function linkNumbers(members: readonly LinkMember[]): number[] {
  const own = members.map(({ number }) => number);
  const agreed = members.map(({ number, port: { variables: v } }) =>
    actorDecides(v.Actor_Oper, v.Partner_Oper) ? number : v.Partner_Oper.Port,
  );
  return new Set(agreed).size === agreed.length ? agreed : own;
}
