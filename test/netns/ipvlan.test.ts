/** ipvlan slaves of a real vethd: the example of docs/interfaces/ipvlan.md, and what may happen to it. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Daemon, executable } from '../../scripts/lab/daemon.js';
import { type Host, pinsOf } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { LinkResult, ShownLink } from '../../src/daemon/messages.js';
import { formedPair } from '../support/daemon-pair.js';
import { A, B, learned, ROUTER, runExample } from '../support/ipvlan-example.js';
import { lacksBpf } from '../support/lacks-bpf.js';
import { useLab } from '../support/netns.js';

const lab = useLab();

async function shown(daemon: Daemon, name: string): Promise<ShownLink> {
  const { links } = JSON.parse(await daemon.mustCfg(`--json link show ${name}`)) as LinkResult; // our own output
  const [link] = links;
  if (link === undefined) throw new Error(`no ${name}`);
  return link;
}

const answered = async (from: Host, address: string) => (await ping(from, address, 3)).received;

/** Frames that match a filter, as tcpdump sees them on an interface while `act` goes on. */
async function seen(host: Host, device: string, filter: string, act: () => Promise<unknown>): Promise<string[]> {
  const tcpdump = host.start(['tcpdump', '-nel', '--immediate-mode', '-Q', 'in', '-i', device, ...filter.split(' ')]);
  await tcpdump.says('listening on');
  await act();
  await new Promise((resolve) => setTimeout(resolve, 200));
  await tcpdump.stop('SIGTERM');
  return tcpdump.stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(lacksBpf())('on one port', () => {
  let host: Host;
  let outside: Host;
  let spaces: readonly [Host, Host];
  let daemon: Daemon;
  let mac: string;

  beforeAll(async () => {
    host = await lab.host('host');
    outside = await lab.host('outside');
    spaces = [await lab.host('ns0'), await lab.host('ns1')];
    await lab.link(host, 'eth0', outside, 'eth0');
    await outside.ip(`addr add ${ROUTER}/24 dev eth0`);
    await host.ip('addr add 192.0.2.2/24 dev eth0');
    [{ address: mac }] = JSON.parse(await host.ip('-json link show eth0'));
    daemon = new Daemon(lab, host);
    await daemon.start();
    await runExample(daemon, 'eth0', spaces);
  });

  test('IV-1 IV-2 IV-10 two namespaces reach the router and each other, with one MAC address on the wire', async () => {
    const frames = await seen(outside, 'eth0', 'ip or arp', async () => {
      expect(await answered(spaces[0], ROUTER)).toBe(3);
      expect(await answered(spaces[1], ROUTER)).toBe(3);
      expect(await answered(spaces[0], B)).toBe(3);
      expect(await answered(outside, A)).toBe(3);
    });
    expect(new Set(frames.map((line) => line.split(' ')[1]))).toEqual(new Set([mac]));
    expect(frames.filter((line) => line.includes(`> ${B}: ICMP`))).toEqual([]); // not by the wire
    expect(await shown(daemon, 'ipvl0')).toMatchObject({ state: 'up', datapath: 'kernel', mac, notes: [] });
  });

  test('IV-1 IPv6: Neighbour Discovery finds the slave that has the address', async () => {
    await outside.ip('addr add 2001:db8::1/64 dev eth0 nodad');
    await spaces[0].ip('addr add 2001:db8::10/64 dev ipvl0 nodad');
    await spaces[1].ip('addr add 2001:db8::11/64 dev ipvl1 nodad');
    await learned(daemon, '2001:db8::10', '2001:db8::11');
    expect(await answered(outside, '2001:db8::10')).toBe(3);
    expect(await answered(outside, '2001:db8::11')).toBe(3);
    expect(await answered(spaces[0], '2001:db8::11')).toBe(3);
  });

  const broadcast = (from: Host) => from.run(['ping', '-b', '-c', '2', '-i', '0.1', '-W', '0.2', '192.0.2.255']);
  const GROUP = 'icmp and ether broadcast';

  test('IV-6 l2: broadcast from outside reaches slaves, that of a slave the others and the wire', async () => {
    expect(await seen(spaces[0], 'ipvl0', GROUP, () => broadcast(outside))).toHaveLength(2);
    expect(await seen(spaces[1], 'ipvl1', GROUP, () => broadcast(spaces[0]))).toHaveLength(2);
    expect(await seen(outside, 'eth0', GROUP, () => broadcast(spaces[0]))).toHaveLength(2);
  });

  test('IV-9 a hostile slave: foreign MAC, foreign address and ARP for others go nowhere and are counted', async () => {
    const before = (await shown(daemon, 'ipvl0')).dropped;
    const [space] = spaces;
    const frames = await seen(outside, 'eth0', 'ip or arp', async () => {
      await space.run(['arping', '-c', '1', '-w', '1', '-U', '-S', '192.0.2.50', '-i', 'ipvl0', ROUTER]);
      await space.ip('addr add 192.0.2.99/32 dev lo');
      await space.run(['ping', '-c', '2', '-i', '0.1', '-W', '0.2', '-I', '192.0.2.99', ROUTER]);
      await space.ip('addr del 192.0.2.99/32 dev lo');
      await space.ip('link set ipvl0 address 02:00:00:00:66:66');
      await space.run(['ping', '-c', '1', '-W', '0.2', ROUTER]);
    });
    expect(frames.filter((line) => /66:66|192\.0\.2\.(50|99)/.test(line))).toEqual([]);
    const { dropped, notes } = await shown(daemon, 'ipvl0');
    expect(notes).toEqual([expect.stringContaining(`say ip link set ipvl0 address ${mac} where it is`)]);
    const more = (reason: string) => (dropped[reason] ?? 0) - (before[reason] ?? 0);
    expect(more('source')).toBeGreaterThanOrEqual(2);
    expect(more('arp')).toBeGreaterThanOrEqual(1);
    expect(more('mac')).toBeGreaterThanOrEqual(1);
    await space.ip(`link set ipvl0 address ${mac}`);
    await space.ip(`route replace default via ${ROUTER} dev ipvl0`);
    expect(await answered(space, ROUTER)).toBe(3);
  });

  test('R7 an address that another slave has is refused until that gives it up, and told', async () => {
    const [first, second] = spaces;
    await first.ip('addr add 192.0.2.77/24 dev ipvl0');
    await learned(daemon, '192.0.2.77');
    await second.ip('addr add 192.0.2.77/24 dev ipvl1');
    await learned(daemon, '192.0.2.77 (duplicate of ipvl0)');
    expect(daemon.log()).toContain("ipvl1: 192.0.2.77 is ipvl0's: nothing is forwarded for it here");
    const fromSecond = () => second.run(['ping', '-c', '1', '-W', '1', '-I', '192.0.2.77', ROUTER]);
    expect((await fromSecond()).code).not.toBe(0);
    await first.ip('addr del 192.0.2.77/24 dev ipvl0');
    await learned(daemon, '192.0.2.77');
    await outside.must(['ip', 'neigh', 'flush', 'dev', 'eth0']);
    expect((await fromSecond()).code).toBe(0);
    await second.ip('addr del 192.0.2.77/24 dev ipvl1');
  });

  test('IV-11 private: nothing between slaves; vepa: only by the switch outside; bridge: directly', async () => {
    // A neighbour that did not answer is not asked again at once.
    const forget = () => Promise.all(spaces.map((space) => space.must(['ip', 'neigh', 'flush', 'all'])));
    await daemon.mustCfg('link set ipvl0 private');
    expect((await shown(daemon, 'ipvl1')).flag).toBe('private');
    expect(await answered(spaces[0], B)).toBe(0);
    expect(await answered(spaces[0], ROUTER)).toBe(3);
    await daemon.mustCfg('link set ipvl0 vepa');
    await forget();
    const asked = await seen(outside, 'eth0', `arp and host ${B}`, () => ping(spaces[0], B, 1));
    expect(asked).not.toEqual([]);
    await daemon.mustCfg('link set ipvl0 bridge');
    await forget();
    expect(await answered(spaces[0], B)).toBe(3);
  });

  test('R7 the data path changes under traffic; a master does not become a port', async () => {
    const pinging = ping(spaces[0], ROUTER, 60, 0.05);
    await daemon.mustCfg('set vethd datapath=user');
    await waitFor('user space', async () => (await shown(daemon, 'ipvl0')).datapath === 'user');
    expect(await answered(spaces[0], B)).toBe(3);
    await daemon.mustCfg('set vethd datapath=auto');
    await waitFor('the kernel', async () => (await shown(daemon, 'ipvl0')).datapath === 'kernel');
    expect((await pinging).received).toBeGreaterThan(50);
    expect((await daemon.cfg('add eth0 veth0')).stderr).toContain('eth0: ipvl0 lies on it; say vethcfg link del ipvl0');
    expect((await daemon.cfg('add _ipvl0 veth0')).stderr).toContain('_ipvl0: it is the inner end of ipvl0');
  });

  test('R7 killed: pings go on without loss, and the next vethd takes slaves, programs and addresses over', async () => {
    const pinging = ping(spaces[0], ROUTER, 60, 0.05);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await daemon.crash();
    await daemon.start();
    expect(await pinging).toMatchObject({ sent: 60, received: 60 });
    expect(await shown(daemon, 'ipvl1')).toMatchObject({ state: 'up', mode: 'l2' });
    expect((await shown(daemon, 'ipvl1')).addresses).toContainEqual({ address: B });
    expect(await answered(spaces[1], A)).toBe(3);
  });

  test('IV-5 IV-7 IV-8 l3: one mode for all, the routes of the master decide, no broadcast either way', async () => {
    const notes = (await daemon.cfg('link set ipvl1 mode L3')).stderr;
    expect(notes).toContain('say ip link set ipvl0 arp off where it is');
    expect((await shown(daemon, 'ipvl0')).mode).toBe('l3');
    for (const [i, space] of spaces.entries()) {
      await space.ip(`link set ipvl${i} arp off`);
      await space.ip(`route replace default dev ipvl${i}`);
    }
    await outside.ip(`route add ${A}/32 via 192.0.2.2`);
    await outside.ip('addr add 198.51.100.1/32 dev lo');
    expect(await answered(spaces[0], ROUTER)).toBe(3);
    expect(await answered(spaces[0], B)).toBe(3);
    expect(await answered(spaces[0], '198.51.100.1')).toBe(0); // the host has no route to it
    await host.ip(`route add 198.51.100.1/32 via ${ROUTER}`);
    expect(await answered(spaces[0], '198.51.100.1')).toBe(3);
    expect(await seen(spaces[0], 'ipvl0', GROUP, () => broadcast(outside))).toEqual([]);
    expect(await seen(outside, 'eth0', GROUP, () => broadcast(spaces[0]))).toEqual([]);
    expect((await shown(daemon, 'ipvl0')).dropped.multicast).toBeGreaterThanOrEqual(2);
  });

  test("IV-11 l3s: the host's own stack forwards, and its settings and routes are given back", async () => {
    const forwards = async () => (await host.must(['sysctl', '-n', 'net.ipv4.conf.eth0.forwarding'])).trim();
    const before = await forwards();
    await daemon.mustCfg('link set ipvl0 mode l3s');
    expect(await forwards()).toBe('1');
    expect(await host.ip('route show proto 197')).toContain(`${A} dev _ipvl0`);
    expect(await answered(spaces[0], ROUTER)).toBe(3);
    await daemon.mustCfg('link set ipvl0 mode l2');
    expect([await forwards(), await host.ip('route show proto 197')]).toEqual([before, '']);
  });

  test('R7 the master goes and comes again: slaves wait for it without carrier', async () => {
    await host.ip('link del eth0');
    await waitFor('no carrier', async () => (await shown(daemon, 'ipvl0')).state === 'waiting');
    expect(await spaces[0].ip('link show ipvl0')).toContain('NO-CARRIER');
    await lab.link(host, 'eth0', outside, 'eth0');
    await waitFor('carrier', async () => (await shown(daemon, 'ipvl0')).state === 'up');
    const { notes } = await shown(daemon, 'ipvl0');
    expect(notes).toContainEqual(expect.stringMatching(/its MAC address is .*, not the master's/));
  });

  test('R7 a slave is gone with its namespace, another by command; nothing is left', async () => {
    await host.must(['ip', 'netns', 'del', spaces[1].namespace]);
    await waitFor('gone', async () => !(await daemon.mustCfg('link show')).includes('ipvl1'));
    expect(daemon.log()).toContain('ipvl1: it went away, alone or with its namespace; removed');
    await daemon.mustCfg('link del ipvl0');
    expect(await host.interfaces()).toEqual(['eth0']);
    expect(pinsOf(host.number)).toEqual([]);
    expect(await host.ip('-details link show eth0')).toMatch(/allmulti 0/);
  });

  test('a slave in a file, and what a killed vethd leaves: --cleanup takes it away', async () => {
    await daemon.mustCfg('link add link eth0 ipvl0 type ipvlan mode l2');
    expect(await daemon.mustCfg('save -')).toContain('links:\n  ipvl0:\n    link: eth0\n    mode: l2');
    await daemon.crash();
    const { stdout } = await host.run([executable('vethd'), '--cleanup', '--run-dir', daemon.runDirectory]);
    expect(stdout).toContain('slave ipvl0 removed');
    expect(stdout).toContain('master eth0 is as it was');
    expect(await host.interfaces()).toEqual(['eth0']);
    expect(pinsOf(host.number)).toEqual([]);
    expect(await host.ip('-details link show eth0')).toMatch(/allmulti 0/);
  });
});

test.skipIf(lacksBpf())('IV-10 R7 the same on a bundle of two links, one of which fails', async () => {
  const { a, b, left, ports } = await formedPair(lab, { links: 2 });
  const spaces = [await lab.host('bundle-ns0'), await lab.host('bundle-ns1')] as const;
  await b.ip(`addr add ${ROUTER}/24 dev veth0`);
  await runExample(left, 'veth0', spaces);
  expect(await answered(spaces[0], ROUTER)).toBe(3);
  expect(await answered(spaces[1], ROUTER)).toBe(3);
  expect(await answered(spaces[1], A)).toBe(3);
  await a.ip(`link set ${ports[0]} down`);
  await waitFor('answers by the other link', async () => (await answered(spaces[0], ROUTER)) === 3);
  const refused = await left.cfg('link add link eth1 x type ipvlan');
  expect(refused).toMatchObject({ code: 1, stderr: 'vethcfg: eth1: it is a member of veth0; say link veth0\n' });
});
