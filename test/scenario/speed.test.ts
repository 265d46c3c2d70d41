/** Speeds, known and not: VE-30 to VE-33, C.1, conformance L-14 and L-15, with whole systems. */
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { facts, TestSystem } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const STRICT = { ...FAST, agg_wc: false } as const;
const UNKNOWN = { speed: undefined, duplex: undefined } as const;

describe('L-14 mixed speeds', () => {
  test('VE-31 R4 agg_wc=1: one aggregator under one key', () => {
    const tester = new Tester(FAST, { links: 2 });
    tester.dut.link(2, { speed: 100 });
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
    expect([1, 2].map((n) => tester.link(n).last.pdu.actor.Key)).toEqual([0x0100, 0x0100]);
  });

  test('VE-33 R4 agg_wc=0: a key for each speed, one aggregator forwards, the note says why the other does not', () => {
    const tester = new Tester(STRICT, { links: 2 });
    tester.dut.link(2, { speed: 100 });
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    expect(tester.dut.aggregator.activeLag).toBe(tester.dut.port(1).lagId);
    const keys = [1, 2].map((n) => tester.link(n).last.pdu.actor.Key);
    expect(new Set(keys).size).toBe(2);
    expect(tester.dut.port(2).notes).toEqual([
      'kept out: speed 100 Mbit/s differs from 1000 Mbit/s of the active ports (agg_wc=1 would allow it)',
    ]);
  });

  test('agg_wc=0, then 1 while running: together; and apart again', () => {
    const tester = new Tester(STRICT, { links: 2 });
    tester.dut.link(2, { speed: 100 });
    tester.bringUp();
    tester.dut.set({ ...FAST, agg_wc: true });
    tester.advance(5_000);
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
    tester.dut.set(STRICT);
    tester.advance(5_000);
    expect(tester.dut.forwarding.distributing).toEqual([1]);
  });

  test('agg_wc=0: a speed that changes while running takes the port out, and back', () => {
    const tester = new Tester(STRICT, { links: 2 }).bringUp();
    tester.dut.link(2, { speed: 100 });
    expect(tester.dut.forwarding.collecting).toEqual([1]);
    expect(tester.link(2).state.Synchronization).toBe(false);
    tester.dut.link(2, { speed: 1_000 });
    tester.advance(4_000);
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
  });

  test('agg_wc=0: a pulled cable, with no speed to report, changes neither key nor place', () => {
    const tester = new Tester(STRICT, { links: 2 }).bringUp();
    const { Key } = tester.link(2).last.pdu.actor;
    tester.dut.link(2, { link: 'down', ...UNKNOWN });
    expect(tester.dut.port(2)).toMatchObject({ selected: 'SELECTED', notes: ['link down'] });
    tester.advance(500);
    tester.dut.link(2, { link: 'up', speed: 1_000, duplex: 'full' });
    tester.advance(1_100);
    expect(tester.link(2).last.pdu.actor.Key).toBe(Key);
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]); // without another wait_while
  });

  test('agg_wc=1 on one port only: it goes with the others', () => {
    const tester = new Tester(STRICT, { links: 2 });
    tester.dut.link(2, UNKNOWN);
    tester.dut.system.setPort(2, { ...tester.dut.port(2).settings, agg_wc: true });
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
    expect(tester.dut.port(2).notes).toEqual([
      'speed unknown, admitted by agg_wc',
      'duplex unknown, admitted by agg_wc',
    ]);
  });
});

describe('L-15 unknown speed, duplex, link', () => {
  const MATRIX = [
    ['speed unknown', { speed: undefined }],
    ['duplex unknown', { duplex: undefined }],
    ['half duplex', { duplex: 'half' }],
    ['link state unknown', { link: 'unknown' }],
  ] as const;

  test.each(MATRIX)('%s, agg_wc=1: in, and the note says by what', (doubt, link) => {
    const tester = new Tester(FAST);
    tester.dut.link(1, link);
    tester.bringUp();
    expect(tester.dut.forwarding).toMatchObject({ distributing: [1], carrier: true });
    expect(tester.dut.port(1).notes).toEqual([`${doubt}, admitted by agg_wc`]);
  });

  test.each(MATRIX)('%s, agg_wc=0: out, silent, and the note says how to mend it', (doubt, link) => {
    const tester = new Tester(STRICT);
    tester.dut.link(1, link);
    tester.advance(2_000);
    tester.link().take();
    tester.bringUp();
    expect(tester.link().take()).toEqual([]);
    expect(tester.dut.forwarding.collecting).toEqual([]);
    expect(tester.dut.port(1).notes[0]).toMatch(
      new RegExp(`^${doubt}: kept out because agg_wc=0 \\(.*set agg_wc=1\\)`),
    );
  });

  test('agg_wc=0 with a declared speed: in', () => {
    const tester = new Tester(STRICT, { port: { speed: 1_000 } });
    tester.dut.link(1, UNKNOWN);
    tester.bringUp();
    expect(tester.dut.port(1)).toMatchObject({ distributing: true, speed: 1_000, duplex: 'full', notes: [] });
  });

  test('agg_wc per port beats the interface', () => {
    const tester = new Tester(FAST, { links: 2, port: { agg_wc: false } });
    tester.dut.link(2, UNKNOWN);
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1]);
  });

  test('the speed becomes known while running: the port comes in by itself', () => {
    const tester = new Tester(STRICT);
    tester.dut.link(1, UNKNOWN);
    tester.advance(10_000);
    tester.dut.link(1, { speed: 1_000, duplex: 'full' });
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1]);
  });

  test('VE-30 A_KEY of veth0 with an unknown speed is 0100, as in the seed', () => {
    const system = new TestSystem(new VirtualClock(), '02:aa:00:00:00:00');
    expect(system.port(system.addPort(facts(1, UNKNOWN))).actor.Key).toBe(0x0100);
  });
});
