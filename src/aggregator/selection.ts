/**
 * Selection Logic, x.4.14, as pure functions: from the variables of all ports of one aggregator interface to a decision
 * for each. Ports with the same LAG ID form a candidate aggregator; one candidate is active, the ports of the others are
 * kept out. Of the active one, as many ports are SELECTED as the limit allows, in the order of the system with the
 * better priority; the rest are STANDBY.
 */
import type { PortInformation, PortVariables, Selected } from '../lacp/variables.js';
import { type BackupPort, inBackupOrder, type PrimaryReselect } from './backup-order.js';
import { isIndividual, isLoop, isReflected, lagId, noPartner } from './lag-id.js';
import { chooseCandidate, type PolicyRules } from './policy.js';

export interface SelectionPort extends BackupPort {
  /** Speed by which the port is sorted (admission.ts); ports of different values never share an aggregator. */
  readonly speed: number | undefined;
  /** The operator keeps the port out. */
  readonly closed: boolean;
  /** The bridge that it is a port of does. */
  readonly blocked: boolean;
}

export interface SelectionRules extends PolicyRules {
  /** One port carries and keeps doing so, the others back it up; undefined: x.4.14.2 orders the ports. */
  readonly backup: PrimaryReselect | undefined;
}

/** Why a port is not SELECTED. */
export type KeptOut =
  | 'leaving'
  | 'lacp-disabled'
  | 'gate'
  | 'blocked'
  | 'reflected'
  | 'loop'
  | 'link-down'
  | 'other-aggregator'
  | 'max-links';

export interface Decision {
  readonly selected: Selected;
  readonly keptOut: KeptOut | undefined;
  /** Candidate aggregator of the port. */
  readonly candidate: string;
}

export interface SelectionResult {
  /** The active candidate; undefined when no port can have one. */
  readonly active: string | undefined;
  /** In the order of the ports given. */
  readonly decisions: readonly Decision[];
}

export function select(ports: readonly SelectionPort[], rules: SelectionRules): SelectionResult {
  const candidates = new Map<string, SelectionPort[]>();
  for (const port of ports) {
    if (excluded(port) !== undefined) continue;
    const id = candidateOf(port);
    candidates.set(id, [...(candidates.get(id) ?? []), port]);
  }
  for (const [id, members] of candidates) {
    members.sort(byStandardOrder);
    if (rules.backup !== undefined) candidates.set(id, inBackupOrder(members, rules.backup));
  }
  const active = chooseCandidate(candidates, rules);
  const ranked = active === undefined ? [] : (candidates.get(active) ?? []);
  // A port whose link is down gives its place to any other, and keeps it when nobody needs it: so it is back at once.
  const places = [
    ...takePlaces(
      ranked.filter((port) => port.variables.port_enabled),
      rules.maxLinks,
    ),
    ...ranked.filter((port) => !port.variables.port_enabled && port.variables.Selected === 'SELECTED'),
  ].slice(0, rules.maxLinks);

  const decide = (port: SelectionPort): Decision => {
    const candidate = candidateOf(port);
    const out = (keptOut: KeptOut, selected: Selected = 'UNSELECTED'): Decision => ({ selected, keptOut, candidate });
    const reason = excluded(port);
    if (reason !== undefined) return out(reason);
    if (places.includes(port)) return { selected: 'SELECTED', keptOut: undefined, candidate };
    if (!port.variables.port_enabled) return out('link-down');
    return candidate === active ? out('max-links', 'STANDBY') : out('other-aggregator');
  };
  return { active, decisions: ports.map(decide) };
}

/** Ready, x.4.14: every one of the ports that wait for this Aggregator has let its wait_while_timer expire. */
export function ready(waiting: readonly PortVariables[]): boolean {
  return waiting.length > 0 && waiting.every((variables) => variables.Ready_N);
}

function excluded({ variables: v, closed, blocked }: SelectionPort): KeptOut | undefined {
  if (v.leaving) return 'leaving';
  if (!v.LACP_Enabled && !v.static_group) return 'lacp-disabled';
  if (closed) return 'gate';
  if (blocked) return 'blocked';
  if (isReflected(v.Actor_Oper, v.Partner_Oper)) return 'reflected';
  if (isLoop(v.Actor_Oper, v.Partner_Oper)) return 'loop';
  return undefined;
}

function candidateOf({ variables, speed }: SelectionPort): string {
  const id = lagId(variables.Actor_Oper, variables.Partner_Oper);
  return speed === undefined ? id : `${id}@${speed}`;
}

/** The LAG ID of a candidate, without the speed that tells it from others of the same LAG ID. */
export const lagOf = (candidate: string): string => candidate.replace(/@\d+$/, '');

/**
 * The first ports in order, except that a port in use gives its place only to one that can be used at once: a repaired
 * link of better rank must not stop traffic for as long as it waits for its partner and for wait_while_timer.
 */
function takePlaces(ranked: readonly SelectionPort[], maxLinks: number): SelectionPort[] {
  const places = ranked.slice(0, maxLinks);
  for (const port of ranked.slice(maxLinks).filter(isInUse)) {
    const notYet = places.findLastIndex((candidate) => !isInUse(candidate) && !isReady(candidate));
    if (notYet >= 0) places[notYet] = port;
  }
  return places;
}

const isInUse = ({ variables: v }: SelectionPort): boolean => v.attached && !v.Actor_Oper.State.Expired;
const isReady = ({ variables: v }: SelectionPort): boolean => v.Ready_N && !v.Actor_Oper.State.Expired;

/** x.4.14.2: the system with the lower priority number, then the lower address, orders the links by its own ports. */
function byStandardOrder(a: SelectionPort, b: SelectionPort): number {
  const ours = actorDecides(a.variables.Actor_Oper, a.variables.Partner_Oper);
  const [x, y] = ours
    ? [a.variables.Actor_Oper, b.variables.Actor_Oper]
    : [a.variables.Partner_Oper, b.variables.Partner_Oper];
  return (
    x.Port_Priority - y.Port_Priority || x.Port - y.Port || a.variables.Actor_Oper.Port - b.variables.Actor_Oper.Port
  );
}

/** Ours is the system whose numbers order the links, x.4.14.2. */
export function actorDecides(actor: PortInformation, partner: PortInformation): boolean {
  if (noPartner(partner) || isIndividual(actor, partner)) return true;
  if (actor.System_Priority !== partner.System_Priority) return actor.System_Priority < partner.System_Priority;
  return actor.System <= partner.System;
}
