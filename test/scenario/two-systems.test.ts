/** Two systems on cables, told in time order. */
import { describe, expect, test } from 'vitest';
import { facts, setCable, type TestSystem, twoSystems } from '../support/system-lab.js';
import { mostInAnySecond } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const SLOW = { rate: 'slow' } as const;
const PASSIVE = { ...FAST, lacp: 'passive' } as const;

type Lab = ReturnType<typeof twoSystems>;

const distributing = ({ a, b }: Lab) => [a.forwarding.distributing, b.forwarding.distributing];
const both = (...ports: number[]) => [ports, ports];
const cut = (lab: Lab, ...links: number[]) => {
  for (const link of links) setCut(lab, link, true);
};
const mend = (lab: Lab, ...links: number[]) => {
  for (const link of links) setCut(lab, link, false);
};
/** The cable loses everything, and no end sees its link go down: a converter in between, say. */
const setCut = (lab: Lab, link: number, value: boolean) => {
  const cable = lab.cables[link - 1];
  if (cable !== undefined) cable.cut = value;
};
const times = (system: TestSystem, port: number) => system.sent.filter((s) => s.port === port).map(({ at }) => at);

describe('coming up', () => {
  test.each([
    ['active and active, fast', FAST, FAST],
    ['active and active, slow', SLOW, SLOW],
    ['fast and slow', FAST, SLOW],
    ['slow and fast', SLOW, FAST],
    ['active and passive', FAST, PASSIVE],
    ['passive and active', PASSIVE, FAST],
    ['slow passive and slow active', { ...SLOW, lacp: 'passive' } as const, SLOW],
  ])('%s: four links DISTRIBUTING on both ends in 3 s, and for good', (_, left, right) => {
    const lab = twoSystems(4, left, right, 1);
    // wait_while, and one second more where the limit of three LACPDUs holds COLLECTING back: with a fast rate the
    // periodic one, ATTACHED and the answer to a view that crossed with it all fall on the end of wait_while.
    lab.clock.advance(3_010);
    expect(distributing(lab)).toEqual(both(1, 2, 3, 4));
    for (const { forwardings } of [lab.a, lab.b]) forwardings.length = 0;
    lab.clock.advance(100_000);
    expect([...lab.a.forwardings, ...lab.b.forwardings]).toEqual([]);
  });

  test.each([
    ['slow at both ends: an LACPDU in 30 s each', SLOW, SLOW, 30_000, 30_000],
    ['fast at one end: the other sends every second', FAST, SLOW, 30_000, 1_000],
    ['fast at both ends', FAST, FAST, 1_000, 1_000],
  ])('%s', (_, left, right, fromA, fromB) => {
    const lab = twoSystems(1, left, right);
    lab.clock.advance(40_000);
    for (const system of [lab.a, lab.b]) system.sent.length = 0;
    lab.clock.advance(120_000);
    expect(times(lab.a, 1).length).toBe(120_000 / fromA);
    expect(times(lab.b, 1).length).toBe(120_000 / fromB);
  });

  test('passive and passive: not one frame, nothing forwards', () => {
    const lab = twoSystems(2, PASSIVE, PASSIVE);
    lab.clock.advance(300_000);
    expect([...lab.a.sent, ...lab.b.sent]).toEqual([]);
    expect([...lab.a.forwardings, ...lab.b.forwardings]).toEqual([]);
  });

  test('one end starts a minute before the other', () => {
    const lab = twoSystems(2, SLOW, SLOW);
    cut(lab, 1, 2);
    lab.clock.advance(60_000);
    mend(lab, 1, 2);
    lab.clock.advance(4_000); // one LACPDU a second while nobody answers, then wait_while
    expect(distributing(lab)).toEqual(both(1, 2));
  });

  test('a cable of 400 ms delay', () => {
    const lab = twoSystems(2, FAST, FAST, 400);
    lab.clock.advance(5_000);
    expect(distributing(lab)).toEqual(both(1, 2));
    for (const { forwardings } of [lab.a, lab.b]) forwardings.length = 0;
    lab.clock.advance(60_000);
    expect([...lab.a.forwardings, ...lab.b.forwardings]).toEqual([]);
  });
});

