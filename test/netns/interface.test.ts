/** The virtual interface's own address and MTU, while ports come and go. */
import { expect, test } from 'vitest';
import { Daemon } from '../../scripts/lab/daemon.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { addAll } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();

test('the address of the first port, or a set or random one, stays when that port leaves; the MTU is the smallest', async () => {
  const { a, ports } = await joinedBy(lab, 2);
  const daemon = new Daemon(lab, a);
  const link = async (name: string): Promise<{ address: string; mtu: number }> =>
    JSON.parse(await a.ip(`-json link show ${name}`))[0];
  const first = await link('eth0');
  await daemon.start();
  await addAll(daemon, ports, '');
  expect(await link('veth0')).toMatchObject({ address: first.address, mtu: 1500 });
  await daemon.mustCfg('del eth0 veth0');
  expect((await link('veth0')).address).toBe(first.address);

  await daemon.mustCfg('set veth0 mac=random');
  const { address } = await link('veth0');
  expect(address).not.toBe(first.address);
  expect(Number.parseInt(address.slice(0, 2), 16) & 0x03).toBe(0x02);
  await daemon.mustCfg('set veth0 mac=random min-links=1');
  await daemon.mustCfg('add eth0 veth0');
  expect((await link('veth0')).address).toBe(address);
  await daemon.mustCfg('set veth0 mac=02:00:00:00:00:77');
  expect((await link('veth0')).address).toBe('02:00:00:00:00:77');

  await a.ip('link set eth1 mtu 1400');
  await waitFor('the MTU of the smallest port', async () => (await link('veth0')).mtu === 1400);
  await daemon.mustCfg('set veth0 mtu=1300');
  expect((await link('veth0')).mtu).toBe(1300);
  await daemon.mustCfg('add eth0 veth1').then(
    () => expect.unreachable(),
    (error: Error) => expect(error.message).toContain('already a member of veth0'),
  );
});
