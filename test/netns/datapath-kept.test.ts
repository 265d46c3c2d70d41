/**
 * What a data path in the kernel keeps for the next vethd: after a kill at a bad moment, damaged, of another version, or
 * impossible to keep.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { pinsOf } from '../../scripts/lab/lab.js';
import { UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { COPY, copyAt, TABLE, TABLE_OCTETS } from '../../src/drivers/bpf/map-layout.js';
import { shareMap } from '../../src/drivers/sys/bpf-maps.js';
import { openPin } from '../../src/drivers/sys/bpf-pins.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { BUCKETS } from '../../src/mux/distributor.js';
import { addAll, address, type DaemonPair, formedPair } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();
const RATE = 2000;
const FLOWS = 8;
/** So long before the kill; a marker is waited for longer. */
const HELD_MS = 20;
let pair: DaemonPair;

beforeAll(async () => {
  // Slow: the partner says nothing for a while, and is not missed.
  pair = await formedPair(lab, { links: 2, left: 'rate=slow', right: 'rate=slow' });
});

/** The table of the programs of veth0, as it is pinned. */
async function withTable(act: (words: Int32Array) => Promise<void>): Promise<void> {
  const [directory = ''] = pinsOf(pair.a.number);
  const fd = openPin(join(directory, 'table'));
  const table = shareMap(fd, TABLE_OCTETS);
  try {
    await act(new Int32Array(table.memory));
  } finally {
    table.unmap();
    libc().close(fd);
  }
}

/** Buckets whose frames are held. */
function held(words: Int32Array): number {
  const from = copyAt(words[TABLE.generation] ?? 0) + COPY.buckets;
  return words.subarray(from, from + BUCKETS).filter((entry) => entry < 0).length;
}

const stream = () => UdpStream.start(pair.a, pair.b, '10.0.0.2', { rate: RATE, flows: FLOWS });
const WHOLE = { lost: 0, reordered: 0, duplicates: 0, flowsAlive: FLOWS };

test('kill -9 while frames are held for a marker: only these are lost, nothing stays blocked, order is kept', async () => {
  const { left, right } = pair;
  const running = await stream();
  await delay(200);
  right.process.kill('SIGSTOP'); // answers no marker
  let change: Promise<unknown> | undefined;
  try {
    await withTable(async (words) => {
      change = left.cfg('set eth1 gate=collect-only');
      await waitFor('frames to be held', async () => held(words) > 0, { everyMs: 2 });
      await delay(HELD_MS);
      expect(held(words)).toBeGreaterThan(0);
      await left.crash();
    });
    await delay(500);
    const { holes, lost, ...result } = await running.stop();
    console.log(`killed while frames were held: ${JSON.stringify({ lost, ...result })}`);
    expect(result).toMatchObject({ reordered: 0, duplicates: 0, flowsAlive: FLOWS });
    // What was held at that moment, in one hole of each flow that was to move.
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(RATE / 2);
    expect(new Set(holes.map(({ flow }) => flow)).size).toBe(holes.length);
  } finally {
    right.process.kill('SIGCONT');
    await change;
  }
  const next = await stream();
  await left.start();
  await waitFor('the move to end', async () => (await left.port('eth1'))?.distributing === false);
  await left.mustCfg('set eth1 gate=open');
  await distributing([left], pair.ports);
  await delay(300);
  expect(await next.stop()).toMatchObject(WHOLE);
});

const version = () =>
  withTable(async (words) => {
    words[2] = 99; // see maps.h
  });
const damage = async () => rmSync(join(pinsOf(pair.a.number)[0] ?? '', 'pending'));

test.each([
  ['of another layout', version, 'layout version 99, not 1'],
  ['damaged', damage, '.*pending.*'],
])('%s: made anew, the log says which and why, and little is lost', async (_, change, why) => {
  const { left } = pair;
  const running = await stream();
  await left.crash();
  await change();
  const logged = left.log().length;
  await left.start();
  await distributing(pair.daemons, pair.ports);
  const said = left.log().slice(logged);
  expect(said).toMatch(new RegExp(`warn veth0: \\S+-veth0: cannot be taken over \\(${why}\\): made anew`));
  expect(await left.mustCfg('show')).toMatch(/data path kernel/);
  await delay(300);
  const result = await running.stop();
  const { lost, longestGapMs } = result;
  console.log(`${expect.getState().currentTestName}: ${JSON.stringify({ lost, longestGapMs })}`);
  expect(result).toMatchObject({ reordered: 0, duplicates: 0, flowsAlive: FLOWS });
  expect(lost).toBeLessThan(RATE);
});

test('an orderly end leaves nothing in the BPF file system', async () => {
  expect(pinsOf(pair.a.number)).toHaveLength(1);
  expect((await pair.left.stop()).code).toBe(0);
  expect(pinsOf(pair.a.number)).toEqual([]);
});

test('no BPF file system: in the kernel all the same, show says what is less, and a planned restart loses nothing', async () => {
  const { a, b, ports } = await joinedBy(lab, 1);
  const without = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /sys/fs/bpf && exec "$@"', 'sh'];
  const [left, right] = [new Daemon(lab, a, 'info', 'none', without), new Daemon(lab, b)];
  for (const daemon of [left, right]) {
    await daemon.start();
    await addAll(daemon, ports, 'rate=fast');
  }
  await distributing([left, right], ports);
  await address(a, '10.0.0.1/24');
  await address(b, '10.0.0.2/24');
  const { datapath } = JSON.parse(await left.mustCfg('--json show')) as ShowResult;
  expect(datapath).toMatchObject({ kind: 'kernel', reason: expect.stringMatching(/^does not outlive vethd: .*EPERM/) });
  const streams = await Promise.all([
    UdpStream.start(a, b, '10.0.0.2', { rate: 500, flows: 8 }),
    UdpStream.start(b, a, '10.0.0.1', { rate: 500, flows: 8, port: 7100 }),
  ]);
  await left.mustCfg('restart');
  expect((JSON.parse(await left.mustCfg('--json show')) as ShowResult).datapath.kind).toBe('kernel');
  const results = await Promise.all(streams.map((stream) => stream.stop()));
  const whole = { lost: 0, reordered: 0, duplicates: 0 };
  expect(results).toMatchObject([whole, whole]);
});
