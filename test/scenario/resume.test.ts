/** A process takes up where another one ended: what its partner sees of it, in virtual time. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import type { AggregatorSnapshot } from '../../src/aggregator/snapshot.js';
import { Cable, facts, TestSystem, twoSystems } from '../support/system-lab.js';

type TwoSystems = ReturnType<typeof twoSystems>;

/** As the journal keeps it: a text. */
function written(system: TestSystem): AggregatorSnapshot {
  const [snapshot] = system.system.snapshot();
  return JSON.parse(JSON.stringify(snapshot));
}

/** The end that no program sees coming: nothing is said, nothing is heard. */
function kill(lab: TwoSystems): void {
  lab.a.system.close();
  lab.a.onFrame = () => {};
  for (const cable of lab.cables) cable.cut = true;
}

/** The successor of `a`, with cables of its own to `b`. */
function successor(lab: TwoSystems, snapshot: AggregatorSnapshot): TestSystem {
  const next = new TestSystem(lab.clock, lab.a.id, lab.a.settings);
  const cables = snapshot.ports.map(
    ({ number }) =>
      new Cable(lab.clock, [
        [next, number],
        [lab.b, number],
      ]),
  );
  next.onFrame = (port, frame) => {
    for (const cable of cables) cable.carry(next, port, frame);
  };
  lab.b.onFrame = (port, frame) => {
    for (const cable of cables) cable.carry(lab.b, port, frame);
  };
  resume(next, snapshot);
  return next;
}

function resume(system: TestSystem, snapshot: AggregatorSnapshot): void {
  system.system.resumePorts(
    'veth0',
    snapshot,
    snapshot.ports.map((port) => ({ snapshot: port, settings: DEFAULT_PORT })),
  );
}

const states = (system: TestSystem) =>
  system.aggregator.ports.map(({ receive, mux, selected }) => [receive, mux, selected]);
const IN_USE = ['CURRENT', 'DISTRIBUTING', 'SELECTED'];

describe.each(['fast', 'slow'] as const)('two links in use at the %s rate, killed', (rate) => {
  const downMs = rate === 'fast' ? 1_500 : 40_000;

  function killed() {
    const lab = twoSystems(2, { rate }, { rate });
    lab.clock.advance(20_000);
    const snapshot = written(lab.a);
    kill(lab);
    const transitions = lab.b.transitions.length;
    lab.clock.advance(downMs);
    return { lab, snapshot, transitions };
  }

  test('and taken up: in use from the first moment, and the partner never notices', () => {
    const { lab, snapshot, transitions } = killed();
    const next = successor(lab, snapshot);
    expect(states(next)).toEqual([IN_USE, IN_USE]);
    expect(next.forwardings).toEqual([
      { at: lab.clock.now(), collecting: [1, 2], distributing: [1, 2], carrier: true },
    ]);
    lab.clock.advance(300_000);
    expect(lab.b.transitions.slice(transitions)).toEqual([]);
    expect(next.transitions).toEqual([]);
    expect(next.forwardings).toHaveLength(1);
    expect(states(next)).toEqual([IN_USE, IN_USE]);
  });

  test('and taken up: an LACPDU at once on each port, and none without Synchronization', () => {
    const { lab, snapshot } = killed();
    const before = lab.a.port(1);
    const start = lab.clock.now();
    const next = successor(lab, snapshot);
    lab.clock.advance(200_000);
    for (const number of [1, 2]) {
      const sent = next.takeLacpdus(number);
      expect(sent[0]?.at).toBe(start);
      expect(sent.filter(({ pdu }) => !pdu.actor.State.Synchronization)).toEqual([]);
      expect(sent.filter(({ pdu }) => pdu.actor.Port !== number || pdu.actor.Key !== before.actor.Key)).toEqual([]);
      const period = rate === 'fast' ? 1_000 : 30_000;
      const gaps = sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0));
      expect(Math.max(...gaps)).toBe(period);
    }
  });

  test('and taken up while the partner is gone: expires one timeout later, as it would have', () => {
    const { lab, snapshot } = killed();
    const next = new TestSystem(lab.clock, lab.a.id, lab.a.settings);
    resume(next, snapshot);
    const timeout = rate === 'fast' ? 3_000 : 90_000;
    lab.clock.advance(timeout - 1);
    expect(states(next)).toEqual([IN_USE, IN_USE]);
    lab.clock.advance(1);
    expect(next.port(1).receive).toBe('EXPIRED');
    expect(next.forwarding.carrier).toBe(false);
    lab.clock.advance(3_000);
    expect(next.port(1).receive).toBe('DEFAULTED');
  });

  test('and a link that went down meanwhile: taken out as an event, the other stays', () => {
    const { lab, snapshot, transitions } = killed();
    const next = successor(lab, snapshot);
    next.system.linkChanged(2, facts(2, { link: 'down' }));
    lab.b.setLink(2, false);
    lab.clock.advance(5_000);
    expect(states(next)[0]).toEqual(IN_USE);
    expect(next.port(2).receive).toBe('PORT_DISABLED');
    expect(next.forwarding.distributing).toEqual([1]);
    expect(lab.b.transitions.slice(transitions).filter((line) => / 1 (mux|receive):/.test(line))).toEqual([]);
  });
});

