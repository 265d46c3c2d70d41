/** Aliases on kernel interfaces: labelled addresses, counters in both data paths, life and death with the main device. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Daemon, executable } from '../../scripts/lab/daemon.js';
import { type Host, pinsOf } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { Arguments, ShownAlias } from '../../src/daemon/messages.js';
import { ask } from '../../vethcfg/client.js';
import { formedPair } from '../support/daemon-pair.js';
import { lacksBpf } from '../support/lacks-bpf.js';
import { joinedBy, type Pair, useLab } from '../support/netns.js';
import { runBlock, shellBlocks } from '../support/page.js';

const lab = useLab();

interface KernelAddress {
  readonly label?: string;
  readonly local: string;
  readonly prefixlen: number;
  readonly broadcast?: string;
}

async function addresses(host: Host, name: string): Promise<KernelAddress[]> {
  const [link] = JSON.parse(await host.must(['ip', '-json', 'address', 'show', 'dev', name]));
  return link.addr_info.filter(({ scope }: { scope: string }) => scope === 'global');
}

const labels = async (host: Host, name = 'eth0') =>
  (await addresses(host, name)).map(({ label, local, prefixlen }) => `${label ?? '-'} ${local}/${prefixlen}`);

/** Asked without a process of its own, which takes its time. */
const say = (daemon: Daemon, args: Arguments<'alias'>) =>
  ask({ runDir: daemon.runDirectory, timeoutMs: 10_000 }, 'alias', args);
const aliases = async (daemon: Daemon, name?: string): Promise<readonly ShownAlias[]> =>
  (await say(daemon, name === undefined ? {} : { name })).aliases;
/** `eth0:0 200.1.1.1/24`, `eth0:0 down`, `eth0:0-`. */
function alias(daemon: Daemon, words: string) {
  const [name = '', word] = words.split(' ');
  if (word === undefined) return say(daemon, { name });
  return say(daemon, word === 'up' || word === 'down' ? { name, state: word } : { name, address: word });
}

type Counts = Record<'received' | 'sent' | 'withAddress', number | undefined>;

async function counts(daemon: Daemon, name: string): Promise<Counts> {
  const [alias] = await aliases(daemon, name);
  const { received, sent, sentWithAddress } = alias?.counters ?? {};
  return { received: received?.packets, sent: sent?.packets, withAddress: sentWithAddress?.packets };
}

const file = (daemon: Daemon, name: string) => readFileSync(join(daemon.runDirectory, name), 'utf8');

interface World extends Pair {
  readonly daemon: Daemon;
}

async function world(datapath = 'auto'): Promise<World> {
  const pair = await joinedBy(lab, 1);
  await pair.a.ip('addr add 192.168.1.1/24 dev eth0');
  await pair.b.ip('addr add 192.168.1.2/24 dev eth0');
  await pair.b.ip('addr add 200.1.1.2/24 dev eth0');
  const daemon = new Daemon(lab, pair.a);
  daemon.words = ['--datapath', datapath];
  await daemon.start();
  return { ...pair, daemon };
}

