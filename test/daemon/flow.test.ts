/** `vethcfg flow`: what is predicted, and what is said of it, on a daemon whose kernel is on paper. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Daemon } from '../../src/daemon/daemon.js';
import type { Arguments } from '../../src/daemon/messages.js';
import { BUCKETS, spread } from '../../src/mux/distributor.js';
import { encodeFlowFrame } from '../../src/mux/flow-frame.js';
import { HASH_POLICIES, hashBy, hashFrame } from '../../src/mux/hash.js';
import { ethernet, hex, ipv4, ipv6, join, ports, u16 } from '../support/frames.js';
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

describe('VLANs, flow labels and packets in tunnels', () => {
  interface Level {
    readonly words: string;
    readonly octets: Uint8Array;
    readonly six: boolean;
  }

  const address = (six: boolean) =>
    fc.uint8Array({ minLength: six ? 16 : 4, maxLength: six ? 16 : 4 }).map((octets) => {
      const groups = Array.from({ length: 8 }, (_, i) => Buffer.from(octets).toString('hex', 2 * i, 2 * i + 2));
      return { octets, word: six ? groups.join(':') : octets.join('.') };
    });
  const port = fc.integer({ min: 0, max: 65_535 });

  /** A packet by words and header by header; with `inner` a tunnel around it. */
  function level(six: boolean, label: number, inner?: Level): fc.Arbitrary<Level> {
    const vxlan = (source: number): [string, number, Uint8Array] => {
      const header = join(u16(source), u16(4789), hex('0000 0000 0800 0000 0000 0700'));
      const type = inner?.six === true ? 0x86dd : 0x0800;
      return [`udp ${source} 4789`, 17, join(header, ethernet(type, inner?.octets ?? hex('')))];
    };
    const within: fc.Arbitrary<[string, number, Uint8Array]> =
      inner === undefined
        ? fc.tuple(port, port).map(([a, b]) => [`tcp ${a} ${b}`, 6, ports({ from: a, to: b })])
        : fc.oneof(
            port.map(vxlan),
            fc.constant<[string, number, Uint8Array]>([
              'gre',
              47,
              join(hex(inner.six ? '0000 86dd' : '0000 0800'), inner.octets),
            ]),
            fc.constant<[string, number, Uint8Array]>(
              inner.six ? ['ipv6', 41, inner.octets] : ['ipip', 4, inner.octets],
            ),
          );
    return fc.tuple(address(six), address(six), within).map(([from, to, [words, protocol, payload]]) => {
      const packet = { addresses: { from: from.octets, to: to.octets }, protocol, payload };
      const octets = six ? ipv6(packet) : ipv4(packet);
      if (six) octets.set([0x60, label >> 16, (label >> 8) & 0xff, label & 0xff], 0);
      return { words: `${from.word} ${to.word} ${words}`, octets, six };
    });
  }

  const flow = fc
    .record({
      label: fc.option(fc.integer({ min: 0, max: 0xfffff }), { nil: undefined }),
      kinds: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
      vlan: fc.array(fc.integer({ min: 1, max: 4094 }), { maxLength: 3 }),
    })
    .chain(({ label, kinds, vlan }) => {
      const around = (made: fc.Arbitrary<Level[]>, six: boolean) =>
        made.chain((levels) => level(six, label ?? 0, levels[0]).map((outer) => [outer, ...levels]));
      const levels = kinds.reduceRight<fc.Arbitrary<Level[]>>(around, fc.constant([]));
      return levels.map((all) => ({ label: kinds.includes(true) ? label : undefined, vlan, levels: all }));
    });

  test.each(HASH_POLICIES)('hash=%s: the hash is that of a frame put together header by header', async (policy) => {
    const { daemon } = await running(`hash=${policy}`, 'hash-flow-label=1');
    const MACS_SAID = { srcMac: '02:00:00:00:00:0a', dstMac: '02:00:00:00:00:0b' };
    fc.assert(
      fc.property(flow, ({ label, vlan, levels: [outer, ...inside] }) => {
        if (outer === undefined) return;
        const [source = '', destination = '', protocol, sourcePort, destinationPort] = outer.words.split(' ');
        const words: Flow = {
          source,
          destination,
          protocol,
          sourcePort,
          destinationPort,
          ...MACS_SAID,
          vlan: vlan.length === 0 ? undefined : vlan.join(','),
          flowLabel: label?.toString(),
          inner: inside.length === 0 ? undefined : inside.map((each) => each.words).join(', '),
        };
        const tags = vlan.map((id, i) => [i < vlan.length - 1 ? 0x88a8 : 0x8100, id] as const);
        const frame = ethernet(outer.six ? 0x86dd : 0x0800, outer.octets, { tags });
        expect(ask(daemon, words).hash).toBe(hashFrame(hashBy(policy, 0, true), frame, 0, frame.length));
      }),
      { numRuns: 200 },
    );
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
    expect(ask(daemon, { ...IP6, protocol: 'icmpv6', flowLabel: '0x12345' }).assumed).toEqual([]);
    expect(ask(daemon, TCP4).assumed).toEqual([]);
  });

  test('of the packet in a tunnel', async () => {
    const { daemon } = await running('hash=encap3+4');
    const gre = (inner: string) => ask(daemon, { ...IP4, protocol: 'gre', inner }).assumed;
    expect(gre('10.1.0.1 10.1.0.2')).toEqual(['protocol icmp in the tunnel']);
    expect(gre('10.1.0.1 10.1.0.2 tcp 1 2')).toEqual([]);
    expect(gre('10.1.0.1 10.1.0.2 gre')).toEqual(['no packet of IP in the tunnel']);
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
    ['layer2', { ...MACS, inner: '::1 ::2' }, '::1 ::2: the flow is named by its MAC addresses already'],
    ['layer3+4', { ...TCP4, flowLabel: '1' }, '--flow-label 1: IPv4 has no flow label; leave it out'],
    ['layer3+4', { ...IP6, flowLabel: '0x100000' }, '--flow-label 0x100000: not a flow label; say 0 to 0xfffff'],
    ['layer3+4', { ...IP6, flowLabel: '-1' }, '--flow-label -1: not a flow label'],
    [
      'encap3+4',
      { ...TCP4, inner: '::1 ::2' },
      '--inner ::1 ::2: 10.0.0.1 10.0.0.2 tcp 40000 443 is no tunnel for it; a packet is in gre, in ipip (IPv4)',
    ],
    [
      'encap3+4',
      { ...IP4, protocol: 'ipip', inner: '::1 ::2' },
      '--inner ::1 ::2: 10.0.0.1 10.0.0.2 ipip is no tunnel',
    ],
    [
      'encap3+4',
      { ...IP4, protocol: 'gre', inner: '10.0.0.1' },
      "--inner 10.0.0.1: not a packet; say --inner 'SRC DST",
    ],
    ['encap3+4', { ...IP4, protocol: 'gre', inner: `${OWN} ${OWN}` }, `--inner ${OWN} ${OWN}: not a packet`],
    [
      'encap3+4',
      { ...IP4, protocol: 'gre', inner: '10.1.0.1 10.1.0.2 tcp' },
      "tcp: hash=encap3+4 looks at its ports in the tunnel; say --inner '10.1.0.1 10.1.0.2 tcp SPORT DPORT'",
    ],
  ])('hash=%s %j: %s', async (policy, flow, message) => {
    const { daemon } = await running(`hash=${policy}`);
    expect(() => ask(daemon, flow)).toThrow(message);
  });

  test('an interface that is not there', async () => {
    const { daemon } = await running();
    expect(() => daemon.flow({ veth: 'veth7', ...TCP4 })).toThrow('veth7: no such interface');
  });
});
