/** LACP version 2: vethd to vethd on four links whose ports are numbered the other way round, and to Open vSwitch. */
import { expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';
import { OpenVSwitch } from '../support/ovs.js';

const lab = useLab();
const FLOWS = Array.from({ length: 6 }, (_, i) => `10.0.0.${20 + i}`);
const PINGS = 20;
/** So many of them tell the way of a flow. */
const MOST = 15;

const show = async (daemon: Daemon) => (JSON.parse(await daemon.mustCfg('--json show')) as ShowResult).aggregators[0];

/** By port: frames out and in as the kernel counts them. */
async function frames(host: Host, ports: readonly string[]) {
  const links = JSON.parse(await host.must(['ip', '-s', '-json', 'link', 'show'])) as readonly Link[];
  return ports.map((port) => {
    const stats = links.find(({ ifname }) => ifname === port)?.stats64;
    return [stats?.tx.packets ?? 0, stats?.rx.packets ?? 0] as const;
  });
}

interface Link {
  readonly ifname: string;
  readonly stats64: Readonly<Record<'tx' | 'rx', { readonly packets: number }>>;
}

/** By which port the requests of each flow left, and by which its answers came. */
async function ways(host: Host, ports: readonly string[]) {
  const found: (readonly [out: string | undefined, into: string | undefined])[] = [];
  for (const flow of FLOWS) {
    const before = await frames(host, ports);
    // On a busy machine ping counts late answers as lost; what the data path lost is asked of it in the end.
    const { received, duplicates } = await ping(host, flow, PINGS, 0.01);
    expect(received).toBeGreaterThanOrEqual(MOST);
    expect(duplicates).toBe(0);
    const after = await frames(host, ports);
    // LACPDUs are counted too, but there are not so many in the time.
    const carried = (way: 0 | 1) => ports.find((_, i) => (after[i]?.[way] ?? 0) - (before[i]?.[way] ?? 0) >= MOST);
    found.push([carried(0), carried(1)]);
  }
  return found;
}

test('each flow uses one link in both directions, however ports are numbered; with version 2 a lost link moves only its own', async () => {
  const { a, b, ports } = await joinedBy(lab, 4);
  const [left, right] = [new Daemon(lab, a), new Daemon(lab, b)];
  await Promise.all([left.start(), right.start()]);
  await addAll(left, ports, 'rate=fast');
  await addAll(right, ports.toReversed(), 'rate=fast');
  await distributing([left, right], ports);
  await address(a, '10.0.0.1/24');
  await address(b, '10.0.0.2/24');
  for (const flow of FLOWS) await b.ip(`addr add ${flow}/24 dev veth0`);
  for (const flow of FLOWS) await ping(a, flow, 1);
  const version1 = await ways(a, ports);
  expect(version1.every(([out, into]) => out !== undefined && out === into)).toBe(true);
  expect(new Set(version1.map(([out]) => out)).size).toBeGreaterThan(1);

  const agreed = async (daemon: Daemon) => {
    const shown = await show(daemon);
    const inStep = shown?.ports.filter((port) => port.conversations?.inStep === true).length;
    return (
      shown?.conversations?.differences?.length === 0 && inStep === shown.ports.filter((p) => p.distributing).length
    );
  };
  const bothAgreed = async () => (await agreed(left)) && (await agreed(right));
  await left.mustCfg('set veth0 lacp-version=2 discard-wrong-conversation=1');
  await right.mustCfg('set veth0 lacp-version=2 discard-wrong-conversation=1');
  await waitFor('agreement', bothAgreed, { everyMs: 200, seen: () => left.mustCfg('show') });
  for (const daemon of [left, right]) expect(daemon.distributes(ports)).toBe(true);
  const together = await ways(a, ports);
  expect(together.every(([out, into]) => out !== undefined && out === into)).toBe(true);
  expect(new Set(together.map(([out]) => out)).size).toBeGreaterThan(1);
  expect(await left.mustCfg('show')).toContain('conversations agreed; port algorithm 02-76-65-03');

  const lost = together[0]?.[0] ?? '';
  await b.ip(`link set ${lost} down`);
  await distributing(
    [left, right],
    ports.filter((port) => port !== lost),
  );
  await waitFor('agreement', bothAgreed, { everyMs: 200, seen: () => left.mustCfg('show') });
  const moved = await ways(a, ports);
  for (const [i, [out, into]] of moved.entries()) {
    expect(into).toBe(out);
    if (together[i]?.[0] !== lost) expect(out).toBe(together[i]?.[0]);
  }
  const wrong = (await Promise.all([left, right].map(show))).flatMap((shown) =>
    shown?.ports.map(({ dataCounters }) => dataCounters.rxWrongConversation),
  );
  expect(wrong).toEqual(Array(8).fill(0));
});

test('E-01 Open vSwitch, which knows version 1 only, is not disturbed by version 2', async () => {
  const { a, b, ports } = await joinedBy(lab, 2, { offload: false });
  const daemon = new Daemon(lab, a);
  const ovs = new OpenVSwitch(lab, b);
  await Promise.all([daemon.start(), ovs.start()]);
  await ovs.addBond({ ports, lacp: 'active', time: 'fast' });
  await ovs.address('10.0.0.2/24');
  await addAll(daemon, ports, 'rate=fast lacp-version=2');
  await distributing([daemon], ports);
  await ovs.distributes(ports);
  await address(a, '10.0.0.1/24');
  expect(await ovs.lacpStatus()).toBe('active negotiated');
  expect(await ping(a, '10.0.0.2')).toMatchObject({ sent: 10, received: 10, duplicates: 0 });
  const shown = await daemon.aggregator();
  expect(shown?.notes).toEqual(['conversations not agreed: the partner does not speak LACP version 2']);
  expect(shown?.ports.map((port) => [port.partnerVersion, port.mux])).toEqual(Array(2).fill([1, 'DISTRIBUTING']));
});
