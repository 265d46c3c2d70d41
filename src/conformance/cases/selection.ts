/** D.3.7: who aggregates with whom, as far as state bits tell. */
import type { ConformanceCase } from '../case.js';
import { altered, stateLetters } from '../information.js';
import { inTraffic, mostWithin, type Tester } from '../tester.js';
import { IN_USE, type TesterLink } from '../tester-link.js';

const clause = 'x.4.14';
const ONE_LINK = { 'max-links': 1 } as const;
/** The device has decided and all bits that follow have been told. */
const DECIDED = 5_500;

const shown = (links: readonly TesterLink[]) =>
  links.map((link) => `${link.name} ${stateLetters(link.state)}`).join(', ');
const two = (tester: Tester): [TesterLink, TesterLink] => [tester.link(1), tester.link(2)];
const distributing = (links: readonly TesterLink[]) => links.filter((link) => link.state.Distributing);

/** As far into use as the device lets the links come. */
async function offered(tester: Tester, links: readonly TesterLink[]): Promise<void> {
  for (const link of links) link.keepAlive();
  await tester.wait(3_000);
  for (const link of links) link.become({ State: IN_USE }).keepAlive();
  await tester.wait(DECIDED - 3_000);
}

/** The one link that the device uses of two. */
async function theOneInUse(tester: Tester, links: readonly TesterLink[]): Promise<TesterLink> {
  const [one, ...more] = distributing(links);
  tester.check(one !== undefined && more.length === 0, 'one link in use', shown(links));
  return one ?? tester.link();
}

/** max-links=1: of two links, the device uses the one that the rule names. */
function order(
  prepare: (links: readonly TesterLink[], tester: Tester) => Promise<void> | void,
  rule: (links: readonly TesterLink[]) => TesterLink | undefined,
) {
  return async (tester: Tester) => {
    const links = two(tester);
    await prepare(links, tester);
    await offered(tester, links);
    const used = await theOneInUse(tester, links);
    const expected = rule(links);
    tester.check(used === expected, `${expected?.name} in use`, shown(links));
  };
}

/** Our system decides, or the device's. */
const deciding = (links: readonly TesterLink[], ours: boolean) => {
  for (const link of links) link.become({ System_Priority: ours ? 0 : 0xffff });
};

/** Frames of one link go out on another, a millisecond later. */
function cable(tester: Tester, from: TesterLink, to: TesterLink): void {
  from.onFrame = (frame) => {
    const copy = frame.slice();
    tester.wire.setTimeout(() => to.sendFrame(copy), 1);
  };
}

/** Nothing used, no storm. */
async function survivesLoop(tester: Tester, links: readonly TesterLink[]): Promise<void> {
  for (const link of links) link.send();
  await tester.wait(1_500);
  for (const link of links) link.mark();
  await tester.wait(8_000);
  for (const link of links) {
    tester.check(!link.fresh.some(inTraffic), 'not in use', shown(links));
    const most = mostWithin(
      link.fresh.map(({ at }) => at),
      950,
    );
    tester.check(most <= 3, 'three LACPDUs a second at most', `${most}`);
  }
}

