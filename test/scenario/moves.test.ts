/** Conversations that change port between two systems, and ports that leave without loss: tables, markers, LACPDUs. */

import { describe, expect, test } from 'vitest';
import { Linger_After_Partner, Linger_Most } from '../../src/aggregator/departure.js';
import { DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { Marker_Time_Out } from '../../src/mux/conversation-moves.js';
import { BUCKETS, isHeld, portOf, spread } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';
import { facts, setCable, type TestSystem, twoSystems } from '../support/system-lab.js';

const FAST = { rate: 'fast' } as const;
/** One way, of every cable. */
const DELAY = 5;
const gate = (value: 'open' | 'collect-only' | 'closed') => ({ ...DEFAULT_PORT, gate: value });

/** Two systems on `links` cables, all in use, with nothing moving. */
function running(links: number) {
  const lab = twoSystems(links, FAST, FAST, DELAY);
  lab.clock.advance(5_000);
  for (const system of [lab.a, lab.b]) {
    expect(system.forwarding.distributing).toHaveLength(links);
    expect(held(system)).toBe(0);
    for (const list of [system.markers, system.tables, system.sent, system.transitions]) list.length = 0;
  }
  return lab;
}

const held = ({ table }: TestSystem) => table.buckets.filter(isHeld).length;
const usedPorts = ({ table }: TestSystem) => [...new Set(table.buckets.map(portOf))].sort();
const markersOf = (system: TestSystem) =>
  system.markers.flatMap(({ port, frame, at }) => {
    const parsed = parseSlowProtocols(frame);
    return parsed.kind === 'marker' ? [{ port, at, ...parsed.marker }] : [];
  });
const asked = (system: TestSystem) => markersOf(system).filter(({ kind }) => kind === 'information');

/** A system whose partner never gets its markers. */
function deafToMarkers(lab: ReturnType<typeof running>): void {
  const deliver = lab.a.onFrame;
  lab.a.onFrame = (port, frame) => {
    if (parseSlowProtocols(frame).kind !== 'marker') deliver(port, frame);
  };
}

describe('collect-only on one of three ports', () => {
  test('its conversations are held, asked after by one marker on each port that gives some away, and go on when answered', () => {
    const { clock, a } = running(3);
    a.system.setPort(3, gate('collect-only'));
    expect(usedPorts(a)).toEqual([1, 2]);
    const want = spread([1, 2]);
    const from = spread([1, 2, 3]).filter((port, bucket) => port !== want[bucket]);
    const moving = from.length;
    expect(moving).toBeLessThan(BUCKETS * 0.35); // a third, and few more
    expect(held(a)).toBe(moving);
    expect(asked(a).every(({ requesterSystem }) => requesterSystem === '02:aa:00:00:00:00')).toBe(true);
    expect(
      asked(a)
        .map(({ port, requesterPort }) => [port, requesterPort])
        .sort(),
    ).toEqual([...new Set(from)].sort().map((port) => [port, port]));
    clock.advance(2 * DELAY - 1);
    expect(held(a)).toBe(moving);
    clock.advance(1);
    expect(a.table.buckets).toEqual(spread([1, 2]));
    expect(a.port(3).counters).toMatchObject({ markersTx: 1, markerResponsesRx: 1, markerTimeouts: 0 });
    expect(a.port(3).counters.markerResponsesUnexpected).toBe(0);
  });

  test('open again: the port takes its share back, by markers on the others', () => {
    const { clock, a } = running(3);
    a.system.setPort(3, gate('collect-only'));
    clock.advance(1_000);
    a.markers.length = 0;
    a.system.setPort(3, gate('open'));
    expect(
      asked(a)
        .map(({ port }) => port)
        .sort(),
    ).toEqual([1, 2]);
    clock.advance(2 * DELAY);
    expect(a.table.buckets).toEqual(spread([1, 2, 3]));
  });

  test('a partner that does not answer: the time-out, counted on the port', () => {
    const lab = running(3);
    deafToMarkers(lab);
    lab.a.system.setPort(3, gate('collect-only'));
    lab.clock.advance(Marker_Time_Out - 1);
    expect(held(lab.a)).toBeGreaterThan(0);
    lab.clock.advance(1);
    expect(lab.a.table.buckets).toEqual(spread([1, 2]));
    expect(lab.a.port(3).counters).toMatchObject({ markersTx: 1, markerResponsesRx: 0, markerTimeouts: 1 });
  });

  test('the link is cut in the middle of the move: its conversations go on at once', () => {
    const lab = running(2);
    lab.a.system.setPort(2, gate('collect-only'));
    expect(held(lab.a)).toBe(BUCKETS / 2);
    setCable(lab, 2, false);
    expect(lab.a.table.buckets).toEqual(spread([1]));
  });

  test('the port vanishes in the middle of the move: its conversations go on at once', () => {
    const { a } = running(2);
    a.system.setPort(2, gate('collect-only'));
    a.system.dropPort(2);
    expect(a.table.buckets).toEqual(spread([1]));
  });
});

test('a link is cut: its conversations move at once, those that go from one whole port to another by marker', () => {
  const lab = running(3);
  setCable(lab, 3, false);
  const want = spread([1, 2]);
  const from = new Set<number>();
  for (const [bucket, entry] of lab.a.table.buckets.entries()) {
    const before = spread([1, 2, 3])[bucket] ?? 0;
    const moves = before !== 3 && before !== want[bucket];
    expect(entry).toBe(moves ? -(want[bucket] ?? 0) : want[bucket]);
    if (moves) from.add(before);
  }
  expect(from.size).toBeGreaterThan(0);
  expect(
    asked(lab.a)
      .map(({ port }) => port)
      .sort(),
  ).toEqual([...from].sort());
});

test('a partner that falls silent is not asked', () => {
  const lab = running(2);
  for (const cable of lab.cables.slice(1)) cable.cut = true;
  lab.clock.advance(4_000);
  expect(lab.a.port(2).receive).toBe('EXPIRED');
  expect(lab.a.table.buckets).toEqual(spread([1]));
  expect(asked(lab.a)).toEqual([]);
});

test.each([
  ['policy', { hash: 'layer2' }, hashBy('layer2')],
  ['seed', { hashSeed: 7 }, hashBy('layer3+4', 7)],
  ['use of the flow label', { hashFlowLabel: true }, hashBy('layer3+4', 0, true)],
] as const)('another hash, by its %s: every bucket is held until every port has answered', (_, settings, hash) => {
  const { clock, a } = running(3);
  a.set(settings);
  expect(a.table.hash).toEqual(hash);
  expect(held(a)).toBe(BUCKETS);
  clock.advance(2 * DELAY);
  expect(a.table).toMatchObject({ hash, buckets: spread([1, 2, 3]) });
});

test('responses that nobody waits for are counted and change nothing', () => {
  const { a } = running(2);
  const { markerResponsesRx } = a.port(1).counters;
  const response = (requesterSystem: string, requesterPort: number) =>
    a.system.receive(
      1,
      slowProtocolsFrame(
        '02:00:00:00:01:01',
        encodeMarker({ kind: 'response', requesterPort, requesterSystem, requesterTransactionId: 77 }),
      ),
    );
  response('02:aa:00:00:00:00', 1);
  response('02:aa:00:00:00:00', 2);
  response('02:bb:00:00:00:00', 1);
  expect(a.port(1).counters).toMatchObject({
    markerResponsesRx: markerResponsesRx + 3,
    markerResponsesUnexpected: 3,
  });
  expect(a.tables).toEqual([]);
});

describe.each(['independent', 'coupled'] as const)('a port is removed, partner with %s control', (mux) => {
  test('H-03 Distributing off first, then drained, then out of sync, then its last frames taken, then released', () => {
    const lab = running(2);
    const { clock, a, b } = lab;
    b.set({ mux });
    clock.advance(5_000);
    a.takeLacpdus(2);
    const start = clock.now();
    let released: number | undefined;
    a.system.removePort(2, () => {
      released = clock.now() - start;
    });
    expect(a.takeLacpdus(2).map(({ pdu }) => pdu.actor.State)).toMatchObject([
      { Synchronization: true, Collecting: true, Distributing: false },
    ]);
    expect(a.table.collecting).toEqual([1, 2]);
    clock.advance(2 * DELAY);
    expect(a.table.buckets).toEqual(spread([1]));
    expect(a.takeLacpdus(2).map(({ pdu }) => pdu.actor.State)).toMatchObject([
      { Aggregation: true, Synchronization: false, Collecting: false, Distributing: false },
    ]);
    // Out of the aggregate, but what the partner has sent before it heard is still taken.
    expect(a.forwarding.collecting).toEqual([1]);
    expect(a.table.collecting).toEqual([1, 2]);
    clock.advance(DELAY);
    // The partner moves its own by marker, and is answered.
    expect(held(b)).toBe(BUCKETS / 2);
    clock.advance(2 * DELAY);
    expect(b.table.buckets).toEqual(spread([1]));
    expect(b.port(2).counters).toMatchObject({ markerTimeouts: 0 });
    clock.advance(5_000);
    expect(released).toBe(4 * DELAY + Linger_After_Partner);
    expect(a.table.collecting).toEqual([1]);
    expect(() => a.port(2)).toThrow();
  });
});

describe('a departure', () => {
  test('the partner never says that it has stopped: the end comes all the same', () => {
    const { clock, a, cables } = running(2);
    const start = clock.now();
    let released: number | undefined;
    a.system.removePort(2, () => {
      released = clock.now() - start;
    });
    clock.advance(2 * DELAY - 1);
    const [, cable] = cables;
    if (cable === undefined) throw new Error('no cable');
    cable.oneWay = true; // the farewell is lost; the partner goes on as before
    clock.advance(10_000);
    expect(released).toBe(2 * DELAY + Linger_Most);
  });

  test('the link fails meanwhile: released at once', () => {
    const lab = running(2);
    let released = false;
    lab.a.system.removePort(2, () => {
      released = true;
    });
    lab.clock.advance(2 * DELAY);
    expect(released).toBe(false);
    setCable(lab, 2, false);
    expect(released).toBe(true);
  });

  test('without a farewell it is over when the conversations are elsewhere', () => {
    const { clock, a } = running(2);
    a.set({ farewell: 'none' });
    a.takeLacpdus(2);
    const start = clock.now();
    let released: number | undefined;
    a.system.removePort(2, () => {
      released = clock.now() - start;
    });
    clock.advance(5_000);
    expect(released).toBe(2 * DELAY);
    expect(a.takeLacpdus(2).every(({ pdu }) => pdu.actor.State.Synchronization)).toBe(true);
  });

  test('of the last port in use is immediate', () => {
    const { a } = running(1);
    let released = false;
    a.system.removePort(1, () => {
      released = true;
    });
    expect(released).toBe(true);
    expect(asked(a)).toEqual([]);
  });

  test('gate=closed is taken back while the port drains: it never left', () => {
    const { clock, a } = running(2);
    a.system.setPort(2, gate('closed'));
    a.system.setPort(2, gate('open'));
    expect(a.table.buckets).toEqual(spread([1, 2]));
    clock.advance(5_000);
    expect(a.transitions.filter((line) => line.includes('-> DETACHED') && line.includes('eth2'))).toHaveLength(0);
    expect(a.forwarding.distributing).toEqual([1, 2]);
  });

  test('a port that is removed while its closed gate drains is released once, with a farewell', () => {
    const { clock, a } = running(2);
    let released = 0;
    a.system.setPort(2, gate('closed'));
    a.system.removePort(2, () => released++);
    clock.advance(5_000);
    expect(released).toBe(1);
    expect(a.takeLacpdus(2).at(-1)?.pdu.actor.State.Synchronization).toBe(false);
  });

  test('two ports of three at once, then the third: all go', () => {
    const { clock, a } = running(3);
    let released = 0;
    for (const n of [1, 2, 3]) a.system.removePort(n, () => released++);
    clock.advance(5_000);
    expect(released).toBe(3);
    expect(a.table).toMatchObject({ buckets: [], collecting: [] });
  });

  test('its Port Number is free again afterwards, and nothing of it is left', () => {
    const { clock, a } = running(2);
    a.system.removePort(2, () => {});
    clock.advance(5_000);
    expect(a.addPort(facts(2))).toBe(2);
    clock.advance(5_000);
    expect(a.table).toMatchObject({ buckets: spread([1, 2]), collecting: [1, 2] });
  });
});
