/** Commands that must be refused: the exit code says how, and nothing has changed afterwards. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Daemon } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();
let host: Host;
let daemon: Daemon;
let before: unknown;

beforeAll(async () => {
  const pair = await joinedBy(lab, 3);
  host = pair.a;
  daemon = new Daemon(lab, host);
  await daemon.start();
  await daemon.mustCfg('add eth0 veth0 rate=fast');
  await daemon.mustCfg('add eth1 veth1');
  await host.ip('link add br7 type bridge');
  await host.ip('link set eth2 master br7');
  before = await settings();
});

/** What a refused command might have touched in the kernel. */
async function links(): Promise<unknown> {
  const all: { ifname: string; flags: string[]; mtu: number; address: string; master?: string }[] = JSON.parse(
    await host.ip('-json link show'),
  );
  return all.map(({ ifname, flags, mtu, address, master }) => ({ ifname, flags, mtu, address, master }));
}

/** What a refused command might have touched in the daemon. */
const settings = async (): Promise<unknown> =>
  (await daemon.status()).aggregators.map(({ name, settings, ports }) => ({
    name,
    settings,
    ports: ports.map((port) => [port.name, port.settings]),
  }));

describe('refused with exit code 1, with a message that names the thing', () => {
  test.each<[words: string, names: string]>([
    ['add eth9 veth0', 'eth9'],
    ['add eth0 veth0', 'eth0'],
    ['add eth1 veth0', 'eth1'],
    ['add eth2 veth0', 'eth2'],
    ['add lo veth0', 'lo'],
    ['add veth0 veth0', 'veth0'],
    ['add eth2 eth0', 'eth0'],
    ['add br7 veth0 rate=quick', 'rate'],
    ['add br7 veth5 colour=red', 'colour'],
    ['del eth1 veth0', 'eth1'],
    ['del eth9 veth0', 'eth9'],
    ['del veth7', 'veth7'],
    ['set veth0 key=99999999', 'key'],
    ['set veth0 rate=slow mtu=none', 'mtu'],
    ['set veth7 rate=slow', 'veth7'],
    ['set eth0 port-priority=-1', 'port-priority'],
    ['status veth7', 'veth7'],
    ['show eth9', 'eth9'],
  ])('vethcfg %s', async (words, names) => {
    const linksBefore = await links();
    const { code, stdout, stderr } = await daemon.cfg(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(names);
    expect(await links()).toEqual(linksBefore);
  });
});

test('after all refusals the settings are what they were', async () => {
  expect(await settings()).toEqual(before);
});

describe('usage: exit code 2', () => {
  test.each(['add eth2', 'del', 'frobnicate', 'set veth0', '--no-such-flag status'])('vethcfg %s', async (words) => {
    const { code, stderr } = await daemon.cfg(words);
    expect(code).toBe(2);
    expect(stderr).not.toBe('');
  });
});

test('no daemon: exit code 3 and a message that names the directory', async () => {
  const absent = new Daemon(lab, (await joinedBy(lab, 1)).a);
  const { code, stderr } = await absent.cfg('status');
  expect(code).toBe(3);
  expect(stderr).toContain(absent.runDirectory);
});
