/** The user path of ipvlan slaves on real kernel links. Runs the compiled worker: build first (`npm test` does). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compiled, executable } from '../../scripts/lab/daemon.js';
import { type Host, Lab } from '../../scripts/lab/lab.js';
import { ping, tcp } from '../../scripts/lab/traffic.js';
import { macToBytes } from '../../src/lacp/mac.js';
import { ethernet, hex, ipv4, join, u16 } from '../support/frames.js';
import { v4 } from '../support/slave-frames.js';
import { MAC, SlavePathEnd, type SlaveWorld, slaveWorld } from './slave-path-end.js';
import { ifindexOf } from './user-datapath-end.js';

const lab = new Lab();
let world: SlaveWorld;
let path: SlavePathEnd;

beforeAll(async () => {
  world = await slaveWorld(lab);
  // A host that forwards: what is for a slave must not be sent back to the network.
  await world.host.must(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  path = await SlavePathEnd.open(world.host, 'l2');
});

afterAll(() => lab.dispose());

/** Lines that tcpdump prints on each of the interfaces while `during` runs. */
async function captured(where: readonly [Host, string][], filter: string, during: () => Promise<unknown>) {
  const dumps = where.map(([host, name]) =>
    host.start(['tcpdump', '-lnneq', '-Q', 'in', '-i', name, '--immediate-mode', filter]),
  );
  for (const dump of dumps) await dump.says('listening on');
  await during();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const ended = await Promise.all(dumps.map((dump) => dump.stop('SIGINT')));
  return ended.map(({ stdout }) => stdout.split('\n').filter((line) => /^\d/.test(line)));
}

const send = async (from: Host, name: string, ...frames: Uint8Array[]) =>
  from.must([
    process.execPath,
    compiled('scripts/lab/send-frames.js'),
    `${await ifindexOf(from, name)}`,
    ...frames.map((frame) => Buffer.from(frame).toString('hex')),
  ]);

const OTHER = '02:66:66:66:66:66';
const macs = (from: string, to: string) => ({ macs: { from: macToBytes(from), to: macToBytes(to) } });
const packet = (from: Uint8Array, to: Uint8Array, ends = macs(MAC, OTHER)) =>
  ethernet(0x0800, ipv4({ addresses: { from, to }, protocol: 17, payload: hex('16 2e 16 2e 00 08 00 00') }), ends);
const arp = (operation: number, from: Uint8Array, ends = macs(MAC, 'ff:ff:ff:ff:ff:ff')) =>
  ethernet(
    0x0806,
    join(hex('0001 0800 06 04'), u16(operation), macToBytes(MAC), from, new Uint8Array(6), v4(99)),
    ends,
  );
/** To a group, from the MAC and the IP address of somebody. */
const multicast = (mac: string, from: Uint8Array) =>
  packet(from, Uint8Array.of(224, 0, 0, 251), macs(mac, '01:00:5e:00:00:fb'));
const GROUP = 'ip dst 224.0.0.251 and udp port 5678';

