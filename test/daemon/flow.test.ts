/** `vethcfg flow`: what is predicted, and what is said of it, on a daemon whose kernel is on paper. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Daemon } from '../../src/daemon/daemon.js';
import type { Arguments } from '../../src/daemon/messages.js';
import { BUCKETS, spread } from '../../src/mux/distributor.js';
import { encodeFlowFrame } from '../../src/mux/flow-frame.js';
import { hashBy, hashFrame } from '../../src/mux/hash.js';
import { PaperKernel, paperDaemon, settled } from '../support/paper-kernel.js';
import { temporaryDirectory } from './control-fixture.js';

const OWN = '02:00:00:00:00:01';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A daemon with `veth0` on two ports that distribute, and the kernel below it. */
async function running(...options: readonly string[]) {
  const kernel = new PaperKernel('eth0', 'eth1');
  const { daemon } = paperDaemon(kernel, { directory: temporaryDirectory() });
  await settled(kernel, daemon.start());
  stops.push(() => settled(kernel, daemon.stop()));
  const words = [`mac=${OWN}`, 'lacp=passive', 'fallback=all', 'fallback-delay=0', ...options];
  for (const port of ['eth0', 'eth1']) await settled(kernel, daemon.add({ port, veth: 'veth0', options: words }));
  kernel.clock.advance(10_000);
  const distributing = daemon.statusOf({}).status.aggregators[0]?.ports.filter((port) => port.distributing);
  expect(distributing).toHaveLength(2);
  return { kernel, daemon };
}

type Flow = Omit<Arguments<'flow'>, 'veth'>;
const IP4: Flow = { source: '10.0.0.1', destination: '10.0.0.2' };
const TCP4: Flow = { ...IP4, protocol: 'tcp', sourcePort: '40000', destinationPort: '443' };
const IP6: Flow = { source: '2001:db8::1', destination: '2001:db8::2' };
const MACS: Flow = { source: OWN, destination: '02:00:00:00:00:02' };

const ask = (daemon: Daemon, flow: Flow) => daemon.flow({ veth: 'veth0', ...flow });
const byBucket = (bucket: number) => (spread([1, 2])[bucket] === 1 ? 'eth0' : 'eth1');

describe('the frame that is hashed', () => {
  test.each<[string, Flow, Parameters<typeof encodeFlowFrame>[0]]>([
    [
      'layer3+4',
      TCP4,
      {
        from: OWN,
        to: OWN,
        vlans: [],
        type: 0x0800,
        ip: { from: Uint8Array.of(10, 0, 0, 1), to: Uint8Array.of(10, 0, 0, 2), protocol: 6, ports: [40000, 443] },
      },
    ],
    [
      'layer2+3',
      { ...TCP4, dstMac: '02-00-00-00-00-AA', srcMac: '02:00:00:00:00:bb', vlan: '10,20' },
      {
        from: '02:00:00:00:00:bb',
        to: '02:00:00:00:00:aa',
        vlans: [10, 20],
        type: 0x0800,
        ip: { from: Uint8Array.of(10, 0, 0, 1), to: Uint8Array.of(10, 0, 0, 2), protocol: 6 },
      },
    ],
    [
      'layer2',
      { ...MACS, protocol: 'arp', vlan: '7' },
      { from: OWN, to: '02:00:00:00:00:02', vlans: [7], type: 0x0806 },
    ],
    [
      'layer3+4',
      { source: '2001:db8:0:1::a', destination: '::ffff:192.0.2.1', protocol: '58' },
      {
        from: OWN,
        to: OWN,
        vlans: [],
        type: 0x86dd,
        ip: {
          from: Uint8Array.from([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x0a]),
          to: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1]),
          protocol: 58,
        },
      },
    ],
  ])('hash=%s %j', async (policy, flow, frame) => {
    const { daemon } = await running(`hash=${policy}`);
    const octets = encodeFlowFrame(frame);
    const hash = hashFrame(hashBy(policy as 'layer2'), octets, 0, octets.length);
    const bucket = hash % BUCKETS;
    expect(ask(daemon, flow)).toMatchObject({
      veth: 'veth0',
      port: byBucket(bucket),
      moving: false,
      policy,
      hash,
      bucket,
    });
  });

  test('with the seed of the interface', async () => {
    const { daemon } = await running('hash-seed=7');
    const { hash: seeded } = ask(daemon, TCP4);
    expect(seeded).not.toBe(ask((await running()).daemon, TCP4).hash);
  });

  test('both directions have one bucket', async () => {
    const { daemon } = await running();
    const back = {
      source: '10.0.0.2',
      destination: '10.0.0.1',
      protocol: 'tcp',
      sourcePort: '443',
      destinationPort: '40000',
    };
    expect(ask(daemon, back).bucket).toBe(ask(daemon, TCP4).bucket);
  });

  test('many flows, many buckets, both ports', async () => {
    const { daemon } = await running();
    const all = Array.from({ length: 100 }, (_, i) => ask(daemon, { ...TCP4, sourcePort: String(40_000 + i) }));
    expect(new Set(all.map(({ bucket }) => bucket)).size).toBeGreaterThan(90);
    expect(new Set(all.map(({ port }) => port))).toEqual(new Set(['eth0', 'eth1']));
  });
});

