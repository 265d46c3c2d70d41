/** The gate of a port: OpenConfig RT-5.4 (forwarding-viable) and RT-5.7 (all members), judged by LACPDUs and table. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { Marker_Time_Out } from '../../src/mux/conversation-moves.js';
import { twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const gate = (value: 'open' | 'collect-only' | 'closed') => ({ ...DEFAULT_PORT, gate: value });

describe.each(['independent', 'coupled'] as const)('%s control', (mux) => {
  test('RT-5.4 collect-only: collects, does not distribute, says so at once; open again: as before', () => {
    const tester = new Tester({ ...FAST, mux }, { links: 2 }).bringUp();
    const { dut } = tester;
    dut.system.setPort(1, gate('collect-only'));
    expect(dut.forwarding).toEqual({ collecting: [1, 2], distributing: [2], carrier: true });
    expect(tester.link(1).state).toMatchObject({ Synchronization: true, Collecting: true, Distributing: false });
    expect(dut.port(1).notes).toEqual(['collecting, not distributing (gate=collect-only)']);
    tester.advance(10_000);
    expect(dut.forwarding.distributing).toEqual([2]);
    // The port never left the aggregate on the way.
    expect(
      tester
        .link(1)
        .take()
        .every(({ pdu }) => pdu.actor.State.Synchronization),
    ).toBe(true);
    dut.system.setPort(1, gate('open'));
    expect(dut.forwarding).toEqual({ collecting: [1, 2], distributing: [1, 2], carrier: true });
  });

  test('closed: stops distributing at once, is out of sync as soon as its frames are through, still sends LACPDUs; open again: back', () => {
    const tester = new Tester({ ...FAST, mux }, { links: 2 }).bringUp();
    const { dut } = tester;
    dut.system.setPort(1, gate('closed'));
    expect(tester.link(1).state).toMatchObject({ Synchronization: true, Collecting: true, Distributing: false });
    tester.advance(Marker_Time_Out); // this tester does not answer markers
    expect(dut.forwarding).toEqual({ collecting: [2], distributing: [2], carrier: true });
    expect(tester.link(1).state).toMatchObject({ Synchronization: false, Collecting: false, Distributing: false });
    expect(dut.port(1).notes).toContain('kept out by its operator (gate=closed)');
    tester.link(1).take();
    tester.advance(10_000);
    expect(tester.link(1).take().length).toBeGreaterThanOrEqual(9);
    dut.system.setPort(1, gate('open'));
    tester.advance(4_000);
    expect(dut.forwarding.distributing).toEqual([1, 2]);
  });
});

test('RT-5.7 all ports collect-only: no carrier, what comes in is still taken; one open again: carrier', () => {
  const tester = new Tester(FAST, { links: 2 }).bringUp();
  for (const n of [1, 2]) tester.dut.system.setPort(n, gate('collect-only'));
  expect(tester.dut.forwarding).toEqual({ collecting: [1, 2], distributing: [], carrier: false });
  tester.dut.system.setPort(2, gate('open'));
  expect(tester.dut.forwarding).toEqual({ collecting: [1, 2], distributing: [2], carrier: true });
});

test('a closed gate on one end takes the link out on the other', () => {
  const { clock, a, b } = twoSystems(2, FAST, FAST);
  clock.advance(5_000);
  a.system.setPort(1, gate('closed'));
  clock.advance(10);
  for (const system of [a, b]) {
    expect(system.forwarding).toEqual({ collecting: [2], distributing: [2], carrier: true });
  }
});

test('with max-links, a closed gate gives its place to the next port', () => {
  const tester = new Tester({ ...FAST, maxLinks: 1 }, { links: 2 }).bringUp();
  expect(tester.dut.forwarding.distributing).toEqual([1]);
  tester.dut.system.setPort(1, gate('closed'));
  tester.advance(4_000);
  expect(tester.dut.forwarding.distributing).toEqual([2]);
});