describe('made, changed and deleted by name', () => {
  test('NA-10 NA-15 IA-1 IA-4 IA-5 IA-6 IA-8 R1 an alias is a labelled address of the class, with the route by the main device', async () => {
    const { a, daemon } = await world();
    expect(file(daemon, 'aliases')).toBe(`${'device           family address'.padEnd(63)}\n`);
    expect(file(daemon, 'alias_types')).toContain('2       ip              0      \n10      ipv6            0      \n');
    await daemon.mustCfg('alias eth0:0 200.1.1.1');
    expect(await addresses(a, 'eth0')).toContainEqual(
      expect.objectContaining({ label: 'eth0:0', local: '200.1.1.1', prefixlen: 24, broadcast: '200.1.1.255' }),
    );
    expect(await a.ip('route show 200.1.1.0/24')).toMatch(/dev eth0 .*src 200\.1\.1\.1/);
    const facts = JSON.parse(await a.must(['ip', '-json', 'link', 'show', 'dev', 'eth0']))[0];
    const [made] = await aliases(daemon, 'eth0:0');
    expect(made).toMatchObject({ mac: facts.address, mtu: 1500, state: 'up', label: 'eth0:0', kind: 'device' });

    // NA-40 NA-41: the files say it at once
    await waitFor('the table', () => file(daemon, 'aliases').includes('eth0:0           2      200.1.1.1    '));
    expect(file(daemon, 'alias_types')).toContain('2       ip              1      \n');

    // NA-17: a second call gives it another address; NA-20: the minus deletes, whatever follows
    await alias(daemon, 'eth0:0 10.5.0.1/255.255.0.0');
    expect(await labels(a)).toEqual(['eth0 192.168.1.1/24', 'eth0:0 10.5.0.1/16']);
    await daemon.mustCfg('alias eth0:0- 0');
    expect(await labels(a)).toEqual(['eth0 192.168.1.1/24']);
    expect(await a.ip('route show 10.5.0.0/16')).toBe('');
    await daemon.stop();
  });

  test('NA-16 NA-21 IA-11 down and up; secondary addresses of others stay; IPv6 without a label', async () => {
    const { a, daemon } = await world();
    await alias(daemon, 'eth0:0 200.1.1.1/24');
    await alias(daemon, 'eth0:1 200.1.1.9/24');
    await a.ip('addr add 200.1.1.10/24 dev eth0');
    await alias(daemon, 'eth0:0 down');
    expect(await labels(a)).toEqual(['eth0 192.168.1.1/24', 'eth0:1 200.1.1.9/24', 'eth0 200.1.1.10/24']);
    expect(await daemon.mustCfg('alias')).toMatch(/eth0:0 +down +200\.1\.1\.1\/24 /);
    await alias(daemon, 'eth0:0 up');
    expect(await labels(a)).toContain('eth0:0 200.1.1.1/24');
    await alias(daemon, 'eth0:2 2001:db8::1/64');
    expect(await labels(a)).toContain('- 2001:db8::1/64');
    expect(await daemon.mustCfg('show eth0:2')).toContain('without a label in the kernel: IPv6 has none');
    expect(await daemon.mustCfg('show eth0:0')).toMatch(/kind +a device with counters of its own, counted in/);
    expect(await daemon.mustCfg('show')).toContain('eth0:1  alias of eth0, up');
    await daemon.stop();
    expect(await labels(a)).toEqual(['eth0 192.168.1.1/24', 'eth0 200.1.1.10/24']);
  });

  test('NA-12 NA-13 NA-22 NA-52 refusals, of another hand too; what another hand takes is down', async () => {
    const { a, daemon } = await world();
    const refused = (words: string) => alias(daemon, words.replace('alias ', '')).then(() => 'taken', String);
    expect(await daemon.cfg('alias eth7:0 10.0.0.1')).toMatchObject({ code: 1, stdout: '' });
    await a.ip('link add eth9 type veth peer name eth8');
    await a.ip('addr add 172.16.0.1/16 label eth0:7 dev eth0');
    expect(await refused('alias eth7:0 10.0.0.1')).toContain('no such device: eth7');
    expect(await refused('alias eth9:0 10.0.0.1')).toContain('ip link set eth9 up');
    expect(await refused('alias eth0:x 10.0.0.1')).toContain("'x' is not a slot number");
    expect(await refused('alias eth0:256 10.0.0.1')).toContain('slot 256 is not below 256');
    expect(await refused('alias eth0:0-')).toContain('no such alias');
    expect(await refused('alias eth0:7 10.0.0.1')).toContain('eth0 has 172.16.0.1/16 as eth0:7 already');
    expect(await refused('alias eth0:0 192.168.1.1')).toContain('ip addr del 192.168.1.1/24 dev eth0');
    expect(await refused('alias eth0:0 up')).toContain('vethcfg alias eth0:0 ADDRESS');
    expect(await labels(a)).toEqual(['eth0 192.168.1.1/24', 'eth0:7 172.16.0.1/16']);

    // The very same address with the very same label is taken over, as after ifup.
    await alias(daemon, 'eth0:7 172.16.0.1/16');
    await a.ip('addr del 172.16.0.1/16 dev eth0');
    await waitFor('eth0:7 down', async () => (await aliases(daemon, 'eth0:7'))[0]?.state === 'down');
    expect(daemon.log()).toContain('eth0:7: 172.16.0.1/16 was removed by another hand: down');
    await a.ip('addr add 172.16.0.1/16 label eth0:7 dev eth0');
    await waitFor('eth0:7 up', async () => (await aliases(daemon, 'eth0:7'))[0]?.state === 'up');
    await daemon.stop();
  });
});

describe('NA-30 NA-32 with the main device', () => {
  test('NA-30 IA-10 R2 aliases are closed as it goes down or away, and come back with it', async () => {
    const { a, daemon } = await world();
    await a.ip('link add eth9 type veth peer name eth8');
    await a.ip('link set eth9 up');
    await alias(daemon, 'eth9:2 10.9.0.1/24');
    await alias(daemon, 'eth9:0 10.9.1.1/24');
    await alias(daemon, 'eth9:1 2001:db8:9::1/64');
    await waitFor('the table', () => /eth9:2 .*\neth9:0 .*\neth9:1 /.test(file(daemon, 'aliases')));
    await a.ip('link set eth9 down');
    await waitFor('an empty table', () => !file(daemon, 'aliases').includes('eth9'));
    expect(await labels(a, 'eth9')).toEqual([]);
    expect(await daemon.mustCfg('show eth9:0')).toContain('waiting: eth9 is not up');
    await a.ip('link set eth9 up');
    await waitFor('the aliases', () => /eth9:2 .*\neth9:0 .*\neth9:1 /.test(file(daemon, 'aliases')));
    await a.ip('link del eth9');
    await waitFor('an empty table', () => !file(daemon, 'aliases').includes('eth9'));
    expect(await daemon.mustCfg('alias')).toContain('eth9:0 waits: no such device: eth9');
    await a.ip('link add eth9 up type veth peer name eth8');
    await waitFor('the aliases', async () => (await labels(a, 'eth9')).length === 3);
    await daemon.stop();
  });
});

