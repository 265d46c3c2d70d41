/** vethd to Open vSwitch (user space): another implementation of LACP at the far end of real links. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import type { Lab } from '../../scripts/lab/lab.js';
import { ping, tcp } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, type Pair, useLab } from '../support/netns.js';
import { type BondOptions, OpenVSwitch } from '../support/ovs.js';

const lab = useLab();

interface Against extends Pair {
  readonly daemon: Daemon;
  readonly ovs: OpenVSwitch;
}

/** A host with vethd (`10.0.0.1`) and one with Open vSwitch (`10.0.0.2`), in use on all links. */
async function against(lab: Lab, options: string, bond: Omit<BondOptions, 'ports'>, links = 2): Promise<Against> {
  // Open vSwitch without its TSO reads frames, not super-frames, and wants their sums filled in.
  const pair = await joinedBy(lab, links, { offload: false });
  const daemon = new Daemon(lab, pair.a);
  const ovs = new OpenVSwitch(lab, pair.b);
  await Promise.all([daemon.start(), ovs.start()]);
  await ovs.addBond({ ports: pair.ports, ...bond });
  await ovs.address('10.0.0.2/24');
  await addAll(daemon, pair.ports, options);
  await distributing([daemon], pair.ports);
  await ovs.distributes(pair.ports);
  await address(pair.a, '10.0.0.1/24');
  return { ...pair, daemon, ovs };
}

describe.each<[string, Omit<BondOptions, 'ports'>]>([
  ['lacp=active rate=fast', { lacp: 'active', time: 'fast' }],
  ['lacp=active rate=slow', { lacp: 'passive', time: 'slow' }],
  ['lacp=passive rate=fast', { lacp: 'active', time: 'slow' }],
  ['lacp=active rate=slow', { lacp: 'passive', time: 'fast' }],
])('vethd %s to Open vSwitch %j', (options, bond) => {
  test('VE-15 negotiates on two links; ping and TCP cross; both sides know each other', async () => {
    const { a, b, daemon, ovs } = await against(lab, options, bond);
    expect(await ovs.lacpStatus()).toBe(`${bond.lacp} negotiated`);
    expect(await ping(a, '10.0.0.2')).toMatchObject({ sent: 10, received: 10, duplicates: 0 });
    expect(await tcp(a, b, '10.0.0.2', { seconds: 1 })).toBeGreaterThan(1e7);
    expect(await tcp(b, a, '10.0.0.1', { seconds: 1 })).toBeGreaterThan(1e7);

    const port = await daemon.port('eth0');
    const member = (await ovs.members()).find(({ name }) => name === 'eth0');
    expect(port?.partner.State.LACP_Timeout).toBe(bond.time === 'fast');
    expect(port?.partner.State.LACP_Activity).toBe(bond.lacp === 'active');
    expect(member?.partnerState.includes('timeout')).toBe(options.includes('rate=fast'));
    expect(member?.partnerState.includes('activity')).toBe(options.includes('lacp=active'));
    expect(await ovs.lacpShow()).toContain(`partner sys_id: ${(await daemon.aggregator())?.systemId}`);
  });
});

describe('vethd and Open vSwitch on two links, fast', () => {
  let peers: Against;
  beforeAll(async () => {
    peers = await against(lab, 'rate=fast', { lacp: 'active', time: 'fast' });
  });

  test('a link goes down and comes up: both sides leave it and use it again', async () => {
    const { a, b, daemon, ovs } = peers;
    await b.ip('link set eth1 down');
    await distributing([daemon], ['eth0']);
    await ovs.distributes(['eth0']);
    expect(await ping(a, '10.0.0.2')).toMatchObject({ received: 10, duplicates: 0 });
    await b.ip('link set eth1 up');
    await distributing([daemon], ['eth0', 'eth1']);
    await ovs.distributes(['eth0', 'eth1']);
  });

  test('Open vSwitch is killed: EXPIRED after 3 s, DEFAULTED after 3 s more; it comes back: in use again', async () => {
    const { a, daemon, ovs, ports } = peers;
    const inState = async (receive: string) => (await daemon.port('eth0'))?.receive === receive;
    const from = performance.now();
    const elapsed = () => performance.now() - from;
    await ovs.killSwitch();
    await waitFor('EXPIRED', () => inState('EXPIRED'), { seen: () => daemon.table() });
    // Three seconds from the last LACPDU, which came up to a second before the kill.
    const expired = elapsed();
    expect(expired).toBeGreaterThan(1_900);
    expect(expired).toBeLessThan(4_000);
    await distributing([daemon], [], 1_500);
    await waitFor('DEFAULTED', () => inState('DEFAULTED'), { seen: () => daemon.table() });
    expect(elapsed() - expired).toBeGreaterThan(2_500);
    expect(elapsed() - expired).toBeLessThan(4_000);

    await ovs.startSwitch();
    await distributing([daemon], ports);
    await ovs.distributes(ports);
    await waitFor('ping', async () => (await ping(a, '10.0.0.2', 5)).received === 5);
  });

  test('vethd stops in order: Open vSwitch stops using the links at once, not after its timeout', async () => {
    const { daemon, ovs } = peers;
    const from = performance.now();
    await daemon.stop();
    await ovs.distributes([], 5_000);
    expect(performance.now() - from).toBeLessThan(2_500);
  });
});
