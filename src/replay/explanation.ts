/**
 * Why a captured end is not in use, in the words of `vethcfg why`: from our engine in its place, and from what it says
 * itself. What it alone knows (limits, gates, its operator) is said to be unknown.
 */
import type { Cause, PortExplanation, Verdict } from '../aggregator/verdict.js';
import type { Mac, PortState } from '../lacp/variables.js';
import { type End, longestPause } from './end.js';
import type { Trouble } from './troubles.js';

export interface EndExplanation {
  /** By its last words; `silent`: it has not spoken for more than three periods. */
  readonly use: 'in use' | 'not in use' | 'silent';
  /** Of our engine in its place; undefined: nobody speaks to it in the capture. */
  readonly receive: PortExplanation['receive'] | undefined;
  readonly mux: PortExplanation['mux'] | undefined;
  /** At the end of the capture, most important first; `since` in milliseconds since its beginning. */
  readonly verdicts: readonly Verdict[];
  /** What was so before, for three seconds or more. */
  readonly earlier: readonly Trouble[];
  /** What would have to be known, and is in no capture. */
  readonly untold: readonly string[];
}

interface Situation {
  readonly end: End;
  readonly far: End | undefined;
  /** Our engine in the place of `end`, its times those of the capture. */
  readonly model: PortExplanation | undefined;
  readonly earlier: readonly Trouble[];
  /** Frames that were not read, by all. */
  readonly malformed: readonly Unread[];
  readonly now: number;
}

interface Unread {
  readonly source: Mac;
  readonly place: string;
  readonly reason: string;
  readonly count: number;
}

/** How long a partner may go on without having heard what is there: it is answered at once. */
const PATIENCE = 5_000;
/** The model has a link that is up, of unknown speed, with no limits: it knows nothing of these. */
const NOT_OF_A_CAPTURE = new Set<Cause>(['admitted-by-agg_wc', 'not-admitted', 'mtu', 'malformed', 'no-carrier']);
/** Wrong whatever an end makes of it. */
const WIRING = new Set<Cause>(['loop', 'reflected', 'duplicate-system', 'duplicate-partner', 'one-way']);

export function explainEnd(situation: Situation): EndExplanation {
  const { end, model, earlier, now } = situation;
  const silent = now - end.last.at > longestPause(end.last);
  const inUse = uses(end.last.pdu.actor.State);
  const use = silent ? 'silent' : inUse ? 'in use' : 'not in use';
  const told = silent ? { verdicts: [], untold: [fellSilent(situation)] } : speaks(situation, inUse);
  const verdicts = [...told.verdicts, ...malformed(situation)];
  return { use, receive: model?.receive, mux: model?.mux, verdicts, earlier, untold: told.untold };
}

interface Told {
  readonly verdicts: readonly Verdict[];
  readonly untold: readonly string[];
}

function speaks(situation: Situation, inUse: boolean): Told {
  const { end, far, model } = situation;
  const { actor, partner } = end.last.pdu;
  const { Defaulted, Expired, LACP_Activity } = actor.State;
  if (Defaulted || Expired) return { verdicts: deaf(situation, inUse), untold: [] };
  if (far === undefined && model === undefined) return byItsOwnWords(end, inUse);
  if (!LACP_Activity && !partner.State.LACP_Activity) {
    const repair = 'make one end active: two passive ends fall silent, and lose each other';
    const field = { field: 'LACP_Activity', own: 'passive', other: 'passive' };
    const text = 'both ends are passive';
    return { verdicts: [obstacle('nobody-speaks', 'Receive', 'x.4.12', end, { text, ...field, repair })], untold: [] };
  }
  const verdicts = believable(end, model?.verdicts ?? []).map(ofAnyDevice);
  const kept = verdicts.some(({ weight }) => weight === 'obstacle');
  return { verdicts, untold: inUse || kept ? [] : [keptOutByItself(actor.State, partner.State)] };
}

/** What our engine waits for in the place of an end, and that end may wait for as well, by its own words. */
export function believable(end: End, verdicts: readonly Verdict[]): readonly Verdict[] {
  const own = end.last.pdu.actor.State;
  return verdicts.filter(({ cause, weight, machine }) => {
    if (NOT_OF_A_CAPTURE.has(cause)) return false;
    if (weight !== 'obstacle' || WIRING.has(cause) || machine === 'Receive') return true;
    if (uses(own)) return false;
    // Mux waits for the partner in ATTACHED and COLLECTING: in sync itself.
    return machine !== 'Mux' || own.Synchronization || !cause.startsWith('partner-');
  });
}

