/** D.3.6: in sync, collecting, distributing, in this order and each told. */
import type { ConformanceCase } from '../case.js';
import { stateLetters } from '../information.js';
import { AT_ONCE, CALM, inTraffic, type Tester, TOLERANCE } from '../tester.js';
import { type Heard, IN_USE, type TesterLink } from '../tester-link.js';

const clause = 'x.4.15';
const INDEPENDENT = { mux: 'independent' } as const;
const COUPLED = { mux: 'coupled' } as const;
const IN_SYNC = { Synchronization: true, Collecting: false, Distributing: false };
const AGGREGATE_WAIT = 2_000;

const bits = ({ pdu }: Heard) => pdu.actor.State;
const states = (list: readonly Heard[]) => list.map((heard) => stateLetters(bits(heard))).join(' ') || 'no LACPDU';

/** In sync with us, who are in sync, not collecting, and ask for an LACPDU in 30 s: what comes is a change told. */
async function inSyncOnly(tester: Tester, link: TesterLink): Promise<void> {
  await tester.attached(link);
  link.become({ State: { ...IN_SYNC, LACP_Timeout: false } }).keepAlive();
  await tester.wait(1_200);
}

/** We say something else; the device tells the change that follows, within half a second. */
async function follows(tester: Tester, link: TesterLink, state: object, fits: (h: Heard) => boolean, expected: string) {
  // So that the limit of three a second is not in the way.
  await tester.wait(CALM);
  link.mark();
  link.become({ State: state }).keepAlive();
  return tester.hears(link, fits, AT_ONCE, expected);
}

const settledFor = 3_000;

