/** The virtual interface (a veth pair) against the kernel. Needs root. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Lab, makeLab, type Side, succeeds } from './drivers-lab.js';

const MAC = '02:00:00:00:00:07';

let lab: Lab;
let side: Side;
beforeEach(() => {
  lab = makeLab();
  side = lab.side(lab.here);
});
afterEach(() => lab.close());

const show = (name: string, namespace = lab.here) => JSON.parse(lab.at(namespace, `ip -j link show dev ${name}`))[0];
const exists = (name: string, namespace = lab.here) => succeeds(`ip netns exec ${namespace} ip link show dev ${name}`);

test('a new interface is down, without carrier, and marked; its peer has no stack', async () => {
  const made = await side.call<{ ifindex: number; peerIfindex: number; reduced?: string }>(
    'create',
    'veth0',
    MAC,
    1400,
  );
  expect(made.reduced).toBeUndefined();
  expect(show('veth0')).toMatchObject({ ifindex: made.ifindex, address: MAC, mtu: 1400, ifalias: 'veth aggregate' });
  expect(show('veth0').flags).not.toContain('UP');
  expect(show('_veth0')).toMatchObject({ ifindex: made.peerIfindex, mtu: 1400, ifalias: 'veth aggregate' });
  expect(show('_veth0').flags).toContain('NOARP');
  expect(lab.at(lab.here, 'cat /proc/sys/net/ipv6/conf/_veth0/disable_ipv6').trim()).toBe('1');
});

test('carrier, MAC address and MTU follow what they are set to', async () => {
  await side.call('create', 'veth0', MAC, 1500);
  lab.at(lab.here, 'ip link set veth0 up');
  expect(show('veth0').operstate).toBe('LOWERLAYERDOWN');
  await side.call('setCarrier', 'veth0', true);
  await side.call('setMac', 'veth0', '02:00:00:00:00:08');
  await side.call('setMtu', 'veth0', 9000);
  expect(show('veth0')).toMatchObject({ operstate: 'UP', address: '02:00:00:00:00:08', mtu: 9000 });
  expect(show('_veth0').mtu).toBe(9000);
  await side.call('setCarrier', 'veth0', false);
  expect(show('veth0').operstate).toBe('LOWERLAYERDOWN');
});

test('what the host sends does not come back into its stack by way of the peer', async () => {
  const { ifindex } = await side.call<{ ifindex: number }>('create', 'veth0', MAC, 1500);
  await side.call('setCarrier', 'veth0', true);
  lab.at(lab.here, 'ip link set veth0 up');
  lab.at(lab.here, 'ip link add dev x0 type veth peer name x1'); // a pair as it is without our doing
  for (const name of ['x0', 'x1']) lab.at(lab.here, `ip link set ${name} up`);
  /** IPv4 packets that came into the stack of the namespace, by whatever interface. */
  const received = () => {
    const [names = '', values = ''] = lab.at(lab.here, 'cat /proc/net/snmp').split('\n');
    return Number(values.split(' ')[names.split(' ').indexOf('InReceives')]);
  };
  const broadcastIpv4 = `ffffffffffff0200000000010800${'00'.repeat(46)}`;
  const before = received();
  expect(await side.call('send', show('x0').ifindex, broadcastIpv4)).toBe(1);
  expect(received() - before).toBe(1);
  expect(await side.call('send', ifindex, broadcastIpv4, 5)).toBe(5);
  expect(received() - before).toBe(1);
});

test('names that are taken or too long are refused, and nothing is left behind', async () => {
  lab.at(lab.here, 'ip link add dev _taken type veth peer name other');
  await expect(side.call('create', 'taken', MAC, 1500)).rejects.toThrow('cannot create taken: rtnetlink: EEXIST');
  await expect(side.call('create', 'p0', MAC, 1500)).rejects.toThrow('cannot create p0: rtnetlink: EEXIST');
  await expect(side.call('create', 'fifteen-letters', MAC, 1500)).rejects.toThrow('a name has at most 14 characters');
  expect([exists('taken'), exists('_p0'), exists('fifteen-letters')]).toEqual([false, false, false]);
  await side.call('create', 'fourteen-lette', MAC, 1500);
  await side.call('remove', 'fourteen-lette');
  expect([exists('fourteen-lette'), exists('_fourteen-lette')]).toEqual([false, false]);
});

test('only a pair of ours is adopted', async () => {
  lab.at(lab.here, 'ip link add dev veth9 type veth peer name _veth9');
  expect(await side.call('adopt', 'veth9')).toBe('none');
  expect(await side.call('adopt', 'veth8')).toBe('none');
});

test('a pair outlives the process that made it, and the next one adopts it', async () => {
  const doomed = await lab.process('ip', 'netns', 'exec', lab.here);
  const made = await doomed.call<{ ifindex: number; peerIfindex: number }>('create', 'veth0', MAC, 1500);
  await doomed.call('setCarrier', 'veth0', true);
  await doomed.end('SIGKILL');
  lab.at(lab.here, 'ip link set veth0 up');
  expect(show('veth0').operstate).toBe('UP');
  expect(await side.call('adopt', 'veth0')).toMatchObject(made);
  await side.call('remove', 'veth0');
  expect([exists('veth0'), exists('_veth0')]).toEqual([false, false]);
});

test('an interface that was moved to another namespace keeps MAC and MTU, is adopted and removed', async () => {
  await side.call('create', 'veth0', MAC, 1500);
  lab.at(lab.here, `ip link set veth0 netns ${lab.there}`);
  lab.at(lab.there, 'ip link set veth0 up');
  await side.call('setMtu', 'veth0', 1400);
  await side.call('setMac', 'veth0', '02:00:00:00:00:08');
  await side.call('setCarrier', 'veth0', true);
  expect(show('veth0', lab.there)).toMatchObject({ mtu: 1500, address: MAC, operstate: 'UP' });
  expect(show('_veth0').mtu).toBe(1400);
  expect(await side.call('adopt', 'veth0')).not.toBe('none');
  await side.call('remove', 'veth0');
  expect([exists('veth0', lab.there), exists('_veth0')]).toEqual([false, false]);
});

test('removing what the user has already removed is no failure', async () => {
  await side.call('create', 'veth0', MAC, 1500);
  lab.at(lab.here, 'ip link del veth0');
  await side.call('remove', 'veth0');
  expect(exists('_veth0')).toBe(false);
});