describe('what was not said', () => {
  const router = { kind: 'neighbour', ifindex: 0, gateway: undefined, mac: '02:00:00:00:00:99' } as const;

  test.each<[string, Flow, string[]]>([
    ['layer3+4', TCP4, []],
    ['layer3+4', IP4, ['protocol icmp']],
    ['layer3+4', IP6, ['protocol icmpv6']],
    ['layer3+4', { ...IP4, protocol: 'gre' }, []],
    ['encap3+4', { ...IP4, protocol: 'gre' }, ['no packet of IP in the tunnel']],
    ['encap3+4', { ...TCP4, protocol: 'udp', destinationPort: '4789' }, ['no packet of IP in the tunnel']],
    ['encap3+4', TCP4, []],
    ['vlan+srcmac', { ...TCP4, vlan: '9' }, [`source MAC address ${OWN}, that of veth0`]],
    ['layer2', MACS, ['EtherType ip (0x0800)', 'no VLAN tag']],
    ['layer2', { ...MACS, protocol: '0x88cc', vlan: '1' }, []],
    ['layer2+3', { ...TCP4, srcMac: OWN, dstMac: '02:00:00:00:00:02' }, ['no VLAN tag']],
    ['layer2+3', { ...IP4, vlan: '9', dstMac: '02:00:00:00:00:02' }, [`source MAC address ${OWN}, that of veth0`]],
    [
      'layer2',
      { source: '10.0.0.1', destination: '239.129.2.3', vlan: '9', srcMac: OWN },
      ['destination MAC address 01:00:5e:01:02:03, that of the group'],
    ],
    [
      'layer2',
      { source: 'fe80::1', destination: 'ff02::1:2', vlan: '9', srcMac: OWN },
      ['destination MAC address 33:33:00:01:00:02, that of the group'],
    ],
  ])('hash=%s %j: %j', async (policy, flow, assumed) => {
    const { daemon } = await running(`hash=${policy}`);
    expect(ask(daemon, flow).assumed).toEqual(assumed);
  });

  test('the flow label, where it counts', async () => {
    const { daemon } = await running('hash-flow-label=1');
    expect(ask(daemon, { ...IP6, protocol: 'icmpv6' }).assumed).toEqual(['IPv6 flow label 0']);
    expect(ask(daemon, TCP4).assumed).toEqual([]);
  });

  test('the MAC address of the neighbour, or of the router, is that which the kernel knows', async () => {
    const { kernel, daemon } = await running('hash=layer2');
    const ifindex = kernel.link('veth0')?.ifindex;
    const said = { ...IP4, vlan: '9', srcMac: OWN };
    kernel.nextHops.set('10.0.0.2', { ...router, ifindex });
    expect(ask(daemon, said).assumed).toEqual(["destination MAC address 02:00:00:00:00:99, the neighbour's"]);
    kernel.nextHops.set('10.0.0.2', { ...router, ifindex, gateway: Uint8Array.of(10, 0, 0, 254) });
    expect(ask(daemon, said).assumed).toEqual([
      'destination MAC address 02:00:00:00:00:99, that of the router 10.0.0.254',
    ]);
    expect(ask(daemon, said).hash).toBe(ask(daemon, { ...said, dstMac: '02:00:00:00:00:99' }).hash);
    kernel.nextHops.set('10.0.0.2', { ...router, ifindex, kind: 'broadcast', mac: 'ff:ff:ff:ff:ff:ff' });
    expect(ask(daemon, said).assumed).toEqual(['destination MAC address ff:ff:ff:ff:ff:ff, the broadcast address']);
  });

  test('where it cannot be known, it is asked for, with the reason', async () => {
    const { kernel, daemon } = await running('hash=layer2+3');
    const [own, other] = ['veth0', 'eth0'].map((name) => kernel.link(name)?.ifindex);
    const refused = (why: string) =>
      expect(() => ask(daemon, IP4)).toThrow(
        `10.0.0.2: hash=layer2+3 looks at the destination MAC address, and ${why}; say --dst-mac MAC`,
      );
    refused('there is no route to it here');
    kernel.nextHops.set('10.0.0.2', { ...router, ifindex: own, mac: undefined });
    refused("the neighbour's is not known (send it something first)");
    kernel.nextHops.set('10.0.0.2', { ...router, ifindex: other });
    refused('its route is by eth0, not by veth0');
    kernel.nextHops.set('10.0.0.2', { ...router, kind: 'local', ifindex: own });
    refused("the address is this host's own");
  });
});