/** It hears nobody, as it says. */
function deaf({ end, far, now }: Situation, inUse: boolean): readonly Verdict[] {
  const { Expired, Defaulted } = end.last.pdu.actor.State;
  const since = end.said.since(now - 2 * PATIENCE)?.findLast(({ pdu }) => hears(pdu.actor.State))?.to ?? end.since;
  const spoken = far === undefined ? 0 : far.last.at - Math.max(since, far.since);
  if (far !== undefined && spoken > PATIENCE) {
    const text = `hears nobody, as it says, though LACPDUs of ${far.label} are on the link: they do not arrive (one way), or it discards them`;
    const repair = `mend the direction from ${far.label} to ${end.label}: fibre, transceiver, or a filter of slow protocols`;
    return [{ ...obstacle('nothing-heard', 'Receive', 'x.4.12', end, { text, repair }), since, side: 'link' }];
  }
  if (far !== undefined && now - far.last.at < PATIENCE) return []; // it is about to hear
  if (Expired && !Defaulted) {
    const text = 'partner silent: its information has expired';
    const repair = 'see whether the partner runs and whether its LACPDUs get here';
    return [{ ...obstacle('partner-silent', 'Receive', 'x.4.12', end, { text, repair }), since }];
  }
  const repair =
    'switch LACP on at the far end and see that the cable leads there; a Linux bridge on the way swallows frames to ' +
    '01-80-C2-00-00-02';
  if (!inUse) {
    const text = 'no LACP partner: no LACPDU heard';
    return [{ ...obstacle('nothing-heard', 'Receive', 'x.4.12', end, { text, repair }), since }];
  }
  const text = 'no LACPDU heard: used without a partner (fallback, or a partner as set)';
  const assumed = obstacle('partner-assumed', 'Receive', 'x.4.7 Partner_Admin', end, { text, repair });
  return [{ ...assumed, since, weight: 'condition' }];
}

/** Its partner is not in the capture. */
function byItsOwnWords(end: End, inUse: boolean): Told {
  const { actor, partner } = end.last.pdu;
  const untold = [
    `what its partner ${partner.System}/${partner.Port} says is not in the capture: capture both directions`,
  ];
  const { Synchronization, Collecting } = partner.State;
  if (inUse || !actor.State.Synchronization) return { verdicts: [], untold };
  const field = Synchronization ? 'Collecting' : 'Synchronization';
  const cause = Synchronization ? 'partner-not-collecting' : 'partner-not-in-sync';
  if (Synchronization && Collecting) return { verdicts: [], untold };
  const text = `by its words, partner ${partner.System} is not ${Synchronization ? 'collecting' : 'in sync'}`;
  const differing = { field: `Partner_Oper_Port_State.${field}`, own: 'TRUE', other: 'FALSE' };
  const repair = 'see at the far end whether the link is in the same group, selected, and not standing by';
  return { verdicts: [obstacle(cause, 'Mux', 'x.4.15', end, { text, ...differing, repair })], untold };
}

function fellSilent({ end, far, now }: Situation): string {
  const silent = `silent since its LACPDU #${end.last.packet}`;
  return far !== undefined && now - far.last.at > longestPause(far.last)
    ? `${silent}, and so is ${far.label}: whether the link was cut, or the capture no longer sees it, is not told`
    : `${silent}: whether its link is down, its LACP is off, or it is gone, is not told`;
}

function keptOutByItself({ Synchronization, Collecting }: PortState, partner: PortState): string {
  if (!Synchronization) {
    return 'out of sync, and nothing on this link keeps it so: whether it stands by (max-links), waits for its other ports, has selected other links, or is kept out by its operator, it alone can tell';
  }
  if (!Collecting) return 'in sync, as is its partner, and does not collect: why, it alone can tell';
  return partner.Collecting
    ? 'collecting, as is its partner, and does not distribute: why, it alone can tell'
    : 'collecting; its partner has only just said so, or not yet';
}

function malformed({ end, malformed: frames }: Situation): readonly Verdict[] {
  const own = frames.filter(({ source, place }) => source === end.source && place === end.place);
  if (own.length === 0) return [];
  const text = `sends malformed frames: ${own.map(({ reason, count }) => `${count} ${reason}`).join(', ')}`;
  const of = { weight: 'remark', machine: 'Receive', clause: 'x.4.12, 57A', since: undefined, side: 'here' } as const;
  return [{ cause: 'malformed', text, ...of, repair: 'whoever receives these discards them: mend the sender' }];
}

function obstacle(
  cause: Cause,
  machine: Verdict['machine'],
  clause: string,
  end: End,
  rest: Pick<Verdict, 'text' | 'repair'> & Partial<Verdict>,
): Verdict {
  return { cause, weight: 'obstacle', machine, clause, since: end.since, side: 'partner', ...rest };
}

/** A repair that is a command of ours, in words for any device. */
const ofAnyDevice = (verdict: Verdict): Verdict =>
  verdict.repair.startsWith('vethcfg ')
    ? { ...verdict, repair: `change ${verdict.field ?? 'it'} at this end` }
    : verdict;

const uses = ({ Synchronization, Collecting, Distributing, Expired }: PortState): boolean =>
  Synchronization && Collecting && Distributing && !Expired;

const hears = ({ Defaulted, Expired }: PortState): boolean => !Defaulted && !Expired;
