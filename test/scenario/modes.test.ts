/** Modes without LACP, on paper and in virtual time. */
import { describe, expect, test } from 'vitest';
import type { AggregatorSettings } from '../../src/aggregator/settings.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { BUCKETS } from '../../src/mux/distributor.js';
import { facts, setCable, TestSystem, twoSystems } from '../support/system-lab.js';

function alone(links: number, settings: Partial<AggregatorSettings>): { clock: VirtualClock; system: TestSystem } {
  const clock = new VirtualClock();
  const system = new TestSystem(clock, '02:aa:00:00:00:00', settings);
  for (let n = 1; n <= links; n++) system.addPort(facts(n));
  return { clock, system };
}

const carrying = ({ forwarding }: TestSystem) => forwarding.distributing;
const causes = (system: TestSystem) =>
  system.system.explain().map(({ verdicts }) => verdicts.map(({ cause }) => cause).join());

describe('NB-4 NB-10 R8 mode=fec: static aggregation without LACP', () => {
  test('a link that is up carries at once, all of them, and no LACPDU is sent', () => {
    const { clock, system } = alone(4, { mode: 'fec' });
    expect(carrying(system)).toEqual([1, 2, 3, 4]);
    expect(system.forwarding.carrier).toBe(true);
    clock.advance(100_000);
    system.system.removePort(4, () => {});
    clock.advance(1_000);
    expect(carrying(system)).toEqual([1, 2, 3]);
    expect([system.sent, system.markers]).toEqual([[], []]);
  });

  test('a link that fails gives up its flows in the same moment, and takes them again in that in which it is back', () => {
    const { clock, system } = alone(2, { mode: 'fec' });
    clock.advance(5_000);
    system.setLink(2, false);
    expect(new Set(system.table.buckets)).toEqual(new Set([1]));
    system.setLink(2, true);
    expect(new Set(system.table.buckets)).toEqual(new Set([1, 2]));
    expect(clock.now()).toBe(5_000);
  });

  test('a frame is taken while the link is not yet taken for up: the far end may have seen it first', () => {
    const { system } = alone(2, { mode: 'fec', upDelay: 700 });
    system.setLink(2, false);
    expect(system.table.collecting).toEqual([1, 2]);
    expect(new Set(system.table.buckets)).toEqual(new Set([1]));
  });

  test('up-delay is waited for', () => {
    const { clock, system } = alone(2, { mode: 'fec', upDelay: 700 });
    system.setLink(2, false);
    system.setLink(2, true);
    clock.advance(699);
    expect(carrying(system)).toEqual([1]);
    clock.advance(1);
    expect(carrying(system)).toEqual([1, 2]);
  });

  test.each([
    [2, [4, 4]],
    [3, [3, 3, 2]],
    [4, [2, 2, 2, 2]],
    [5, [2, 2, 2, 1, 1]],
    [6, [2, 2, 1, 1, 1, 1]],
    [7, [2, 1, 1, 1, 1, 1, 1]],
    [8, [1, 1, 1, 1, 1, 1, 1, 1]],
  ])('NB-4 %d members: Fast EtherChannel deals out eight shares, %j', (links, shares) => {
    const { system } = alone(links, { mode: 'fec' });
    const { buckets, hash } = system.table;
    expect(hash.policy).toBe('mac-xor');
    expect(buckets).toHaveLength(BUCKETS);
    expect(buckets.slice(0, 8)).toEqual(Array.from({ length: 8 }, (_, share) => (share % links) + 1));
    expect(buckets.every((port, bucket) => port === buckets[bucket % 8])).toBe(true);
    expect(shares).toEqual(
      Array.from({ length: links }, (_, i) => buckets.slice(0, 8).filter((port) => port === i + 1).length),
    );
  });

  test('another hash policy is taken when it is said', () => {
    const { system } = alone(2, { mode: 'fec', hash: 'layer2+3' });
    expect(system.table.hash.policy).toBe('layer2+3');
  });

  test('an LACPDU is counted, not answered, and told; for as long as it may still be so', () => {
    const { clock, a, b } = twoSystems(2, { mode: 'fec' }, { rate: 'fast' });
    clock.advance(5_000);
    expect(a.sent).toEqual([]);
    expect(a.port(1).counters.lacpdusRx).toBeGreaterThan(3);
    expect(a.port(1)).toMatchObject({ receive: 'LACP_DISABLED', distributing: true });
    expect(causes(a)).toEqual(['lacp-ignored', 'lacp-ignored']);
    expect(a.aggregator.faults).toEqual([
      {
        kind: 'lacp-ignored',
        ports: ['eth1', 'eth2'],
        text: 'the far end of eth1, eth2 speaks LACP, which mode=fec does not answer',
      },
    ]);
    expect(a.aggregator.notes).toContain('the far end of eth1, eth2 speaks LACP, which mode=fec does not answer');
    b.set({ mode: 'fec' });
    clock.advance(1_900);
    expect(a.aggregator.faults).toHaveLength(1);
    clock.advance(1_200);
    expect(a.aggregator.faults).toEqual([]);
    expect(causes(a)).toEqual(['static', 'static']);
  });

  test('nothing is said of a partner that is not heard', () => {
    const { clock, system } = alone(2, { mode: 'fec' });
    clock.advance(100_000);
    expect(system.port(1).notes).toEqual(['static: link up']);
    system.setLink(1, false);
    expect(system.port(1).notes).toEqual(['link down']);
  });
});

