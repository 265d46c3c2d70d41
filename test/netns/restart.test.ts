/** A daemon that ends without a word and is started again: what its partner, its host and its ports see of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { distributing } from '../../scripts/lab/daemon.js';
import { LacpduWatch } from '../../scripts/lab/lacpdu-watch.js';
import { brokenPromises, restartsUnderTraffic } from '../../scripts/lab/restarts.js';
import { type DaemonPair, formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();
const RATE = 500;

/** What `ip monitor` tells of links while something happens. */
async function linkEvents(pair: DaemonPair, during: () => Promise<void>): Promise<string> {
  const monitor = pair.a.start(['ip', '-oneline', 'monitor', 'link']);
  await delay(100);
  await during();
  await delay(100);
  return (await monitor.stop('SIGTERM')).stdout;
}

const identity = async (pair: DaemonPair) =>
  (await pair.left.aggregator())?.ports.map(({ name, number, actor, receive, mux, selected }) => ({
    name,
    number,
    receive,
    mux,
    selected,
    key: actor.Key,
    port: actor.Port,
    system: actor.System,
  }));

describe('two links at the fast rate, under traffic', () => {
  let pair: DaemonPair;
  beforeAll(async () => {
    pair = await formedPair(lab, { links: 2 });
  });
  const addresses = ['10.0.0.1', '10.0.0.2'] as const;

  test('kill -9 at random moments: nobody notices, and not one frame is lost', async () => {
    const before = await identity(pair);
    const events = await linkEvents(pair, async () => {
      const report = await restartsUnderTraffic({ ...pair, addresses }, { count: 2, planned: false, rate: RATE });
      expect(report.datapath).toBe('kernel'); // then no frame may be lost
      expect(brokenPromises(report, 2)).toEqual([]);
    });
    expect(await identity(pair)).toEqual(before);
    expect(events).not.toContain('NO-CARRIER');
    expect(events).not.toContain('state DOWN');
  });

  test('vethcfg restart: the same process, not one frame lost', async () => {
    const { left } = pair;
    const { pid } = left.process;
    const before = await identity(pair);
    const events = await linkEvents(pair, async () => {
      const report = await restartsUnderTraffic({ ...pair, addresses }, { count: 2, planned: true, rate: RATE });
      expect(brokenPromises(report, 2)).toEqual([]);
    });
    expect(left.process.alive).toBe(true);
    expect(JSON.parse(await left.mustCfg('--json version')).vethd.pid).toBe(pid);
    expect(await identity(pair)).toEqual(before);
    expect(events).not.toContain('NO-CARRIER');
    expect(events).not.toContain('state DOWN');
  });
});

test('links that went down, went away or got another name while nobody was there: events after the start', async () => {
  const pair = await formedPair(lab, { links: 4 });
  const { a, b, left, right } = pair;
  const watch = await LacpduWatch.start(b, 'eth0', left, 'eth0');
  await left.crash();
  await b.ip('link set eth1 down');
  await a.ip('link del eth2');
  // A port that is up can be renamed; its index stays.
  await a.ip('link set eth3 name up3');
  await left.start();
  await distributing([left], ['eth0', 'up3']);
  await distributing([right], ['eth0', 'eth3']);
  await watch.until();
  expect(watch.pauses().withoutSynchronization).toBe(0);
  expect((await left.port('eth1'))?.number).toBe(2);
  expect(await left.port('up3')).toMatchObject({ number: 4, mux: 'DISTRIBUTING', receive: 'CURRENT' });
  await b.ip('link set eth1 up');
  await distributing([left], ['eth0', 'eth1', 'up3']);
  await watch.stop();
});

describe('one link at the slow rate', () => {
  let pair: DaemonPair;
  beforeAll(async () => {
    pair = await formedPair(lab, { links: 1, left: 'rate=slow', right: 'rate=slow' });
  });

  test('kill -9: an LACPDU at once, in sync, and the partner never notices', async () => {
    const { b, left } = pair;
    const before = await identity(pair);
    const watch = await LacpduWatch.start(b, 'eth0', left, 'eth0');
    const logged = pair.right.log().length;
    await left.crash();
    await left.start();
    await watch.until(1);
    expect(watch.lacpdus()).toHaveLength(1);
    expect(watch.pauses().withoutSynchronization).toBe(0);
    expect(await identity(pair)).toEqual(before);
    expect(pair.right.log().slice(logged)).not.toMatch(/ (mux|receive): /);
    await watch.stop();
  });

  test('a state that is cut off: told by name, a cold start, and veth0 keeps its address when it is made again', async () => {
    const { a, left } = pair;
    const index = async () => JSON.parse(await a.ip('-json link show veth0'))[0].ifindex;
    const before = await index();
    await left.crash();
    const state = join(left.runDirectory, 'state.json');
    const text = readFileSync(state, 'utf8');
    writeFileSync(state, text.slice(0, text.length / 2));
    const logged = left.log().length;
    await left.start();
    expect(left.log().slice(logged)).toContain(`${state}: cannot be used (damaged`);
    expect(await left.aggregator()).toBeUndefined();
    expect(await a.ip('link show veth0')).toContain('NO-CARRIER');
    await left.mustCfg('add eth0 veth0 rate=fast');
    await distributing(pair.daemons, ['eth0']);
    expect(await index()).toBe(before);
    expect(await a.ip('addr show veth0')).toContain('10.0.0.1/24');
    await left.stop();
    expect(await a.interfaces()).toEqual(['eth0']);
  });
});
