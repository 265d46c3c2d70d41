/** D.3.4: recordPDU (M), update_Selected (S) and update_NTT (N), field by field. */
import type { ConformanceCase } from '../case.js';
import { altered, type FieldName, type SomeInformation } from '../information.js';
import { AT_ONCE, inTraffic, type Tester, TOLERANCE } from '../tester.js';
import { IN_USE, type TesterLink } from '../tester-link.js';

const IN_WORDS: Partial<Record<FieldName, string>> = {
  Port: 'port number',
  Port_Priority: 'port priority',
  System: 'system',
  System_Priority: 'system priority',
  Key: 'key',
};
const words = (field: FieldName) => IN_WORDS[field] ?? field;
/** Longer than any periodic LACPDU at the fast rate, and than a device takes to act on ours. */
const WATCH = 2_500;
/** wait_while_timer. */
const AGGREGATE_WAIT = 2_000;

/** The device is in sync with us; then we say `some` for a while. It must not use the link, and does once `mend` is done. */
async function notInUse(tester: Tester, link: TesterLink, expected: string): Promise<void> {
  link.mark();
  link.keepAlive();
  await tester.wait(WATCH);
  tester.check(!link.fresh.some(inTraffic), expected, link.inWords());
}

async function inUseAfterAll(tester: Tester, link: TesterLink): Promise<void> {
  link.mark();
  link.keepAlive();
  await tester.hears(link, inTraffic, 3_500, 'Collecting once all is right (the proof that it could)');
}

function mismatch(id: string, field: FieldName): ConformanceCase {
  return {
    id,
    title: `Our ${words(field)} of the device is wrong: not in sync with us`,
    clause: 'x.4.9 recordPDU',
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.attached(link);
      link.become({ State: IN_USE });
      link.misquote = (device) => altered(device, field);
      await notInUse(tester, link, 'neither Collecting nor Distributing');
      link.misquote = () => ({});
      await inUseAfterAll(tester, link);
    },
  };
}

/** Whether the device takes us for in sync when we and it, by our word, are active or passive. */
function activity(some: SomeInformation, misquoted: SomeInformation, expected: boolean) {
  return async (tester: Tester) => {
    const link = tester.link();
    await tester.attached(link);
    link.become({ State: { ...IN_USE, ...some.State } });
    link.misquote = () => misquoted;
    if (expected) return inUseAfterAll(tester, link);
    await notInUse(tester, link, 'neither Collecting nor Distributing');
    link.become({ State: { LACP_Activity: true } }).misquote = () => ({});
    return inUseAfterAll(tester, link);
  };
}

const recordCases: readonly ConformanceCase[] = [
  mismatch('M-01', 'Port'),
  mismatch('M-02', 'Port_Priority'),
  mismatch('M-03', 'System'),
  mismatch('M-04', 'System_Priority'),
  mismatch('M-05', 'Key'),
  mismatch('M-06', 'Aggregation'),
  {
    id: 'M-07',
    title: 'We are not in sync: the link is not used',
    clause: 'x.4.9 recordPDU',
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.attached(link);
      link.become({ State: { Collecting: true, Distributing: true } });
      await notInUse(tester, link, 'neither Collecting nor Distributing');
      link.become({ State: IN_USE });
      await inUseAfterAll(tester, link);
    },
  },
  {
    id: 'M-08',
    title: 'An individual link needs no match',
    clause: 'x.4.9 recordPDU',
    seconds: 7,
    run: async (tester) => {
      const link = tester.link().become({ State: { Aggregation: false } });
      await tester.attached(link);
      link.misquote = (device) => altered(device, 'Key');
      link.become({ State: IN_USE });
      await inUseAfterAll(tester, link);
    },
  },
  {
    id: 'M-09',
    title: 'We are passive, the device is active and we know it: in sync',
    clause: 'x.4.9 recordPDU',
    device: { lacp: 'active' },
    seconds: 1,
    run: activity({ State: { LACP_Activity: false } }, {}, true),
  },
  {
    id: 'M-10',
    title: 'Both passive: never in use',
    clause: 'x.4.9 recordPDU',
    device: { lacp: 'passive' },
    seconds: 4,
    run: activity({ State: { LACP_Activity: false } }, {}, false),
  },
  {
    id: 'M-11',
    title: 'We are passive and think the device is: not in sync',
    clause: 'x.4.9 recordPDU',
    device: { lacp: 'active' },
    seconds: 4,
    run: activity({ State: { LACP_Activity: false } }, { State: { LACP_Activity: false } }, false),
  },
];

