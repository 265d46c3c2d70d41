import { expect, test } from 'vitest';
import { warmUp } from '../../src/daemon/warm-up.js';
import type { ForwardingTable } from '../../src/mux/distributor.js';

test('plays failures of each port, in small pieces', async () => {
  const tables: ForwardingTable[] = [];
  const pauses: number[] = [];
  await warmUp({
    table: (table) => tables.push(table),
    pause: async (ms) => void pauses.push(ms),
    signal: new AbortController().signal,
  });
  const used = tables.map(({ buckets }) => [...new Set(buckets)].sort().join());
  expect(used.filter((ports) => ports === '1').length).toBeGreaterThanOrEqual(12);
  expect(used.filter((ports) => ports === '2').length).toBeGreaterThanOrEqual(12);
  expect(used.filter((ports) => ports === '1,2').length).toBeGreaterThanOrEqual(24);
  const [first = 0, ...others] = pauses;
  expect(first).toBeGreaterThan(1_000); // links first
  expect(others.length).toBeGreaterThan(100);
});

test('ends when it is told to', async () => {
  const ending = new AbortController();
  let pauses = 0;
  await warmUp({
    table: () => {},
    pause: async () => {
      pauses += 1;
      if (pauses === 5) ending.abort();
    },
    signal: ending.signal,
  });
  expect(pauses).toBe(5);
});
