import { expect, test } from 'vitest';
import type { Clock } from '../../src/aggregator/io.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { Lateness } from '../../src/daemon/lateness.js';
import { createLog } from '../../src/daemon/log.js';

/** A clock whose timers are served when `hold` milliseconds more have passed. */
class HeldUp extends VirtualClock {
  hold = 0;
  override setTimeout(callback: () => void, ms: number): number {
    return super.setTimeout(callback, ms + this.hold);
  }
}

function lateness(clock: Clock) {
  const lines: string[] = [];
  return {
    lines,
    late: new Lateness(
      clock,
      createLog('warn', (line) => lines.push(line)),
    ),
  };
}

const counted = (late: Lateness) =>
  late.report().classes.flatMap(({ upTo, count }) => (count > 0 ? [[upTo, count]] : []));

test('timers that are served in time are counted so, the heartbeat among them', () => {
  const clock = new VirtualClock();
  const { late } = lateness(clock);
  late.start();
  late.clock.setTimeout(() => {}, 30);
  clock.advance(1000);
  expect(late.report()).toMatchObject({ served: 11, worst: 0 });
  expect(counted(late)).toEqual([[1, 11]]);
});

test.each([
  [1, 1],
  [1.5, 2],
  [40, 50],
  [499, 500],
  [2000, 2000],
  [2001, undefined],
])('%d ms late is in the class up to %s', (hold, upTo) => {
  const clock = new HeldUp();
  const { late } = lateness(clock);
  clock.hold = hold;
  late.clock.setTimeout(() => {}, 10);
  clock.advance(10 + hold);
  clock.advance(70);
  expect(late.report()).toMatchObject({ served: 1, worst: hold, worstAgo: 70 });
  expect(counted(late)).toEqual([[upTo, 1]]);
});

test('a timer that is taken back is not counted', () => {
  const clock = new VirtualClock();
  const { late } = lateness(clock);
  late.clock.clearTimeout(late.clock.setTimeout(() => {}, 5));
  clock.advance(100);
  expect(late.report().served).toBe(0);
});

test('stop ends the heartbeat', () => {
  const clock = new VirtualClock();
  const { late } = lateness(clock);
  late.start();
  clock.advance(250);
  late.stop();
  clock.advance(1000);
  expect(late.report().served).toBe(2);
});

test('a second and more is told to the operator, once in ten seconds', () => {
  const clock = new HeldUp();
  const { late, lines } = lateness(clock);
  clock.hold = 999;
  late.clock.setTimeout(() => {}, 1);
  clock.advance(1000);
  expect(lines).toEqual([]);
  clock.hold = 1000;
  for (let round = 0; round < 12; round++) {
    late.clock.setTimeout(() => {}, 1);
    clock.advance(1001);
  }
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^vethd: warn the control loop ran 1000 ms late/);
});
