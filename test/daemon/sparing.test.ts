import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Sparing } from '../../src/daemon/sparing.js';

/** Holds the processor for so long. */
function work(ms: number): void {
  for (const from = performance.now(); performance.now() - from < ms; );
}

test('all changes of one turn are followed once, in a later turn', async () => {
  const act = vi.fn();
  const sparing = new Sparing(act);
  for (let change = 0; change < 5; change++) sparing.request();
  expect(act).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(act).toHaveBeenCalledTimes(1));
});

test('a change while it pauses is followed after the pause, which is in proportion to the cost', async () => {
  const times: number[] = [];
  const sparing = new Sparing(() => {
    times.push(performance.now());
    work(5);
  });
  sparing.request();
  await vi.waitFor(() => expect(times).toHaveLength(1));
  sparing.request();
  await vi.waitFor(() => expect(times).toHaveLength(2));
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(50);
});

test('after close nothing is done, also not what was requested', async () => {
  const act = vi.fn();
  const sparing = new Sparing(act);
  sparing.request();
  sparing.close();
  sparing.request();
  await delay(20);
  expect(act).not.toHaveBeenCalled();
});
