import { describe, expect, test } from 'vitest';
import type { Happening } from '../../src/aggregator/journal/happening.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { EventJournal, type EventsPart, type EventsRequest } from '../../src/daemon/event-journal.js';
import { EventRing } from '../../src/daemon/event-ring.js';

const step = (port: string, n: number): Happening => ({
  event: 'transition',
  veth: 'veth0',
  port,
  number: 1,
  machine: 'mux',
  from: `${n}`,
  to: `${n + 1}`,
  cause: 'test',
});

function journal(limits = { entries: 1_000, octets: 1e9 }) {
  const clock = new VirtualClock();
  const file: string[] = [];
  const events = new EventJournal(clock, {
    limits,
    wallClock: () => 1e12 + clock.now(),
    file: (line) => file.push(line),
  });
  return { clock, events, file };
}

const ALL: EventsRequest = { follow: false, json: false };

async function read(events: EventJournal, request: Partial<EventsRequest> = {}): Promise<EventsPart> {
  const lines: string[] = [];
  let missed = 0;
  for await (const part of events.read({ ...ALL, ...request })) {
    lines.push(...part.lines);
    missed += part.missed;
  }
  return { lines, missed };
}

describe('what is kept', () => {
  test('is read as trace lines with the time of day, or as JSON lines, which the file gets as well', async () => {
    const { clock, events, file } = journal();
    clock.advance(1_234);
    events.write(1_234, step('eth1', 1));
    expect((await read(events)).lines).toEqual(['2001-09-09T01:46:41.234Z veth0 eth1 mux: 1 (test) -> 2']);
    const { lines } = await read(events, { json: true });
    expect(JSON.parse(lines[0] ?? '')).toEqual({ time: '2001-09-09T01:46:41.234Z', at: 1_234, ...step('eth1', 1) });
    expect(file).toEqual(lines);
  });

  test('of a port, of an interface, and not older than asked for', async () => {
    const { clock, events } = journal();
    events.write(0, step('eth1', 1));
    events.write(5_000, step('eth2', 2));
    events.write(9_000, step('eth1', 3));
    events.late(80);
    clock.advance(10_000);
    const froms = async (request: Partial<EventsRequest>) =>
      (await read(events, { ...request, json: true })).lines.map((line) => JSON.parse(line).from ?? 'late');
    expect(await froms({ name: 'eth1' })).toEqual(['1', '3']);
    expect(await froms({ name: 'veth0' })).toEqual(['1', '2', '3']);
    expect(await froms({ sinceMs: 6_000 })).toEqual(['2', '3']);
    expect([events.knows('eth2'), events.knows('eth7')]).toEqual([true, false]);
  });

  test('has at its end how often the last events were repeated', async () => {
    const { clock, events } = journal();
    const tick: Happening = { event: 'timer', veth: 'veth0', port: 'eth1', number: 1, timer: 'periodic_timer' };
    for (const at of [0, 1_000, 2_000, 3_000]) events.write(at, tick);
    clock.advance(3_500);
    expect((await read(events)).lines[1]).toMatch(
      / veth0 eth1 timer: periodic_timer expired again 3 times, the last 0.5 s ago$/,
    );
  });

  test('lateness is told from 50 ms on, and once a second', async () => {
    const { clock, events } = journal();
    for (const ms of [10, 60, 70, 80]) events.late(ms);
    clock.advance(1_000);
    events.late(90);
    expect((await read(events)).lines.map((line) => line.split(' ').slice(3).join(' '))).toEqual([
      'late: the control loop ran 60 ms late',
      'late: the control loop ran 90 ms late',
    ]);
  });
});

describe('bounds', () => {
  test.each([
    ['entries', { entries: 10, octets: 1e9 }],
    ['octets', { entries: 1e9, octets: 2_500 }],
  ])('the newest are kept, within the limit of %s', async (_, limits) => {
    const { events } = journal(limits);
    for (let n = 0; n < 1_000; n++) events.write(n, step('eth1', n));
    const { lines } = await read(events, { json: true });
    expect(lines.map((line) => Number(JSON.parse(line).from))).toEqual([
      990, 991, 992, 993, 994, 995, 996, 997, 998, 999,
    ]);
  });

  test('a reader that takes its time holds nothing: what was given up meanwhile is counted for it', async () => {
    const { events } = journal({ entries: 1_000, octets: 1e9 });
    for (let n = 0; n < 1_000; n++) events.write(n, step('eth1', n));
    const reader = events.read(ALL);
    expect((await reader.next()).value).toMatchObject({ missed: 0 });
    for (let n = 1_000; n < 3_000; n++) events.write(n, step('eth1', n));
    const { lines, missed } = (await reader.next()).value as EventsPart;
    expect(missed).toBe(2_000 - 256);
    expect(lines[0]).toContain(' 2000 (test)');
  });

  test('the ring forgets as fast as it is filled: it stays as small over a million entries', () => {
    const ring = new EventRing({ entries: 100, octets: 1e9 });
    for (let n = 0; n < 1_000_000; n++) ring.push({ at: n, event: 'say-again' });
    expect([ring.first, ring.next]).toEqual([999_900, 1_000_000]);
    expect([ring.entry(999_899), ring.entry(999_900), ring.entry(1_000_000)]).toEqual([
      undefined,
      { at: 999_900, event: 'say-again' },
      undefined,
    ]);
  });
});

describe('following', () => {
  test('what happens later is read as it happens, and the end of the daemon ends it', async () => {
    const { events } = journal();
    events.write(0, step('eth1', 1));
    const reader = events.read({ ...ALL, follow: true });
    expect((await reader.next()).value?.lines).toHaveLength(1);
    const next = reader.next();
    events.write(1, step('eth1', 2));
    expect((await next).value?.lines[0]).toContain('mux: 2 (test) -> 3');
    const last = reader.next();
    events.close();
    expect((await last).value).toEqual({ lines: [], missed: 0 });
    expect((await reader.next()).done).toBe(true);
  });
});
