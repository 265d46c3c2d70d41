/** Settings changed while frames flow, and ports that come and go. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { facts, TestSystem, twoSystems } from '../support/system-lab.js';
import { mostInAnySecond, Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;

/** Two systems, two links, frames flowing; what happened until then is forgotten. */
function running(a = {}, b = {}) {
  const lab = twoSystems(2, { ...FAST, ...a }, { ...FAST, ...b });
  lab.clock.advance(5_500);
  expect(lab.a.forwarding.distributing).toEqual([1, 2]);
  for (const system of [lab.a, lab.b]) {
    system.forwardings.length = 0;
    system.transitions.length = 0;
  }
  return lab;
}

describe('setAggregator while frames flow', () => {
  test('rate: told at once, no frame is lost, the partner sends in the new rhythm', () => {
    const { clock, a, b } = running();
    a.takeLacpdus(1);
    a.set({ rate: 'slow' });
    expect(a.takeLacpdus(1).map(({ at, pdu }) => [at, pdu.actor.State.LACP_Timeout])).toEqual([[5_500, false]]);
    clock.advance(1_000);
    b.takeLacpdus(1);
    clock.advance(60_000);
    expect(b.takeLacpdus(1).length).toBeLessThanOrEqual(3);
    a.set(FAST);
    clock.advance(10_000);
    expect(b.takeLacpdus(1).length).toBeGreaterThanOrEqual(9);
    expect([...a.forwardings, ...b.forwardings]).toEqual([]);
  });

  test('rate slow to fast: a silent partner is noticed in 3 s from the next LACPDU on', () => {
    const tester = new Tester({ rate: 'slow' }).bringUp();
    tester.dut.set(FAST);
    tester.advance(1_000);
    tester.link().keepAlive(0);
    tester.advance(3_000);
    expect(tester.dut.port(1).receive).toBe('EXPIRED');
  });

  test('lacp=passive: told, frames flow on; both passive: it ends when the information expires', () => {
    const { clock, a, b } = running();
    a.set({ ...FAST, lacp: 'passive' });
    clock.advance(30_000);
    expect([...a.forwardings, ...b.forwardings]).toEqual([]);
    b.set({ ...FAST, lacp: 'passive' });
    clock.advance(30_000);
    for (const system of [a, b]) expect(system.forwarding.collecting).toEqual([]);
    for (const system of [a, b]) system.sent.length = 0;
    clock.advance(100_000);
    expect([...a.sent, ...b.sent]).toEqual([]);
    a.set({ ...FAST, lacp: 'active' });
    clock.advance(5_000);
    for (const system of [a, b]) expect(system.forwarding.distributing).toEqual([1, 2]);
  });

  test('lacp=off: stops at once here, and at the partner when its information expires; on again', () => {
    const { clock, a, b } = running();
    a.set({ ...FAST, lacp: 'off' });
    expect(a.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
    expect(a.port(1).notes).toEqual(['LACP is off (lacp=off)']);
    clock.advance(3_000);
    expect(b.forwarding.collecting).toEqual([]);
    a.set({ ...FAST, lacp: 'active' });
    clock.advance(5_000);
    for (const system of [a, b]) expect(system.forwarding.distributing).toEqual([1, 2]);
  });

  test('mux: coupled and back, nobody loses Synchronization, nobody stops forwarding', () => {
    const { clock, a, b } = running();
    a.sent.length = 0;
    a.set({ ...FAST, mux: 'coupled' });
    expect(a.port(1).mux).toBe('COLLECTING_DISTRIBUTING');
    clock.advance(5_000);
    a.set({ ...FAST, mux: 'independent' });
    expect(a.port(1).mux).toBe('DISTRIBUTING');
    clock.advance(5_000);
    expect([...a.forwardings, ...b.forwardings]).toEqual([]);
    const told = a.takeLacpdus(1).map(({ pdu }) => pdu.actor.State);
    expect(told.length).toBeGreaterThan(9);
    for (const state of told) {
      expect(state).toMatchObject({ Synchronization: true, Collecting: true, Distributing: true });
    }
  });

  test.each([
    ['key', { key: 0x700 }],
    ['systemPriority', { systemPriority: 5 }],
    ['systemId', { systemId: '02:99:00:00:00:00' }],
  ])('%s: one LACPDU without Synchronization, then anew with all links', (_, change) => {
    const { clock, a, b } = running();
    a.takeLacpdus(1);
    a.set({ ...FAST, ...change });
    const told = a.takeLacpdus(1);
    expect(told.map(({ pdu }) => pdu.actor.State.Synchronization)).toEqual([false]);
    clock.advance(6_000);
    for (const system of [a, b]) expect(system.forwarding.distributing).toEqual([1, 2]);
  });

  test('the same settings again: nothing is sent, nothing moves', () => {
    const { a } = running();
    a.sent.length = 0;
    a.set(FAST);
    expect([a.sent, a.forwardings, a.transitions]).toEqual([[], [], []]);
  });

  test('max-links down and up: the last port becomes STANDBY and comes back, the first is not disturbed', () => {
    const { clock, a, b } = running();
    a.set({ ...FAST, maxLinks: 1 });
    clock.advance(5_000);
    for (const system of [a, b]) expect(system.forwarding.distributing).toEqual([1]);
    a.set(FAST);
    clock.advance(5_000);
    for (const system of [a, b]) expect(system.forwarding.distributing).toEqual([1, 2]);
    expect(a.transitions.filter((line) => line.includes('eth1 mux'))).toEqual([]);
    expect(a.forwardings.every(({ distributing }) => distributing.includes(1))).toBe(true);
  });

  test('min-links: the carrier follows at once, ports are left alone', () => {
    const { a } = running();
    a.set({ ...FAST, minLinks: 3 });
    expect(a.forwardings).toMatchObject([{ distributing: [1, 2], carrier: false }]);
    a.set(FAST);
    expect(a.forwarding.carrier).toBe(true);
    expect(a.transitions).toEqual([]);
  });

  test('port priority: told, and no more', () => {
    const { a } = running();
    a.takeLacpdus(1);
    a.system.setPort(1, { ...DEFAULT_PORT, portPriority: 3 });
    expect(a.takeLacpdus(1).map(({ pdu }) => [pdu.actor.Port_Priority, pdu.actor.State.Synchronization])).toEqual([
      [3, true],
    ]);
    expect(a.forwardings).toEqual([]);
  });
});

describe('a port is taken out', () => {
  test('at once: the last LACPDU: Synchronization, Collecting, Distributing cleared, Aggregation kept; then released', () => {
    const { a, b } = running();
    a.takeLacpdus(2);
    let released = 0;
    a.system.removePort(2, () => released++, { atOnce: true });
    const told = a.takeLacpdus(2);
    expect(told.map(({ pdu }) => pdu.actor.State)).toMatchObject([
      { Aggregation: true, Synchronization: false, Collecting: false, Distributing: false, LACP_Activity: true },
    ]);
    expect(released).toBe(1);
    expect(a.forwarding.distributing).toEqual([1]);
    expect(() => a.port(2)).toThrow();
    expect(b.forwarding.distributing).toEqual([1, 2]); // the frame is still on the cable
  });

  test('the partner stops using the link as soon as it hears', () => {
    const { clock, a, b } = running();
    a.system.removePort(2, () => {});
    clock.advance(0);
    expect(b.forwarding).toMatchObject({ collecting: [1], distributing: [1] });
    expect(b.transitions.filter((line) => line.includes('eth1 mux'))).toEqual([]);
  });

  test('after three LACPDUs in a second the farewell waits its turn, and so does `released`', () => {
    const tester = new Tester(FAST, { links: 2 }).bringUp();
    tester.advance(500);
    const link = tester.link(2);
    link.take();
    for (let n = 0; n < 5; n++) link.send({ partner: { Key: n } });
    let released: number | undefined;
    tester.dut.system.removePort(2, () => {
      released = tester.clock.now();
    });
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    expect(released).toBeUndefined();
    tester.advance(2_000);
    const last = link.take().at(-1);
    expect(last?.pdu.actor.State).toMatchObject({ Synchronization: false, Aggregation: true });
    expect(released).toBe(last?.at);
    expect(mostInAnySecond(link.heard.map(({ at }) => at))).toBeLessThanOrEqual(3);
  });

  test('whatever comes while it leaves does not bring it back', () => {
    const tester = new Tester(FAST).bringUp();
    for (let n = 0; n < 5; n++) tester.link().send({ partner: { Key: n } });
    let released = 0;
    tester.dut.system.removePort(1, () => released++);
    for (let n = 0; n < 5; n++) tester.link().send();
    tester.dut.set({ ...FAST, key: 0x500 });
    tester.dut.system.removePort(1, () => released++);
    tester.advance(1_500);
    expect(released).toBe(2); // each caller is told
    expect(tester.dut.forwarding.collecting).toEqual([]);
    expect(tester.dut.aggregator.ports).toEqual([]);
    tester.advance(10_000);
    expect(tester.link().heard.at(-1)?.pdu.actor.State.Synchronization).toBe(false);
  });

  test.each([
    ['LACP is off', { lacp: 'off' } as const, true],
    ['the link is down', FAST, false],
  ])('%s: nothing can be said, released at once', (_, settings, up) => {
    const tester = new Tester(settings, { up });
    let released = 0;
    tester.dut.system.removePort(1, () => released++);
    expect([released, tester.link().take()]).toEqual([1, []]);
  });

  test('its link goes down before the farewell could leave: released', () => {
    const tester = new Tester(FAST).bringUp();
    for (let n = 0; n < 5; n++) tester.link().send({ partner: { Key: n } });
    let released = 0;
    tester.dut.system.removePort(1, () => released++);
    expect(released).toBe(0);
    tester.setLink(1, false);
    expect(released).toBe(1);
  });

  test('dropPort: gone at once and in silence, the others go on', () => {
    const { clock, a } = running();
    a.sent.length = 0;
    a.system.dropPort(2);
    expect(a.forwarding.distributing).toEqual([1]);
    expect(a.sent).toEqual([]);
    a.system.receive(2, new Uint8Array(124)); // a frame that was on its way
    clock.advance(10_000);
    expect(a.forwarding.distributing).toEqual([1]);
  });

  test('the last port: carrier off, nothing active, and the aggregator can be removed', () => {
    const tester = new Tester(FAST).bringUp();
    expect(() => tester.dut.system.removeAggregator('veth0')).toThrow();
    tester.dut.system.removePort(1, () => {});
    expect(tester.dut.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
    expect(tester.dut.aggregator.activeLag).toBeUndefined();
    tester.dut.system.removeAggregator('veth0');
    expect(tester.dut.system.status().aggregators).toEqual([]);
  });

  test('the last port of the active partner: the other partner takes over', () => {
    const tester = new Tester(FAST, { links: 2 });
    tester.link(2).become({ System: '02:dd:00:00:00:00' });
    tester.bringUp(1);
    tester.bringUp(2);
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    tester.dut.system.removePort(1, () => {});
    tester.advance(4_000);
    expect(tester.dut.forwarding.distributing).toEqual([2]);
  });

  test('a port that waits holds the others up no longer once it is gone', () => {
    const tester = new Tester(FAST, { links: 2 });
    tester.link(1).keepAlive(1_000);
    tester.advance(1_500);
    tester.link(2).keepAlive(1_000);
    tester.advance(1_000);
    expect(tester.dut.port(1).mux).toBe('WAITING'); // its own 2 s are over
    tester.dut.system.dropPort(2);
    expect(tester.dut.port(1).mux).toBe('ATTACHED');
  });
});

describe('port numbers', () => {
  test('lowest free, unique over all aggregators, the wanted one where it is free', () => {
    const system = new TestSystem(new VirtualClock(), '02:aa:00:00:00:00');
    system.system.addAggregator('veth1', 1, '02:ab:00:00:00:00', system.aggregator.settings);
    const add = (n: number, wanted?: number, to = 'veth0') => system.system.addPort(to, facts(n), DEFAULT_PORT, wanted);
    expect([add(1), add(2, undefined, 'veth1'), add(3, 7), add(4, 7), add(5)]).toEqual([1, 2, 7, 3, 4]);
    system.system.dropPort(2);
    expect(add(6)).toBe(2);
  });

  test('ports added while something settles get numbers of their own', () => {
    const system = new TestSystem(new VirtualClock(), '02:aa:00:00:00:00');
    const [first, second] = [system.addPort(facts(1)), system.addPort(facts(2))];
    const numbers: number[] = [];
    system.system.removePort(first, () => {
      numbers.push(system.addPort(facts(3)), system.addPort(facts(4)));
    });
    expect(new Set([second, ...numbers]).size).toBe(3);
    expect(system.aggregator.ports.map(({ number }) => number).toSorted()).toEqual([1, 2, 3]);
  });
});
