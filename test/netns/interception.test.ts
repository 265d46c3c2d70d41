/** R11: while a port is attached, frames reach only the aggregate; the port's own stack neither answers nor speaks. */
import { beforeAll, expect, test } from 'vitest';
import { ping } from '../../scripts/lab/traffic.js';
import { type DaemonPair, formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();
let pair: DaemonPair;

beforeAll(async () => {
  pair = await formedPair(lab, { links: 2 });
});

test('each echo request has one reply, also right after the neighbour was forgotten', async () => {
  for (let round = 0; round < 5; round += 1) {
    await pair.a.ip('neigh flush all');
    await pair.b.ip('neigh flush all');
    expect(await ping(pair.a, '10.0.0.2', 5)).toMatchObject({ sent: 5, received: 5, duplicates: 0 });
  }
});

test('the neighbour entry holds the address of veth0, never that of a member, in 24 of 24 resolutions', async () => {
  const mac = (await pair.right.aggregator())?.mac;
  for (let round = 0; round < 24; round += 1) {
    await pair.a.ip('neigh flush all');
    await ping(pair.a, '10.0.0.2', 1);
    const [entry]: { lladdr?: string; dev?: string }[] = JSON.parse(await pair.a.ip('-json neigh show 10.0.0.2'));
    expect(entry).toMatchObject({ lladdr: mac, dev: 'veth0' });
  }
});

test('members send no frame of their own: no ARP, no IPv6, only LACPDUs and what veth0 sends', async () => {
  // tcpdump sees what leaves and what comes; nobody uses veth0 meanwhile.
  const tcpdump = pair.b.start([
    'tcpdump',
    '-enl',
    '--immediate-mode',
    '-i',
    'eth1',
    'not',
    'ether',
    'proto',
    '0x8809',
  ]);
  await tcpdump.says('listening on');
  await pair.b.run(['ping', '-c', '1', '-W', '1', '-I', 'eth1', '10.0.0.99']);
  await pair.a.run(['ping', '-6', '-c', '1', '-W', '1', 'ff02::1%eth1']);
  await tcpdump.stop('SIGINT');
  const members = await Promise.all([pair.left.port('eth1'), pair.right.port('eth1')]);
  const veth0 = [(await pair.left.aggregator())?.mac, (await pair.right.aggregator())?.mac];
  const own = members.map((port) => port?.mac).filter((mac) => !veth0.includes(mac));
  for (const mac of own) expect(tcpdump.stdout).not.toContain(`${mac} >`);
});

test('an address left on a member is not reachable through it', async () => {
  await pair.b.ip('addr add 10.0.7.7/32 dev eth0');
  await pair.a.ip('route add 10.0.7.7/32 dev eth0');
  const mac = (await pair.right.port('eth0'))?.mac ?? '';
  await pair.a.ip(`neigh replace 10.0.7.7 lladdr ${mac} dev eth0 nud permanent`);
  expect(await ping(pair.a, '10.0.7.7', 3)).toMatchObject({ received: 0 });
  await pair.a.ip('route del 10.0.7.7/32 dev eth0');
});
