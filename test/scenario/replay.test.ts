/** The stimuli of a journal, given to a new system, give the same journal octet by octet. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Recorded, replay } from '../../src/aggregator/journal/replay.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { md5 } from '../../src/daemon/md5.js';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { facts, TestSystem, twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';
import { happen, type Lab, LINKS, step } from '../support/walk.js';

const text = (journal: readonly Recorded[]) => journal.map((each) => JSON.stringify(each)).join('\n');

/** What a walk of links and settings has not: frames that are no LACPDUs, ports that go and come, a restart that nears. */
type Extra =
  | { readonly kind: 'garbage' | 'marker' | 'response' | 'oam'; readonly link: number }
  | { readonly kind: 'remove' | 'remove-at-once' | 'drop' | 'say-again'; readonly link: number };
const extra: fc.Arbitrary<Extra> = fc.record({
  kind: fc.constantFrom('garbage', 'marker', 'response', 'oam', 'remove', 'remove-at-once', 'drop', 'say-again'),
  link: fc.constantFrom(...LINKS),
});

function happenToo({ a }: Lab, { kind, link }: Extra): void {
  const { system } = a;
  const there = a.aggregator.ports.some(({ number }) => number === link);
  const back = () => a.addPort(facts(link));
  const frame = FRAMES[kind];
  if (frame !== undefined) system.receive(link, slowProtocolsFrame('02:00:00:00:01:09', frame));
  else if (kind === 'say-again') system.sayAgain();
  else if (!there) return;
  else if (kind === 'drop') {
    system.dropPort(link);
    back();
  } else system.removePort(link, back, { atOnce: kind === 'remove-at-once' });
}

const marker = (kind: 'information' | 'response') =>
  encodeMarker({ kind, requesterPort: 1, requesterSystem: '02:bb:00:00:00:00', requesterTransactionId: 7 });
const FRAMES: { readonly [K in Extra['kind']]?: Uint8Array } = {
  garbage: new Uint8Array(60),
  oam: Uint8Array.of(3, 1, 1),
  marker: marker('information'),
  response: marker('response'),
};

test('random walks: settings, links, frames, timers, ports that go and come', () => {
  const events = fc.array(fc.oneof({ weight: 3, arbitrary: step }, { weight: 1, arbitrary: extra }), {
    minLength: 5,
    maxLength: 40,
  });
  let told = 0;
  fc.assert(
    fc.property(events, fc.constantFrom(0, 7), (walk, delay) => {
      const lab = twoSystems(LINKS.length, { rate: 'fast' }, { rate: 'fast' }, delay);
      lab.clock.advance(3_000);
      for (const event of walk) {
        if (isExtra(event)) happenToo(lab, event);
        else happen(lab, event);
        lab.clock.advance(1); // what was asked from within has come about
      }
      lab.clock.advance(5_000);
      for (const { journal } of [lab.a, lab.b]) {
        told += journal.length;
        expect(text(replay(journal, md5))).toBe(text(journal));
      }
    }),
    { numRuns: 20 },
  );
  expect(told).toBeGreaterThan(4_000); // there was something to compare
}, 60_000);

const EXTRA: readonly string[] = [
  'garbage',
  'marker',
  'response',
  'oam',
  'remove',
  'remove-at-once',
  'drop',
  'say-again',
];
const isExtra = (event: { readonly kind: string }): event is Extra => EXTRA.includes(event.kind);

describe('what a walk does not meet', () => {
  test('conversations that move behind markers, and their time-outs', () => {
    const tester = new Tester({ rate: 'fast' }, { links: 3 }).bringUp();
    tester.setLink(1, false);
    tester.advance(5_000);
    tester.setLink(1, true);
    tester.advance(10_000);
    const { journal } = tester.dut;
    expect(journal.some(({ happening }) => happening.event === 'marker-sent')).toBe(true);
    expect(journal.some(({ happening }) => happening.event === 'moves-timer')).toBe(true);
    expect(text(replay(journal, md5))).toBe(text(journal));
  });

  test('a control loop that ran late: what came meanwhile is heard before a timer expires, as it was', () => {
    const { clock, a, b } = twoSystems(1, { rate: 'fast' }, { rate: 'fast' });
    clock.advance(10_000);
    // Nothing is served for four seconds; then an LACPDU lies in the socket.
    const frame = b.sent.at(-1)?.frame;
    if (frame === undefined) throw new Error('nothing sent');
    const late = new TestSystem(new LateClock(clock), '02:aa:00:00:00:00', { rate: 'fast' });
    late.addPort(facts(1));
    late.system.receive(1, frame);
    late.drain = () => late.system.receive(1, frame);
    clock.advance(20_000);
    const { journal } = late;
    expect(journal.filter(({ happening }) => happening.event === 'timer').length).toBeGreaterThan(5);
    expect(text(replay(journal, md5))).toBe(text(journal));
    expect(a.port(1).distributing).toBe(true);
  });

  test('conversations that rebalancing has moved, by what it was told of the load', () => {
    const { clock, a } = twoSystems(2, { rate: 'fast', rebalance: 5 }, { rate: 'fast' });
    clock.advance(10_000);
    const busy = a.table.buckets.flatMap((port, bucket) => (port === 1 ? [bucket] : []));
    for (let second = 0; second < 30; second++) {
      for (const bucket of busy) if (a.octets !== undefined) a.octets[bucket] = (a.octets[bucket] ?? 0) + 1e7;
      clock.advance(1_000);
    }
    const { journal } = a;
    expect(journal.some(({ happening }) => happening.event === 'load')).toBe(true);
    expect(journal.some(({ happening }) => happening.event === 'marker-sent')).toBe(true);
    expect(text(replay(journal, md5))).toBe(text(journal));
  });

  test('ports of an earlier process', () => {
    const { clock, a } = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
    clock.advance(10_000);
    const [before] = a.system.snapshot();
    if (before === undefined) throw new Error('no interface');
    const later = new TestSystem(clock, '02:aa:00:00:00:00', { rate: 'fast' });
    const { settings } = a.port(1);
    later.system.resumePorts(
      'veth0',
      before,
      before.ports.map((snapshot) => ({ snapshot, settings })),
    );
    clock.advance(10_000);
    const { journal } = later;
    expect(journal.map(({ happening }) => happening.event)).toContain('resumed');
    expect(journal.some(({ happening }) => happening.event === 'transition')).toBe(true); // expired, for nobody spoke
    expect(text(replay(JSON.parse(`[${text(journal).replaceAll('\n', ',')}]`), md5))).toBe(text(journal));
  });
});

/** Everything is served 1.7 s after its time. */
class LateClock extends VirtualClock {
  constructor(private readonly inner: VirtualClock) {
    super();
  }
  override now(): number {
    return this.inner.now();
  }
  override setTimeout(callback: () => void, ms: number): number {
    return this.inner.setTimeout(callback, ms + 1_700);
  }
  override clearTimeout(handle: unknown): void {
    this.inner.clearTimeout(handle);
  }
}