const noBpf = lacksBpf();
const ALL = ['kernel', 'user'].filter((by) => by === 'user' || !noBpf);

test('aliases on a bundle, counted in both data paths', async () => {
  const { a, b, left, right } = await formedPair(lab, { links: 2 });
  await b.ip('addr add 10.7.0.2/24 dev veth0');
  await alias(left, 'veth0:0 10.7.0.1/24');
  expect(await labels(a, 'veth0')).toContain('veth0:0 10.7.0.1/24');
  const pinged = async (received: number) => {
    expect(await ping(b, '10.7.0.1', 5)).toMatchObject({ received: 5 });
    const seen = () => counts(left, 'veth0:0');
    const wanted = { received, sent: received, withAddress: received };
    await waitFor(`${received} packets`, async () => isDeepStrictEqual(await seen(), wanted), { seen });
  };
  await pinged(5);
  await left.mustCfg('set vethd datapath=user');
  await pinged(10);
  expect((await aliases(left, 'veth0:0'))[0]?.counted?.by).toBe('user');
  expect((await left.cfg('alias eth0:0 10.8.0.1')).stderr).toContain('say veth0:0');
  await Promise.all([left.stop(), right.stop()]);
  expect(await a.interfaces()).toEqual(['eth0', 'eth1']);
});

test.skipIf(noBpf)('NA-60 without tcx the programs hang on clsact, and count over kill -9', async () => {
  const pair = await joinedBy(lab, 1);
  const { a, b } = pair;
  await b.ip('addr add 200.1.1.2/24 dev eth0');
  const daemon = new Daemon(lab, a, 'info', 'none', ['env', 'VETH_WITHOUT_TCX=1']);
  await daemon.start();
  await alias(daemon, 'eth0:0 200.1.1.1');
  await ping(b, '200.1.1.1', 3);
  expect(await a.must(['tc', 'filter', 'show', 'dev', 'eth0', 'egress'])).toMatch(/bpf .*direct-action/);
  await daemon.crash();
  await ping(b, '200.1.1.1', 2);
  await daemon.start();
  expect(await counts(daemon, 'eth0:0')).toEqual({ received: 5, sent: 5, withAddress: 5 });
  await daemon.stop();
  expect(await a.must(['tc', 'qdisc', 'show', 'dev', 'eth0'])).not.toContain('clsact');
});

test('IA-10 vethcfg import reads a file of ifupdown, with line and repair where it is wrong', async () => {
  const { a, daemon } = await world();
  const path = join(daemon.runDirectory, 'interfaces');
  const stanza = (name: string, address: string) => `auto ${name}\niface ${name} inet static\n  address ${address}\n`;
  writeFileSync(
    path,
    `${stanza('eth0', '192.168.1.1/24')}${stanza('eth0:0', '192.168.0.1')}${stanza('eth0:web', '10.0.0.1')}`,
  );
  const wrong = await daemon.cfg(`import ${path}`);
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toContain(`${path}:8: eth0:web: 'web' is not a slot number; say a main device, a colon`);
  writeFileSync(path, `${stanza('eth0', '192.168.1.1/24')}${stanza('eth0:0', '192.168.0.1')}`);
  expect(await daemon.mustCfg(`import --dry-run ${path}`)).toBe('+ alias eth0:0: address=192.168.0.1/24\n');
  expect(await labels(a)).toEqual(['eth0 192.168.1.1/24']);
  const { stderr } = await daemon.cfg(`import ${path}`);
  expect(stderr).toContain('note: left to ifupdown: eth0');
  expect(await labels(a)).toEqual(['eth0 192.168.1.1/24', 'eth0:0 192.168.0.1/24']);
  expect(await daemon.mustCfg('save -')).toContain('aliases:\n  eth0:0: 192.168.0.1/24\n');
  await daemon.stop();
});

