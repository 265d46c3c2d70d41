/** Where frames are forwarded, chosen and changed while numbered streams pass in both directions. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import type { Daemon } from '../../scripts/lab/daemon.js';
import { pinsOf } from '../../scripts/lab/lab.js';
import { UdpStream } from '../../scripts/lab/traffic.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { type DaemonPair, formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();
let pair: DaemonPair;
const WHOLE = { lost: 0, reordered: 0, duplicates: 0, flowsAlive: 16 };

beforeAll(async () => {
  pair = await formedPair(lab, { links: 2 });
});

const datapath = async (daemon: Daemon) => (JSON.parse(await daemon.mustCfg('--json show')) as ShowResult).datapath;

/** What a change does to streams in both directions. */
async function during(change: () => Promise<void>) {
  const { a, b } = pair;
  const streams = await Promise.all([
    UdpStream.start(a, b, '10.0.0.2', { rate: 2000, flows: 16 }),
    UdpStream.start(b, a, '10.0.0.1', { rate: 2000, flows: 16, port: 7100 }),
  ]);
  await delay(300);
  await change();
  await delay(300);
  return Promise.all(streams.map((stream) => stream.stop()));
}

test('kernel to user and back, twice: nothing is lost or overtaken, and show tells', async () => {
  const { left } = pair;
  expect(await datapath(left)).toEqual({ kind: 'kernel', choice: 'auto' });
  const results = await during(async () => {
    for (let round = 0; round < 2; round += 1) {
      await left.mustCfg('set vethd datapath=user');
      expect(await datapath(left)).toEqual({ kind: 'user', choice: 'user' });
      expect(pinsOf(pair.a.number)).toEqual([]);
      await delay(100);
      await left.mustCfg('set vethd datapath=kernel');
      expect(await datapath(left)).toEqual({ kind: 'kernel', choice: 'kernel' });
      await delay(100);
    }
  });
  expect(results).toMatchObject([WHOLE, WHOLE]);
  expect(await left.mustCfg('show')).toMatch(/^vethd \S+, data path kernel$/m);
});

test('what was chosen by a command stays so over a planned restart and over kill -9, and is told with its origin', async () => {
  const { left } = pair;
  await left.mustCfg('set vethd datapath=user');
  const told = async () => ({
    shown: await datapath(left),
    row: (await left.mustCfg('show --effective vethd')).split('\n')[1]?.split(/ +/).slice(1),
    pins: pinsOf(pair.a.number),
  });
  const chosen = { shown: { kind: 'user', choice: 'user' }, row: ['datapath', 'user', 'command'], pins: [] };
  await left.mustCfg('restart');
  expect(await told()).toEqual(chosen);
  await left.crash();
  await left.start();
  expect(await told()).toEqual(chosen);
});
