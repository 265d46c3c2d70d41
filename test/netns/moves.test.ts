/**
 * Conversations move between ports of unequal delay, with numbered traffic in both directions. One link of four is
 * slow, so that a conversation that changes link without care arrives out of order: the first test shows that it does.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import type { Running } from '../../scripts/lab/processes.js';
import { type StreamResult, UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { heldFor, makeTable } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';
import { addAll, address } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';
import { slowLink } from '../support/slow-path.js';
import { End } from './user-datapath-end.js';

const lab = useLab();
/** Of the slow link, one way. */
const SLOW_MS = 30;

const shown = ({ sent, lost, reordered, duplicates, longestGapMs }: StreamResult) =>
  JSON.stringify({ sent, lost, reordered, duplicates, longestGapMs: Math.round(longestGapMs) });

describe('the data path alone, from a slow link to a fast one', () => {
  let a: End;
  let b: End;
  const PORTS = ['slow', 'fast'];

  beforeAll(async () => {
    const [left, right] = [await lab.host('left'), await lab.host('right')];
    await slowLink(lab, left, right, 'slow', SLOW_MS);
    await lab.link(left, 'fast', right, 'fast');
    [a, b] = [await End.open(left, 1, PORTS, 1500), await End.open(right, 2, PORTS, 1500)];
    await b.use(['fast']);
  });

  /** What six moves from `slow` to `fast` do to a stream. */
  async function during(move: () => Promise<void>): Promise<StreamResult> {
    await a.use(['slow']);
    const stream = await UdpStream.start(a.host, b.host, '10.0.0.2', { rate: 2000, flows: 8 });
    for (let n = 0; n < 6; n++) {
      await delay(100);
      await move();
      await delay(50);
      await a.call('setTable', hold('slow')); // back without harm
      await arrived('fast');
      await a.use(['slow']);
    }
    const result = await stream.stop();
    console.log(`${expect.getState().currentTestName}: ${shown(result)}`);
    return result;
  }

  /** All that a has sent by a port is with b's host. */
  const arrived = (port: string) =>
    waitFor('all frames', async () => (await b.port(port)).rxFrames === (await a.port(port)).txFrames, { everyMs: 5 });
  const index = (port: string) => a.ports.get(port) ?? 0;
  const hold = (port: string) => {
    const table = makeTable([index(port)], [...a.ports.values()], hashBy('layer3+4'));
    return { ...table, buckets: table.buckets.map(heldFor) };
  };

  test('moved at once, frames arrive out of order', async () => {
    expect((await during(() => a.use(['fast']))).reordered).toBeGreaterThan(10);
  });

  test('held until the slow link is empty, none does and none is lost; they are counted', async () => {
    const before = await a.port('fast');
    const result = await during(async () => {
      await a.call('setTable', hold('fast'));
      await arrived('slow');
      await a.use(['fast']);
    });
    expect(result).toMatchObject({ reordered: 0, lost: 0, duplicates: 0 });
    const { txHeld, txHeldEarly } = await a.port('fast');
    expect(txHeld - before.txHeld).toBeGreaterThan(100);
    expect(txHeldEarly).toBe(0);
  });

  test('a frame sent behind the data arrives behind it', async () => {
    await a.use(['slow']);
    const dump = b.host.start(['tcpdump', '-lnne', '-i', 'slow', '--immediate-mode', 'udp or ether proto 0x8809']);
    await dump.says('listening on');
    const stream = await UdpStream.start(a.host, b.host, '10.0.0.2', { rate: 2000, flows: 8 });
    await delay(200);
    await a.call('setTable', hold('fast'));
    await a.call('sendBehind', index('slow'), `0180c2000002${'020000000001'}8809${'02'.padEnd(220, '0')}`);
    await waitFor('the frame', () => dump.stdout.includes('01:80:c2:00:00:02'));
    await a.use(['fast']);
    await stream.stop();
    const lines = (await dump.stop('SIGINT')).stdout.split('\n').filter((line) => /^\d/.test(line));
    expect(lines.length).toBeGreaterThan(100);
    expect(lines.findIndex((line) => line.includes('01:80:c2:00:00:02'))).toBe(lines.length - 1);
  });
});

