/** A configuration file on real links: at start, applied under traffic, failing in the middle, and across the ways to end. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { LacpduWatch } from '../../scripts/lab/lacpdu-watch.js';
import { type StreamResult, UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, type Pair, useLab } from '../support/netns.js';

const lab = useLab();
/** The daemon's own file, and one that is applied. */
const OWN = join(lab.directory, 'vethd.yaml');
const OTHER = join(lab.directory, 'other.yaml');
const BASE = 'interfaces:\n  veth0:\n    rate: fast\n    ports:\n      eth0: {}\n      eth1: {}\n';
let pair: Pair;
let left: Daemon;
let right: Daemon;

beforeAll(async () => {
  pair = await joinedBy(lab, 4);
  writeFileSync(OWN, BASE);
  left = new Daemon(lab, pair.a, 'info', OWN);
  right = new Daemon(lab, pair.b);
  await Promise.all([left.start(), right.start()]);
  await addAll(right, ['eth0', 'eth1', 'eth2'], 'rate=fast');
  await distributing([left], ['eth0', 'eth1']);
  await address(pair.a, '10.0.0.1/24');
  await address(pair.b, '10.0.0.2/24');
});

/** Kernel's and engine's view of everything that a file can change, in an order of its own. */
async function everything(): Promise<unknown> {
  const links: Record<string, unknown>[] = JSON.parse(await pair.a.ip('-json link show'));
  const { aggregators } = await left.status();
  return {
    links: links.map(({ ifname, mtu, address: mac, flags }) => ({
      ifname,
      mtu,
      mac,
      flags: [...(flags as string[])].sort(),
    })),
    ports: aggregators.flatMap(({ settings, ports }) => [
      settings,
      ...ports.map(({ name, number, mux }) => [name, number, mux]),
    ]),
    kept: ['state.json', 'configuration.json'].map((name) => readFileSync(join(left.runDirectory, name), 'utf8')),
  };
}

/** Numbered traffic during a change; the ports that stay must neither lose a frame nor leave synchronization. */
async function untouched(change: () => Promise<void>): Promise<StreamResult> {
  const watches = await Promise.all(['eth0', 'eth1'].map((port) => LacpduWatch.start(pair.b, port, left, port)));
  const stream = await UdpStream.start(pair.a, pair.b, '10.0.0.2', { rate: 1000, flows: 16 });
  await delay(300);
  await change();
  await delay(1200); // an LACPDU of each port, at fast rate, is after the change
  const result = await stream.stop();
  for (const watch of watches) {
    const { lacpdus, withoutSynchronization } = watch.pauses();
    expect(lacpdus).toBeGreaterThan(0);
    expect(withoutSynchronization).toBe(0);
    expect(new Set(watch.lacpdus().map(({ key, port }) => `${key} ${port}`)).size).toBe(1);
  }
  const { sent, lost, reordered, duplicates } = result;
  console.log(`${expect.getState().currentTestName}: ${JSON.stringify({ sent, lost, reordered, duplicates })}`);
  expect(result).toMatchObject({ lost: 0, duplicates: 0, flowsAlive: 16 });
  return result;
}

async function apply(text: string, flags = ''): Promise<string> {
  writeFileSync(OTHER, text);
  return left.mustCfg(`apply ${flags}${OTHER}`);
}

test('vethd --config makes what the file says', async () => {
  expect(await left.mustCfg('save -')).toContain(BASE);
  expect(await left.mustCfg('show --effective veth0')).toMatch(new RegExp(`rate +fast +${OWN}:3\n`));
});

test('--dry-run says what would be done, and does nothing', async () => {
  const before = await everything();
  const text = `${BASE.replace('fast', 'slow')}      eth2: { speed: 10G }\n  veth1: { ports: [eth3] }\n`;
  expect(await apply(text, '--dry-run ')).toBe(
    '~ interface veth0: rate=fast -> slow\n+ port eth2 of veth0: speed=10G\n+ interface veth1\n+ port eth3 of veth1\n',
  );
  expect(await everything()).toEqual(before);
});

