/** D.3.5: how often the device speaks, and how often it must not. */
import type { ConformanceCase } from '../case.js';
import { altered } from '../information.js';
import { AT_ONCE, mostWithin, type Tester, TOLERANCE } from '../tester.js';
import { IN_USE, type TesterLink } from '../tester-link.js';

const periodic = 'x.4.13';
const transmit = 'x.4.16';
const ACTIVE = { lacp: 'active' } as const;
const PASSIVE = { lacp: 'passive' } as const;
const shown = (times: readonly number[]) => times.map((time) => `${(time / 1_000).toFixed(2)} s`).join(', ');

/** The link in use, and then nothing but periodic LACPDUs, at the rate that we ask for. */
async function settled(tester: Tester, link: TesterLink, short: boolean): Promise<void> {
  await tester.inUse(link);
  link.become({ State: { LACP_Timeout: short } }).keepAlive();
  await tester.wait(1_500);
  link.mark();
}

/** Times between the next `count` + 1 LACPDUs. */
async function intervals(tester: Tester, link: TesterLink, count: number, atMost: number): Promise<number[]> {
  await tester.until(() => link.fresh.length > count, atMost);
  const times = link.fresh.map(({ at }) => at);
  return times.slice(1).map((at, index) => at - (times[index] ?? at));
}

/** No LACPDU from both being passive on. */
async function hush(tester: Tester, link: TesterLink): Promise<void> {
  link.become({ State: { LACP_Activity: false } }).keepAlive();
  await tester.wait(1_500);
  link.mark();
}

export const periodicCases: readonly ConformanceCase[] = [
  {
    id: 'P-01',
    title: 'Slow rate',
    clause: periodic,
    device: ACTIVE,
    seconds: 91,
    run: async (tester) => {
      const link = tester.link();
      await settled(tester, link, false);
      const found = await intervals(tester, link, 2, 96_000);
      const good = found.length === 2 && found.every((ms) => Math.abs(ms - 30_000) < 1_500);
      tester.check(good, 'an LACPDU every 30 s', shown(found));
    },
  },
  {
    id: 'P-02',
    title: 'Fast rate',
    clause: periodic,
    device: ACTIVE,
    seconds: 13,
    run: async (tester) => {
      const link = tester.link();
      await settled(tester, link, true);
      const found = await intervals(tester, link, 10, 12_500);
      const mean = found.reduce((sum, ms) => sum + ms, 0) / found.length;
      const good = found.length === 10 && Math.abs(mean - 1_000) < 100 && Math.max(...found) <= 1_000 + TOLERANCE;
      tester.check(good, 'an LACPDU every second, none later than 1.25 s', shown(found));
    },
  },
  {
    id: 'P-03',
    title: 'Slow to fast: at once',
    clause: periodic,
    device: ACTIVE,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await settled(tester, link, false);
      const from = tester.now;
      link.become({ State: { LACP_Timeout: true } }).keepAlive();
      const first = await tester.hears(link, () => true, AT_ONCE, 'an LACPDU');
      const second = await tester.hears(link, ({ at }) => at > first.at, 1_000 + TOLERANCE, 'another a second later');
      tester.check(second.at - from > 500, 'a second apart', `${Math.round(second.at - from)} ms`);
    },
  },
  {
    id: 'P-04',
    title: 'Fast to slow: the next after 30 s',
    clause: periodic,
    device: ACTIVE,
    seconds: 33,
    run: async (tester) => {
      const link = tester.link();
      await settled(tester, link, true);
      link.become({ State: { LACP_Timeout: false } }).keepAlive();
      await tester.wait(AT_ONCE);
      link.mark();
      const from = tester.now;
      await tester.until(() => link.fresh.length > 0, 31_500);
      const took = (link.fresh[0]?.at ?? Number.POSITIVE_INFINITY) - from;
      tester.check(took > 20_000 && took <= 31_500, 'the next after 30 s', shown([took]));
    },
  },
  {
    id: 'P-05',
    title: 'Both passive: silence',
    clause: periodic,
    device: PASSIVE,
    seconds: 8,
    run: async (tester) => {
      const link = tester.link();
      await hush(tester, link);
      await tester.wait(6_000);
      tester.check(link.fresh.length === 0, 'no LACPDU', `${link.fresh.length} in 6 s`);
    },
  },
  {
    id: 'P-06',
    title: 'A passive device wakes when its partner is active',
    clause: periodic,
    device: PASSIVE,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await hush(tester, link);
      link.become({ State: { LACP_Activity: true } }).keepAlive();
      await tester.wait(2_500);
      tester.check(link.fresh.length >= 2, 'an LACPDU every second', `${link.fresh.length} in 2.5 s`);
    },
  },
  {
    id: 'P-07',
    title: 'A passive device loses its partner: it speaks while EXPIRED, not when DEFAULTED',
    clause: periodic,
    device: { ...PASSIVE, rate: 'fast' },
    seconds: 13,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.stop();
      link.send();
      const from = tester.now;
      await tester.wait(12_000);
      const during = (a: number, b: number) => link.heard.filter(({ at }) => at >= from + a && at < from + b).length;
      tester.check(during(2_750, 6_000) >= 2, 'LACPDUs from the 3rd to the 6th second', `${during(2_750, 6_000)}`);
      tester.check(during(7_000, 12_000) === 0, 'none after the 7th', `${during(7_000, 12_000)}`);
    },
  },
  {
    id: 'P-08',
    title: 'Three LACPDUs a second at most, the last with the newest state',
    clause: transmit,
    seconds: 6,
    run: async (tester) => {
      const link = tester.link();
      await tester.attached(link);
      link.misquote = (device) => altered(device, 'Port');
      link.mark();
      for (let n = 0; n < 300; n++) {
        if (n === 299) link.become({ State: { Expired: true } });
        link.send();
        await tester.wait(10);
      }
      link.stop();
      await tester.wait(1_500);
      const times = link.fresh.map(({ at }) => at);
      const most = mostWithin(times, 950);
      tester.check(most <= 3 && times.length > 0, 'three in any second', `${most}`);
      tester.check(link.last.pdu.partner.State.Expired, 'what we said last (Expired) in the last one', link.inWords());
    },
  },
  {
    id: 'P-09',
    title: 'The first LACPDU after silence is not delayed',
    clause: transmit,
    seconds: 3,
    run: async (tester) => {
      const link = tester.link();
      await settled(tester, link, false);
      link.misquote = (device) => altered(device, 'LACP_Timeout');
      const from = tester.now;
      link.send();
      const { at } = await tester.hears(link, () => true, 2_000, 'an LACPDU');
      tester.check(at - from < TOLERANCE, 'an LACPDU at once', `after ${Math.round(at - from)} ms`);
    },
  },
  {
    id: 'P-10',
    title: 'Both passive: what was to be told is not told later',
    clause: transmit,
    device: PASSIVE,
    seconds: 8,
    run: async (tester) => {
      const link = tester.link();
      await hush(tester, link);
      link.misquote = (device) => altered(device, 'Key');
      link.keepAlive(100);
      await tester.wait(1_000);
      link.stop();
      await tester.wait(5_000);
      tester.check(link.fresh.length === 0, 'no LACPDU', `${link.fresh.length} in 6 s`);
      link.become({ State: { ...IN_USE, LACP_Activity: true } }).send();
      await tester.hears(link, () => true, 1_500, 'an LACPDU once we are active');
    },
  },
];
