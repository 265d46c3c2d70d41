/** D.3.3, second half: links that go down and come up, ports that leave and join. All need control of the device. */
import type { ConformanceCase } from '../case.js';
import { AT_ONCE, inTraffic, type Tester } from '../tester.js';
import type { Heard, TesterLink } from '../tester-link.js';

const clause = 'x.4.12';
const FAST = { rate: 'fast' } as const;
/** For the device to notice a link, and for its operator to be asked. */
const NOTICED = 2_000;

/** Takes the device's end of a link down and up; gives what it said first after that. */
async function downAndUp(tester: Tester, link: TesterLink, ms: number): Promise<Heard> {
  await tester.control.setLink(link.number, false);
  await tester.wait(ms);
  link.mark();
  await tester.control.setLink(link.number, true);
  return tester.hears(link, () => true, NOTICED, 'an LACPDU after the link came up');
}

/** No link of the device stays down after its case. */
function mended(run: (tester: Tester) => Promise<void>) {
  return async (tester: Tester) => {
    try {
      await run(tester);
    } finally {
      for (const { number } of tester.links) await tester.control.setLink(number, true);
    }
  };
}

export const linkCases: readonly ConformanceCase[] = [
  {
    id: 'R-01',
    title: 'Link up, no partner known: EXPIRED, one LACPDU a second',
    clause,
    device: { ...FAST, lacp: 'active' },
    control: true,
    seconds: 8,
    run: mended(async (tester) => {
      const link = tester.link();
      await tester.defaulted(link);
      const { pdu, at } = await downAndUp(tester, link, 200);
      const good = pdu.actor.State.Expired && pdu.actor.State.Defaulted && !inTraffic({ pdu } as Heard);
      tester.check(good, 'Expired and Defaulted, neither Collecting nor Distributing', link.inWords());
      await tester.wait(2_500);
      const count = link.fresh.filter((heard) => heard.at < at + 2_500).length;
      tester.check(count >= 3 && count <= 6, 'one LACPDU a second', `${count} in 2.5 s`);
    }),
  },
  {
    id: 'R-11',
    title: 'Link down and up: the partner is still known, out of sync',
    clause,
    control: true,
    seconds: 2,
    run: mended(async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.stop();
      const { pdu } = await downAndUp(tester, link, 500);
      const { System, Key, Port, State } = pdu.partner;
      const same = System === link.actor.System && Key === link.actor.Key && Port === link.actor.Port;
      tester.check(same && !State.Synchronization, 'our system, key and port, out of sync', link.inWords());
    }),
  },
  {
    id: 'R-12',
    title: 'Link down: silent there, the other link goes on',
    clause,
    links: 2,
    device: FAST,
    control: true,
    seconds: 7,
    run: mended(async (tester) => {
      const [link, other] = [tester.link(1), tester.link(2)];
      await tester.inUse(link, other);
      await tester.control.setLink(1, false);
      await tester.wait(AT_ONCE);
      link.mark();
      other.mark();
      await tester.wait(5_000);
      tester.check(link.fresh.length === 0, 'no LACPDU on the link that is down', `${link.fresh.length}`);
      const on = other.fresh.length > 0 && other.fresh.every(({ pdu }) => pdu.actor.State.Distributing);
      tester.check(on, 'the other link distributes all the time', other.inWords());
    }),
  },
  {
    id: 'R-13',
    title: 'LACP disabled: silent',
    clause,
    control: true,
    seconds: 7,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      await tester.control.set({ lacp: 'off' });
      await tester.wait(AT_ONCE);
      link.mark();
      await tester.wait(5_000);
      tester.check(link.fresh.length === 0, 'no LACPDU', `${link.fresh.length} in 5 s`);
    },
  },
  {
    id: 'R-14',
    title: 'LACP enabled again: from EXPIRED, aggregates anew',
    clause,
    control: true,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      await tester.control.set({ lacp: 'off' });
      link.stop();
      await tester.wait(AT_ONCE);
      link.mark();
      await tester.control.set({ lacp: 'active' });
      const { pdu } = await tester.hears(link, () => true, NOTICED, 'an LACPDU');
      const { Expired, Defaulted, Synchronization } = pdu.actor.State;
      tester.check(Expired && Defaulted && !Synchronization, 'Expired, Defaulted, out of sync', link.inWords());
      await tester.inUse(link);
    },
  },
  {
    id: 'R-15',
    title: 'The partner moves to another port of the device: no waiting for its old one',
    clause: 'x.4.8 port_moved',
    links: 2,
    device: { rate: 'slow' },
    control: true,
    seconds: 3,
    run: mended(async (tester) => {
      const [old, current] = [tester.link(1), tester.link(2)];
      await tester.control.setLink(2, false);
      await tester.inUse(old);
      await tester.control.setLink(1, false);
      old.stop();
      await tester.control.setLink(2, true);
      const { System, Key, Port } = old.actor;
      current.become({ System, Key, Port });
      const from = tester.now;
      await tester.inUse(current);
      const took = tester.now - from;
      tester.check(took < 6_000, 'in use within 6 s', `after ${took} ms`);
      old.mark();
      await tester.control.setLink(1, true);
      const { pdu } = await tester.hears(old, () => true, NOTICED, 'an LACPDU on the old port');
      tester.check(pdu.partner.System !== System, 'the old port has forgotten us', old.inWords());
    }),
  },
  {
    id: 'R-16',
    title: 'A port taken out and put in again starts from nothing',
    clause: 'x.4.8 BEGIN',
    control: true,
    seconds: 2,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.stop();
      await tester.control.removePort(1);
      await tester.wait(AT_ONCE);
      link.mark();
      await tester.control.addPort(1);
      const { pdu } = await tester.hears(link, () => true, NOTICED, 'an LACPDU');
      const good =
        pdu.actor.State.Defaulted && pdu.partner.System !== link.actor.System && !inTraffic({ pdu } as Heard);
      tester.check(good, 'Defaulted, our system forgotten', link.inWords());
    },
  },
  {
    id: 'H-03',
    title: 'Planned removal: the last LACPDU says that the port is out of sync',
    clause: 'x.4.15 DETACHED',
    control: true,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.mark();
      await tester.control.removePort(1);
      await tester.wait(AT_ONCE);
      const said = link.last;
      const count = link.fresh.length;
      await tester.wait(2_000);
      const silent = link.fresh.length;
      await tester.control.addPort(1);
      const out = !said.pdu.actor.State.Synchronization && !inTraffic(said);
      tester.check(count > 0 && out, 'a last LACPDU, out of sync, not in use', `${count} LACPDUs, ${link.inWords()}`);
      tester.check(silent === count, 'silence after that', `${silent - count} LACPDUs in 2 s`);
    },
  },
];
