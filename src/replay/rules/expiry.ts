/** current_while_timer (x.4.12): how long what was heard may count, and what an end that hears nobody must say. */
import { Long_Timeout_Time, Short_Timeout_Time } from '../../lacp/constants.js';
import { GRACE, Memory, type Rule, seconds } from './rule.js';

/** Lateness of a timer that is no disagreement, beyond GRACE. */
const LATE = 1_000;
/** An end that has just come up may be Expired anew; one that goes on for so long has no timer. */
const LONG_EXPIRED = 10_000;
/** What it must have missed to be called deaf: so many LACPDUs, in so long a time. */
const MISSED = 3;
const DEAF = 5_000;

interface Heard {
  /** Last LACPDU of the other end. */
  at: number | undefined;
  /** This end had a long timeout when it heard that, or later. */
  long: boolean;
  /** Since when it says, without a pause, that it is Expired and not Defaulted. */
  expiredSince: number | undefined;
  /** Since when it says that it is Expired or Defaulted, and the LACPDUs that it should have heard meanwhile. */
  deafSince: number | undefined;
  missed: number[];
}

const memory = () =>
  new Memory<Heard>(() => ({ at: undefined, long: false, expiredSince: undefined, deafSince: undefined, missed: [] }));

/** A new one for each replay. */
export function expiry(): Rule {
  const ends = memory();
  return {
    name: 'time-out',
    hears: (end, { at }) => {
      const heard = ends.of(end);
      heard.at = at;
      heard.long = !end.last.pdu.actor.State.LACP_Timeout;
      heard.expiredSince = undefined;
      if (heard.deafSince !== undefined && heard.missed.length < MISSED) heard.missed.push(at);
    },
    meets: (end, far) => {
      ends.of(end).at = far.last.at;
    },
    says: ({ end, now, before, far }, disagree) => {
      const heard = ends.of(end);
      const { Expired, Defaulted, LACP_Timeout } = now.pdu.actor.State;
      if (!LACP_Timeout) heard.long = true;
      const limit = heard.long ? Long_Timeout_Time : Short_Timeout_Time;
      const silence = heard.at === undefined ? 0 : now.at - heard.at;
      if (!Expired && !Defaulted && silence > limit + GRACE + LATE) {
        disagree(
          'x.4.12',
          `is not Expired ${seconds(silence)} after the last LACPDU of its partner; ${limit / 1_000} s is the limit`,
        );
      }
      const paused = before === undefined || now.at - before.at > 2_000;
      if (!Expired || Defaulted) heard.expiredSince = undefined;
      else if (heard.expiredSince === undefined || paused) heard.expiredSince = now.at;
      const expiredFor = heard.expiredSince === undefined ? 0 : now.at - heard.expiredSince;
      if (expiredFor > LONG_EXPIRED) {
        disagree('x.4.12', `stays Expired for ${seconds(expiredFor)} instead of 3 s, and is not Defaulted`);
      }
      if (!Expired && !Defaulted) {
        heard.deafSince = undefined;
        heard.missed = [];
        return;
      }
      heard.deafSince ??= now.at;
      const [first] = heard.missed;
      if (heard.missed.length >= MISSED && first !== undefined && now.at - first > DEAF) {
        disagree(
          'x.4.12',
          `goes on saying that it hears nobody, though LACPDUs of ${far?.label ?? 'the other end'} are on the link: they do not arrive (one way), or it discards them`,
        );
      }
    },
  };
}
