/** Shares of ports of different speed, and rebalancing, between two systems: tables, markers, what is kept. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import type { AggregatorSnapshot } from '../../src/aggregator/snapshot.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { parseSlowProtocols } from '../../src/lacp/slow-protocols.js';
import { isHeld, portOf, spread } from '../../src/mux/distributor.js';
import { Cable, facts, setCable, TestSystem, twoSystems } from '../support/system-lab.js';

const FAST = { rate: 'fast' } as const;
const MB = 1_000_000;
/** One way, of every cable. */
const DELAY = 5;

const buckets = ({ table }: TestSystem) => table.buckets.map(portOf);
const held = ({ table }: TestSystem) => table.buckets.filter(isHeld).length;
const share = (system: TestSystem, port: number) => buckets(system).filter((at) => at === port).length;

/** Two systems whose links have these speeds at both ends. */
function ofSpeeds(speeds: readonly (number | undefined)[], settings = {}) {
  const lab = twoSystems(speeds.length, { ...FAST, ...settings }, FAST, DELAY);
  for (const [i, speed] of speeds.entries()) for (const end of [lab.a, lab.b]) end.link(i + 1, { speed });
  lab.clock.advance(6_000);
  expect(lab.a.forwarding.distributing).toHaveLength(speeds.length);
  return lab;
}

describe('shares', () => {
  test.each<[(number | undefined)[], number[]]>([
    [
      [1_000, 10_000],
      [372, 3724],
    ],
    [
      [1_000, 1_000],
      [2048, 2048],
    ],
    [
      [undefined, undefined],
      [2048, 2048],
    ],
    [
      [1_000, undefined],
      [2048, 2048],
    ],
    [
      [10_000, 1_000, undefined],
      [3414, 341, 341],
    ],
  ])('speeds %j: %j buckets, the same ones at both ends', (speeds, expected) => {
    const { a, b } = ofSpeeds(speeds);
    expect(speeds.map((_, i) => share(a, i + 1))).toEqual(expected);
    expect(buckets(b)).toEqual(buckets(a));
  });

  test('weights=equal: all the same, whatever the speeds; back again by marker', () => {
    const { clock, a } = ofSpeeds([1_000, 10_000], { weights: 'equal' });
    expect(share(a, 1)).toBe(2048);
    a.set({ weights: 'speed' });
    expect(held(a)).toBe(2048 - 372);
    clock.advance(2 * DELAY);
    expect([held(a), share(a, 1)]).toEqual([0, 372]);
  });

  test('a declared speed counts', () => {
    const { clock, a } = ofSpeeds([undefined, undefined]);
    a.system.setPort(1, { ...DEFAULT_PORT, speed: 100 });
    a.system.setPort(2, { ...DEFAULT_PORT, speed: 300 });
    clock.advance(5_000);
    expect([share(a, 1), share(a, 2)]).toEqual([1024, 3072]);
  });

  test('ports that were added in another order at the other end: a conversation uses one cable both ways', () => {
    const clock = new VirtualClock();
    const [a, b] = [new TestSystem(clock, '02:aa:00:00:00:00', FAST), new TestSystem(clock, '02:bb:00:00:00:00', FAST)];
    // Cable n is port n of a, and port 4 - n of b.
    const cables = [1, 2, 3].map(
      (n) =>
        new Cable(clock, [
          [a, n],
          [b, 4 - n],
        ]),
    );
    for (const end of [a, b]) {
      end.onFrame = (port, frame) => {
        for (const cable of cables) cable.carry(end, port, frame);
      };
    }
    for (const n of [1, 2, 3]) a.addPort(facts(n));
    for (const n of [1, 2, 3]) b.addPort(facts(n, { mac: `02:00:00:00:01:0${n}` }));
    clock.advance(6_000);
    expect(b.forwarding.distributing).toEqual([1, 2, 3]);
    expect(buckets(b).map((port) => 4 - port)).toEqual(buckets(a));
  });

  test('a cable that was cut and mended leaves nothing behind: the ends choose alike again', () => {
    const lab = ofSpeeds([1_000, 1_000, 1_000]);
    const before = buckets(lab.a);
    setCable(lab, 2, false);
    lab.clock.advance(1_000);
    expect(buckets(lab.b)).toEqual(buckets(lab.a));
    setCable(lab, 2, true);
    lab.clock.advance(6_000);
    expect(buckets(lab.a)).toEqual(before);
    expect(buckets(lab.b)).toEqual(before);
  });

  test('with version 2 weights do not count, and the status says so', () => {
    const lab = ofSpeeds([1_000, 10_000]);
    lab.a.set({ lacpVersion: 2 });
    lab.clock.advance(3_000);
    expect(Math.abs(share(lab.a, 1) - 2048)).toBeLessThan(200);
    expect(lab.a.aggregator.notes.join()).toContain('weights do not count');
  });
});