export const selectionCases: readonly ConformanceCase[] = [
  {
    id: 'L-01',
    title: 'The same LAG ID: one aggregator',
    clause,
    links: 2,
    seconds: 1,
    run: async (tester) => {
      await tester.inUse(...two(tester));
    },
  },
  {
    id: 'L-02',
    title: 'Two partners: never one aggregator',
    clause,
    links: 2,
    seconds: 6,
    run: async (tester) => {
      const links = two(tester);
      links[1].become(altered(links[1].actor, 'System'));
      await offered(tester, links);
      await theOneInUse(tester, links);
    },
  },
  {
    id: 'L-04',
    title: 'Individual links: never one aggregator',
    clause,
    links: 2,
    seconds: 6,
    run: async (tester) => {
      const links = two(tester);
      for (const link of links) link.become({ State: { Aggregation: false } });
      await offered(tester, links);
      await theOneInUse(tester, links);
    },
  },
  {
    id: 'L-05',
    title: 'A cable between two ports of the device: never in use, no storm',
    clause,
    links: 2,
    seconds: 10,
    run: async (tester) => {
      const links = two(tester);
      cable(tester, links[0], links[1]);
      cable(tester, links[1], links[0]);
      await survivesLoop(tester, links);
    },
  },
  {
    id: 'L-06',
    title: 'Its own LACPDUs reflected: never in use, no storm',
    clause,
    seconds: 10,
    run: async (tester) => {
      const link = tester.link();
      cable(tester, link, link);
      await survivesLoop(tester, [link]);
    },
  },
  {
    id: 'L-07',
    title: 'Our system has the better priority: our order of ports decides who stands by',
    clause: 'x.4.14.2',
    links: 2,
    device: ONE_LINK,
    seconds: 6,
    run: order(
      (links) => {
        deciding(links, true);
        links[1]?.become({ Port_Priority: 1 });
      },
      (links) => links[1],
    ),
  },
  {
    id: 'L-08',
    title: 'The device decides: its port priorities',
    clause: 'x.4.14.2',
    links: 2,
    device: ONE_LINK,
    control: true,
    seconds: 6,
    run: async (tester) => {
      const second = tester.link(2);
      const priority = second.last.pdu.actor.Port_Priority;
      try {
        await order(
          async (links) => {
            deciding(links, false);
            await tester.control.setPortPriority(2, 1);
          },
          () => second,
        )(tester);
      } finally {
        await tester.control.setPortPriority(2, priority);
      }
    },
  },
  {
    id: 'L-09',
    title: 'The device decides, equal priorities: its lowest port number',
    clause: 'x.4.14.2',
    links: 2,
    device: ONE_LINK,
    seconds: 6,
    run: order(
      (links) => deciding(links, false),
      (links) => links.toSorted((a, b) => a.last.pdu.actor.Port - b.last.pdu.actor.Port)[0],
    ),
  },
  {
    id: 'L-10',
    title: 'The link in use fails: the other takes over',
    clause,
    links: 2,
    device: ONE_LINK,
    control: true,
    seconds: 6,
    run: async (tester) => {
      const links = two(tester);
      await offered(tester, links);
      const used = await theOneInUse(tester, links);
      const other = used === links[0] ? links[1] : links[0];
      try {
        await tester.control.setLink(used.number, false);
        const took = await tester.until(() => other.state.Distributing, 4_000);
        tester.check(took, `${other.name} in use within 4 s`, shown([other]));
      } finally {
        await tester.control.setLink(used.number, true);
      }
    },
  },
  {
    id: 'L-13',
    title: 'The key of one link changes: the other is left alone',
    clause,
    links: 2,
    seconds: 6,
    run: async (tester) => {
      const [stays, changes] = two(tester);
      await tester.inUse(stays, changes);
      stays.mark();
      changes.become({ Key: changes.actor.Key + 1 }).keepAlive();
      await tester.wait(5_000);
      const undisturbed = stays.fresh.length > 0 && stays.fresh.every(({ pdu }) => pdu.actor.State.Distributing);
      tester.check(undisturbed, `${stays.name} distributing all the time`, shown([stays]));
      tester.check(!changes.state.Distributing, `${changes.name} not in use with it`, shown([changes]));
    },
  },
  {
    id: 'L-16',
    title: 'One link moves to another partner: no forwarding between the two',
    clause,
    links: 2,
    seconds: 6,
    run: async (tester) => {
      const [stays, moves] = two(tester);
      await tester.inUse(stays, moves);
      moves.become({ ...altered(moves.actor, 'System'), State: IN_USE }).keepAlive();
      await tester.wait(5_000);
      tester.check(distributing([stays, moves]).length === 1, 'one in use', shown([stays, moves]));
    },
  },
];