describe('R12 VE-1 mode=active-backup', () => {
  test('one port carries, the rest stand by; another one in the moment in which its link fails; no way back', () => {
    const { clock, system } = alone(3, { mode: 'active-backup' });
    expect(carrying(system)).toEqual([1]);
    expect([2, 3].map((n) => system.port(n).selected)).toEqual(['STANDBY', 'STANDBY']);
    clock.advance(9_000);
    system.forwardings.length = 0;
    system.setLink(1, false);
    expect(system.forwardings).toEqual([{ at: 9_000, collecting: [2], distributing: [2], carrier: true }]);
    system.setLink(1, true);
    expect(carrying(system)).toEqual([2]);
    system.setLink(2, false);
    expect(carrying(system)).toEqual([1]);
    expect(system.sent).toEqual([]);
  });

  test('the port that hands over still takes what is under way, for a moment; one that fails hands over nothing', () => {
    const { clock, system } = alone(2, { mode: 'active-backup' });
    expect(system.table.collecting).toEqual([1]);
    system.set({ mode: 'active-backup', primary: 'eth2' });
    expect([system.table.collecting, carrying(system)]).toEqual([[1, 2], [2]]);
    clock.advance(199);
    expect(system.table.collecting).toEqual([1, 2]);
    clock.advance(1);
    expect(system.table.collecting).toEqual([2]);
    system.setLink(2, false);
    expect(system.table.collecting).toEqual([1]);
  });

  test.each([
    ['always', undefined, [2, 1, 2]],
    ['failure', undefined, [2, 1, 1]],
    ['better', undefined, [2, 1, 1]],
    ['better', 10_000, [2, 1, 2]],
  ] as const)('R12 primary=eth2, primary-reselect=%s, speed %s: %j carry', (primaryReselect, speed, ports) => {
    const { system } = alone(2, { mode: 'active-backup', primary: 'eth2', primaryReselect });
    system.link(2, { speed: speed ?? 1_000 });
    system.setLink(1, false);
    const seen = [carrying(system)];
    system.setLink(1, true);
    system.setLink(2, false);
    seen.push(carrying(system));
    system.link(2, { link: 'up', speed: speed ?? 1_000 });
    seen.push(carrying(system));
    expect(seen).toEqual(ports.map((port) => [port]));
  });

  test('links need not be alike: another speed, another key, an individual one stand by as well', () => {
    const { system } = alone(3, { mode: 'active-backup', agg_wc: false });
    system.link(2, { speed: 100 });
    const { settings } = system.port(3);
    system.system.setPort(3, { ...settings, key: 0x500, aggregation: false });
    for (const n of [1, 2]) system.setLink(n, false);
    expect(carrying(system)).toEqual([3]);
    system.setLink(2, true);
    system.setLink(3, false);
    expect(carrying(system)).toEqual([2]);
  });
});

describe('NB-6 R10 mode=alias and mode=auto', () => {
  test('NB-6 one port without a mode: an alias of it, which says nothing to anybody', () => {
    const { clock, system } = alone(1, { mode: 'auto' });
    expect(system.aggregator.mode).toBe('alias');
    expect(carrying(system)).toEqual([1]);
    clock.advance(60_000);
    expect(system.sent).toEqual([]);
    expect(system.port(1).notes).toEqual(['alias: link up']);
  });

  test('NB-6 with a second port auto means lacp, and alias again without it', () => {
    const { clock, a, b } = twoSystems(2, { mode: 'auto', rate: 'fast' }, { mode: 'auto', rate: 'fast' });
    clock.advance(4_000);
    expect([a.aggregator.mode, carrying(a), carrying(b)]).toEqual(['lacp', [1, 2], [1, 2]]);
    for (const system of [a, b]) system.system.removePort(2, () => {}, { atOnce: true });
    clock.advance(1_000);
    expect([a.aggregator.mode, carrying(a), carrying(b)]).toEqual(['alias', [1], [1]]);
  });
});