describe('rebalance', () => {
  const [FIRST, SECOND, ...REST] = spread([1, 2]).flatMap((port, bucket) => (port === 1 ? [bucket] : []));
  if (FIRST === undefined || SECOND === undefined) throw new Error('no buckets');

  /** Two systems with rebalance=10, and the moment when their rounds begin. */
  function rebalanced(speeds: readonly number[] = [1_000, 1_000]) {
    const lab = ofSpeeds(speeds);
    lab.a.set({ rebalance: 10 });
    expect(buckets(lab.a)).toEqual(buckets(lab.b));
    return lab;
  }

  /** Traffic of this many seconds, at so many octets a second in each bucket. */
  function flow({ a, clock }: ReturnType<typeof rebalanced>, rates: Readonly<Record<number, number>>, seconds = 10) {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      for (const [bucket, rate] of Object.entries(rates)) {
        if (a.octets !== undefined) a.octets[Number(bucket)] = (a.octets[Number(bucket)] ?? 0) + rate;
      }
    }
    clock.advance(1);
  }

  test('two heavy buckets on one port part: held, asked after by one marker, let go by the response', () => {
    const lab = rebalanced();
    lab.a.markers.length = 0;
    flow(lab, { [FIRST]: 20 * MB, [SECOND]: 20 * MB });
    expect(lab.a.table.buckets[FIRST]).toBe(-2);
    expect(held(lab.a)).toBe(1);
    expect(lab.a.markers.map(({ port, frame }) => [port, parseSlowProtocols(frame).kind])).toEqual([[1, 'marker']]);
    lab.clock.advance(2 * DELAY);
    expect([lab.a.table.buckets[FIRST], lab.a.table.buckets[SECOND], held(lab.a)]).toEqual([2, 1, 0]);
    expect(lab.a.aggregator.balance).toEqual({ away: 1, moved: 1, measured: true });
    lab.a.tables.length = 0;
    flow(lab, { [FIRST]: 20 * MB, [SECOND]: 20 * MB }, 100);
    expect(lab.a.tables).toEqual([]);
  });

  test('links 1 to 10: many flows end up in this proportion', () => {
    const lab = rebalanced([1_000, 10_000]);
    // 40 equal flows, all of them on the slow link.
    const slow = buckets(lab.a)
      .flatMap((port, bucket) => (port === 1 ? [bucket] : []))
      .slice(0, 40);
    flow(lab, Object.fromEntries(slow.map((bucket) => [bucket, MB])), 21);
    const left = slow.filter((bucket) => buckets(lab.a)[bucket] === 1).length;
    expect([left, slow.length - left]).toEqual([3, 37]); // 3 and 3.7 by speed; of 4 and 36 the slow link would be fuller
    expect(share(lab.a, 1)).toBe(372 - 37);
  });

  test('without rebalance nothing moves', () => {
    const lab = ofSpeeds([1_000, 1_000]);
    lab.a.tables.length = 0;
    flow(lab, { [FIRST]: 20 * MB, [SECOND]: 20 * MB }, 60);
    expect(lab.a.tables).toEqual([]);
    expect(lab.a.aggregator.balance).toBeUndefined();
  });

  test('the port that took a bucket fails: it goes back at once; mended, it is as if nothing had been moved', () => {
    const lab = rebalanced();
    flow(lab, { [FIRST]: 20 * MB, [SECOND]: 20 * MB }, 11);
    lab.clock.advance(100);
    setCable(lab, 2, false);
    expect(new Set(lab.a.table.buckets)).toEqual(new Set([1]));
    setCable(lab, 2, true);
    lab.clock.advance(6_000);
    expect(buckets(lab.a)).toEqual(spread([1, 2]));
  });

  test.each([{ rebalance: 0 }, { rebalance: 10, hash: 'layer2' as const }])('%j: everything goes back', (settings) => {
    const lab = rebalanced();
    flow(lab, { [FIRST]: 20 * MB, [SECOND]: 20 * MB }, 11);
    lab.clock.advance(100);
    expect(buckets(lab.a)).not.toEqual(spread([1, 2]));
    lab.a.set(settings);
    lab.clock.advance(2 * DELAY);
    expect(lab.a.table.buckets).toEqual(spread([1, 2]));
  });

  test('a data path that does not tell what buckets carry: the status says that nothing is done', () => {
    const lab = rebalanced();
    lab.a.octets = undefined;
    lab.clock.advance(20_000);
    expect(lab.a.aggregator.notes).toEqual([
      'rebalance does nothing: this data path does not tell what conversations carry',
    ]);
  });

  test('the next process goes on with what was moved', () => {
    const lab = rebalanced();
    flow(lab, Object.fromEntries([FIRST, SECOND, ...REST.slice(0, 18)].map((bucket) => [bucket, 2 * MB])), 11);
    lab.clock.advance(100);
    const before = lab.a.table.buckets;
    expect(before).not.toEqual(spread([1, 2]));
    const [snapshot] = JSON.parse(JSON.stringify(lab.a.system.snapshot())) as AggregatorSnapshot[];
    lab.a.system.close();
    if (snapshot === undefined) throw new Error('no snapshot');
    const next = new TestSystem(lab.clock, '02:aa:00:00:00:00', { ...FAST, rebalance: 10 });
    next.system.resumePorts(
      'veth0',
      snapshot,
      snapshot.ports.map((port) => ({ snapshot: port, settings: DEFAULT_PORT })),
    );
    expect(next.table.buckets).toEqual(before);
    expect(next.tables).toHaveLength(1);
  });
});