test('another interface and a setting, under traffic: what stays loses no frame and no LACP state', async () => {
  const result = await untouched(async () => {
    const shown = await apply(`${BASE.replace('fast', 'fast\n    min-links: 2')}  veth1: { ports: [eth3] }\n`);
    expect(shown).toBe('~ interface veth0: min-links=1 -> 2\n+ interface veth1\n+ port eth3 of veth1\n');
  });
  expect(result.reordered).toBe(0);
  expect(await pair.a.interfaces()).toContain('veth1');
});

test('a port more and an interface less, under traffic', async () => {
  await untouched(async () => {
    expect(await apply(`${BASE}      eth2: {}\n`)).toContain(
      '+ port eth2 of veth0\n- port eth3 of veth1\n- interface veth1\n',
    );
    await distributing([left], ['eth0', 'eth1', 'eth2']);
  });
  expect(await pair.a.interfaces()).not.toContain('veth1');
  expect(await pair.a.ip('link show eth3')).not.toContain('NOARP');
});

test('a step that the kernel refuses: all is as before, and what stays has not noticed', async () => {
  // A macvlan takes no larger MTU than the link below it.
  await pair.a.ip('link add low0 type veth peer name low1');
  await pair.a.ip('link add mv0 link low0 type macvlan');
  const before = await everything();
  await untouched(async () => {
    writeFileSync(
      OTHER,
      `${BASE.replace('fast', 'fast\n    mtu: 9000')}      eth2: {}\n      eth3: {}\n      mv0: {}\n`,
    );
    const { code, stderr } = await left.cfg(`apply ${OTHER}`);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^vethcfg: .*other\.yaml: add mv0 of veth0: .*MTU.*; nothing was changed\n$/),
    });
  });
  expect(await everything()).toEqual(before);
});

test('a port that appears later is added, and used', async () => {
  await apply(`${BASE}      eth2: {}\n      late0: { port-priority: 40000 }\n`);
  await lab.link(pair.a, 'late0', pair.b, 'late0');
  await right.mustCfg('add late0 veth0');
  await distributing([left, right], ['eth0', 'eth1', 'eth2', 'late0']);
  expect((await left.port('late0'))?.settings.portPriority).toBe(40_000);
});

test('kill -9 and start: what was applied and what commands changed goes on', async () => {
  await left.mustCfg('set veth0 min-links=2');
  const before = await left.mustCfg('save -');
  await left.crash();
  await left.start();
  expect(await left.mustCfg('save -')).toBe(before);
  await distributing([left, right], ['eth0', 'eth1', 'eth2', 'late0']);
  const effective = await left.mustCfg('show --effective');
  expect(effective).toMatch(/min-links +2 +command\n/);
  expect(effective).toMatch(new RegExp(`port-priority +40000 +${OTHER}:8\n`));
});

test('stop and start: the file says what there is', async () => {
  expect((await left.stop()).code).toBe(0);
  expect(await pair.a.interfaces()).not.toContain('veth0');
  await left.start();
  expect(await left.mustCfg('save -')).toContain(BASE);
  await distributing([left], ['eth0', 'eth1']);
  expect(await left.mustCfg('show --effective')).toMatch(/min-links +1 +default\n/);
});

test('save, change, apply what was saved: back to it', async () => {
  const saved = join(lab.directory, 'saved.yaml');
  await left.mustCfg(`save ${saved}`);
  await left.mustCfg('set veth0 hash=layer2 min-links=2');
  await left.mustCfg('add eth2 veth0');
  expect(await left.mustCfg(`apply ${saved}`)).toBe(
    '~ interface veth0: hash=layer2 -> auto, min-links=2 -> 1\n- port eth2 of veth0\n',
  );
  expect(await left.mustCfg(`apply ${saved}`)).toBe('no difference\n');
});

test('with a wrong file vethd does not start, and says where it is wrong', async () => {
  await left.stop();
  writeFileSync(OWN, `${BASE}typo: 1\n`);
  const log = () => readFileSync(join(lab.directory, `vethd-${pair.a.name}.log`), 'utf8');
  await expect(left.start()).rejects.toThrow();
  await waitFor('the reason in the log', () => log().includes(`${OWN}:7:1: typo: no such key`), { seen: log });
});