test('killed while ports wait: wait_while_timer goes on by its deadline, and the group forms', () => {
  const lab = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
  lab.clock.advance(1_200);
  expect(lab.a.port(1).mux).toBe('WAITING');
  const snapshot = written(lab.a);
  kill(lab);
  lab.clock.advance(300);
  const next = successor(lab, snapshot);
  lab.clock.advance(499);
  expect(next.port(1).mux).toBe('WAITING');
  lab.clock.advance(1);
  expect(next.port(1).mux).not.toBe('WAITING');
  lab.clock.advance(3_000);
  expect(states(next)).toEqual([IN_USE, IN_USE]);
});

test('hot standby is taken up as it was: the same ports selected, churn found at its old deadline', () => {
  const lab = twoSystems(3, { rate: 'fast', maxLinks: 2 }, { rate: 'fast' });
  lab.clock.advance(20_000);
  const before = states(lab.a);
  expect(before.map(([, , selected]) => selected)).toEqual(['SELECTED', 'SELECTED', 'STANDBY']);
  const snapshot = written(lab.a);
  kill(lab);
  lab.clock.advance(700);
  const next = successor(lab, snapshot);
  lab.clock.advance(60_000);
  expect(states(next)).toEqual(before);
  expect(next.transitions).toEqual(['60000 eth3 actor_churn: CHURN_MONITOR (actor_churn_timer_expired) -> CHURN']);
});

test('a port that is leaving is not in the snapshot', () => {
  const lab = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
  lab.clock.advance(20_000);
  // The transmit limit holds the farewell back.
  for (const systemPriority of [1, 2, 3, 4]) lab.a.set({ systemPriority });
  lab.a.system.removePort(2, () => {});
  expect(lab.a.aggregator.ports).toHaveLength(2);
  expect(written(lab.a).ports.map(({ number }) => number)).toEqual([1]);
});

test('a state that no machine has is refused, and the aggregator has no port then', () => {
  const lab = twoSystems(2);
  lab.clock.advance(10_000);
  const snapshot = written(lab.a);
  const [first, second] = snapshot.ports;
  if (first === undefined || second === undefined) throw new Error('two ports were saved');
  const damaged = { ...second, states: { ...second.states, mux: 'SIDEWAYS' as 'WAITING' } };
  const next = new TestSystem(lab.clock, lab.a.id);
  expect(() => resume(next, { ...snapshot, ports: [first, damaged] })).toThrow();
  expect(next.aggregator.ports).toEqual([]);
  expect(next.addPort(facts(1))).toBe(1);
});

test('version 2: what was agreed on conversations is in force from the first moment', () => {
  const settings = { rate: 'fast', lacpVersion: 2 } as const;
  const lab = twoSystems(2, settings, settings);
  lab.clock.advance(10_000);
  const { ports } = lab.a.forwarding.conversations ?? {};
  const snapshot = written(lab.a);
  kill(lab);
  lab.clock.advance(1_500);
  const before = lab.b.forwardings.length;
  const next = successor(lab, snapshot);
  expect(next.aggregator.conversations?.differences).toEqual([]);
  expect(next.port(1).conversations?.inStep).toBe(true);
  expect(next.forwarding.conversations?.ports).toEqual(ports);
  lab.clock.advance(10_000);
  expect(lab.b.forwardings).toHaveLength(before);
});

test('before a planned pause: an LACPDU on each port at once, and the next one a period later', () => {
  const lab = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
  lab.clock.advance(20_400);
  for (const number of [1, 2]) lab.a.takeLacpdus(number);
  const now = lab.clock.now();
  lab.a.system.sayAgain();
  lab.clock.advance(1_500);
  for (const number of [1, 2]) {
    const sent = lab.a.takeLacpdus(number);
    expect(sent.map(({ at }) => at - now)).toEqual([0, 1_000]);
    expect(sent.every(({ pdu }) => pdu.actor.State.Synchronization)).toBe(true);
  }
});
