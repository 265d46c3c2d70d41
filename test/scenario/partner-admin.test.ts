/** conformance R-10: what is taken for the partner while none is heard. */
import { expect, test } from 'vitest';
import { DEFAULT_PORT, type PortSettings } from '../../src/aggregator/settings.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const ADMIN: Partial<PortSettings> = {
  partnerSystem: '02:ee:00:00:00:00',
  partnerSystemPriority: 7,
  partnerKey: 0x1b,
  partnerPort: 9,
  partnerPortPriority: 4,
};
const EXPECTED = { System_Priority: 7, System: '02:ee:00:00:00:00', Key: 0x1b, Port_Priority: 4, Port: 9 };
const STATIC: Partial<PortSettings> = { ...ADMIN, partnerState: 'ASCD' };

test('R-10 a port that has defaulted uses the administrative values, on the wire as well', () => {
  const tester = new Tester(FAST, { port: ADMIN });
  tester.advance(4_000);
  expect(tester.dut.port(1)).toMatchObject({ receive: 'DEFAULTED', partner: EXPECTED });
  expect(tester.link().last.pdu.partner).toMatchObject(EXPECTED);
  expect(tester.link().last.pdu.partner.State).toMatchObject({ LACP_Timeout: true, Aggregation: true });
  expect(tester.dut.port(1).notes).toContain('no LACPDU heard: the partner is as set (partner-...)');
});

test('R-10 a partner that is heard replaces them, and they return when it falls silent', () => {
  const tester = new Tester(FAST, { port: ADMIN }).bringUp();
  expect(tester.dut.port(1).partner.System).toBe('02:cc:00:00:00:00');
  tester.link().keepAlive(0);
  tester.advance(7_000);
  expect(tester.dut.port(1)).toMatchObject({ receive: 'DEFAULTED', partner: EXPECTED });
});

test('partner-state=ASCD: two links aggregate with a partner that has no LACP', () => {
  const tester = new Tester(FAST, { links: 2, port: STATIC });
  tester.advance(6_000);
  expect(tester.dut.forwarding).toEqual({ collecting: [1, 2], distributing: [1, 2], carrier: true });
});

test('they change while in force: at once; while the port is EXPIRED or down: not before they come into force', () => {
  const tester = new Tester(FAST);
  tester.dut.system.setPort(1, { ...DEFAULT_PORT, ...STATIC });
  expect(tester.dut.port(1)).toMatchObject({ receive: 'EXPIRED', mux: 'WAITING', partner: { Key: 0 } });
  tester.advance(6_000);
  expect(tester.dut.port(1)).toMatchObject({ receive: 'DEFAULTED', mux: 'DISTRIBUTING', partner: EXPECTED });
  tester.dut.system.setPort(1, { ...DEFAULT_PORT, ...STATIC, partnerKey: 5 });
  expect(tester.dut.port(1)).toMatchObject({ mux: 'WAITING', partner: { Key: 5 } });
  tester.advance(3_000);
  expect(tester.dut.port(1).mux).toBe('DISTRIBUTING');
  tester.setLink(1, false);
  tester.dut.system.setPort(1, { ...DEFAULT_PORT, ...STATIC, partnerKey: 6 });
  expect(tester.dut.port(1)).toMatchObject({ mux: 'ATTACHED', partner: { State: { Synchronization: false } } });
  expect(tester.dut.forwarding.collecting).toEqual([]);
});

test('a static group without any LACPDU: lacp=passive and a partner that is set as in sync', () => {
  const tester = new Tester({ lacp: 'passive' }, { links: 2, port: { partnerState: 'ASCD' } });
  tester.advance(6_000);
  expect(tester.dut.forwarding).toEqual({ collecting: [1, 2], distributing: [1, 2], carrier: true });
  for (const link of tester.links) link.take();
  tester.advance(600_000);
  expect(tester.links.map((link) => link.take())).toEqual([[], []]);
  tester.setLink(1, false);
  expect(tester.dut.forwarding.distributing).toEqual([2]);
  tester.setLink(1, true);
  tester.advance(6_000);
  expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
});
