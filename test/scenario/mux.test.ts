/** conformance D.3.6, the Mux machine as a partner sees it, and what it orders of the data path. */
import { describe, expect, test } from 'vitest';
import type { PortState } from '../../src/lacp/variables.js';
import { twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const COUPLED = { ...FAST, mux: 'coupled' } as const;

/** Synchronization, Collecting, Distributing as three digits. */
const bits = ({ Synchronization, Collecting, Distributing }: PortState): string =>
  [Synchronization, Collecting, Distributing].map((bit) => (bit ? '1' : '0')).join('');

/** The port is ATTACHED, and the tester about to say that it is in sync. */
function attached(settings: ConstructorParameters<typeof Tester>[0] = FAST): Tester {
  const tester = new Tester(settings);
  tester.link().keepAlive(1_000);
  tester.advance(3_500);
  tester.link().take();
  return tester;
}

describe('Mux', () => {
  test('X-01 wait_while: in sync 2 s after the first LACPDU, not earlier, not later', () => {
    const tester = new Tester(FAST).advance(10_500);
    const link = tester.link();
    link.keepAlive(1_000);
    tester.advance(4_000);
    const inSync = link.heard.filter(({ at, pdu }) => at >= 10_500 && pdu.actor.State.Synchronization);
    expect(inSync[0]?.at).toBe(12_500);
  });

  test('X-02 two ports a second apart attach together, after the later timer', () => {
    const tester = new Tester(FAST, { links: 2 }).advance(10_500);
    tester.link(1).keepAlive(1_000);
    tester.advance(1_000);
    tester.link(2).keepAlive(1_000);
    tester.advance(4_000);
    const inSync = tester.links.map(
      (link) => link.heard.find(({ at, pdu }) => at >= 10_500 && pdu.actor.State.Synchronization)?.at,
    );
    expect(inSync).toEqual([13_500, 13_500]);
  });

  test('X-03 coupled: Collecting and Distributing in one LACPDU, as soon as the partner is in sync', () => {
    const tester = attached(COUPLED);
    tester
      .link()
      .become({ State: { Synchronization: true } })
      .send();
    expect(
      tester
        .link()
        .take()
        .map(({ pdu }) => bits(pdu.actor.State)),
    ).toEqual(['111']);
    expect(tester.dut.forwarding).toMatchObject({ collecting: [1], distributing: [1] });
  });

  test('X-04 independent: Collecting first, when the partner is in sync', () => {
    const tester = attached();
    tester
      .link()
      .become({ State: { Synchronization: true } })
      .send();
    expect(
      tester
        .link()
        .take()
        .map(({ pdu }) => bits(pdu.actor.State)),
    ).toEqual(['110']);
    expect(tester.dut.forwarding).toEqual({ collecting: [1], distributing: [], carrier: false });
    tester.advance(5_000);
    expect(bits(tester.link().state)).toBe('110');
  });

  test('X-05 independent: Distributing after the partner collects', () => {
    const tester = attached();
    tester
      .link()
      .become({ State: { Synchronization: true } })
      .send();
    tester.advance(500);
    tester
      .link()
      .become({ State: { Collecting: true } })
      .send();
    expect(tester.dut.forwarding).toEqual({ collecting: [1], distributing: [1], carrier: true });
    tester.advance(1_000);
    expect(bits(tester.link().state)).toBe('111');
  });

  test('X-06 independent: the partner stops collecting: Distributing ends, Collecting stays', () => {
    const tester = new Tester(FAST).bringUp();
    tester
      .link()
      .become({ State: { Collecting: false, Distributing: false } })
      .send();
    expect(
      tester
        .link()
        .take()
        .map(({ pdu }) => bits(pdu.actor.State)),
    ).toEqual(['110']);
    expect(tester.dut.forwarding).toEqual({ collecting: [1], distributing: [], carrier: false });
  });

  test.each([
    ['independent', FAST],
    ['coupled', COUPLED],
  ])('X-07 %s: the Synchronization of the partner drops: neither, but still in sync ourselves', (_, settings) => {
    const tester = new Tester(settings).bringUp();
    tester
      .link()
      .become({ State: { Synchronization: false } })
      .send();
    expect(
      tester
        .link()
        .take()
        .map(({ pdu }) => bits(pdu.actor.State)),
    ).toEqual(['100']);
    expect(tester.dut.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
  });

  test.each([
    ['independent', FAST],
    ['coupled', COUPLED],
  ])('X-08 %s: the data path agrees with the bits of every frame that leaves', (_, settings) => {
    const tester = new Tester(settings, { links: 2 });
    const seen = new Set<string>();
    for (const link of tester.links) {
      const hear = link.hear.bind(link);
      link.hear = (frame) => {
        hear(frame);
        const { collecting, distributing } = tester.dut.forwarding;
        const rx = collecting.includes(link.port);
        const tx = distributing.includes(link.port);
        expect([rx, tx]).toEqual([link.state.Collecting, link.state.Distributing]);
        seen.add(bits(link.state));
      };
    }
    tester.bringUp();
    for (const State of [
      { Collecting: false },
      { Collecting: true },
      { Synchronization: false },
      { Synchronization: true },
      { Synchronization: false, Collecting: false },
      { Synchronization: true },
    ]) {
      tester.link(1).become({ State }).send();
      tester.advance(1_100);
    }
    tester.link(2).keepAlive(0);
    tester.advance(10_000);
    tester.dut.set({ ...settings, key: 0x700 });
    tester.advance(5_000);
    expect(seen.size).toBeGreaterThanOrEqual(settings === FAST ? 4 : 3);
  });

  test('X-09 every change is told at once, the entry into DISTRIBUTING excepted', () => {
    const tester = attached();
    const link = tester.link();
    link.keepAlive(0);
    const told = (State: Partial<PortState>): string[] => {
      tester.advance(350); // between two periodic ones, within the limit
      link.send();
      link.take();
      link.become({ State }).send();
      return link.take().map(({ pdu }) => bits(pdu.actor.State));
    };
    expect(told({ Synchronization: true })).toEqual(['110']);
    expect(told({ Collecting: true })).toEqual([]);
    expect(told({ Collecting: false })).toEqual(['110']);
    tester.advance(1_000);
    expect(told({ Synchronization: false })).toEqual(['100']);
    expect(told({ Synchronization: true, Collecting: true })).toEqual(['111']);
  });

  test('X-10 a new key: DISTRIBUTING, COLLECTING, ATTACHED, DETACHED in order; told once, all bits off', () => {
    const tester = new Tester({ ...FAST, key: 0x100 }).bringUp();
    tester.dut.transitions.length = 0;
    tester.dut.set({ ...FAST, key: 0x200 });
    const moved = tester.dut.transitions.filter((line) => line.includes(' mux: '));
    expect(moved).toMatchObject(
      [/DISTRIBUTING \(CONFIGURE\) -> DETACHED/, /DETACHED \(SELECT\) -> WAITING/].map((line) =>
        expect.stringMatching(line),
      ),
    );
    const told = tester.link().take();
    expect(told.map(({ pdu }) => [pdu.actor.Key, bits(pdu.actor.State)])).toEqual([[0x200, '000']]);
    expect(tester.dut.forwarding).toEqual({ collecting: [], distributing: [], carrier: false });
  });

  test('X-11 more ports than max-links: the STANDBY port says neither Synchronization nor the rest', () => {
    const tester = new Tester(FAST, { links: 2 }).bringUp();
    tester.dut.set({ ...FAST, maxLinks: 1 });
    expect(
      tester
        .link(2)
        .take()
        .map(({ pdu }) => bits(pdu.actor.State)),
    ).toEqual(['000']);
    tester.advance(10_000);
    expect(bits(tester.link(2).state)).toBe('000');
    expect(bits(tester.link(1).state)).toBe('111');
    expect(tester.dut.port(2)).toMatchObject({ selected: 'STANDBY', mux: 'WAITING' });
    expect(tester.dut.forwarding).toEqual({ collecting: [1], distributing: [1], carrier: true });
  });

  test.each([
    ['coupled with independent', COUPLED, FAST],
    ['independent with coupled', FAST, COUPLED],
    ['coupled with coupled', COUPLED, COUPLED],
  ])('X-12 %s: both reach traffic and stay', (_, left, right) => {
    const { clock, a, b } = twoSystems(2, left, right);
    clock.advance(5_000);
    expect([a, b].map(({ forwarding }) => forwarding.distributing)).toEqual([
      [1, 2],
      [1, 2],
    ]);
    for (const system of [a, b]) system.transitions.length = 0;
    clock.advance(60_000);
    expect([a, b].flatMap(({ transitions }) => transitions.filter((line) => line.includes(' mux: ')))).toEqual([]);
  });
});