describe('l2', () => {
  test('IV-1 IV-6 slaves, each other and the outside, IPv4 and IPv6: one MAC address, no frame twice', async () => {
    const { a, b, out } = world;
    // Another address on the wire; or the host's own stack, that asks for a slave, redirects or finds it unreachable.
    const [frames = []] = await captured([[out, 'eth0']], `not ether src ${MAC} or src host 10.0.0.1`, async () => {
      for (const [from, to] of [
        [a, '10.0.0.9'],
        [a, '10.0.0.12'],
        [out, '10.0.0.12'],
        [b, '2001:db8::9'],
        [b, '2001:db8::11'],
        [out, '2001:db8::11'],
      ] as const)
        expect(await ping(from, to, 5), to).toMatchObject({ sent: 5, received: 5, duplicates: 0 });
    });
    expect(frames).toEqual([]);
    expect(JSON.parse(await out.ip('-json neigh show 10.0.0.11'))[0].lladdr).toBe(MAC);
    expect(JSON.parse(await out.ip('-json neigh show 10.0.0.12'))[0].lladdr).toBe(MAC);
  });

  test('bulk TCP, in super-frames, out of a slave and to one', async () => {
    const { a, b, out } = world;
    const [one, two] = [await tcp(a, out, '10.0.0.9', { seconds: 1 }), await tcp(out, b, '10.0.0.12', { seconds: 1 })];
    console.log(`user-slave-path: ${(one / 1e9).toFixed(1)} Gbit/s out of a slave, ${(two / 1e9).toFixed(1)} to one`);
    expect(Math.min(one, two)).toBeGreaterThan(200e6); // segment by segment it would be less
  });

  test('IV-9 a hostile slave: nothing of it gets out or to the host, all of it is counted', async () => {
    const { a, b, host, out } = world;
    const before = await path.drops(0);
    const frames = [
      packet(v4(11), v4(9), macs(OTHER, OTHER)), // mac
      packet(v4(12), v4(9)), // source: another slave's
      packet(v4(1), v4(9)), // source: the host's
      packet(v4(12), v4(1), macs(MAC, MAC)), // source, to the host
      arp(2, v4(9)), // arp: for the network's
      arp(1, v4(1)), // arp: for the host's
      ethernet(0x8809, new Uint8Array(60), macs(MAC, '01:80:c2:00:00:02')), // type
      ethernet(0x0800, packet(v4(11), v4(9)).subarray(14), { ...macs(MAC, OTHER), tags: [[0x8100, 7]] }), // type
    ];
    const seen = await captured(
      [
        [out, 'eth0'],
        [b, 'sl1'],
        [host, 'eth0'],
      ],
      'udp port 5678 or (arp and dst host 10.0.0.99) or ether proto 0x8809',
      () => send(a, 'sl0', ...frames),
    );
    expect(seen).toEqual([[], [], []]);
    const after = await path.drops(0);
    const more = (reason: 'mac' | 'source' | 'arp' | 'type') => (after[reason] ?? 0) - (before[reason] ?? 0);
    expect([more('mac'), more('source'), more('arp'), more('type')]).toEqual([1, 3, 2, 2]);
    expect(await path.drops(1)).toEqual({});
    expect((await ping(a, '10.0.0.9', 3)).received).toBe(3);
  });
});

describe('IV-6 IV-7 IV-11 multicast', () => {
  test.each([
    ['IV-6 l2: slaves receive and send it', 'l2', 'bridge', { fromSlave: [1, 0, 1], fromOut: [0, 1, 1] }],
    ['IV-11 l2 private: slaves do not hear each other', 'l2', 'private', { fromSlave: [1, 0, 0], fromOut: [0, 1, 1] }],
    ['IV-11 l2 vepa: only the switch could send it back', 'l2', 'vepa', { fromSlave: [1, 0, 0], fromOut: [0, 1, 1] }],
    ['IV-7 l3: neither way', 'l3', 'bridge', { fromSlave: [0, 0, 0], fromOut: [0, 0, 0] }],
  ] as const)('%s', async (_, mode, flag, { fromSlave, fromOut }) => {
    const { a, b, out } = world;
    await path.use(mode, flag);
    const heard = await captured(
      [
        [out, 'eth0'],
        [a, 'sl0'],
        [b, 'sl1'],
      ],
      GROUP,
      () => Promise.all([send(a, 'sl0', multicast(MAC, v4(11))), send(out, 'eth0', multicast(OTHER, v4(9)))]),
    );
    const from = (address: string) =>
      heard.map((lines) => lines.filter((line) => line.includes(` ${address}.5678 >`)).length);
    expect(from('10.0.0.11'), 'from a slave: the wire, itself, the other slave').toEqual(fromSlave);
    expect(from('10.0.0.9'), 'from outside: itself, both slaves').toEqual(fromOut);
  });
});

