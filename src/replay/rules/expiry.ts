/** current_while_timer (x.4.12): how long what was heard may count, and how long an end may be Expired. */
import { Long_Timeout_Time, Short_Timeout_Time } from '../../lacp/constants.js';
import { longestMemory, Memory, type Rule, seconds } from './rule.js';

/** An end that has just come up may be Expired anew; one that goes on for so long has no timer. */
const LONG_EXPIRED = 10_000;

/** A new one for each replay. */
export function expiry(): Rule {
  /** Since when an end says, without a pause, that it is Expired and not Defaulted. */
  const expired = new Memory<{ since: number | undefined }>(() => ({ since: undefined }));
  return {
    name: 'time-out',
    hears: (end) => {
      expired.of(end).since = undefined;
    },
    says: ({ end, now, before, neighbours }, disagree) => {
      const { Expired, Defaulted } = now.pdu.actor.State;
      const others = neighbours.filter((each) => each !== end).map(({ last }) => last.at);
      // An end that was silent itself was away, and how long that has held up its timers is not known.
      const silence = now.at - Math.max(end.since, ...others);
      const limit = longestMemory(end, now.at);
      if (!Expired && !Defaulted && others.length > 0 && silence > limit) {
        const timeout = limit > Long_Timeout_Time ? Long_Timeout_Time : Short_Timeout_Time;
        disagree(
          'x.4.12',
          `is not Expired ${seconds(silence)} after the last LACPDU of its partner; ${timeout / 1_000} s is the limit`,
        );
      }
      const memory = expired.of(end);
      const paused = before === undefined || now.at - before.at > 2_000;
      if (!Expired || Defaulted) memory.since = undefined;
      else if (memory.since === undefined || paused) memory.since = now.at;
      const expiredFor = memory.since === undefined ? 0 : now.at - memory.since;
      if (expiredFor > LONG_EXPIRED) {
        disagree('x.4.12', `stays Expired for ${seconds(expiredFor)} instead of 3 s, and is not Defaulted`);
      }
    },
  };
}