test('no port distributes: the frames are dropped', async () => {
  const { kernel, daemon } = await running();
  for (const port of ['eth0', 'eth1']) kernel.change(port, { link: 'down' });
  expect(ask(daemon, TCP4).port).toBeUndefined();
});

describe('refused', () => {
  test.each<[string, Flow, string]>([
    [
      'layer3+4',
      { ...IP4, source: '10.0.0.256' },
      '10.0.0.256: not an address; say a MAC, IPv4 or IPv6 address as SRC',
    ],
    ['layer3+4', { ...IP4, destination: 'eth0' }, 'eth0: not an address; say a MAC, IPv4 or IPv6 address as DST'],
    ['layer3+4', { ...IP4, destination: '::1' }, '10.0.0.1 ::1: two addresses of different kinds'],
    ['layer3+4', { ...IP4, protocol: 'tpc' }, 'tpc: not a protocol; say tcp, udp, '],
    ['layer3+4', { ...IP4, protocol: '256' }, '256: not a protocol'],
    [
      'layer3+4',
      { ...IP4, protocol: 'tcp' },
      'tcp: hash=layer3+4 looks at its ports; say vethcfg flow veth0 10.0.0.1 10.0.0.2 tcp SPORT DPORT',
    ],
    ['layer3+4', { ...IP4, protocol: 'tcp', sourcePort: '1' }, '1: the destination port is missing; say SPORT DPORT'],
    ['layer3+4', { ...TCP4, sourcePort: '65536' }, '65536: not a port; say 0 to 65535'],
    ['layer3+4', { ...TCP4, protocol: 'icmp' }, '40000: icmp has no ports; leave them out'],
    ['layer3+4', { ...TCP4, vlan: '0' }, '--vlan 0: not a VLAN id; say 1 to 4094'],
    ['layer3+4', { ...TCP4, dstMac: '02:00' }, '--dst-mac 02:00: not a MAC address; say --dst-mac 02:00:00:00:00:01'],
    [
      'layer3+4',
      MACS,
      'hash=layer3+4: it looks at IP addresses, and the flow is named by MAC addresses; say vethcfg flow veth0 IP-ADDRESS IP-ADDRESS',
    ],
    [
      'layer2',
      { ...MACS, protocol: 'tcp' },
      'tcp: not an EtherType, which follows two MAC addresses; say ip, arp, ipv6, or a number such as 0x88cc',
    ],
    ['layer2', { ...MACS, srcMac: OWN }, `${OWN}: the flow is named by its MAC addresses already`],
  ])('hash=%s %j: %s', async (policy, flow, message) => {
    const { daemon } = await running(`hash=${policy}`);
    expect(() => ask(daemon, flow)).toThrow(message);
  });

  test('an interface that is not there', async () => {
    const { daemon } = await running();
    expect(() => daemon.flow({ veth: 'veth7', ...TCP4 })).toThrow('veth7: no such interface');
  });
});
