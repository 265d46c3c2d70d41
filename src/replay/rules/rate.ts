/** How often: x.4.13 by the partner's timeout, x.4.16 three in any second at most. */
import { Fast_Periodic_Time, Slow_Periodic_Time, Transmit_Limit } from '../../lacp/constants.js';
import { update_NTT } from '../../lacp/functions.js';
import type { Lacpdu } from '../../lacp/lacpdu.pdu.js';
import { Memory, type Rule, seconds } from './rule.js';

/** A capture may see four LACPDUs that were a second apart a little closer. */
const SECOND = 0.9 * Fast_Periodic_Time;
/** So many in a row make a habit. */
const TOO_OFTEN = 5;
const TOO_SELDOM = 2;

interface Sent {
  times: number[];
  /** LACPDUs in a row that came much too early, or much too late. */
  often: number;
  seldom: number;
  /** The partner has made it speak since. */
  asked: boolean;
}

export function rate(): Rule {
  const ends = new Memory<Sent>(() => ({ times: [], often: 0, seldom: 0, asked: true }));
  return {
    name: 'rate',
    hears: (end, { pdu }) => {
      if (update_NTT({ Actor_Oper: end.last.pdu.actor }, pdu).NTT === true) ends.of(end).asked = true;
    },
    says: ({ end, now, before, far }, disagree) => {
      const sent = ends.of(end);
      // A port that is added anew begins so, and counts anew.
      if (now.pdu.actor.State.Defaulted) sent.times = [];
      sent.times.push(now.at);
      if (sent.times.length > Transmit_Limit + 1) sent.times.shift();
      const since = now.at - (sent.times[0] ?? now.at);
      if (sent.times.length > Transmit_Limit && since < SECOND) {
        disagree(
          'x.4.16',
          `sends ${sent.times.length} LACPDUs within ${Math.round(since)} ms; ${Transmit_Limit} in any second is the limit`,
        );
      }
      if (before === undefined) return;
      const interval = now.at - before.at;
      // By its own words its partner is slow, nothing is new, and nobody asked.
      const early =
        settled(before.pdu) && !before.pdu.partner.State.LACP_Timeout && interval < Slow_Periodic_Time - 5_000;
      sent.often = early && far !== undefined && !sent.asked && same(before.pdu, now.pdu) ? sent.often + 1 : 0;
      sent.asked = false;
      if (sent.often >= TOO_OFTEN) {
        disagree('x.4.13', `sends every ${seconds(interval)} to a partner that asks for the slow rate, 30 s`);
      }
      const late =
        settled(before.pdu) && before.pdu.partner.State.LACP_Timeout && interval > 20_000 && interval < 45_000;
      sent.seldom = late && settled(now.pdu) ? sent.seldom + 1 : 0;
      if (sent.seldom >= TOO_SELDOM) {
        disagree('x.4.13', `sends every ${seconds(interval)} to a partner that asks for the fast rate, 1 s`);
      }
    },
  };
}

const settled = ({ actor }: Lacpdu): boolean => !actor.State.Expired && !actor.State.Defaulted;

const same = (a: Lacpdu, b: Lacpdu): boolean => JSON.stringify(a) === JSON.stringify(b);
