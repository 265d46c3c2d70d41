/**
 * Which candidate aggregator of an interface is the active one. Every policy keeps the active candidate unless it has
 * lost all its usable ports or another one is strictly better: equal candidates never change places.
 *
 * A port counts for bandwidth, count and port-priority only while its partner is heard and only as far as max-links
 * lets it in, so that links that could not carry anything attract nothing.
 */
import type { PortVariables } from '../lacp/variables.js';
import { noPartner } from './lag-id.js';

export const POLICIES = ['stable', 'bandwidth', 'count', 'port-priority'] as const;
/**
 * stable: the first that formed stays. bandwidth: most Mbit/s (unknown speeds count nothing). count: most ports.
 * port-priority: the one with the best (lowest) Port_Priority of ours.
 */
export type Policy = (typeof POLICIES)[number];

export interface CandidatePort {
  readonly variables: PortVariables;
  /** Mbit/s in force; undefined: unknown. */
  readonly bandwidth: number | undefined;
}

export interface PolicyRules {
  readonly policy: Policy;
  readonly maxLinks: number;
  /** The candidate that was active before. */
  readonly active: string | undefined;
}

/** `candidates`: the ports of each, best rank first. Undefined: none has a port that may be used. */
export function chooseCandidate(
  candidates: ReadonlyMap<string, readonly CandidatePort[]>,
  { policy, maxLinks, active: before }: PolicyRules,
): string | undefined {
  const usable = (id: string) => (candidates.get(id) ?? []).filter(({ variables: v }) => v.port_enabled);
  const withPartner = (id: string) => usable(id).some(({ variables: v }) => !noPartner(v.Partner_Oper));
  const lowestPort = (id: string) => Math.min(...usable(id).map(({ variables: v }) => v.Actor_Oper.Port));
  const worth = (id: string) => WORTH[policy](usable(id).filter(isHeard).slice(0, maxLinks));

  const inOrder = [...candidates.keys()]
    .filter((id) => usable(id).length > 0)
    .toSorted(
      (a, b) =>
        Number(withPartner(b)) - Number(withPartner(a)) ||
        worth(b) - worth(a) ||
        usable(b).length - usable(a).length ||
        lowestPort(a) - lowestPort(b),
    );
  const best = inOrder[0];
  if (before !== undefined && withPartner(before)) {
    return best !== undefined && worth(best) > worth(before) ? best : before;
  }
  if (best === undefined) return before !== undefined && candidates.has(before) ? before : undefined;
  const keep = before !== undefined && usable(before).length > 0 && !withPartner(best);
  return keep ? before : best;
}

/** What a candidate is worth by its ports; more is better. */
const WORTH: Readonly<Record<Policy, (ports: readonly CandidatePort[]) => number>> = {
  stable: () => 0,
  bandwidth: (ports) => ports.reduce((sum, { bandwidth }) => sum + (bandwidth ?? 0), 0),
  count: (ports) => ports.length,
  'port-priority': (ports) => -Math.min(65_536, ...ports.map(({ variables: v }) => v.Actor_Oper.Port_Priority)),
};

const isHeard = ({ variables: v }: CandidatePort): boolean =>
  !noPartner(v.Partner_Oper) && !v.Actor_Oper.State.Expired && !v.Actor_Oper.State.Defaulted;
