/** Links that fail, come back, are added, deleted, renamed and removed, while numbered traffic goes on. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { distributing } from '../../scripts/lab/daemon.js';
import { ping, type StreamResult, UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { type DaemonPair, formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();
const FLOWS = 16;
let pair: DaemonPair;

beforeAll(async () => {
  pair = await formedPair(lab, { links: 4 });
});

/** What a change costs numbered traffic from a to b. */
async function during(change: () => Promise<void>): Promise<StreamResult> {
  const stream = await UdpStream.start(pair.a, pair.b, '10.0.0.2', { rate: 2000, flows: FLOWS });
  await delay(500);
  await change();
  await delay(700);
  const result = await stream.stop();
  const { sent, lost, reordered, longestGapMs } = result;
  console.log(`${expect.getState().currentTestName}: ${JSON.stringify({ sent, lost, reordered, longestGapMs })}`);
  return result;
}

describe('a group of four links under traffic', () => {
  test('a link is cut: the flows move to the others within half a second', async () => {
    const result = await during(async () => {
      await pair.a.ip('link set eth1 down');
      await distributing(pair.daemons, ['eth0', 'eth2', 'eth3']);
    });
    expect(result).toMatchObject({ flowsAlive: FLOWS, duplicates: 0 });
    expect(result.longestGapMs).toBeLessThan(500);
    expect(result.lost).toBeLessThan(result.sent / 10);
  });

  test('the link comes back: it is used again', async () => {
    const result = await during(async () => {
      await pair.a.ip('link set eth1 up');
      await distributing(pair.daemons, pair.ports);
    });
    expect(result).toMatchObject({ flowsAlive: FLOWS, duplicates: 0 });
    expect(result.longestGapMs).toBeLessThan(500);
  });

  test('VE-12 R5 a port is deleted on one side: both sides stop using it, and nothing but frames in flight is lost', async () => {
    const result = await during(async () => {
      await pair.left.mustCfg('del eth2 veth0');
      await distributing(pair.daemons, ['eth0', 'eth1', 'eth3']);
    });
    expect(result).toMatchObject({ flowsAlive: FLOWS, duplicates: 0 });
    expect(result.longestGapMs).toBeLessThan(500);
    expect(result.lost).toBeLessThan(result.sent / 10);
    expect((await pair.left.aggregator())?.ports.map(({ name }) => name)).toEqual(['eth0', 'eth1', 'eth3']);
  });

  test('VE-12 R5 the port is added again: it is used again', async () => {
    const result = await during(async () => {
      await pair.left.mustCfg('add eth2 veth0');
      await distributing(pair.daemons, pair.ports);
    });
    expect(result).toMatchObject({ flowsAlive: FLOWS, duplicates: 0 });
    expect(result.longestGapMs).toBeLessThan(500);
  });

  test('a port is renamed: it stays in use under the new name', async () => {
    // Kernels before 6.2 rename only interfaces that are down.
    await pair.a.ip('link set eth3 down');
    await pair.a.ip('link set eth3 name up3');
    await pair.a.ip('link set up3 up');
    await distributing([pair.left], ['eth0', 'eth1', 'eth2', 'up3']);
    await distributing([pair.right], pair.ports);
    expect(await pair.left.port('eth3')).toBeUndefined();
    expect((await pair.left.cfg('set up3 port-priority=100')).code).toBe(0);
  });

  test('VE-5 a port is removed from the kernel: the group goes on without it, and the daemon with it', async () => {
    const result = await during(async () => {
      await pair.a.ip('link del eth0');
      await distributing([pair.left], ['eth1', 'eth2', 'up3']);
      await distributing([pair.right], ['eth1', 'eth2', 'eth3']);
    });
    expect(result).toMatchObject({ flowsAlive: FLOWS, duplicates: 0 });
    expect(result.longestGapMs).toBeLessThan(500);
    expect(pair.left.process.alive && pair.right.process.alive).toBe(true);
  });

  test('VE-16 all links are cut: no carrier on veth0; one comes back: carrier and ping', async () => {
    for (const port of ['eth1', 'eth2', 'up3']) await pair.a.ip(`link set ${port} down`);
    await distributing(pair.daemons, []);
    for (const host of [pair.a, pair.b]) {
      await waitFor('veth0 without carrier', async () => !(await host.ip('link show veth0')).includes('LOWER_UP'));
    }
    await pair.a.ip('link set eth1 up');
    await distributing(pair.daemons, ['eth1']);
    await waitFor('veth0 with carrier', async () => (await pair.a.ip('link show veth0')).includes('LOWER_UP'));
    expect(await ping(pair.a, '10.0.0.2')).toMatchObject({ received: 10, duplicates: 0 });
  });
});