describe('two daemons, three fast links and a slow one', () => {
  let left: Daemon;
  let right: Daemon;
  let relay: Running;
  const FAST = ['eth0', 'eth1', 'eth2'];
  const ALL = [...FAST, 'eth3'];

  beforeAll(async () => {
    const [a, b] = [await lab.host('a'), await lab.host('b')];
    for (const port of FAST) await lab.link(a, port, b, port);
    relay = await slowLink(lab, a, b, 'eth3', SLOW_MS);
    [left, right] = [new Daemon(lab, a), new Daemon(lab, b)];
    await Promise.all([left.start(), right.start()]);
    await Promise.all([left, right].map((daemon) => addAll(daemon, ALL, 'rate=fast')));
    await distributing([left, right], ALL);
    await address(a, '10.0.0.1/24');
    await address(b, '10.0.0.2/24');
  });

  /** What a change does to streams in both directions. */
  async function during(change: () => Promise<void>): Promise<readonly StreamResult[]> {
    const streams = await Promise.all([
      UdpStream.start(left.host, right.host, '10.0.0.2', { rate: 1500, flows: 16 }),
      UdpStream.start(right.host, left.host, '10.0.0.1', { rate: 1500, flows: 16, port: 7100 }),
    ]);
    await delay(400);
    await change();
    await delay(400);
    const results = await Promise.all(streams.map((stream) => stream.stop()));
    console.log(`${expect.getState().currentTestName}: ${results.map(shown).join(' back ')}`);
    return results;
  }

  const WHOLE = { lost: 0, reordered: 0, duplicates: 0, flowsAlive: 16 };
  const counters = async (daemon: Daemon, port: string) => {
    const found = (await daemon.port(port))?.counters;
    if (found === undefined) throw new Error(`no port ${port}`);
    return found;
  };

  test('the gate of the slow link closes and opens again: nothing is lost or reordered, either way', async () => {
    const results = await during(async () => {
      await left.mustCfg('set eth3 gate=closed');
      await distributing([left, right], FAST);
      await delay(500);
      await left.mustCfg('set eth3 gate=open');
      await distributing([left, right], ALL);
    });
    expect(results).toMatchObject([WHOLE, WHOLE]);
    for (const daemon of [left, right]) {
      const { markersTx, markerResponsesRx } = await counters(daemon, 'eth3');
      expect(markersTx).toBeGreaterThan(0);
      expect(markerResponsesRx).toBeGreaterThan(0);
    }
    expect(await left.mustCfg('show eth3')).toMatch(/moves +from here: [1-9]\d* markers/);
  });

  test('the slow link is deleted, and added again', async () => {
    const results = await during(async () => {
      await left.mustCfg('del eth3 veth0');
      await distributing([left, right], FAST);
      await left.mustCfg('add eth3 veth0');
      await distributing([left, right], ALL);
    });
    expect(results).toMatchObject([WHOLE, WHOLE]);
  });

  test('another hash: every conversation may change link', async () => {
    const results = await during(async () => {
      await left.mustCfg('set veth0 hash=layer2');
      await delay(500);
      await left.mustCfg('set veth0 hash=layer3+4');
    });
    expect(results).toMatchObject([WHOLE, WHOLE]);
  });

  test('a partner that answers no marker: time-outs, and still nothing lost or reordered', async () => {
    relay.kill('SIGUSR1');
    const before = await counters(left, 'eth3');
    const results = await during(async () => {
      await left.mustCfg('set eth3 gate=collect-only');
      await waitFor('a time-out', async () => (await counters(left, 'eth3')).markerTimeouts > before.markerTimeouts);
      await left.mustCfg('set eth3 gate=open');
      await distributing([left], ALL);
    });
    expect(results).toMatchObject([WHOLE, WHOLE]);
    expect((await counters(left, 'eth3')).markerResponsesRx).toBe(before.markerResponsesRx);
  });
});
