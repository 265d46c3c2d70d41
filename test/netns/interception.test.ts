/** R11: while a port is attached, frames reach only the aggregate; the port's own stack neither answers nor speaks. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { distributing } from '../../scripts/lab/daemon.js';
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

test('VE-4 R11 the neighbour entry holds the address of veth0, never that of a member, in 24 of 24 resolutions', async () => {
  const mac = (await pair.right.aggregator())?.mac;
  for (let round = 0; round < 24; round += 1) {
    await pair.a.ip('neigh flush all');
    await ping(pair.a, '10.0.0.2', 1);
    const [entry]: { lladdr?: string; dev?: string }[] = JSON.parse(await pair.a.ip('-json neigh show 10.0.0.2'));
    expect(entry).toMatchObject({ lladdr: mac, dev: 'veth0' });
  }
});

test('VE-4 R11 a member that goes down and up says nothing but LACPDUs: no ARP, no neighbour discovery, no MLD', async () => {
  const member = await pair.right.port('eth1');
  const tcpdump = pair.a.start(['tcpdump', '-enl', '--immediate-mode', '-i', 'eth1', 'ether', 'src', `${member?.mac}`]);
  await tcpdump.says('listening on');
  await pair.b.ip('link set eth1 down');
  await pair.b.ip('link set eth1 up');
  await distributing(pair.daemons, ['eth0', 'eth1']);
  await delay(1_500); // duplicate address detection and router solicitation would be over
  await tcpdump.stop('SIGINT');
  const frames = tcpdump.stdout.split('\n').filter((line) => line.includes(`${member?.mac} >`));
  expect(frames.length).toBeGreaterThan(0);
  expect(frames.filter((line) => !line.includes('0x8809'))).toEqual([]);
});

test('VE-4 R11 an address left on a member is not reachable through the member', async () => {
  await pair.b.ip('addr add 10.0.7.7/32 dev eth1');
  await pair.a.ip('route add 10.0.7.7/32 dev eth1');
  // Not eth0: the aggregate has its MAC address, so that the host answers through veth0 and rightly so.
  const mac = (await pair.right.port('eth1'))?.mac ?? '';
  await pair.a.ip(`neigh replace 10.0.7.7 lladdr ${mac} dev eth1 nud permanent`);
  expect(await ping(pair.a, '10.0.7.7', 3)).toMatchObject({ sent: 3, received: 0 });
});
