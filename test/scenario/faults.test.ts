/** Faults of wiring and identity, conformance G-01, G-02, L-05, L-06, and links that work one way: each is named. */
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { encodeLacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { Cable, facts, joinedToItself, TestSystem, twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const faults = (system: TestSystem) => system.aggregator.faults.map(({ kind, ports }) => `${kind} ${ports.join(' ')}`);
const texts = (system: TestSystem) => system.aggregator.faults.map(({ text }) => text);

test('a group in order has no fault, at no moment of its formation', () => {
  const { clock, a, b } = twoSystems(3, FAST, FAST);
  for (let step = 0; step < 100; step++) {
    clock.advance(100);
    expect([...faults(a), ...faults(b)]).toEqual([]);
  }
});

test('L-05 two own ports joined by a cable', () => {
  const { clock, system, cable } = joinedToItself(FAST);
  clock.advance(10_000);
  expect(faults(system)).toEqual(['loop eth1', 'loop eth2']);
  expect(texts(system)[0]).toBe('loop: eth1 leads to our own port eth2');
  cable.cut = true;
  clock.advance(6_000);
  expect(faults(system)).toEqual([]);
});

test('L-06 own LACPDUs reflected', () => {
  const clock = new VirtualClock();
  const system = new TestSystem(clock, '02:aa:00:00:00:00', FAST);
  system.onFrame = (port, frame) => {
    const copy = frame.slice();
    clock.setTimeout(() => system.system.receive(port, copy), 1);
  };
  system.addPort(facts(1));
  clock.advance(10_000);
  expect(faults(system)).toEqual(['reflected eth1']);
  expect(system.aggregator.notes[0]).toBe('our own LACPDUs come back on eth1: something on the link reflects them');
});

describe('G-02 duplicate system identifiers', () => {
  test('another device has ours, and even the same key and port number: told from a reflection by its address', () => {
    const { clock, a, b } = twoSystems(
      1,
      { ...FAST, systemId: '02:ee:00:00:00:00' },
      { ...FAST, systemId: '02:ee:00:00:00:00' },
    );
    clock.advance(10_000);
    expect(faults(a)).toEqual(['duplicate-system eth1']);
    expect(texts(a)).toEqual([
      'another device (02:00:00:00:01:01) on eth1 uses our system identifier 02:ee:00:00:00:00; give one of the two another system-id',
    ]);
    expect(a.port(1).notes[0]).toBe(texts(a)[0]);
    expect([a.forwardings, b.forwardings]).toEqual([[], []]);
  });

  test('with another key: the alarm is given as well', () => {
    const same = { ...FAST, systemId: '02:ee:00:00:00:00' };
    const { clock, a, b } = twoSystems(1, same, { ...same, key: 7 });
    clock.advance(10_000);
    expect([faults(a), faults(b)]).toEqual([['duplicate-system eth1'], ['duplicate-system eth1']]);
  });

  test('two of our interfaces that share an identifier may be joined: no fault', () => {
    const clock = new VirtualClock();
    const system = new TestSystem(clock, '02:aa:00:00:00:00', { ...FAST, systemId: '02:ee:00:00:00:00' });
    system.system.addAggregator('veth1', 1, '02:aa:00:00:00:01', {
      ...system.aggregator.settings,
      systemId: '02:ee:00:00:00:00',
    });
    const cable = new Cable(clock, [
      [system, 1],
      [system, 2],
    ]);
    system.onFrame = (port, frame) => cable.carry(system, port, frame);
    system.addPort(facts(1));
    system.system.addPort('veth1', facts(2), system.port(1).settings);
    clock.advance(10_000);
    expect(system.system.status().aggregators.map(({ faults: found }) => found)).toEqual([[], []]);
    expect(system.forwarding.distributing).toHaveLength(1);
  });

  test('two devices with one identity among the partners: both ports are named', () => {
    const tester = new Tester(FAST, { links: 3 });
    tester.link(3).become({ Port: 1 });
    tester.bringUp();
    expect(faults(tester.dut)).toEqual(['duplicate-partner eth1 eth3']);
    expect(texts(tester.dut)[0]).toMatch(/^eth1, eth3 hear the same port 1 of 02:cc:00:00:00:00:/);
  });
});

describe('G-01 two partners on one interface', () => {
  test('both are named with the ports that lead to them, and the fault goes when the cable is moved', () => {
    const tester = new Tester(FAST, { links: 3 });
    tester.link(3).become({ System: '02:dd:00:00:00:00', Key: 0x1b });
    tester.bringUp();
    expect(faults(tester.dut)).toEqual(['two-partners eth1 eth2 eth3']);
    expect(texts(tester.dut)).toEqual([
      'several partners on one interface: eth1, eth2 lead to 02:cc:00:00:00:00 (key 0001); eth3 leads to 02:dd:00:00:00:00 (key 001b)',
    ]);
    tester.link(3).become({ System: '02:cc:00:00:00:00', Key: 1 }).send();
    expect(faults(tester.dut)).toEqual([]);
  });

  test('one partner with the links in two groups', () => {
    const tester = new Tester(FAST, { links: 2 });
    tester.link(2).become({ Key: 2 });
    tester.bringUp();
    expect(texts(tester.dut)).toEqual([
      'the partner has the links in several groups: eth1 leads to 02:cc:00:00:00:00 (key 0001); eth2 leads to 02:cc:00:00:00:00 (key 0002)',
    ]);
  });

  test('links of different speeds with agg_wc=0, which have different keys at both ends: no fault', () => {
    const { clock, a, b } = twoSystems(2, { ...FAST, agg_wc: false }, { ...FAST, agg_wc: false });
    for (const system of [a, b]) system.link(2, { speed: 100 });
    clock.advance(10_000);
    expect(a.forwarding.distributing).toEqual([1]);
    expect([...faults(a), ...faults(b)]).toEqual([]);
  });
});

describe('a link that works one way', () => {
  test('the end that hears names it within 10 s of the failure at the fast rate; the other end says that it hears nobody', () => {
    const { clock, a, b, cables } = twoSystems(2, FAST, FAST);
    clock.advance(10_000);
    Object.assign(cables[0] ?? {}, { oneWay: true }); // b hears nothing of a
    clock.advance(10_000);
    expect(faults(a)).toEqual(['one-way eth1']);
    expect(texts(a)[0]).toBe('one-way link: eth1 hears 02:bb:00:00:00:00 (key 0100), which does not hear eth1');
    expect(faults(b)).toEqual([]);
    expect(b.port(1).notes[0]).toMatch(/^no LACP partner|^partner silent/);
    expect([a.forwarding.distributing, b.forwarding.distributing]).toEqual([[2], [2]]);
    Object.assign(cables[0] ?? {}, { oneWay: false });
    clock.advance(5_000);
    expect(faults(a)).toEqual([]);
    expect(a.forwarding.distributing).toEqual([1, 2]);
  });

  test('a partner that starts, and answers at its slow rate, is not accused', () => {
    const tester = new Tester({ rate: 'slow' });
    tester.link().become({ State: { LACP_Timeout: false, Defaulted: true } });
    tester.link().send();
    tester.advance(4_999);
    tester
      .link()
      .become({ State: { Defaulted: false } })
      .send();
    tester.advance(60_000);
    expect(faults(tester.dut)).toEqual([]);
  });
});

test('a clone is known by its address even when every field is ours', () => {
  const tester = new Tester(FAST).advance(1_000);
  const parsed = parseSlowProtocols(tester.link().last.frame);
  if (parsed.kind !== 'lacpdu') throw new Error('no LACPDU');
  tester.link().sendFrame(slowProtocolsFrame('02:99:00:00:00:01', encodeLacpdu(parsed.pdu)));
  expect(faults(tester.dut)).toEqual(['duplicate-system eth1']);
  tester.link().sendFrame(tester.link().last.frame);
  expect(faults(tester.dut)).toEqual(['reflected eth1']);
});
