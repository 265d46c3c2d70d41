/** Modes without LACP on kernel links: the pages that explain them, Open vSwitch, and what changes cost under traffic. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { ping, tcp, UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';
import { OpenVSwitch } from '../support/ovs.js';
import { runBlock, shellBlocks } from '../support/page.js';

const lab = useLab();

/** What happens while numbered frames flow from one host to the other; prints and gives what that cost. */
async function under(what: string, [from, to, ip]: readonly [Daemon, Daemon, string], act: () => Promise<unknown>) {
  const stream = await UdpStream.start(from.host, to.host, ip, { rate: 4000, flows: 8 });
  await delay(300);
  await act();
  await delay(300);
  const { sent, lost, longestGapMs, duplicates, reordered, flowsAlive } = await stream.stop();
  console.log(
    `${what}: ${lost} of ${sent} frames lost, longest silence ${longestGapMs.toFixed(1)} ms, ${reordered} reordered`,
  );
  expect({ duplicates, flowsAlive }).toEqual({ duplicates: 0, flowsAlive: 8 });
  return { lost, longestGapMs };
}

test('NB-4 NB-8 R8 docs/interfaces/fec.md; ports and modes change under traffic', async () => {
  const [both = '', first = '', second = '', out = '', into = ''] = shellBlocks('interfaces/fec.md');
  const { a, b, ports } = await joinedBy(lab, 2);
  const daemons = [new Daemon(lab, a), new Daemon(lab, b)] as const;
  const [left, right] = daemons;
  await Promise.all(daemons.map((daemon) => daemon.start()));
  await Promise.all(daemons.map((daemon) => runBlock(both, daemon)));
  await runBlock(first, left);
  await runBlock(second, right);
  await distributing(daemons, ports);
  await waitFor('an answer', async () => (await ping(a, '192.0.2.2', 3)).received === 3);
  const route = [left, right, '192.0.2.2'] as const;
  // The two hosts have one pair of addresses, and so one link.
  for (const daemon of daemons) await daemon.mustCfg('set veth0 hash=layer3+4');

  const moved = await under('fec, a port detached at both ends, gate first, and attached again so', route, async () => {
    for (const command of `${out}${into}`.trim().split('\n')) {
      for (const daemon of daemons) await runBlock(command, daemon);
    }
    await distributing(daemons, ports);
  });
  expect(moved.lost).toBe(0);
  const cut = await under('fec, a link cut and healed', route, async () => {
    await b.ip('link set eth1 down');
    await distributing(daemons, ['eth0']);
    await b.ip('link set eth1 up');
    await distributing(daemons, ports);
  });
  expect(cut.longestGapMs).toBeLessThan(300);

  const modes = await under('fec to active-backup and back, one end after the other', route, async () => {
    // Who sends gives up links before the other end does, and takes them again after it.
    for (const daemon of [left, right]) await daemon.mustCfg('set veth0 mode=active-backup');
    for (const daemon of [right, left]) await daemon.mustCfg('set veth0 mode=fec');
    await distributing(daemons, ports);
  });
  expect(modes.lost).toBe(0);
  await under('fec to lacp at both ends', route, async () => {
    await Promise.all(daemons.map((daemon) => daemon.mustCfg('set veth0 mode=lacp')));
    // The table may still be that of before: only a partner that was heard shows the new mode.
    const heard = async (daemon: Daemon) => (await daemon.port('eth1'))?.receive === 'CURRENT';
    await waitFor('the partners', async () => (await Promise.all(daemons.map(heard))).every(Boolean));
    await distributing(daemons, ports);
    // The carrier was away meanwhile, and with it went what the hosts knew of each other.
    await waitFor('an answer', async () => (await ping(a, '192.0.2.2', 3)).received === 3);
  });
  const toFec = await under('lacp to fec, one end a second after the other', route, async () => {
    await left.mustCfg('set veth0 mode=fec');
    await delay(1_000);
    await right.mustCfg('set veth0 mode=fec');
    await delay(200);
  });
  expect(toFec.lost).toBe(0);
  expect((await left.port('eth0'))?.notes).toEqual(['static: link up']);
});

test('NB-4 NB-10 R8 mode=fec with a bond of Open vSwitch without LACP, by both data paths; cut and heal', async () => {
  const { a, b, ports } = await joinedBy(lab, 2, { offload: false });
  const daemon = new Daemon(lab, a);
  const ovs = new OpenVSwitch(lab, b);
  await Promise.all([daemon.start(), ovs.start()]);
  await ovs.addBond({ ports, lacp: 'off', time: 'slow', mode: 'balance-slb' });
  await ovs.address('10.0.0.2/24');
  await addAll(daemon, ports, 'mode=fec');
  await address(a, '10.0.0.1/24');
  await distributing([daemon], ports);
  // Such a bond takes broadcasts on one link only: the one that ours leave by.
  const { mac = '' } = (await daemon.aggregator()) ?? {};
  const { port } = JSON.parse(await daemon.mustCfg(`--json flow veth0 ${mac} ff:ff:ff:ff:ff:ff arp`));
  await ovs.activate(port);
  const answers = () => waitFor('an answer', async () => (await ping(a, '10.0.0.2', 5)).received === 5);
  await answers();
  for (const datapath of ['kernel', 'user']) {
    await daemon.mustCfg(`set vethd datapath=${datapath}`);
    const [from, to, ip] = datapath === 'user' ? ([a, b, '10.0.0.2'] as const) : ([b, a, '10.0.0.1'] as const);
    expect(await tcp(from, to, ip, { seconds: 1 })).toBeGreaterThan(1e7);
  }
  for (const link of ports) {
    const others = ports.filter((name) => name !== link);
    await b.ip(`link set ${link} down`);
    await distributing([daemon], others);
    await answers();
    await b.ip(`link set ${link} up`);
    await distributing([daemon], ports);
  }
  await answers();
  const used = await daemon.port('eth0');
  expect(used?.counters).toMatchObject({ lacpdusTx: 0, lacpdusRx: 0, markersTx: 0 });
});

