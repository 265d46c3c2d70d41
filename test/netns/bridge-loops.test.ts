/** mode=bridge beside another bridge: loops, and a host that moves. */
import { expect, test } from 'vitest';
import type { Daemon } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { useLab } from '../support/netns.js';
import { bridgeLab } from './bridge-lab.js';

const lab = useLab();

/** A Linux bridge with 10.0.0.20, and a second cable to the first one's eth0. */
async function twoCables(words: string, daemonWords: readonly string[], theirs: string) {
  const { bridge, daemon } = await bridgeLab(lab, 0, '', daemonWords);
  const other = await lab.host(`sw${bridge.name}`);
  for (const port of ['eth0', 'eth1']) await lab.link(bridge, port, other, port);
  await other.ip(`link add br0 type bridge ${theirs}`);
  for (const port of ['eth0', 'eth1']) await other.ip(`link set ${port} master br0`);
  await daemon.mustCfg(`add eth0 veth0 mode=bridge${words}`);
  await bridge.ip('addr add 10.0.0.9/24 dev veth0');
  await bridge.ip('link set veth0 up');
  await other.ip('addr add 10.0.0.20/24 dev br0');
  await other.ip('link set br0 up');
  await daemon.mustCfg('add eth1 veth0');
  return { bridge, daemon, other };
}

const shown = async (daemon: Daemon, port: string) => {
  const line = (await daemon.mustCfg(`show ${port}`)).split('\n').find((each) => each.includes('  port '));
  return line ?? '';
};

const reaches = async (from: Host, address: string) => {
  await waitFor(`${from.name} reaches ${address}`, async () => (await ping(from, address, 1)).received === 1, {
    timeoutMs: 15_000,
  });
  expect(await ping(from, address, 5)).toMatchObject({ received: 5, duplicates: 0 });
};

test.each(['kernel', 'user'] as const)(
  'R9 the loop guard blocks one of two cables to a bridge without spanning tree, and opens it when the other is cut (%s)',
  async (path) => {
    const { bridge, daemon, other } = await twoCables('', ['--datapath', path], 'stp_state 0');
    await waitFor('a port is blocked', () => daemon.log().includes('is blocked: a probe of ours came back'));
    const blocked = (await shown(daemon, 'eth1')).includes('blocking') ? 'eth1' : 'eth0';
    const open = blocked === 'eth1' ? 'eth0' : 'eth1';
    expect(await shown(daemon, blocked)).toContain('blocking: a loop');
    expect(await daemon.mustCfg(`why ${blocked}`)).toContain('bridge-loop: blocked by the loop guard');
    expect(daemon.distributes([open])).toBe(true);
    await reaches(bridge, '10.0.0.20');
    await other.ip(`link set ${open} down`);
    await waitFor('the blocked port forwards', () => daemon.distributes([blocked]));
    await reaches(bridge, '10.0.0.20');
    expect(daemon.log()).toContain(`${blocked} forwards again`);
  },
);

test('R9 bridge-stp=1: spanning tree blocks one of two cables, and opens it when the other is cut', async () => {
  const stp = ' bridge-stp=1 bridge-forward-delay=2 bridge-priority=40000';
  const { bridge, daemon, other } = await twoCables(stp, [], 'stp_state 1 forward_delay 200 priority 10000');
  await waitFor('a port is blocked', async () => (await shown(daemon, 'eth1')).includes('blocking'), {
    timeoutMs: 20_000,
    seen: () => daemon.log(),
  });
  expect(await daemon.mustCfg('why eth1')).toContain('spanning-tree-blocks');
  await reaches(bridge, '10.0.0.20');
  await other.ip('link set eth0 down');
  await reaches(bridge, '10.0.0.20');
  expect(await shown(daemon, 'eth1')).toContain('forwarding');
});

test.each(['kernel', 'user'] as const)(
  'R9 a host that moves to another member is found there with its first frame (%s)',
  async (path) => {
    const { hosts, daemon } = await bridgeLab(lab, 3, '', ['--datapath', path]);
    const [first, second, third] = hosts;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no hosts');
    const [{ address }] = JSON.parse(await first.ip('-json link show eth0'));
    await reaches(third, '10.0.0.1');
    const where = async () => {
      const lines = (await daemon.mustCfg('show --addresses veth0')).split('\n');
      return /eth\d/.exec(lines.find((line) => line.includes(`${address}  eth`)) ?? '')?.[0];
    };
    expect(await where()).toBe('eth0');
    await first.ip('link set eth0 down');
    await second.ip('addr flush dev eth0');
    await second.ip(`link set eth0 address ${address}`);
    await second.ip('addr add 10.0.0.1/24 dev eth0');
    await second.must(['arping', '-A', '-c', '1', '-I', 'eth0', '10.0.0.1']).catch(() => '');
    await reaches(third, '10.0.0.1');
    expect(await where()).toBe('eth1');
  },
);
