/** Members that are virtual themselves: one of our interfaces, a TAP (of Open vSwitch), a macvlan in the place of a VLAN. */
import { beforeAll, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { OpenVSwitch } from '../../scripts/lab/ovs.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();
let a: Host;
let left: Daemon;
let right: Daemon;
const MEMBERS = ['veth1', 'mv0', 'br0'];
let links: readonly string[];

beforeAll(async () => {
  const pair = await joinedBy(lab, MEMBERS.length, { offload: false });
  a = pair.a;
  links = pair.ports;
  [left, right] = [new Daemon(lab, a), new Daemon(lab, pair.b)];
  const ovs = new OpenVSwitch(lab, a);
  await Promise.all([left.start(), right.start(), ovs.start()]);
  await ovs.vsctl('set bridge br0 other-config:forward-bpdu=true');
  await ovs.vsctl('add-port br0 eth2');
  await a.ip('link add link eth1 name mv0 type macvlan mode passthru');
  await left.mustCfg('add eth0 veth1 mode=alias');
  for (const name of ['br0', 'mv0', 'veth1']) await a.ip(`link set ${name} up`);
});

test('R6 VE-2 VE-10 NB-6 LACP over an interface in mode=alias, a macvlan and a TAP: all in use, and traffic passes', async () => {
  await Promise.all([addAll(left, MEMBERS, 'rate=fast'), addAll(right, links, 'rate=fast')]);
  await distributing([right], links);
  expect(MEMBERS.map((name) => left.inUse(name))).toEqual([true, true, true]);
  await address(a, '10.0.0.1/24');
  await address(right.host, '10.0.0.2/24');
  // Other addresses, other links.
  const addresses = [2, 3, 4, 5, 6, 7, 8, 9].map((last) => `10.0.0.${last}`);
  for (const cidr of addresses.slice(1)) await right.host.ip(`addr add ${cidr}/24 dev veth0`);
  const pings = await Promise.all(addresses.map((to) => a.must(['ping', '-c', '3', '-i', '0.2', '-W', '2', to])));
  for (const said of pings) expect(said).toContain('3 received');
  const { aggregators }: ShowResult = JSON.parse(await left.mustCfg('--json show veth0'));
  const sent = aggregators[0]?.ports.map(({ dataCounters }) => dataCounters.txFrames) ?? [];
  expect(sent.filter((frames) => frames > 0).length).toBeGreaterThan(1);
});

test('R6 VE-2 a slave is the one member of an interface, and has the addresses of that; an alias waits while its device is a port', async () => {
  await lab.link(a, 'eth8', right.host, 'eth8');
  await right.host.ip('addr add 10.8.0.2/24 dev eth8');
  await left.mustCfg('link add link eth8 ipvl0 type ipvlan mode l2');
  await left.mustCfg('add ipvl0 veth2 mode=alias');
  await a.ip('addr add 10.8.0.1/24 dev veth2');
  for (const name of ['eth8', 'ipvl0', 'veth2']) await a.ip(`link set ${name} up`);
  await right.host.ip('link set eth8 up');
  const link = async () => left.mustCfg('link show ipvl0');
  await waitFor('the address of veth2 at the slave', async () => (await link()).includes('10.8.0.1'), {
    timeoutMs: 5000,
  });
  expect(await a.must(['ping', '-c', '3', '-i', '0.2', '-W', '2', '10.8.0.2'])).toContain('3 received');

  await lab.link(a, 'eth9', right.host, 'eth9');
  await a.ip('link set eth9 up');
  await left.mustCfg('alias eth9:0 10.9.0.1/24');
  await left.mustCfg('add eth9 veth3');
  const waits = 'eth9:0 waits: eth9 is a port of veth3, its addresses do not answer';
  await waitFor('the alias to wait', async () => (await left.mustCfg('alias')).includes(waits), { timeoutMs: 5000 });
  expect(await a.ip('addr show dev eth9')).not.toContain('10.9.0.1');
  await left.mustCfg('del veth3');
  await waitFor('the alias', async () => (await a.ip('addr show dev eth9')).includes('eth9:0'), { timeoutMs: 5000 });
});

test('R6 what would lie on itself is refused with the chain, and all goes on', async () => {
  await a.ip('link add link veth0 name mv9 type macvlan');
  const refusals: readonly (readonly [words: string, message: string])[] = [
    ['add veth0 veth1', 'veth0: veth1 would contain itself: veth0 -> veth1; choose another port'],
    ['add mv9 veth0', 'mv9: veth0 would contain itself: mv9 -> veth0; choose another port'],
    ['add veth0 veth0', 'veth0: an interface cannot contain itself; name the port first, then the interface'],
    ['add _veth0 veth9', '_veth0: it is the inner end of veth0; choose another'],
  ];
  const refused = async (words: string, message: string) => {
    const { code, stderr } = await left.cfg(words);
    expect([code, stderr.trim()], words).toEqual([1, `vethcfg: ${message}`]);
  };
  for (const [words, message] of refusals) await refused(words, message);
  await left.mustCfg('link add link veth0 ipvl1 type ipvlan mode l2');
  await refused('add ipvl1 veth0', 'ipvl1: veth0 would contain itself: ipvl1 -> veth0; choose another port');
  expect(MEMBERS.map((name) => left.inUse(name))).toEqual([true, true, true]);
});