describe('examples of the docs', () => {
  test('IA-2 IA-8 R2 ip-aliases.md: several roles, and two networks', async () => {
    const [roles = '', gone = '', there = '', networks = ''] = shellBlocks('interfaces/ip-aliases.md');
    const { a, b, daemon } = await world();
    await b.ip('addr del 192.168.1.2/24 dev eth0');
    await b.ip('addr add 192.168.1.50/24 dev eth0');
    await runBlock(roles, daemon);
    for (const role of ['192.168.1.1', '192.168.1.2', '192.168.1.3']) {
      expect((await ping(b, role, 1)).received, role).toBe(1);
    }
    await runBlock(gone, daemon);
    await runBlock(there, b);
    expect((await ping(a, '192.168.1.3', 1)).received).toBe(1);
    await daemon.mustCfg('alias eth0:0-');
    await b.ip('addr add 192.168.0.100/24 dev eth0');
    await expect(ping(a, '192.168.0.100', 1)).rejects.toThrow('unreachable');
    await runBlock(networks, daemon);
    expect((await ping(a, '192.168.0.100', 1)).received).toBe(1);
    expect(await a.ip('route show 192.168.0.0/24')).toMatch(/^192\.168\.0\.0\/24 dev eth0 /);
    await daemon.stop();
  });

  test('NA-6 net-alias.md', async () => {
    const { daemon } = await world();
    const [block = ''] = shellBlocks('interfaces/net-alias.md');
    const said = await runBlock(block, daemon);
    expect(said).toContain('slots      0 to 9, as eth0 got its first alias');
    expect(said).toContain('device           family address');
    expect(said).toContain('type    name            n_attach\n2       ip              2      \n');
    await daemon.stop();
  });
});

describe.each(ALL)('counted in the %s', (by) => {
  test('NA-1 NA-4 NA-60 NA-61 NA-62 R1 received by address, sent by the own route only; IA-7', async () => {
    const { a, b, daemon } = await world(by === 'user' ? 'user' : 'auto');
    await alias(daemon, 'eth0:0 200.1.1.1');
    await alias(daemon, 'eth0:1 192.168.1.7/24');
    expect(await ping(b, '200.1.1.1', 5)).toMatchObject({ received: 5 });
    expect(await ping(b, '192.168.1.7', 4)).toMatchObject({ received: 4 });
    expect(await ping(b, '192.168.1.1', 3)).toMatchObject({ received: 3 });
    // A packet socket is read a moment later.
    const settled = async (name: string, wanted: Counts) => {
      const seen = () => counts(daemon, name);
      await waitFor(`${name} ${JSON.stringify(wanted)}`, async () => isDeepStrictEqual(await seen(), wanted), { seen });
    };
    await settled('eth0:0', { received: 5, sent: 5, withAddress: 5 });
    await settled('eth0:1', { received: 4, sent: 0, withAddress: 4 });
    const [shown] = await aliases(daemon, 'eth0:0');
    expect(shown?.counters?.received).toEqual({ packets: 5, octets: 5 * 98 });
    expect(shown?.counted).toMatchObject({ by, missed: 0 });
    // A broadcast is that of the alias whose network its sender is in.
    await b.run(['ping', '-b', '-c', '2', '-i', '0.02', '-W', '0.1', '-I', '200.1.1.2', '200.1.1.255']);
    await settled('eth0:0', { received: 7, sent: 5, withAddress: 5 });
    // Down, it counts nothing.
    await alias(daemon, 'eth0:0 down');
    await ping(b, '200.1.1.1', 1);
    await settled('eth0:0', { received: 7, sent: 5, withAddress: 5 });
    await daemon.stop();
    expect(pinsOf(a.number)).toEqual([]);
  });

  test('counts go on as the data path is changed, over kill -9 and --cleanup takes all away', async () => {
    const { a, b, daemon } = await world(by === 'user' ? 'user' : 'auto');
    await daemon.mustCfg('set vethd net-alias-max=10');
    await alias(daemon, 'eth0:0 200.1.1.1');
    await daemon.mustCfg('set vethd net-alias-max=1000');
    await ping(b, '200.1.1.1', 3);
    await daemon.crash();
    expect(await ping(b, '200.1.1.1', 4)).toMatchObject({ received: 4 });
    await daemon.start();
    const before = by === 'kernel' ? 7 : 0;
    expect((await counts(daemon, 'eth0:0')).received).toBe(before);
    if (by === 'kernel') await daemon.mustCfg('restart');
    await waitFor('the limit', async () => (await aliases(daemon, 'eth0:0'))[0]?.limit === 10); // NA-52, also afterwards
    await ping(b, '200.1.1.1', 2);
    await daemon.mustCfg(`set vethd datapath=${by === 'kernel' ? 'user' : 'auto'}`);
    await ping(b, '200.1.1.1', 2);
    await waitFor('all counted', async () => (await counts(daemon, 'eth0:0')).received === before + 4);
    await daemon.crash();
    expect((await a.run([executable('vethd'), '--cleanup', '--run-dir', daemon.runDirectory])).code).toBe(0);
    expect(await labels(a)).toEqual(['eth0 192.168.1.1/24']);
    expect(pinsOf(a.number)).toEqual([]);
  });
});
