/** What the parts of our own code cost that run for every LACPDU, and for every frame of the user path. */
import type { Happening } from '../../../src/aggregator/journal/happening.js';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../../src/aggregator/settings.js';
import { LacpSystem } from '../../../src/aggregator/system.js';
import { EventJournal } from '../../../src/daemon/event-journal.js';
import { md5 } from '../../../src/daemon/md5.js';
import { systemClock } from '../../../src/drivers/clock.js';
import { decodeLacpdu, encodeLacpdu } from '../../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols } from '../../../src/lacp/slow-protocols.js';
import { hashBy, hashFrame } from '../../../src/mux/hash.js';
import type { Figure } from '../results.js';
import { facts } from './memory-host.js';

const HASH = hashBy('layer3+4');

/** Nanoseconds of processor a call, once for each repetition after a warm-up. */
function nanoseconds(repetitions: number, calls: number, work: () => unknown): number[] {
  const round = () => {
    const from = process.cpuUsage();
    for (let call = 0; call < calls; call += 1) work();
    const { user, system } = process.cpuUsage(from);
    return ((user + system) * 1000) / calls;
  };
  round();
  return Array.from({ length: repetitions }, round);
}

export function benchCode(repetitions: number): Figure[] {
  const { frame, receive } = settledPort();
  const parsed = parseSlowProtocols(frame);
  if (parsed.kind !== 'lacpdu') throw new Error(`our own LACPDU is ${parsed.kind}`);
  const { pdu } = parsed;
  const body = encodeLacpdu(pdu);
  const udp = new Uint8Array(106);
  udp.set([0x08, 0x00, 0x45], 12);
  udp[23] = 17;
  const figure = (name: string, calls: number, work: () => unknown): Figure => ({
    name,
    unit: 'ns',
    digits: 0,
    values: nanoseconds(repetitions, calls, work),
  });
  const events = new EventJournal(systemClock);
  const of = { veth: 'veth0', port: 'eth0', number: 1 };
  const heard: Happening = { event: 'lacpdu', ...of, source: '02:00:00:00:00:01', pdu };
  const step: Happening = {
    event: 'transition',
    ...of,
    machine: 'mux',
    from: 'WAITING',
    to: 'ATTACHED',
    cause: 'Ready',
  };
  return [
    figure('decode an LACPDU', 50_000, () => decodeLacpdu(body)),
    figure('journal an LACPDU that repeats', 50_000, () => events.write(0, { ...heard })),
    figure('journal a step of a machine', 50_000, () => events.write(0, { ...step })),
    figure('encode an LACPDU', 50_000, () => encodeLacpdu(pdu)),
    figure('LACPDU in: frame to all machines settled', 20_000, receive),
    figure('hash a UDP frame (layer3+4), user path', 50_000, () => hashFrame(HASH, udp, 0, udp.length)),
  ];
}

/** An engine with one port that is DISTRIBUTING, and the LACPDU that its partner sends again and again. */
function settledPort(): { frame: Uint8Array; receive: () => void } {
  let now = 0;
  const timers = new Map<object, { readonly due: number; readonly act: () => void }>();
  const clock = {
    now: () => now,
    setTimeout: (act: () => void, ms: number) => {
      const handle = {};
      timers.set(handle, { due: now + ms, act });
      return handle;
    },
    clearTimeout: (handle: unknown) => {
      timers.delete(handle as object); // a handle of ours
    },
  };
  const systems: LacpSystem[] = [];
  let last: Uint8Array = new Uint8Array();
  const make = (side: 0 | 1) => {
    const system = new LacpSystem({
      clock,
      md5,
      bucketBytes: () => undefined,
      send: (_, frame) => {
        const copy = frame.slice();
        if (side === 1) last = copy;
        clock.setTimeout(() => systems[1 - side]?.receive(1, copy), 0);
      },
      sendMarker() {},
      answerMarker() {},
      table() {},
      forwarding() {},
      transition() {},
      changed() {},
      failed: (_, error) => {
        throw error;
      },
    });
    system.addAggregator('veth0', 0, `02:0${side}:00:00:00:00`, { ...DEFAULT_AGGREGATOR, rate: 'fast' });
    system.addPort('veth0', facts(side, 0), DEFAULT_PORT, 1);
    systems.push(system);
    return system;
  };
  const [system] = [make(0), make(1)];
  for (const end = now + 10_000; now < end; ) {
    const [handle, timer] = [...timers].reduce((first, next) => (next[1].due < first[1].due ? next : first));
    timers.delete(handle);
    now = Math.max(now, timer.due);
    timer.act();
  }
  const distributing = system.status().aggregators[0]?.ports[0]?.distributing;
  if (distributing !== true) throw new Error('the port is not DISTRIBUTING after 10 s');
  // One a second, as they come: time goes on, and the time-out is set anew each time.
  const receive = () => {
    now += 1000;
    system.receive(1, last);
  };
  return { frame: last, receive };
}
