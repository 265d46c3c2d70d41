/** What cables do to frames. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { Cable } from '../../src/simulator/cable.js';
import { seeded } from '../../src/simulator/random.js';

/** A cable with so many ends, and everything that arrives, in order of time. */
function lab(ends = 2) {
  const clock = new VirtualClock();
  const log: string[] = [];
  const takers = Array.from({ length: ends }, (_, end) => (frame: Uint8Array) => {
    log.push(`${clock.now()} at ${end}: ${new TextDecoder().decode(frame)}`);
  });
  const cable = new Cable(clock, takers, seeded(1));
  const send = (from: number, text: string) => cable.carry(from, new TextEncoder().encode(text));
  return { clock, cable, log, send };
}

test('a frame arrives at the other end after the delay, and only there', () => {
  const { clock, cable, log, send } = lab();
  cable.qualities.delay = 5;
  send(0, 'hello');
  clock.advance(4);
  expect(log).toEqual([]);
  clock.advance(1);
  expect(log).toEqual(['5 at 1: hello']);
});

test('without a delay a frame arrives at the same time, but not within the call that sends it', () => {
  const { clock, log, send } = lab();
  send(1, 'one');
  send(1, 'two');
  expect(log).toEqual([]);
  clock.advance(0);
  expect(log).toEqual(['0 at 0: one', '0 at 0: two']);
});

test('the octets are those at the time of sending, and the taker may keep them', () => {
  const { clock, cable, log } = lab(3);
  const frame = new TextEncoder().encode('kept');
  cable.carry(0, frame);
  frame.fill(0);
  clock.advance(0);
  expect(log).toEqual(['0 at 1: kept', '0 at 2: kept']);
});

test('a cut loses what is under way too, also when it is mended before that would have arrived', () => {
  const { clock, cable, log, send } = lab();
  cable.qualities.delay = 10;
  send(0, 'lost');
  clock.advance(5);
  cable.cut = true;
  send(0, 'lost as well');
  cable.cut = false;
  send(0, 'after');
  clock.advance(10);
  expect(log).toEqual(['15 at 1: after']);
});

test('one way: an end that nothing reaches is heard', () => {
  const { clock, cable, log, send } = lab();
  cable.unreached.add(1);
  send(0, 'lost');
  send(1, 'heard');
  clock.advance(0);
  expect(log).toEqual(['0 at 0: heard']);
});

test('a plug that reflects, and a bridge that swallows', () => {
  const { clock, cable, log, send } = lab(1);
  cable.qualities.reflect = true;
  send(0, 'mine');
  clock.advance(0);
  expect(log).toEqual(['0 at 0: mine']);
  cable.qualities.swallow = true;
  send(0, 'gone');
  clock.advance(0);
  expect(log).toHaveLength(1);
});

test('jitter delays by at most so much, and no frame overtakes another', () => {
  const { clock, cable, log, send } = lab();
  Object.assign(cable.qualities, { delay: 10, jitter: 20 });
  for (let n = 0; n < 50; n++) {
    send(0, String(n));
    clock.advance(1);
  }
  clock.advance(30);
  expect(log.map((line) => line.split(': ')[1])).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
  const delays = log.map((line, n) => Number.parseFloat(line) - n);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
  expect(Math.max(...delays)).toBeLessThanOrEqual(30);
  expect(new Set(delays).size).toBeGreaterThan(10);
});

test('loss and duplicates come as often as said', () => {
  const { clock, cable, log, send } = lab();
  Object.assign(cable.qualities, { loss: 0.3, duplicate: 0.1 });
  for (let n = 0; n < 1_000; n++) send(0, String(n));
  clock.advance(0);
  const arrived = new Set(log).size;
  expect(arrived).toBeGreaterThan(640);
  expect(arrived).toBeLessThan(760);
  expect(log.length - arrived).toBeGreaterThan(40);
  expect(log.length - arrived).toBeLessThan(100);
});
