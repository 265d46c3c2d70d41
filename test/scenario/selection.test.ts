/** conformance D.3.7 with whole systems: who aggregates with whom, and what the status says of the others. */
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { Cable, facts, joinedToItself, setCable, TestSystem, twoSystems } from '../support/system-lab.js';
import { mostInAnySecond, Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const timesOn = (system: TestSystem, port: number) =>
  system.sent.filter((entry) => entry.port === port).map(({ at }) => at);
const muxMoves = (system: TestSystem, port: string) =>
  system.transitions.filter((line) => line.includes(` ${port} mux: `));

describe('candidates', () => {
  test('L-01 four links with one LAG ID: one aggregator', () => {
    const { clock, a, b } = twoSystems(4, FAST, FAST);
    clock.advance(5_000);
    for (const system of [a, b]) {
      expect(system.forwarding).toEqual({ collecting: [1, 2, 3, 4], distributing: [1, 2, 3, 4], carrier: true });
      expect(new Set(system.aggregator.ports.map(({ lagId }) => lagId)).size).toBe(1);
    }
  });

  test('L-03 ports with keys of their own: not in one aggregator; the same key again: together', () => {
    const { clock, a, b } = twoSystems(3, FAST, FAST);
    const key = (value: number | undefined) => a.system.setPort(3, { ...a.port(3).settings, key: value });
    key(0x300);
    clock.advance(5_000);
    expect([a.forwarding.distributing, b.forwarding.distributing]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(a.port(3)).toMatchObject({ selected: 'UNSELECTED', actor: { Key: 0x300 } });
    expect(a.port(3).notes[0]).toBe('kept out: key 0300 of the port differs from 0100 of the active ports');
    key(undefined);
    clock.advance(5_000);
    expect([a.forwarding.distributing, b.forwarding.distributing]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test('L-02 two partners on one bundle: one is kept out, and the note names both', () => {
    const tester = new Tester(FAST, { links: 3 });
    tester.link(3).become({ System: '02:dd:00:00:00:00', Key: 0x1b });
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
    expect(tester.link(3).state).toMatchObject({ Synchronization: false, Collecting: false });
    const [note] = tester.dut.port(3).notes;
    expect(note).toContain('02:dd:00:00:00:00 (key 001b)');
    expect(note).toContain('02:cc:00:00:00:00 (key 0001)');
    expect(tester.dut.aggregator).toMatchObject({ partnerSystem: '02:cc:00:00:00:00', partnerKey: 1 });
  });

  test('L-02 the same partner with another key: the note names the key', () => {
    const tester = new Tester(FAST, { links: 2 });
    tester.link(2).become({ Key: 2 });
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    expect(tester.dut.port(2).notes[0]).toMatch(/key 0002.*key 0001/);
  });

  test('L-04 individual links: one alone, the other kept out, and both notes say why', () => {
    const tester = new Tester(FAST, { links: 2, port: { aggregation: false } }).bringUp();
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    expect(tester.link(1).state.Aggregation).toBe(false);
    const individual = 'individual link: aggregation=0 here does not aggregate it';
    expect(tester.dut.port(1).notes).toEqual([individual]);
    expect(tester.dut.port(2).notes).toEqual(['kept out: an individual link is alone in its aggregator', individual]);
  });

  test('L-02 the same partner with another system priority: the note tells it', () => {
    const tester = new Tester(FAST, { links: 2 });
    tester.link(2).become({ System_Priority: 7 });
    tester.bringUp();
    expect(tester.dut.port(2).notes).toEqual([
      'kept out: system priority 7 of the partner differs from 32768 on the active ports',
    ]);
  });

  test('L-12 count: more links of another partner win, once, and fewer never do', () => {
    const tester = new Tester({ ...FAST, policy: 'count' }, { links: 3 });
    for (const n of [2, 3]) tester.link(n).become({ System: '02:dd:00:00:00:00' });
    tester.bringUp(1);
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    tester.bringUp(2, 3);
    tester.advance(4_000);
    expect(tester.dut.forwarding.distributing).toEqual([2, 3]);
    tester.dut.forwardings.length = 0;
    tester.setLink(2, false);
    tester.advance(4_000);
    expect(tester.dut.forwarding.distributing).toEqual([3]); // one against one: no flip
    tester.advance(20_000);
    expect(tester.dut.forwardings.map(({ distributing }) => distributing)).toEqual([[3]]);
  });

  test('L-12 stable: more links of another partner do not win while the first has one', () => {
    const tester = new Tester(FAST, { links: 3 });
    for (const n of [2, 3]) tester.link(n).become({ System: '02:dd:00:00:00:00' });
    tester.bringUp(1);
    tester.bringUp(2, 3);
    expect(tester.dut.forwarding.distributing).toEqual([1]);
    tester.setLink(1, false);
    tester.advance(4_000);
    expect(tester.dut.forwarding.distributing).toEqual([2, 3]);
    tester.setLink(1, true);
    tester.advance(10_000);
    expect(tester.dut.forwarding.distributing).toEqual([2, 3]);
  });

  test('L-13 the key of one link changes at the partner: it is out, the others see nothing of it', () => {
    const tester = new Tester(FAST, { links: 3 }).bringUp();
    tester.dut.transitions.length = 0;
    tester.link(2).become({ Key: 7 });
    tester.advance(10_000);
    expect(tester.dut.forwarding.distributing).toEqual([1, 3]);
    expect([muxMoves(tester.dut, 'eth1'), muxMoves(tester.dut, 'eth3')]).toEqual([[], []]);
    tester.link(2).become({ Key: 1 });
    tester.advance(4_000);
    expect(tester.dut.forwarding.distributing).toEqual([1, 2, 3]);
  });

  test('L-16 one cable moved to another system: no forwarding between the two', () => {
    const { clock, a, b, cables } = twoSystems(2, FAST, FAST);
    clock.advance(5_000);
    const c = new TestSystem(clock, '02:cc:00:00:00:00', FAST);
    c.onFrame = (port, frame) => {
      for (const cable of cables) cable.carry(c, port, frame);
    };
    cables.splice(
      1,
      1,
      new Cable(clock, [
        [a, 2],
        [c, 1],
      ]),
    );
    c.addPort(facts(1, { mac: '02:00:00:00:02:01' }));
    clock.advance(20_000);
    expect([a, b, c].map(({ forwarding }) => forwarding.collecting)).toEqual([[1], [1], []]);
    expect(a.port(2).notes[0]).toContain(c.id);
    expect(a.port(2).actor.State.Synchronization).toBe(false);
  });
});

describe('loops', () => {
  test('L-05 a cable between two own ports: neither forwards, and each note names the other port', () => {
    const { clock, system } = joinedToItself(FAST);
    clock.advance(30_000);
    expect(system.forwardings).toEqual([]);
    expect(system.port(1)).toMatchObject({
      selected: 'UNSELECTED',
      notes: ['loop: eth1 leads to our own port eth2'],
    });
    expect(system.port(2).notes).toEqual(['loop: eth2 leads to our own port eth1']);
    for (const n of [1, 2]) expect(timesOn(system, n).length).toBeLessThan(40);
  });

  test('L-06 own LACPDUs reflected: reported, no storm, and CURRENT ends when the reflection does', () => {
    const clock = new VirtualClock();
    const system = new TestSystem(clock, '02:aa:00:00:00:00', FAST);
    let reflects = true;
    system.onFrame = (port, frame) => {
      const copy = frame.slice();
      if (reflects) clock.setTimeout(() => system.system.receive(port, copy), 1);
    };
    system.addPort(facts(1));
    clock.advance(30_000);
    expect(system.port(1)).toMatchObject({ receive: 'CURRENT', selected: 'UNSELECTED', mux: 'DETACHED' });
    expect(system.port(1).notes[0]).toMatch(/^our own LACPDUs come back on eth1/);
    expect(timesOn(system, 1).length).toBeLessThanOrEqual(33);
    expect(mostInAnySecond(timesOn(system, 1))).toBeLessThanOrEqual(3);
    expect(system.forwardings).toEqual([]);
    reflects = false;
    clock.advance(3_001);
    expect(system.port(1).receive).toBe('EXPIRED');
    clock.advance(3_000);
    expect(system.port(1).receive).toBe('DEFAULTED');
  });
});

describe('max-links and min-links', () => {
  /** Four crossed cables are one permutation; port priorities at both ends disagree on purpose. */
  function contested(left: number, right: number) {
    const clock = new VirtualClock();
    const a = new TestSystem(clock, '02:aa:00:00:00:00', { ...FAST, maxLinks: 2, systemPriority: left });
    const b = new TestSystem(clock, '02:bb:00:00:00:00', { ...FAST, maxLinks: 2, systemPriority: right });
    const cables = [1, 2, 3, 4].map(
      (n) =>
        new Cable(clock, [
          [a, n],
          [b, 5 - n],
        ]),
    );
    for (const system of [a, b]) {
      system.onFrame = (port, frame) => {
        for (const cable of cables) cable.carry(system, port, frame);
      };
    }
    for (const n of [1, 2, 3, 4]) {
      a.addPort(facts(n), { portPriority: n === 4 ? 1 : 10 });
      b.addPort(facts(n), { portPriority: n === 3 ? 1 : 10 });
    }
    clock.advance(10_000);
    return [a.forwarding.distributing, b.forwarding.distributing];
  }

  test.each([
    [
      'L-07 ours is better: our priorities, then our port numbers',
      1,
      2,
      [
        [1, 4],
        [1, 4],
      ],
    ],
    [
      "L-07 the partner's is better: its priorities and numbers",
      2,
      1,
      [
        [2, 4],
        [1, 3],
      ],
    ],
    [
      'L-07 equal priorities: the lower address (ours)',
      5,
      5,
      [
        [1, 4],
        [1, 4],
      ],
    ],
  ])('%s; both ends agree', (_, left, right, expected) => expect(contested(left, right)).toEqual(expected));

  test.each([
    ['L-08 lowest port priority first', [20, 10, 30], [2]],
    ['L-09 equal priorities: lowest port number', [10, 10, 10], [1]],
  ])('%s', (_, priorities, expected) => {
    const tester = new Tester({ ...FAST, maxLinks: 1, systemPriority: 1 }, { links: 3 });
    for (const [i, portPriority] of priorities.entries()) {
      tester.dut.system.setPort(i + 1, { ...tester.dut.port(i + 1).settings, portPriority });
    }
    tester.bringUp();
    expect(tester.dut.forwarding.distributing).toEqual(expected);
    const out = [1, 2, 3].find((n) => !expected.includes(n)) ?? 0;
    expect(tester.dut.port(out)).toMatchObject({
      selected: 'STANDBY',
      notes: ['standby: max-links=1 ports are in use'],
    });
  });

  test('L-10 a standby takes over within one exchange of LACPDUs (cable of 5 ms)', () => {
    const settings = { ...FAST, maxLinks: 1 };
    const lab = twoSystems(2, settings, settings, 5);
    lab.clock.advance(10_500);
    expect([lab.a.forwarding.distributing, lab.b.forwarding.distributing]).toEqual([[1], [1]]);
    setCable(lab, 1, false);
    lab.clock.advance(20);
    expect([lab.a.forwarding.distributing, lab.b.forwarding.distributing]).toEqual([[2], [2]]);
  });

  test('L-10 the carrier stays on while the standby steps in, and goes off when its partner does not follow', () => {
    const settings = { ...FAST, maxLinks: 1 };
    const lab = twoSystems(2, settings, settings, 5);
    lab.clock.advance(10_500);
    for (const system of [lab.a, lab.b]) system.forwardings.length = 0;
    setCable(lab, 1, false);
    lab.clock.advance(2_000);
    for (const { forwardings } of [lab.a, lab.b]) {
      expect(forwardings.some(({ distributing }) => distributing.length === 0)).toBe(true);
      expect(forwardings.every(({ carrier }) => carrier)).toBe(true);
    }
    const tester = new Tester(settings, { links: 2 }).bringUp();
    const standby = tester.link(2).become({ State: { Synchronization: false } });
    standby.keepAlive(1_000);
    tester.setLink(1, false);
    tester.advance(999);
    expect(tester.dut.forwarding).toEqual({ collecting: [], distributing: [], carrier: true });
    tester.advance(1);
    expect(tester.dut.forwarding.carrier).toBe(false);
    tester.advance(1_000);
    expect(tester.dut.forwarding.carrier).toBe(false);
    // Once it has been in use it is no standby that steps in.
    tester
      .link(2)
      .become({ State: { Synchronization: true } })
      .send();
    expect(tester.dut.forwarding.carrier).toBe(true);
    tester
      .link(2)
      .become({ State: { Synchronization: false } })
      .send();
    expect(tester.dut.forwarding.carrier).toBe(false);
  });

  test('L-10 the repaired link takes its place back, with no more than one exchange without traffic', () => {
    const settings = { ...FAST, maxLinks: 1 };
    const lab = twoSystems(2, settings, settings, 5);
    lab.clock.advance(10_500);
    setCable(lab, 1, false);
    lab.clock.advance(10_000);
    for (const system of [lab.a, lab.b]) system.forwardings.length = 0;
    setCable(lab, 1, true);
    lab.clock.advance(10_000);
    for (const { forwarding, forwardings } of [lab.a, lab.b]) {
      expect(forwarding.distributing).toEqual([1]);
      const out = forwardings.find(({ distributing }) => distributing.length === 0)?.at ?? 0;
      const back = forwardings.find(({ at, distributing }) => at >= out && distributing.includes(1))?.at ?? Infinity;
      expect(out).toBeGreaterThanOrEqual(22_500);
      expect(back - out).toBeLessThanOrEqual(20);
    }
  });

  test('L-10 a repaired link whose partner stays silent disturbs nothing', () => {
    const tester = new Tester({ ...FAST, maxLinks: 1 }, { links: 2 }).bringUp();
    tester.setLink(1, false);
    tester.link(1).keepAlive(0);
    tester.advance(5_000);
    expect(tester.dut.forwarding.distributing).toEqual([2]);
    tester.dut.forwardings.length = 0;
    tester.setLink(1, true);
    tester.advance(30_000);
    expect(tester.dut.forwardings).toEqual([]);
  });

  test.each([
    ['one too few', 1, false],
    ['just enough', 2, true],
    ['one more', 3, true],
  ])('L-11 min-links=2, %s', (_, links, carrier) => {
    const tester = new Tester({ ...FAST, minLinks: 2 }, { links: 3 }).bringUp();
    for (let n = 3; n > links; n--) tester.setLink(n, false);
    expect(tester.dut.forwarding.carrier).toBe(carrier);
    expect(tester.dut.forwarding.distributing.length).toBe(links);
    const note = `no carrier: ${links} of at least 2 ports (min-links) are DISTRIBUTING`;
    expect(tester.dut.aggregator.notes).toEqual(carrier ? [] : [note]);
  });

  test('L-11 counts ports that distribute, not links that are up', () => {
    const tester = new Tester({ ...FAST, minLinks: 2 }, { links: 2 }).bringUp(1);
    expect(tester.dut.forwarding).toEqual({ collecting: [1], distributing: [1], carrier: false });
  });
});
