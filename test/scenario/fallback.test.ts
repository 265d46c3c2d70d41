/** Ports without an LACP partner: conformance B-01..B-05, OpenConfig RT-5.15, judged by LACPDUs and table. */
import { describe, expect, test } from 'vitest';
import type { AggregatorSettings } from '../../src/aggregator/settings.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { facts, TestSystem, twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const rules = (fallback: AggregatorSettings['fallback'], fallbackDelay = 10) =>
  ({ rate: 'fast', fallback, fallbackDelay }) as const;
const uses = (...ports: readonly number[]) => ({ collecting: ports, distributing: ports, carrier: ports.length > 0 });

describe('B-01 nobody speaks LACP', () => {
  test('none: nothing is forwarded, however long', () => {
    const tester = new Tester(rules('none'), { links: 2 }).advance(600_000);
    expect(tester.dut.forwardings).toEqual([]);
  });

  test('one: after the delay, and not before, the port with the best priority', () => {
    const tester = new Tester(rules('one'), { links: 3 });
    tester.dut.system.setPort(2, { ...tester.dut.port(2).settings, portPriority: 1 });
    tester.advance(9_999);
    expect(tester.dut.forwardings).toEqual([]);
    tester.advance(1);
    expect(tester.dut.forwarding).toEqual(uses(2));
    expect(tester.dut.port(2).notes).toEqual(['no LACPDU heard: used without a partner (fallback=one)']);
    expect(tester.dut.port(1).notes).toEqual(['no LACP partner: no LACPDU heard']);
    tester.advance(600_000);
    expect(tester.dut.forwardings.map(({ distributing }) => distributing)).toEqual([[2]]);
  });

  test('all: every port, as far as max-links and gates let it', () => {
    const tester = new Tester({ ...rules('all'), maxLinks: 3 }, { links: 5 });
    tester.dut.system.setPort(1, { ...tester.dut.port(1).settings, gate: 'closed' });
    tester.advance(10_000);
    expect(tester.dut.forwarding).toEqual(uses(2, 3, 4));
  });

  test('delay 0: as soon as nobody has answered for 3 s', () => {
    const tester = new Tester(rules('one', 0)).advance(2_999);
    expect(tester.dut.forwardings).toEqual([]);
    tester.advance(1);
    expect(tester.dut.forwarding).toEqual(uses(1));
  });

  test('our LACPDUs go on in fallback and show it: in use, and nobody heard', () => {
    const tester = new Tester(rules('one', 0)).advance(20_000);
    expect(tester.link().state).toMatchObject({ Distributing: true, Defaulted: true });
    tester.link().take();
    tester.advance(10_000);
    expect(tester.link().take().length).toBeGreaterThanOrEqual(9);
  });
});

describe('one: the port that is used', () => {
  test('its link goes down: the next one at once; it comes back: no change', () => {
    const tester = new Tester(rules('one'), { links: 2 }).advance(12_000);
    expect(tester.dut.forwarding).toEqual(uses(1));
    tester.setLink(1, false);
    expect(tester.dut.forwarding).toEqual(uses(2));
    tester.setLink(1, true);
    tester.advance(60_000);
    expect(tester.dut.forwarding).toEqual(uses(2));
  });

  test('all links down and up again: the delay counts anew', () => {
    const tester = new Tester(rules('one')).advance(12_000);
    tester.setLink(1, false);
    tester.advance(30_000);
    tester.setLink(1, true);
    tester.advance(9_999);
    expect(tester.dut.forwarding).toEqual(uses());
    tester.advance(1);
    expect(tester.dut.forwarding).toEqual(uses(1));
  });

  test('with max-links=1 the standby takes over', () => {
    const tester = new Tester({ ...rules('one'), maxLinks: 1 }, { links: 2 }).advance(12_000);
    expect(tester.dut.forwarding).toEqual(uses(1));
    tester.setLink(1, false);
    tester.advance(2_000);
    expect(tester.dut.forwarding).toEqual(uses(2));
  });
});