describe('NB-8 from one mode to another while frames flow', () => {
  test.each(['fec', 'active-backup'] as const)(
    'lacp to %s, one end after the other: no moment without a port',
    (mode) => {
      const { clock, a, b } = twoSystems(2, { rate: 'slow' }, { rate: 'slow' });
      clock.advance(5_000);
      for (const system of [a, b]) system.forwardings.length = 0;
      a.set({ mode });
      clock.advance(2_500);
      b.set({ mode });
      clock.advance(100_000);
      for (const { forwardings, forwarding } of [a, b]) {
        for (const { distributing, carrier } of [...forwardings, forwarding]) {
          expect(distributing.length).toBeGreaterThan(0);
          expect(carrier).toBe(true);
        }
      }
      for (const system of [a, b]) expect(carrying(system)).toEqual(mode === 'fec' ? [1, 2] : [1]);
    },
  );

  test('lacp=off to mode=fec and back: the ports are used, and no longer', () => {
    const { system } = alone(2, { lacp: 'off' });
    expect(carrying(system)).toEqual([]);
    system.set({ lacp: 'off', mode: 'fec' });
    expect(carrying(system)).toEqual([1, 2]);
    system.set({ lacp: 'off' });
    expect(carrying(system)).toEqual([]);
    expect(system.port(1).partner.State).toMatchObject({ Synchronization: false, Aggregation: false });
  });

  test('fec to lacp: used again when both ends have said so', () => {
    const { clock, a, b } = twoSystems(2, { mode: 'fec', rate: 'fast' }, { mode: 'fec', rate: 'fast' });
    clock.advance(5_000);
    for (const system of [a, b]) system.set({ mode: 'lacp' });
    clock.advance(3_000);
    for (const system of [a, b]) {
      expect(carrying(system)).toEqual([1, 2]);
      expect(system.port(1).receive).toBe('CURRENT');
    }
  });

  test('a vethd that was killed goes on in its mode: no port is given up meanwhile', () => {
    const { clock, system } = alone(2, { mode: 'fec' });
    clock.advance(5_000);
    system.host.crash({ sockets: false });
    system.forwardings.length = 0;
    clock.advance(3_000);
    system.host.resume();
    expect(carrying(system)).toEqual([1, 2]);
    expect(system.forwardings.every(({ distributing }) => distributing.length === 2)).toBe(true);
  });
});

test('a cable that is cut in a static group without loss of carrier at the far end is not noticed there', () => {
  const lab = twoSystems(2, { mode: 'fec' }, { mode: 'fec' });
  setCable(lab, 2, false);
  expect(carrying(lab.a)).toEqual([1]);
  setCable(lab, 2, true);
  const [, cable] = lab.cables;
  if (cable !== undefined) cable.cut = true; // links stay up: nobody can know
  lab.clock.advance(100_000);
  expect(carrying(lab.a)).toEqual([1, 2]);
});

describe('NB-5 R9 mode=bridge: what the engine makes of the members of a bridge', () => {
  test('every link that is up is in use, however many and however unlike, without a frame of ours', () => {
    const { clock, system } = alone(9, { mode: 'bridge', agg_wc: false });
    system.link(2, { speed: 10 });
    system.link(3, { speed: undefined, duplex: 'half' });
    expect(carrying(system)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    clock.advance(100_000);
    expect([system.sent, system.markers]).toEqual([[], []]);
  });

  test('a port that the bridge blocks is out of use until it forwards again; one that waits is not', () => {
    const { system } = alone(3, { mode: 'bridge' });
    system.link(2, { bridge: { state: 'blocking', loop: { other: 1 } } });
    expect(carrying(system)).toEqual([1, 3]);
    expect(causes(system)).toEqual(['static', 'bridge-loop', 'static']);
    system.link(2, { bridge: { state: 'forwarding' } });
    expect(carrying(system)).toEqual([1, 2, 3]);
    // Else the host's end would come up only when spanning tree has let a member forward, and then wait as long again.
    system.link(2, { bridge: { state: 'listening' } });
    expect(carrying(system)).toEqual([1, 2, 3]);
    expect(causes(system)[1]).toBe('spanning-tree-waits');
  });
});
