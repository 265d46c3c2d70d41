/** conformance D.3.1 (frames) and V-13 (flood), judged on the wire. */
import { describe, expect, test } from 'vitest';
import { mostInAnySecond, Tester } from '../support/tester.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('frame format', () => {
  const tester = new Tester({ rate: 'fast' }, { links: 2 });
  const { frame, pdu } = tester.link(1).last;
  const body = frame.subarray(14);

  test('F-01 to 01-80-C2-00-00-02, EtherType 0x8809, untagged', () => {
    expect(hex(frame.subarray(0, 6))).toBe('0180c2000002');
    expect(hex(frame.subarray(12, 14))).toBe('8809');
  });

  test("F-02 from the port's own address", () => {
    expect(hex(frame.subarray(6, 12))).toBe('020000000001');
    expect(hex(tester.link(2).last.frame.subarray(6, 12))).toBe('020000000002');
  });

  test('F-03 124 octets', () => expect(frame.length).toBe(124));
  test('F-04 subtype 1, version 1', () => expect([...body.subarray(0, 2)]).toEqual([1, 1]));

  test('F-05 TLV types and lengths', () => {
    expect([2, 22, 42, 58].map((at) => [body[at], body[at + 1]])).toEqual([
      [1, 20],
      [2, 20],
      [3, 16],
      [0, 0],
    ]);
  });

  test('F-06 reserved octets are zero', () => {
    for (const [from, to] of [
      [19, 22],
      [39, 42],
      [46, 58],
      [60, 110],
    ]) {
      expect(hex(body.subarray(from, to))).toMatch(/^(00)+$/);
    }
  });

  test('F-07 port numbers are unique and not 0', () => {
    expect([1, 2].map((n) => tester.link(n).last.pdu.actor.Port)).toEqual([1, 2]);
  });

  test('F-08 the same system on all ports of an aggregator', () => {
    const systems = [1, 2].map((n) => {
      const { System, System_Priority } = tester.link(n).last.pdu.actor;
      return { System, System_Priority };
    });
    expect(systems).toEqual(Array(2).fill({ System: '02:aa:00:00:00:00', System_Priority: 32768 }));
  });

  test('F-09 before any LACPDU: the partner defaults, and Defaulted', () => {
    expect(pdu.partner).toMatchObject({ System: '00:00:00:00:00:00', Key: 0, Port: 0, Port_Priority: 0 });
    expect(pdu.actor.State.Defaulted).toBe(true);
  });

  test.each([
    ['describes it rightly: Synchronization as said', {}, true],
    ['describes it wrongly: Synchronization cleared', { Key: 99 }, false],
  ])('F-10 the partner is echoed; a PDU that %s', (_, partner, Synchronization) => {
    const dut = new Tester({ rate: 'fast' });
    const link = dut.link().become({ Key: 0x1b, Port: 9, State: { Synchronization: true, Expired: true } });
    link.send({ partner });
    dut.advance(1_000);
    const said = link.actor;
    expect(link.last.pdu.partner).toEqual({ ...said, State: { ...said.State, Synchronization } });
  });

  test('F-11 the collector maximum delay is constant', () => {
    const dut = new Tester({ rate: 'fast' }).bringUp().advance(10_000);
    const delays = new Set(dut.link().heard.map((heard) => heard.pdu.collectorMaxDelay));
    expect([...delays]).toEqual([pdu.collectorMaxDelay]);
  });
});

describe('flood', () => {
  test('V-13 10 000 LACPDUs a second on one port: the others keep DISTRIBUTING, at most 3 leave in any second', () => {
    const tester = new Tester({ rate: 'fast' }, { links: 3 }).bringUp();
    const flooded = tester.link(1).keepAlive(0);
    tester.dut.transitions.length = 0;
    for (let second = 0; second < 1; second++) {
      for (let tick = 0; tick < 100; tick++) {
        // Each describes us wrongly, so that each asks for an answer, and each names another partner.
        for (let n = 0; n < 100; n++) flooded.send({ partner: { Key: n }, actor: { Key: n } });
        tester.advance(10);
      }
    }
    for (const n of [2, 3]) expect(tester.link(n).state).toMatchObject({ Collecting: true, Distributing: true });
    expect(tester.dut.transitions.filter((line) => /eth[23] mux/.test(line))).toEqual([]);
    expect(tester.dut.forwarding.distributing).toEqual([2, 3]);
    for (const link of tester.links) expect(mostInAnySecond(link.heard.map(({ at }) => at))).toBeLessThanOrEqual(3);
    const { counters } = tester.dut.port(1);
    expect(counters.lacpdusRx).toBeGreaterThan(10_000);
    expect(counters.illegalRx['lacpdu-flood']).toBeGreaterThan(9_600);
  });

  test('V-13 after the flood the port comes back by itself', () => {
    const tester = new Tester({ rate: 'fast' }, { links: 2 }).bringUp();
    for (let n = 0; n < 2_000; n++) tester.link(1).send({ partner: { Key: n }, actor: { Key: n } });
    expect(tester.dut.forwarding.distributing).toEqual([2]);
    tester.advance(5_000);
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
  });
});