function reselects(id: string, field: FieldName): ConformanceCase {
  return {
    id,
    title: `Our ${words(field)} changes: selected anew`,
    clause: 'x.4.9 update_Selected',
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.mark();
      link.become(altered(link.actor, field)).keepAlive();
      const from = tester.now;
      // The whole partner is another one now: else the device may stay with what it knows of the other links.
      for (const other of tester.links) {
        if (other !== link) other.become(altered(other.actor, field)).send();
      }
      const out = ({ pdu }: (typeof link.heard)[number]) =>
        !pdu.actor.State.Synchronization && !inTraffic({ pdu } as never);
      await tester.hears(link, out, 1_000, 'out of sync, neither Collecting nor Distributing');
      link.mark();
      const { at } = await tester.hears(link, ({ pdu }) => pdu.actor.State.Synchronization, 4_000, 'in sync again');
      const expected = 'in sync again 2 s after the change';
      tester.check(at - from > AGGREGATE_WAIT - TOLERANCE, expected, `after ${Math.round(at - from)} ms`);
      await inUseAfterAll(tester, link);
    },
  };
}

const selectedCases: readonly ConformanceCase[] = [
  reselects('S-01', 'Port'),
  reselects('S-02', 'Port_Priority'),
  reselects('S-03', 'System'),
  reselects('S-04', 'System_Priority'),
  reselects('S-05', 'Key'),
  reselects('S-06', 'Aggregation'),
  {
    id: 'S-07',
    title: 'Activity, timeout, Collecting, Distributing, Defaulted, Expired change: still selected',
    clause: 'x.4.9 update_Selected',
    device: { lacp: 'active' },
    seconds: 7,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.mark();
      const right = link.actor;
      for (const bit of [
        'LACP_Activity',
        'LACP_Timeout',
        'Collecting',
        'Distributing',
        'Defaulted',
        'Expired',
      ] as const) {
        link.become(altered(right, bit)).send();
        await tester.wait(AT_ONCE);
        link.become(right).keepAlive();
        await tester.wait(AT_ONCE);
        const lost = link.fresh.some(({ pdu }) => !pdu.actor.State.Synchronization);
        tester.check(!lost && link.fresh.length > 0, `in sync all the time while ${bit} changes`, link.inWords());
      }
    },
  },
];

/** The device is in sync and has nothing to say for 30 s; we have it wrong. */
async function misquoteOnce(tester: Tester, link: TesterLink, field: FieldName): Promise<number> {
  link.misquote = (device) => altered(device, field);
  link.mark();
  link.send();
  await tester.until(() => link.fresh.length > 0, 1_000);
  const answers = link.fresh.length;
  link.misquote = () => ({});
  link.send();
  return answers;
}

/** In sync with us, who are not; asked for an LACPDU in 30 s only. Any other has a reason. */
async function quiet(tester: Tester, link: TesterLink): Promise<void> {
  await tester.attached(link);
  link.stop();
  link.become({ State: { LACP_Timeout: false } });
  link.send();
  await tester.wait(1_200);
}

function tells(id: string, field: FieldName): ConformanceCase {
  return {
    id,
    title: `Our ${words(field)} of the device is wrong: it tells us`,
    clause: 'x.4.9 update_NTT',
    seconds: 3,
    run: async (tester) => {
      const link = tester.link();
      await quiet(tester, link);
      const answers = await misquoteOnce(tester, link, field);
      tester.check(answers > 0, 'an LACPDU within 1 s', 'none');
    },
  };
}

const nttCases: readonly ConformanceCase[] = [
  tells('N-01', 'Port'),
  tells('N-02', 'Port_Priority'),
  tells('N-03', 'System'),
  tells('N-04', 'System_Priority'),
  tells('N-05', 'Key'),
  tells('N-06', 'LACP_Activity'),
  tells('N-07', 'LACP_Timeout'),
  tells('N-08', 'Synchronization'),
  tells('N-09', 'Aggregation'),
  {
    id: 'N-10',
    title: 'Collecting, Distributing, Defaulted, Expired of the device are wrong: no LACPDU for that',
    clause: 'x.4.9 update_NTT',
    seconds: 7,
    run: async (tester) => {
      const link = tester.link();
      await quiet(tester, link);
      for (const bit of ['Collecting', 'Distributing', 'Defaulted', 'Expired'] as const) {
        const answers = await misquoteOnce(tester, link, bit);
        tester.check(answers === 0, `no LACPDU when ${bit} is wrong`, `${answers}`);
      }
    },
  },
];

export const recordAndSelectCases = [...recordCases, ...selectedCases, ...nttCases];
