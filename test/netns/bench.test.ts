/** The tools of the benchmark, on a bare link: that they measure, and that they refuse what is not the way they were told. */
import { beforeAll, expect, test } from 'vitest';
import { packets } from '../../scripts/benchmark/measure/packets.js';
import { withProcessor } from '../../scripts/benchmark/measure/processor.js';
import { roundTrip } from '../../scripts/benchmark/measure/round-trip.js';
import { raw } from '../../scripts/benchmark/variants/raw.js';
import { ADDRESSES, type Built, checkNeighbours } from '../../scripts/benchmark/variants/variant.js';
import { ping } from '../../scripts/lab/traffic.js';
import { useLab } from '../support/netns.js';

const lab = useLab();
let link: Built;
beforeAll(async () => {
  link = await raw('raw', 'raw link').build(lab, 'r');
});

test('packets are counted where they arrive, and cost processor time', async () => {
  const [rate, { machineS, seconds }] = await withProcessor([process.pid], () => packets(link, 0.3));
  expect(rate).toBeGreaterThan(1_000);
  expect(machineS).toBeGreaterThan(0);
  expect(seconds).toBeGreaterThan(0.3);
  const counters: { stats64: { tx: { packets: number } } }[] = JSON.parse(
    await link.from.ip('-json -s link show eth0'),
  );
  expect(counters[0]?.stats64.tx.packets).toBeGreaterThan(rate * 0.3 * 0.5);
});

test('round trips: median and 99th percentile of as many as were asked for', async () => {
  const { medianUs, p99Us, lost } = await roundTrip(link, 0.2);
  expect(medianUs).toBeGreaterThan(0);
  expect(p99Us).toBeGreaterThanOrEqual(medianUs);
  expect(lost).toBeLessThan(50);
});

test('a neighbour that is somebody else is refused by name', async () => {
  await ping(link.from, ADDRESSES.to, 2);
  await ping(link.to, ADDRESSES.from, 2);
  await checkNeighbours(link);
  await link.from.ip(`neigh replace ${ADDRESSES.to} lladdr 02:00:00:00:00:99 dev eth0`);
  await expect(checkNeighbours(link)).rejects.toThrow(/neighbour 192\.0\.2\.2 should be .*02:00:00:00:00:99/);
});