describe('l3', () => {
  beforeAll(async () => {
    for (const [slave, name] of [
      [world.a, 'sl0'],
      [world.b, 'sl1'],
    ] as const) {
      await slave.ip(`link set ${name} arp off`); // as the kernel's ipvlan has it
      await world.out.ip(`route add 10.0.0.${name === 'sl0' ? 11 : 12}/32 via 10.0.0.1`);
      await world.out.ip(`route add 2001:db8::${name === 'sl0' ? 11 : 12}/128 via 2001:db8::1`);
    }
    await path.use('l3');
  });

  test('IV-7 IV-8 the host’s routes decide: out of another device than the master, answers come in at the master', async () => {
    const { a, b, far, out } = world;
    for (const [to, address] of [
      [far, '10.1.0.9'],
      [far, '2001:db8:1::9'],
    ] as const) {
      const [direct = [], round = []] = await captured(
        [
          [to, 'eth0'],
          [out, 'eth0'],
        ],
        'icmp or (icmp6 and ip6[40] < 130)',
        async () => {
          expect(await ping(a, address, 3), address).toMatchObject({ sent: 3, received: 3, duplicates: 0 });
        },
      );
      expect([direct.length, round.length]).toEqual([3, 0]);
    }
    expect(await ping(a, '10.0.0.12', 3), 'slave to slave').toMatchObject({ received: 3 });
    expect(await ping(out, '10.0.0.12', 3), 'from outside').toMatchObject({ received: 3 });
    expect(await tcp(b, far, '10.1.0.9', { seconds: 1 })).toBeGreaterThan(10e6);
  });

  test('what cannot be routed: the slave is told by ICMP, and it is counted', async () => {
    const { a, host } = world;
    const asked = async (...words: string[]) =>
      (await a.run(['ping', '-n', '-c', '1', '-W', '1', ...words], { env: { LC_ALL: 'C' } })).stdout;
    expect(await asked('192.0.2.1')).toContain('From 10.0.0.1 icmp_seq=1 Destination Net Unreachable');
    expect(await asked('-t', '1', '10.1.0.9')).toContain('From 10.0.0.1 icmp_seq=1 Time to live exceeded');
    expect(await asked('-t', '1', '2001:db8:1::9')).toContain('From 2001:db8::1 icmp_seq=1 Time exceeded: Hop limit');
    await host.ip('link set eth1 mtu 1400');
    expect(await asked('-M', 'do', '-s', '1400', '10.1.0.9')).toContain('Frag needed and DF set (mtu = 1400)');
    expect(await asked('-M', 'do', '-s', '1400', '2001:db8:1::9')).toContain('Packet too big: mtu=1400');
    await host.ip('link set eth1 mtu 1500');
    expect(await path.drops(0)).toMatchObject({ unrouted: 3, toobig: 2 });
  });

  test('a packet for the host’s own loopback address is dropped', async () => {
    const { a, host } = world;
    const [frames] = await captured([[host, 'lo']], 'udp port 5678', () =>
      send(a, 'sl0', packet(v4(11), Uint8Array.of(127, 0, 0, 1))),
    );
    expect(frames).toEqual([]);
    expect(await path.drops(0)).toMatchObject({ destination: 1 });
  });
});

test('IV-11 l3s: the host’s own stack forwards what comes in, what slaves send takes its routes', async () => {
  const { a, b, host, out } = world;
  // What the control plane does in this mode: the way to a slave is its hidden peer.
  for (const [i, name] of ['_sl0', '_sl1'].entries()) {
    await host.ip(`route add 10.0.0.1${i + 1}/32 dev ${name}`);
  }
  await path.use('l3s');
  for (const [from, to] of [
    [a, '10.0.0.9'],
    [a, '10.0.0.12'],
    [out, '10.0.0.11'],
    [b, '10.0.0.1'], // the host itself
  ] as const)
    expect(await ping(from, to, 3), to).toMatchObject({ received: 3, duplicates: 0 });
  expect(JSON.parse(await host.ip('-json neigh show dev _sl0'))).toMatchObject([{ dst: '10.0.0.11', lladdr: MAC }]);
  const before = (await path.drops(0)).source ?? 0;
  await send(a, 'sl0', packet(v4(12), v4(9)));
  expect((await path.drops(0)).source).toBe(before + 1);
});

describe('the end', () => {
  const rules = async () => {
    const all = `${await world.host.ip('rule show')}${await world.host.ip('-6 rule show')}`;
    return all.split('\n').filter((rule) => rule.includes('iif eth0'));
  };
  const blackholes = () => world.host.ip('route show table all type blackhole');

  test('in order: nothing is left in the host', async () => {
    await path.use('l2');
    expect(await rules()).toHaveLength(2);
    expect(await path.close()).toBe(0);
    expect(await rules()).toEqual([]);
    expect(await blackholes()).toBe('');
    expect(path.log).toBe('');
  });

  test('killed: the next one takes over what was left, vethd --cleanup takes it away', async () => {
    const { host } = world;
    await (await SlavePathEnd.open(host, 'l2')).kill();
    expect(await rules()).toHaveLength(2);
    const next = await SlavePathEnd.open(host, 'l2');
    expect(await rules()).toHaveLength(2);
    await next.kill();
    expect(next.log).toBe('');
    const runDirectory = lab.newDirectory('run');
    const cleanup = await host.must([executable('vethd'), '--cleanup', '--run-dir', runDirectory]);
    expect(cleanup).toContain('routing rules for slaves removed');
    expect(await rules()).toEqual([]);
    expect(await blackholes()).toBe('');
  });
});