test('R12 docs/interfaces/active-backup.md beside a bridge that learns; failover, primary, and what tells the bridge', async () => {
  const [make = '', primary = ''] = shellBlocks('interfaces/active-backup.md');
  const { a, b, ports } = await joinedBy(lab, 2);
  await b.ip('link add br0 type bridge');
  for (const port of ports) {
    await b.ip(`link set ${port} master br0`);
    await b.ip(`link set ${port} up`);
  }
  await b.ip('address add 192.0.2.2/24 dev br0');
  await b.ip('address add 2001:db8::2/64 dev br0 nodad');
  await b.ip('link set br0 up');
  const daemon = new Daemon(lab, a);
  await daemon.start();
  await runBlock(make, daemon);
  await a.ip('address add 2001:db8::1/64 dev veth0 nodad');
  await distributing([daemon], ['eth0']);
  await waitFor('an answer', async () => (await ping(a, '192.0.2.2', 3)).received === 3);
  expect((await ping(a, '192.0.2.2', 20)).duplicates).toBe(0);
  expect((await daemon.port('eth1'))?.notes).toEqual(['active-backup: stands by, eth0 carries']);

  const plain = { host: b } as Daemon;
  const out = [daemon, plain, '192.0.2.2'] as const;
  const cut = await under('active-backup, the carrying link cut', out, async () => {
    await a.ip('link set eth0 down');
    await distributing([daemon], ['eth1']);
  });
  expect(cut.longestGapMs).toBeLessThan(300);
  await a.ip('link set eth0 up');
  await waitFor('a standby', () => daemon.muxOf('eth0') === 'WAIT');

  // Nobody on our side says a word: only the notice tells the bridge where to send.
  const seenAt = async () =>
    (await b.must(['bridge', 'fdb', 'show', 'br', 'br0'])).split('\n').filter((l) => l.startsWith(mac));
  const { mac = '' } = (await daemon.aggregator()) ?? {};
  await daemon.mustCfg('set veth0 peer-notify=3');
  const back = await under('active-backup, back to the primary port', [plain, daemon, '192.0.2.1'], async () => {
    await runBlock(primary, daemon);
    await distributing([daemon], ['eth0']);
  });
  expect(back.lost).toBe(0);
  expect((await seenAt()).join()).toContain('dev eth0');
  const attached = await under('active-backup, the port that carries detached, and attached again', out, async () => {
    await daemon.mustCfg('del eth0 veth0');
    await distributing([daemon], ['eth1']);
    await daemon.mustCfg('add eth0 veth0');
    await distributing([daemon], ['eth0']);
  });
  expect(attached.lost).toBe(0);
  expect(daemon.log()).toContain('veth0: eth0 carries');
});

test('NB-6 NB-7 NB-8 R10 docs/interfaces/alias-mode.md; what a second port means', async () => {
  const [make = '', explicit = ''] = shellBlocks('interfaces/alias-mode.md');
  const { a, b, ports } = await joinedBy(lab, 3);
  for (const port of ports) await b.ip(`link set ${port} up`);
  await b.ip('address add 192.0.2.2/24 dev eth0');
  const daemon = new Daemon(lab, a);
  await daemon.start();
  await runBlock(make, daemon);
  await waitFor('an answer', async () => (await ping(a, '192.0.2.2', 3)).received === 3);
  expect((await daemon.aggregator('ve0'))?.mode).toBe('alias');

  await runBlock(explicit, daemon);
  const second = await daemon.cfg('add eth2 ve1');
  expect([second.code, second.stderr]).toEqual([
    1,
    'vethcfg: ve1: mode=alias has exactly one port, and there would be 2; say mode=lacp, mode=fec or mode=active-backup, or leave ve1 one port\n',
  ]);
  const { stderr } = await daemon.cfg('ve0 -attach eth2');
  expect(stderr).toContain('note: ve0 has 2 ports: mode=auto is mode=lacp now');
  expect((await daemon.cfg('set ve0 mode=alias')).code).toBe(1);
  expect((await daemon.cfg('ve0 -detach eth2')).stderr).toContain(
    'note: ve0 has one port: mode=auto is mode=alias now',
  );
  await waitFor('an answer', async () => (await ping(a, '192.0.2.2', 3)).received === 3);

  await daemon.mustCfg('ve1 -detach eth1 -attach eth2');
  await daemon.crash();
  await daemon.start();
  expect((await daemon.aggregator('ve1'))?.settings.mode).toBe('alias');
  expect(daemon.distributes(['eth0', 'eth2'])).toBe(true);
  await daemon.stop();
  expect(await a.must(['ip', '-br', 'link'])).not.toContain('ve0');
});
