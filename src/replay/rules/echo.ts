/** The Partner TLV repeats what the partner last said, and recordPDU decides whether it is in sync (x.4.9). */
import { recordPDU, samePort } from '../../lacp/functions.js';
import type { Lacpdu } from '../../lacp/lacpdu.pdu.js';
import type { PortInformation, PortState } from '../../lacp/variables.js';
import type { Announcement, End } from '../end.js';
import { type Disagree, GRACE, type Rule, seconds } from './rule.js';

/** A new one for each replay. */
export function echo(): Rule {
  /** What an end was when it heard an LACPDU. */
  const heardAs = new WeakMap<Announcement, PortInformation>();
  return {
    name: 'partner information',
    hears: (end, heard) => {
      heardAs.set(heard, end.last.pdu.actor);
    },
    says: ({ end, now, far }, disagree) => {
      const { actor, partner } = now.pdu;
      // Defaulted: it repeats Partner_Admin, which is the operator's business. Expired: its link may have been down, and
      // what the other end said meanwhile unheard.
      if (far === undefined || actor.State.Defaulted || actor.State.Expired) return;
      const heard = mayHaveHeard(far, now.at, end.since);
      const [newest] = heard;
      if (newest === undefined) return;
      if (heard.some((each) => sameButSync(partner, each.pdu.actor))) {
        // recordPDU compares with what the end was then: that is only known if it has not changed, also for a moment
        // that an LACPDU on its way tells of.
        const unchanged = end.recent.every(({ pdu }) => sameActor(pdu.actor, actor));
        const sure = heard.every((each) => {
          const then = heardAs.get(each);
          return then !== undefined && sameActor(then, actor);
        });
        if (unchanged && sure) synchronization(now.pdu, heard, far, disagree);
        return;
      }
      disagree(
        'x.4.9 recordPDU',
        `tells ${differences(partner, newest.pdu.actor).join(', ')} of ${far.label}, which said otherwise ${seconds(now.at - newest.at)} before (packet ${newest.packet})`,
      );
    },
  };
}

/**
 * The newest that it must have heard, and all that came later: it may have taken in any of these. Empty when it is not
 * sure that it has heard anything, as before `since`.
 */
export function mayHaveHeard(far: End, now: number, since: number): readonly Announcement[] {
  const old = far.recent.findLast(({ at }) => at <= now - GRACE && at >= since);
  return old === undefined ? [] : [old, ...far.recent.filter(({ at }) => at > now - GRACE)];
}

function synchronization(
  { actor, partner }: Lacpdu,
  heard: readonly Announcement[],
  far: End,
  disagree: Disagree,
): void {
  const may = heard.map(({ pdu }) => recordPDU({ Actor_Oper: actor }, pdu).Partner_Oper.State.Synchronization);
  if (may.includes(partner.State.Synchronization)) return;
  const said = heard[0]?.pdu.actor.State.Synchronization === true;
  const why = said ? 'describes it wrongly, or neither end is active' : 'says that it is not';
  disagree(
    'x.4.9 recordPDU',
    partner.State.Synchronization
      ? `takes ${far.label} for in sync, which ${why} (packet ${heard[0]?.packet})`
      : `takes ${far.label} for out of sync, which says that it is in sync and describes it rightly (packet ${heard[0]?.packet})`,
  );
}

const sameActor = (a: PortInformation, b: PortInformation): boolean =>
  samePort(a, b) && a.State.LACP_Activity === b.State.LACP_Activity;

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

/** `told` against `said`, in words. */
function differences(told: PortInformation, said: PortInformation): string[] {
  const fields = (['System_Priority', 'System', 'Key', 'Port_Priority', 'Port'] as const)
    .filter((name) => told[name] !== said[name])
    .map((name) => `${name} ${told[name]} for ${said[name]}`);
  const wrong = REPEATED.filter((bit) => told.State[bit] !== said.State[bit]);
  return [...fields, ...wrong.map((bit) => `${bit} ${Number(told.State[bit])} for ${Number(said.State[bit])}`)];
}
