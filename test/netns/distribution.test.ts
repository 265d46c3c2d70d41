/**
 * Where frames go, on kernel links: predictions of `vethcfg flow` against the port that carries them, and rebalancing
 * under numbered traffic. One link of four is slow: a conversation that left it without care would arrive out of order.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { FlowResult, ShowResult } from '../../src/daemon/messages.js';
import { BUCKETS, spread } from '../../src/mux/distributor.js';
import { encodeFlowFrame } from '../../src/mux/flow-frame.js';
import { HASH_POLICIES, hashBy, hashFrame } from '../../src/mux/hash.js';
import { Spreader } from '../../src/mux/weighted-spread.js';
import { addAll, address } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';
import { slowLink } from '../support/slow-path.js';

const lab = useLab();
const PORTS = ['eth0', 'eth1', 'eth2', 'eth3'];
const SLOW = 'eth3';
const SLOW_MS = 10;
let left: Daemon;
let right: Daemon;

beforeAll(async () => {
  const [a, b] = [await lab.host('a'), await lab.host('b')];
  for (const port of PORTS.filter((each) => each !== SLOW)) await lab.link(a, port, b, port);
  await slowLink(lab, a, b, SLOW, SLOW_MS);
  [left, right] = [new Daemon(lab, a), new Daemon(lab, b)];
  await Promise.all([left.start(), right.start()]);
  await Promise.all([left, right].map((daemon) => addAll(daemon, PORTS, 'rate=fast')));
  await distributing([left, right], PORTS);
  await address(a, '10.0.0.1/24');
  await address(b, '10.0.0.2/24');
  for (const [host, end] of [
    [a, 1],
    [b, 2],
  ] as const)
    await host.ip(`addr add fd00::${end}/64 dev veth0 nodad`);
});

const shown = async () => {
  const [veth0] = (JSON.parse(await left.mustCfg('--json show veth0')) as ShowResult).aggregators;
  if (veth0 === undefined) throw new Error('no veth0');
  return veth0;
};
/** Frames that have left by each port. */
const sent = async () => new Map((await shown()).ports.map(({ name, dataCounters }) => [name, dataCounters.txFrames]));

/** Sends each flow so many frames: address, source port, destination port, frames. */
const SENDER = `
const { createSocket } = require('node:dgram');
(async () => {
  for (const [address, source, port, frames] of JSON.parse(process.argv[1])) {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    await new Promise((done) => socket.bind(source, done));
    for (let i = 0; i < frames; i++) await new Promise((done) => socket.send('x', port, address, done));
    socket.close();
  }
})();`;

test.each(HASH_POLICIES)('hash=%s: the predicted port carries the flow', async (policy) => {
  await left.mustCfg(`set veth0 hash=${policy}`);
  await left.host.must(['ping', '-c', '1', '10.0.0.2']);
  await left.host.must(['ping', '-c', '1', 'fd00::2']);
  const flows = ['10.0.0.2', 'fd00::2', '10.0.0.2', 'fd00::2', '10.0.0.2'].map(
    (destination, i) => [destination, 41_000 + 7 * i, 9_000 + i, 100 * 2 ** i] as const,
  );
  const expected = new Map(PORTS.map((port) => [port, 0]));
  for (const [destination, source, port, frames] of flows) {
    const own = destination.includes(':') ? 'fd00::1' : '10.0.0.1';
    const words = `--json flow veth0 ${own} ${destination} udp ${source} ${port}`;
    const { port: by = '', ...why } = JSON.parse(await left.mustCfg(words)) as FlowResult;
    expect(why).toMatchObject({ veth: 'veth0', policy, moving: false });
    expected.set(by, (expected.get(by) ?? 0) + frames);
  }
  const before = await sent();
  await left.host.must([process.execPath, '-e', SENDER, JSON.stringify(flows)]);
  const total = 100 * 31;
  const gone = async () =>
    [...(await sent())].map(([port, frames]) => [port, frames - (before.get(port) ?? 0)] as const);
  await waitFor('all frames', async () => (await gone()).reduce((sum, [, frames]) => sum + frames, 0) >= total);
  for (const [port, frames] of await gone()) {
    // A few more are the neighbours' questions and answers.
    expect(frames, `${port} of ${JSON.stringify([...expected])}`).toBeGreaterThanOrEqual(expected.get(port) ?? 0);
    expect(frames).toBeLessThan((expected.get(port) ?? 0) + 60);
  }
});