export const muxCases: readonly ConformanceCase[] = [
  {
    id: 'X-01',
    title: 'In sync 2 s after the first LACPDU',
    clause,
    seconds: 2,
    run: async (tester) => {
      tester.newIdentity();
      const from = tester.now;
      for (const link of tester.links) link.keepAlive();
      const link = tester.link();
      const ours = ({ pdu }: Heard) => pdu.partner.System === link.actor.System && pdu.actor.State.Synchronization;
      const { at } = await tester.hears(link, ours, 5_000, 'Synchronization');
      const took = Math.round(at - from);
      const good = Math.abs(took - AGGREGATE_WAIT) < TOLERANCE;
      tester.check(good, 'Synchronization 2 s after our first LACPDU', `after ${took} ms`);
    },
  },
  {
    id: 'X-02',
    title: 'Two ports, heard 1 s apart, attach together',
    clause: 'x.4.14 Ready',
    links: 2,
    device: { rate: 'fast' },
    seconds: 8,
    run: async (tester) => {
      const [first, second] = [tester.link(1), tester.link(2)];
      await Promise.all([tester.defaulted(first), tester.defaulted(second)]);
      first.mark();
      second.mark();
      first.keepAlive();
      await tester.wait(1_000);
      const from = tester.now;
      second.keepAlive();
      const inSync = (link: TesterLink) => (heard: Heard) =>
        bits(heard).Synchronization && heard.pdu.partner.System === link.actor.System;
      const times = [];
      for (const link of [first, second]) {
        const { at } = await tester.hears(link, inSync(link), 5_000, `Synchronization on ${link.name}`);
        times.push(Math.round(at - from));
      }
      const good = times.every((ms) => Math.abs(ms - AGGREGATE_WAIT) < TOLERANCE);
      tester.check(good, 'both in sync 2 s after the second was heard', times.map((ms) => `${ms} ms`).join(', '));
    },
  },
  {
    id: 'X-03',
    title: 'Coupled: Collecting and Distributing together',
    clause,
    device: COUPLED,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await inSyncOnly(tester, link);
      await tester.wait(1_000);
      const both = link.heard.every((heard) => bits(heard).Collecting === bits(heard).Distributing);
      tester.check(both && bits(link.last).Collecting, 'both bits at once', states(link.heard));
    },
  },
  {
    id: 'X-04',
    title: 'Independent: Collecting first',
    clause,
    device: INDEPENDENT,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await inSyncOnly(tester, link);
      await tester.wait(1_000);
      const { Collecting } = bits(link.last);
      const good = Collecting && !link.heard.some((heard) => bits(heard).Distributing);
      tester.check(good, 'Collecting, not Distributing before us Collecting', states(link.heard));
    },
  },
  {
    id: 'X-05',
    title: "Independent: Distributing after the partner's Collecting",
    clause,
    device: INDEPENDENT,
    seconds: 3,
    run: async (tester) => {
      const link = tester.link();
      await inSyncOnly(tester, link);
      // Entry to DISTRIBUTING is not told (x.4.15 sets no NTT there): the next periodic LACPDU says it.
      link.mark();
      link.become({ State: { Collecting: true, LACP_Timeout: true } }).keepAlive();
      const good = (heard: Heard) => bits(heard).Collecting && bits(heard).Distributing;
      await tester.hears(link, good, 2_000, 'Collecting and Distributing');
    },
  },
  {
    id: 'X-06',
    title: "Independent: the partner's Collecting drops: no longer Distributing, still Collecting",
    clause,
    device: INDEPENDENT,
    seconds: 2,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      const fits = (heard: Heard) => !bits(heard).Distributing && bits(heard).Collecting;
      await follows(tester, link, { Collecting: false }, fits, 'Collecting alone');
    },
  },
  {
    id: 'X-07',
    title: "The partner's Synchronization drops: not in use, still in sync",
    clause,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      const fits = (heard: Heard) => !inTraffic(heard) && bits(heard).Synchronization;
      await follows(tester, link, { Synchronization: false }, fits, 'in sync, not in use');
      await tester.wait(1_500);
      tester.check(
        link.fresh.every((heard) => bits(heard).Synchronization),
        'in sync',
        states(link.fresh),
      );
    },
  },
  {
    id: 'X-09',
    title: 'Each change is told at once',
    clause,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.attached(link);
      link.become({ State: { LACP_Timeout: false } }).keepAlive();
      await follows(tester, link, IN_USE, (heard) => bits(heard).Collecting, 'Collecting');
      await follows(tester, link, { Synchronization: false }, (heard) => !inTraffic(heard), 'no longer Collecting');
    },
  },
  {
    id: 'X-10',
    title: 'Unselected: bits go off in order',
    clause,
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      link.mark();
      link.become({ Key: link.actor.Key + 1 }).keepAlive();
      await tester.hears(link, (heard) => !bits(heard).Synchronization, 1_000, 'out of sync');
      await tester.wait(settledFor);
      const inOrder = link.fresh.every((heard) => {
        const { Synchronization, Collecting, Distributing } = bits(heard);
        return (Synchronization || !Collecting) && (Collecting || !Distributing);
      });
      tester.check(inOrder, 'no Distributing without Collecting, no Collecting out of sync', states(link.fresh));
    },
  },
  {
    id: 'X-11',
    title: 'More links than allowed: one stands by, out of sync',
    clause,
    links: 2,
    device: { 'max-links': 1 },
    seconds: 5,
    run: async (tester) => {
      const links = [tester.link(1), tester.link(2)];
      for (const link of links) link.keepAlive();
      await tester.wait(2_500);
      for (const link of links) link.become({ State: IN_USE }).keepAlive();
      await tester.wait(2_500);
      const used = links.filter((link) => link.state.Distributing);
      const standing = links.filter((link) => !link.state.Synchronization && !inTraffic(link.last));
      const seen = links.map((link) => `${link.name} ${stateLetters(link.state)}`).join(', ');
      tester.check(used.length === 1 && standing.length === 1, 'one in use, one out of sync', seen);
    },
  },
  {
    id: 'X-12',
    title: 'Partners of both kinds, coupled and independent, come to traffic and stay there',
    clause,
    seconds: 10,
    run: async (tester) => {
      const link = tester.link();
      for (const first of [{ ...IN_SYNC, Collecting: true }, IN_USE]) {
        await tester.attached(link);
        link.become({ State: first }).keepAlive();
        const arrived = await tester.until(() => link.state.Collecting, 3_000);
        link.become({ State: IN_USE }).keepAlive();
        const flowing = await tester.until(() => link.state.Distributing, 3_000);
        tester.check(arrived && flowing, 'Collecting and Distributing', link.inWords());
        link.mark();
        await tester.wait(settledFor);
        const stays = link.fresh.length > 0 && link.fresh.every((heard) => bits(heard).Distributing);
        tester.check(stays, 'Distributing all the time', states(link.fresh));
        await tester.reset();
      }
    },
  },
  {
    id: 'X-13',
    title: 'One event, one LACPDU, with the final state',
    clause: 'x.4.16',
    seconds: 5,
    run: async (tester) => {
      const link = tester.link();
      await tester.attached(link);
      link.become({ State: { LACP_Timeout: false } }).keepAlive();
      await tester.wait(1_200);
      for (const state of [IN_USE, { Synchronization: false }]) {
        link.mark();
        link.become({ State: state }).keepAlive();
        await tester.wait(AT_ONCE);
        const final = link.fresh.length === 1 && link.fresh.every((heard) => bits(heard).Synchronization);
        tester.check(final, 'one LACPDU, in sync', states(link.fresh));
        await tester.wait(700);
      }
    },
  },
];
