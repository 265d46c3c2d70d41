/** D.3.3, first half: what becomes of a partner that falls silent, and of one that comes back. */
import type { ConformanceCase } from '../case.js';
import { inWords } from '../information.js';
import { AT_ONCE, inTraffic, saysDefaulted, type Tester, TOLERANCE } from '../tester.js';
import { type Heard, IN_USE, type TesterLink } from '../tester-link.js';

const clause = 'x.4.12';
const FAST = { rate: 'fast' } as const;
const SLOW = { rate: 'slow' } as const;
const saysExpired = ({ pdu }: Heard) => pdu.actor.State.Expired;
/** Expired while frames flow ends the flow, which is told at once; a busy machine may add to it. */
const LATE = TOLERANCE + AT_ONCE;
const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;

/** The device uses the link; our last LACPDU goes out, then silence. Gives the time from it to Expired. */
async function timeToExpired(tester: Tester, link: TesterLink, atMost: number): Promise<number> {
  await tester.inUse(link);
  await tester.wait(AT_ONCE);
  link.stop();
  link.mark();
  link.send();
  const from = tester.now;
  const { at } = await tester.hears(link, saysExpired, atMost, 'Expired');
  return at - from;
}

function expiresAfter(ms: number, tolerance: number) {
  return async (tester: Tester) => {
    const took = await timeToExpired(tester, tester.link(), ms * 1.2 + LATE);
    const expected = `Expired ${seconds(ms)} after our last LACPDU`;
    tester.check(took > ms - tolerance && took < ms + tolerance + LATE, expected, `after ${seconds(took)}`);
  };
}

export const expiryCases: readonly ConformanceCase[] = [
  {
    id: 'R-02',
    title: 'EXPIRED to DEFAULTED after 3 s',
    clause,
    device: FAST,
    seconds: 8,
    run: async (tester) => {
      const link = tester.link();
      await timeToExpired(tester, link, 5_000);
      const from = link.fresh.find(saysExpired)?.at ?? 0;
      const { at } = await tester.hears(link, saysDefaulted, 5_000, 'Defaulted, no longer Expired');
      // A device that has nothing to announce tells it with its next periodic LACPDU.
      const took = at - from;
      const seen = `after ${seconds(took)}`;
      tester.check(took > 3_000 - LATE && took < 4_000 + LATE, 'Defaulted 3 s after Expired', seen);
    },
  },
  {
    id: 'R-03',
    title: 'DEFAULTED to CURRENT with the first LACPDU',
    clause,
    device: FAST,
    seconds: 5,
    run: async (tester) => {
      const link = tester.link();
      await tester.defaulted(link);
      link.mark();
      link.send();
      const current = ({ pdu }: Heard) => !pdu.actor.State.Defaulted && !pdu.actor.State.Expired;
      await tester.hears(link, current, AT_ONCE, 'neither Defaulted nor Expired');
    },
  },
  {
    id: 'R-04',
    title: 'CURRENT to EXPIRED, short timeout',
    clause,
    device: FAST,
    seconds: 5,
    run: expiresAfter(3_000, TOLERANCE),
  },
  {
    id: 'R-05',
    title: 'CURRENT to EXPIRED, long timeout',
    clause,
    device: SLOW,
    seconds: 92,
    run: expiresAfter(90_000, 4_500),
  },
  {
    id: 'R-06',
    title: "The time follows the device's timeout, not the partner's",
    clause,
    device: FAST,
    seconds: 5,
    run: async (tester) => {
      tester.link().become({ State: { LACP_Timeout: false } });
      await expiresAfter(3_000, TOLERANCE)(tester);
    },
  },
  {
    id: 'R-07',
    title: 'EXPIRED, and an LACPDU arrives: CURRENT, still selected',
    clause,
    device: FAST,
    seconds: 6,
    run: async (tester) => {
      const link = tester.link();
      await timeToExpired(tester, link, 5_000);
      await tester.wait(1_500);
      link.keepAlive();
      const back = ({ pdu }: Heard) => !pdu.actor.State.Expired && inTraffic({ pdu } as Heard);
      await tester.hears(link, back, 1_500, 'no longer Expired, and in use');
      const lost = link.fresh.filter(({ pdu }) => !pdu.actor.State.Synchronization).length;
      tester.check(lost === 0, 'Synchronization all the time', `${lost} LACPDUs without`);
    },
  },
  {
    id: 'R-08',
    title: "EXPIRED clears the partner's Synchronization and takes its timeout for short",
    clause,
    device: FAST,
    seconds: 5,
    run: async (tester) => {
      const link = tester.link().become({ State: { LACP_Timeout: false } });
      await timeToExpired(tester, link, 5_000);
      const { State } = link.fresh.find(saysExpired)?.pdu.partner ?? link.last.pdu.partner;
      const good = !State.Synchronization && State.LACP_Timeout;
      tester.check(good, 'partner out of sync, short timeout', link.inWords());
    },
  },
  {
    id: 'R-09',
    title: 'EXPIRED leaves all else of the partner alone',
    clause,
    device: { ...FAST, lacp: 'active' },
    seconds: 5,
    run: async (tester) => {
      const link = tester.link().become({ State: { LACP_Activity: false } });
      await timeToExpired(tester, link, 5_000);
      const seen = link.fresh.find(saysExpired)?.pdu.partner ?? link.last.pdu.partner;
      const { actor } = link;
      const good =
        seen.System === actor.System &&
        seen.Key === actor.Key &&
        seen.Port === actor.Port &&
        !seen.State.LACP_Activity &&
        seen.State.Aggregation;
      tester.check(good, `system, key, port of ours, passive, aggregatable`, link.inWords());
    },
  },
  {
    id: 'R-10',
    title: 'DEFAULTED uses the same values after every partner',
    clause: 'x.4.9 recordDefault',
    device: FAST,
    seconds: 11,
    run: async (tester) => {
      const link = tester.link();
      await tester.defaulted(link);
      const partner = () => inWords(link.last.pdu.partner);
      const first = partner();
      link.become({ System: '02:cc:00:00:88:88', Key: 0x77, Port: 99, State: { ...IN_USE, LACP_Timeout: false } });
      link.send();
      await tester.wait(AT_ONCE);
      await tester.defaulted(link);
      tester.check(partner() === first, `partner ${first}`, partner());
    },
  },
];