/** A source port from which UDP to `port` leaves by the link with this number. */
function sourcePortOf(where: ArrayLike<number>, link: number, port: number): number {
  const bucket = (source: number) => {
    const addresses = { from: Uint8Array.of(10, 0, 0, 1), to: Uint8Array.of(10, 0, 0, 2) };
    const ip = { ...addresses, protocol: 17, ports: [source, port] as const };
    const frame = encodeFlowFrame({ from: '00:00:00:00:00:00', to: '00:00:00:00:00:00', vlans: [], type: 0x0800, ip });
    return hashFrame(hashBy('layer3+4'), frame, 0, frame.length) % BUCKETS;
  };
  let source = 42_000 + 100 * (port - 7000);
  while (where[bucket(source)] !== link) source++;
  return source;
}

test('rebalance: four heavy flows that share the slow link are spread, none lost, none out of order', async () => {
  await left.mustCfg('set veth0 hash=layer3+4');
  const where = spread([1, 2, 3, 4]);
  const sourcePorts = [7000, 7001, 7002, 7003].map((port) => sourcePortOf(where, PORTS.indexOf(SLOW) + 1, port));
  const stream = await UdpStream.start(left.host, right.host, '10.0.0.2', { rate: 4000, flows: 4, sourcePorts });
  const rates = async (ms: number) => {
    const before = await sent();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const after = await sent();
    const frames = PORTS.map((port) => (after.get(port) ?? 0) - (before.get(port) ?? 0));
    const total = frames.reduce((sum, each) => sum + each, 0);
    return frames.map((each) => each / total);
  };
  const [before] = (await rates(300)).slice(-1);
  expect(before).toBeGreaterThan(0.9);
  await left.mustCfg('set veth0 rebalance=1');
  await waitFor('a quarter on each', async () => (await rates(300)).every((part) => part > 0.15 && part < 0.35));
  const { balance } = await shown();
  expect(balance).toEqual({ away: 3, moved: 3, measured: true });
  const { lately = 0, ports } = await shown();
  expect(lately).toBeGreaterThan(1);
  expect(ports.reduce((sum, { octetShare = 0 }) => sum + octetShare, 0)).toBeCloseTo(1);
  expect(ports.every(({ octetShare = 0 }) => octetShare > 0)).toBe(true);
  const result = await stream.stop();
  console.log(`rebalanced: ${JSON.stringify(result)}`);
  expect(result).toMatchObject({ lost: 0, reordered: 0, duplicates: 0, flowsAlive: 4 });
  expect(await left.mustCfg('show veth0')).toMatch(/rebalance +every 1 s; 3 conversations moved/);
});

describe('two links of 1 and 10 Gbit/s', () => {
  const PAIR = ['eth0', 'eth1'];
  const octets = async () => (await shown()).ports.slice(0, 2).map(({ dataCounters }) => dataCounters.txBytes);
  /** The part of the octets that leaves by the slower one, while something happens. */
  async function partOfSlower(act: () => Promise<unknown>): Promise<number> {
    const before = await octets();
    await act();
    const [slower = 0, faster = 0] = (await octets()).map((now, i) => now - (before[i] ?? 0));
    return slower / (slower + faster);
  }

  beforeAll(async () => {
    await left.mustCfg('set veth0 hash=layer3+4 rebalance=0 weights=speed');
    await left.mustCfg('set eth0 speed=1G');
    await left.mustCfg('set eth1 speed=10G');
    for (const port of ['eth2', SLOW]) await left.mustCfg(`set ${port} gate=collect-only`);
    await distributing([left], PAIR);
  });

  test('many flows: one part in eleven by the slower, give or take what chance does', async () => {
    const FLOWS = 1000;
    const flows = Array.from({ length: FLOWS }, (_, i) => ['10.0.0.2', 50_000 + i, 9_000, 3]);
    const part = await partOfSlower(() => left.host.must([process.execPath, '-e', SENDER, JSON.stringify(flows)]));
    const p = 1 / 11;
    expect(Math.abs(part - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / FLOWS));
  });

  test('few heavy flows, rebalanced: one of eleven by the slower, none lost, none out of order', async () => {
    const links = [1000, 10_000].map((weight, i) => ({ port: i + 1, linkNumber: i + 1, weight }));
    const where = new Spreader(BUCKETS).spread(links);
    const sourcePorts = Array.from({ length: 11 }, (_, i) => sourcePortOf(where, i < 3 ? 1 : 2, 7000 + i));
    const stream = await UdpStream.start(left.host, right.host, '10.0.0.2', { rate: 4400, flows: 11, sourcePorts });
    const part = () => partOfSlower(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect(await part()).toBeGreaterThan(2 / 11);
    await left.mustCfg('set veth0 rebalance=1');
    await waitFor('one of eleven', async () => Math.abs((await part()) - 1 / 11) < 0.03);
    expect(await stream.stop()).toMatchObject({ lost: 0, reordered: 0, duplicates: 0, flowsAlive: 11 });
  });
});
