/**
 * The Partner TLV repeats what the partner has said, and recordPDU decides whether it is in sync (x.4.9).
 *
 * An end that is neither Expired nor Defaulted has heard something within its timeout, and if it tells something else
 * than before, then since it spoke last. What it tells must be among what was said meanwhile; which of it has arrived,
 * a capture does not know.
 */
import { recordPDU, samePort } from '../../lacp/functions.js';
import type { PortInformation, PortState } from '../../lacp/variables.js';
import type { End } from '../end.js';
import type { Words } from '../said.js';
import { GRACE, longestMemory, type Rule, type Saying, seconds } from './rule.js';

export const echo: Rule = {
  name: 'partner information',
  says: (saying, disagree) => {
    const { end, now, before, far } = saying;
    const { actor, partner } = now.pdu;
    // Defaulted: it repeats Partner_Admin, which is the operator's business. Expired: so does a port that begins, and
    // its partner is out of sync by definition.
    if (far === undefined || actor.State.Defaulted || actor.State.Expired) return;
    const goesBackTo = heardSince(saying);
    const opened = Math.min(...saying.neighbours.map(({ first }) => first.at));
    // After a silence it may go on with what it knew before: a daemon that was started again.
    if (goesBackTo < Math.max(opened, end.since - GRACE)) return;
    const heard = wordsSince(goesBackTo, saying.neighbours);
    if (heard === undefined) return;
    const ofFar = far.said.since(goesBackTo) ?? [];
    const newest = ofFar.findLast(({ from }) => from <= now.at - GRACE) ?? ofFar[0];
    if (newest === undefined) return; // silence: rule time-out
    const told = heard.filter(({ pdu }) => sameButSync(partner, pdu.actor));
    if (told.length === 0) {
      const wrong = differences(partner, newest.pdu.actor);
      disagree(
        'x.4.9 recordPDU',
        `tells ${wrong.join(', ')} of ${far.label}, which has said otherwise for ${seconds(now.at - goesBackTo)} (packet ${newest.packet})`,
      );
      return;
    }
    const since = before === undefined ? goesBackTo : Math.min(goesBackTo, before.at);
    const itself = end.said.inForceSince(since);
    // What it was in between cannot be told where the limit of LACPDUs a second has kept it from saying so.
    if (itself === undefined || end.crowded >= since) return;
    const may = told.flatMap(({ pdu }) =>
      itself.map((own) => recordPDU({ Actor_Oper: own.pdu.actor }, pdu).Partner_Oper.State.Synchronization),
    );
    if (may.includes(partner.State.Synchronization)) return;
    const said = told.at(-1)?.pdu.actor.State.Synchronization === true;
    const why = said ? 'describes it wrongly, or neither end is active' : 'says that it is not';
    disagree(
      'x.4.9 recordPDU',
      partner.State.Synchronization
        ? `takes ${far.label} for in sync, which ${why} (packet ${newest.packet})`
        : `takes ${far.label} for out of sync, which says that it is in sync and describes it rightly (packet ${newest.packet})`,
    );
  },
};

/** The earliest moment at which what the end now tells of its partner can have been said. */
function heardSince({ end, now, before }: Saying): number {
  const alive = now.at - longestMemory(end, now.at);
  if (before === undefined) return alive;
  const { Expired, Defaulted } = before.pdu.actor.State;
  const heard = Expired || Defaulted || !sameInformation(before.pdu.partner, now.pdu.partner);
  return heard ? Math.max(alive, before.at - GRACE) : alive;
}

/** Everything said at a place; an end may hear itself, where the link reflects. */
function wordsSince(moment: number, ends: readonly End[]): readonly Words[] | undefined {
  const all: Words[] = [];
  for (const { said } of ends) {
    const words = said.since(moment);
    if (words === undefined) return undefined;
    all.push(...words);
  }
  return all;
}

const REPEATED = [
  'LACP_Activity',
  'LACP_Timeout',
  'Aggregation',
  'Collecting',
  'Distributing',
  'Defaulted',
  'Expired',
] as const satisfies readonly (keyof PortState)[];

const sameButSync = (a: PortInformation, b: PortInformation): boolean =>
  samePort(a, b) && REPEATED.every((bit) => a.State[bit] === b.State[bit]);

const sameInformation = (a: PortInformation, b: PortInformation): boolean =>
  sameButSync(a, b) && a.State.Synchronization === b.State.Synchronization;

/** `told` against `said`, in words. */
function differences(told: PortInformation, said: PortInformation): string[] {
  const fields = (['System_Priority', 'System', 'Key', 'Port_Priority', 'Port'] as const)
    .filter((name) => told[name] !== said[name])
    .map((name) => `${name} ${told[name]} for ${said[name]}`);
  const wrong = REPEATED.filter((bit) => told.State[bit] !== said.State[bit]);
  return [...fields, ...wrong.map((bit) => `${bit} ${Number(told.State[bit])} for ${Number(said.State[bit])}`)];
}