describe.each(['one', 'all'] as const)('B-02 fallback=%s is left at the first valid LACPDU', (fallback) => {
  test.each([1, 2])('heard on port %i: no port is used without a partner any more', (n) => {
    const tester = new Tester(rules(fallback), { links: 2 }).advance(12_000);
    expect(tester.dut.forwarding.carrier).toBe(true);
    tester.link(n).send();
    expect(tester.dut.forwarding).toEqual(uses());
    expect(tester.link(1).state).toMatchObject({ Collecting: false, Distributing: false });
    expect(tester.link(2).state).toMatchObject({ Collecting: false, Distributing: false });
  });

  test('B-03 one port has a partner: only this one is used, the other never comes back beside it', () => {
    const tester = new Tester(rules(fallback), { links: 2 }).advance(12_000);
    tester.dut.forwardings.length = 0;
    tester.bringUp(2);
    tester.advance(300_000);
    expect(tester.dut.forwardings.at(-1)).toMatchObject(uses(2));
    expect(tester.dut.forwardings.flatMap(({ distributing }) => distributing)).not.toContain(1);
  });

  test('B-04 the partner falls silent on every port: fallback again, after the delay', () => {
    const tester = new Tester(rules(fallback), { links: 2 }).bringUp();
    expect(tester.dut.forwarding).toEqual(uses(1, 2));
    for (const n of [1, 2]) tester.link(n).keepAlive(0);
    tester.advance(6_000); // CURRENT for 3 s, EXPIRED for 3 s
    tester.dut.forwardings.length = 0;
    tester.advance(9_000);
    expect(tester.dut.forwarding).toEqual(uses());
    tester.advance(1_100);
    expect(tester.dut.forwarding).toEqual(fallback === 'one' ? uses(1) : uses(1, 2));
  });

  test('a frame that is no valid LACPDU does not end it', () => {
    const tester = new Tester(rules(fallback)).advance(12_000);
    const [frame] = tester.link().heard;
    if (frame === undefined) throw new Error('nothing heard');
    tester.link().sendFrame(frame.frame.slice(0, 60));
    expect(tester.dut.forwarding).toEqual(uses(1));
  });
});

test('two of our own meet while both are in fallback: they aggregate', () => {
  const { clock, a, b, cables } = twoSystems(2, rules('all'), rules('one'));
  for (const cable of cables) cable.cut = true;
  clock.advance(12_000);
  expect([a.forwarding, b.forwarding]).toEqual([uses(1, 2), uses(1)]);
  for (const cable of cables) cable.cut = false;
  clock.advance(5_000);
  expect([a.forwarding, b.forwarding]).toEqual([uses(1, 2), uses(1, 2)]);
});

test('B-05 ports that hear our own voice never fall back, and do not keep others from it', () => {
  const clock = new VirtualClock();
  const system = new TestSystem(clock, '02:aa:00:00:00:00', rules('all'));
  system.onFrame = (port, frame) => {
    const copy = frame.slice();
    if (port !== 3) clock.setTimeout(() => system.system.receive(3 - port, copy), 1); // ports 1 and 2 are one cable
  };
  for (const n of [1, 2, 3]) system.addPort(facts(n));
  clock.advance(60_000);
  expect(system.forwarding).toEqual(uses(3));
});

test('settings act at once: fallback on and off, LACP off', () => {
  const tester = new Tester(rules('none'), { links: 2 }).advance(60_000);
  tester.dut.set(rules('all'));
  expect(tester.dut.forwarding).toEqual(uses(1, 2));
  tester.dut.set(rules('one'));
  expect(tester.dut.forwarding).toEqual(uses(1));
  tester.dut.set({ ...rules('one'), lacp: 'off' });
  expect(tester.dut.forwarding).toEqual(uses());
  expect(tester.dut.port(1).partner.State).toMatchObject({ Synchronization: false });
});

test('a process that takes up the ports goes on in fallback', () => {
  const tester = new Tester(rules('one'), { links: 2 }).advance(12_000);
  const [snapshot] = tester.dut.system.snapshot();
  if (snapshot === undefined) throw new Error('no snapshot');
  tester.dut.system.close();
  const next = new TestSystem(tester.clock, '02:aa:00:00:00:00', rules('one'));
  const settings = tester.dut.port(1).settings;
  next.system.resumePorts(
    'veth0',
    snapshot,
    snapshot.ports.map((port) => ({ snapshot: port, settings })),
  );
  expect(next.forwarding).toEqual(uses(1));
  expect(next.transitions).toEqual([]);
});
