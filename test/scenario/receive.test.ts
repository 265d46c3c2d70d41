/** conformance D.3.3, the Receive machine as a partner sees it: by frames and times. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { facts } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const SLOW = { rate: 'slow' } as const;
/** A partner with a long timeout, so that the system under test sends little. */
const LONG = { State: { LACP_Timeout: false } };
const NO_PARTNER = { System: '00:00:00:00:00:00', Key: 0, Port: 0, Port_Priority: 0, System_Priority: 0 };

describe('Receive machine', () => {
  test('R-01 link up, silence: Expired and Defaulted, not in sync, an LACPDU a second', () => {
    const tester = new Tester(SLOW, { up: false });
    tester.advance(10_000);
    const link = tester.link();
    expect(link.heard).toEqual([]);
    tester.setLink(1, true);
    expect(link.state).toMatchObject({ Expired: true, Defaulted: true, Collecting: false, Distributing: false });
    expect(link.state.Synchronization).toBe(false);
    tester.advance(2_900);
    expect(link.takeTimes()).toEqual([10_000, 11_000, 12_000]); // the third also tells ATTACHED
    expect(link.state).toMatchObject({ Expired: true, Defaulted: true });
  });

  test('R-02 silence: DEFAULTED after 3 s', () => {
    const tester = new Tester(FAST).advance(2_999);
    expect(tester.link().state.Expired).toBe(true);
    tester.advance(1);
    expect(tester.link().last.at).toBe(3_000);
    expect(tester.link().state).toMatchObject({ Expired: false, Defaulted: true });
  });

  test('R-03 the first LACPDU ends Defaulted, in the next LACPDU', () => {
    const tester = new Tester(FAST).advance(10_000);
    const link = tester.link();
    link.take();
    link.send();
    const [answer] = link.take();
    expect(answer?.at).toBe(10_000);
    expect(answer?.pdu.actor.State).toMatchObject({ Expired: false, Defaulted: false });
  });

  test.each([
    ['R-04 short', FAST, {}, 3_000],
    ['R-05 long', SLOW, {}, 90_000],
    ['R-06 short here, long there', FAST, LONG, 3_000],
    ['R-06 long here, short there', SLOW, {}, 90_000],
  ])('%s timeout: silence is Expired in time', (_, settings, actor, after) => {
    const tester = new Tester(settings, { actor }).bringUp();
    const link = tester.link().keepAlive(0);
    link.send();
    tester.advance(after - 1);
    expect(link.state.Expired).toBe(false);
    tester.advance(1);
    expect(link.last.at).toBe(tester.clock.now());
    expect(link.state).toMatchObject({ Expired: true, Defaulted: false, Collecting: false, Distributing: false });
  });

  test('R-07 an LACPDU while EXPIRED: CURRENT again, the selection was kept and frames flow at once', () => {
    const tester = new Tester(FAST).bringUp();
    const link = tester.link().keepAlive(0);
    tester.advance(5_000);
    expect(link.state).toMatchObject({ Expired: true, Synchronization: true, Collecting: false });
    link.send();
    expect(link.state).toMatchObject({ Expired: false, Synchronization: true, Collecting: true, Distributing: true });
    expect(link.take().every(({ pdu }) => pdu.actor.State.Synchronization)).toBe(true);
  });

  test('R-08 EXPIRED clears the Synchronization of the partner and takes its timeout for short', () => {
    const tester = new Tester(FAST, { actor: LONG }).bringUp();
    const link = tester.link().keepAlive(0);
    link.send();
    tester.advance(2_900);
    expect(link.last.pdu.partner.State).toMatchObject({ Synchronization: true, LACP_Timeout: false });
    tester.advance(100);
    expect(link.last.pdu.partner.State).toMatchObject({ Synchronization: false, LACP_Timeout: true });
  });

  test.each([true, false])('R-09 EXPIRED leaves all else of the partner alone (active: %s)', (LACP_Activity) => {
    const State = { LACP_Activity, LACP_Timeout: false, Defaulted: true };
    const tester = new Tester(FAST, { actor: { Key: 0x1b, Port_Priority: 3, State } }).bringUp();
    const link = tester.link().keepAlive(0);
    tester.advance(3_000);
    const said = link.actor;
    const touched = { Synchronization: false, LACP_Timeout: true };
    expect(link.last.pdu.partner).toEqual({ ...said, State: { ...said.State, ...touched } });
  });

  test('R-10 DEFAULTED shows the administrative values of the partner', () => {
    const tester = new Tester(FAST).bringUp();
    const link = tester.link().keepAlive(0);
    tester.advance(6_000);
    expect(link.last.pdu.partner).toMatchObject(NO_PARTNER);
    expect(link.last.pdu.partner.State).toMatchObject({ LACP_Activity: false, Aggregation: true });
    expect(link.state).toMatchObject({ Defaulted: true, Expired: false });
  });

  test('R-11 link down and up: the partner is still known, out of sync; the port is still in sync', () => {
    const tester = new Tester(SLOW).bringUp();
    const link = tester.link().keepAlive(0);
    tester.setLink(1, false);
    tester.advance(200_000);
    tester.setLink(1, true);
    expect(link.last.at).toBe(tester.clock.now());
    const { System, Key, Port } = link.actor;
    expect(link.last.pdu.partner).toMatchObject({ System, Key, Port, State: { Synchronization: false } });
    expect(link.state).toMatchObject({ Synchronization: true, Collecting: false, Distributing: false });
    link.send();
    expect(link.state).toMatchObject({ Collecting: true, Distributing: true });
  });

  test('R-12 link down: nothing is sent or forwarded, the carrier follows min-links', () => {
    const tester = new Tester({ ...FAST, minLinks: 2 }, { links: 2 }).bringUp();
    expect(tester.dut.forwarding).toMatchObject({ distributing: [1, 2], carrier: true });
    tester.setLink(1, false);
    expect(tester.dut.forwarding).toEqual({ collecting: [2], distributing: [2], carrier: false });
    tester.link(1).take();
    tester.advance(10_000);
    expect(tester.link(1).take()).toEqual([]);
    expect(tester.link(2).take().length).toBeGreaterThan(8);
  });

  test.each([
    ['lacp=off', (tester: Tester) => tester.dut.set({ lacp: 'off' })],
    [
      'half duplex with agg_wc=0',
      (tester: Tester) => {
        tester.dut.set({ agg_wc: false });
        tester.dut.link(1, { duplex: 'half' });
      },
    ],
  ])('R-13 %s: LACP_DISABLED, silent, not forwarding', (_, disable) => {
    const tester = new Tester(FAST).bringUp();
    disable(tester);
    const link = tester.link();
    expect(tester.dut.port(1)).toMatchObject({ receive: 'LACP_DISABLED', selected: 'UNSELECTED', mux: 'DETACHED' });
    expect(tester.dut.port(1).partner.State.Aggregation).toBe(false);
    expect(tester.dut.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
    tester.advance(2_000);
    link.take();
    tester.advance(100_000);
    expect(link.take()).toEqual([]);
  });

  test('R-14 LACP switched on again: as R-01, and aggregates anew', () => {
    const tester = new Tester(FAST).bringUp();
    tester.dut.set({ lacp: 'off' });
    tester.link().keepAlive(0);
    tester.advance(5_000);
    tester.dut.set(FAST);
    expect(tester.link().last.at).toBe(tester.clock.now());
    expect(tester.link().state).toMatchObject({ Expired: true, Defaulted: true, Synchronization: false });
    tester.bringUp();
    expect(tester.link().state).toMatchObject({ Distributing: true });
  });

  test('R-15 the partner moves to another port: the first forgets it, the second aggregates after wait_while', () => {
    const tester = new Tester(SLOW, { links: 2 });
    tester.setLink(2, false);
    tester.bringUp(1);
    const { System, Port, Key } = tester.link(1).actor;
    tester.setLink(1, false);
    tester.link(1).keepAlive(0);
    expect(tester.dut.port(1).partner).toMatchObject({ System, Port });
    tester.setLink(2, true);
    const moved = tester.clock.now();
    tester.link(2).become({ System, Port, Key });
    tester.bringUp(2);
    expect(tester.dut.port(1).partner).toMatchObject(NO_PARTNER);
    expect(tester.dut.port(1).selected).toBe('UNSELECTED');
    expect(tester.dut.forwarding.distributing).toEqual([2]);
    expect(tester.clock.now() - moved).toBeLessThan(3_500);
  });

  test.each([
    ['the same partner on another of its ports', { Port: 77 }],
    ['another partner with the same port number', { System: '02:dd:00:00:00:00' }],
  ])('R-15 %s does not re-initialise a port that is down', (_, some) => {
    const tester = new Tester(SLOW, { links: 2 }).bringUp(1);
    const { System, Port, Key } = tester.link(1).actor;
    tester.setLink(1, false);
    tester.link(2).become({ System, Port, Key, ...some });
    tester.link(2).send();
    expect(tester.dut.port(1).partner).toMatchObject({ System, Port });
  });

  test('R-15 a port that is up keeps its partner, whoever else claims to be it', () => {
    const tester = new Tester(SLOW, { links: 2 }).bringUp(1);
    const { System, Port, Key } = tester.link(1).actor;
    tester.link(2).become({ System, Port, Key });
    tester.link(2).send();
    expect(tester.dut.port(1).partner).toMatchObject({ System, Port });
    expect(tester.dut.forwarding.distributing).toEqual([1]);
  });

  test('R-16 BEGIN: taken out and put in again, the port starts from nothing', () => {
    const tester = new Tester(FAST).bringUp();
    const link = tester.link().keepAlive(0);
    tester.dut.system.dropPort(1);
    tester.advance(5_000);
    link.take();
    expect(tester.dut.system.addPort('veth0', facts(1), DEFAULT_PORT, 1)).toBe(1);
    expect(link.last.at).toBe(tester.clock.now());
    expect(link.last.pdu.partner).toMatchObject(NO_PARTNER);
    expect(link.state).toMatchObject({ Expired: true, Defaulted: true, Synchronization: false, Collecting: false });
    expect(tester.dut.port(1)).toMatchObject({ receive: 'EXPIRED', actorChurn: 'CHURN_MONITOR' });
  });
});