describe('cuts', () => {
  test('one of four cables, seen by both ends: out at once, the others are not touched, back after it is mended', () => {
    const lab = twoSystems(4, FAST, FAST);
    lab.clock.advance(5_000);
    setCable(lab, 3, false);
    expect(distributing(lab)).toEqual(both(1, 2, 4));
    for (const system of [lab.a, lab.b]) system.transitions.length = 0;
    lab.clock.advance(20_000);
    setCable(lab, 3, true);
    lab.clock.advance(1_000);
    expect(distributing(lab)).toEqual(both(1, 2, 3, 4));
    expect([...lab.a.transitions, ...lab.b.transitions].filter((line) => /eth[124] mux/.test(line))).toEqual([]);
  });

  test('one of four cables, seen by nobody: out when the partner has been silent for 3 s', () => {
    const lab = twoSystems(4, FAST, FAST);
    lab.clock.advance(5_500);
    cut(lab, 3);
    lab.clock.advance(2_400);
    expect(distributing(lab)).toEqual(both(1, 2, 3, 4));
    lab.clock.advance(700);
    expect(distributing(lab)).toEqual(both(1, 2, 4));
    lab.clock.advance(30_000);
    mend(lab, 3);
    lab.clock.advance(4_000);
    expect(distributing(lab)).toEqual(both(1, 2, 3, 4));
  });

  test('one way only: both ends stop, though one still hears the other', () => {
    const lab = twoSystems(2, FAST, FAST);
    lab.clock.advance(5_500);
    const [cable] = lab.cables;
    if (cable !== undefined) cable.oneWay = true;
    lab.clock.advance(3_600);
    expect(distributing(lab)).toEqual(both(2));
    expect([lab.a.port(1).receive, lab.b.port(1).receive]).toEqual(['CURRENT', 'EXPIRED']);
    lab.clock.advance(30_000);
    expect(distributing(lab)).toEqual(both(2));
    expect([lab.a.port(1).receive, lab.b.port(1).receive]).toEqual(['CURRENT', 'DEFAULTED']);
    if (cable !== undefined) cable.oneWay = false;
    lab.clock.advance(5_000);
    expect(distributing(lab)).toEqual(both(1, 2));
  });

  test.each([
    ['fast', FAST, 6_500, 4_000],
    ['slow', SLOW, 95_000, 4_000],
  ])('%s: all cables cut until both ends have defaulted, then mended: up again in 4 s', (_, rate, silence, back) => {
    const lab = twoSystems(2, rate, rate);
    lab.clock.advance(40_000);
    cut(lab, 1, 2);
    lab.clock.advance(silence + 60_000);
    for (const system of [lab.a, lab.b]) {
      expect(system.port(1).receive).toBe('DEFAULTED');
      expect(system.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
    }
    mend(lab, 1, 2);
    lab.clock.advance(back);
    expect(distributing(lab)).toEqual(both(1, 2));
  });

  test('one LACPDU lost with fast and with slow: nobody notices', () => {
    for (const [rate, silence] of [
      [FAST, 900],
      [SLOW, 29_000],
    ] as const) {
      const lab = twoSystems(2, rate, rate);
      lab.clock.advance(40_500);
      for (const { forwardings } of [lab.a, lab.b]) forwardings.length = 0;
      cut(lab, 1, 2);
      lab.clock.advance(silence);
      mend(lab, 1, 2);
      lab.clock.advance(60_000);
      expect([...lab.a.forwardings, ...lab.b.forwardings]).toEqual([]);
    }
  });
});

describe('restart', () => {
  test.each([
    ['in order (farewell)', true],
    ['without a word', false],
  ])('of one end, %s: up again 2 s after it is back, no stale forwarding', (_, inOrder) => {
    const lab = twoSystems(2, SLOW, SLOW);
    lab.clock.advance(40_000);
    for (const n of [1, 2]) {
      if (inOrder) lab.b.system.removePort(n, () => {});
      else lab.b.system.dropPort(n);
    }
    lab.clock.advance(500);
    expect(lab.a.forwarding.distributing).toEqual(inOrder ? [] : [1, 2]);
    for (const n of [1, 2]) lab.b.addPort(facts(n, { mac: `02:00:00:00:01:0${n}` }));
    lab.clock.advance(0);
    expect(lab.a.forwarding.distributing).toEqual([]); // the newcomer is not in sync yet
    lab.clock.advance(3_000);
    expect(distributing(lab)).toEqual(both(1, 2));
  });

  test('of one end as another system (new address): both end up with the new one', () => {
    const lab = twoSystems(2, FAST, FAST);
    lab.clock.advance(5_000);
    lab.b.set({ ...FAST, systemId: '02:ee:00:00:00:00' });
    lab.clock.advance(6_000);
    expect(distributing(lab)).toEqual(both(1, 2));
    expect(lab.a.aggregator.partnerSystem).toBe('02:ee:00:00:00:00');
  });
});

test('never more than three LACPDUs in a second, through all of it', () => {
  const lab = twoSystems(2, FAST, FAST, 3);
  for (const change of [
    () => setCable(lab, 1, false),
    () => setCable(lab, 1, true),
    () => lab.a.set({ ...FAST, key: 0x300 }),
    () => lab.b.set({ ...FAST, mux: 'coupled' }),
    () => lab.a.set(SLOW),
    () => cut(lab, 2),
    () => mend(lab, 2),
  ]) {
    lab.clock.advance(130);
    change();
  }
  lab.clock.advance(10_000);
  for (const system of [lab.a, lab.b]) {
    for (const port of [1, 2]) expect(mostInAnySecond(times(system, port))).toBeLessThanOrEqual(3);
  }
  expect(distributing(lab)).toEqual(both(1, 2));
});
