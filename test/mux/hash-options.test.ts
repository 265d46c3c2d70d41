/** What a hash takes beside its policy: the packet inside a tunnel, a seed, the flow label of IPv6. */
import { describe, expect, test } from 'vitest';
import { HASH_POLICIES, type HashPolicy, hashBy, hashFrame } from '../../src/mux/hash.js';
import { type Ends, ethernet, hex, ipv4, ipv6, join, Protocol, ports, swapped, u16 } from '../support/frames.js';

const hash = (policy: HashPolicy, frame: Uint8Array) => hashFrame(hashBy(policy), frame, 0, frame.length);

const OUTER4 = { from: hex('c0 00 02 01'), to: hex('c0 00 02 02') };
const OUTER6 = {
  from: hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01'),
  to: hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 02'),
};
const INNER4 = { from: hex('0a 00 00 01'), to: hex('0a 00 00 02') };
const INNER6 = {
  from: hex('fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01'),
  to: hex('fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02'),
};
const PORTS = { from: 50_000, to: 443 };

const inner4 = (addresses = INNER4, port: Ends<number> = PORTS) =>
  ipv4({ addresses, protocol: Protocol.TCP, payload: ports(port) });
const inner6 = () => ipv6({ addresses: INNER6, protocol: Protocol.UDP, payload: ports(PORTS) });
const outer4 = (protocol: number, payload: Uint8Array, more: Parameters<typeof ipv4>[1] = {}) =>
  ipv4({ addresses: OUTER4, protocol, payload }, more);
const gre = (flags: number, type: number, payload: Uint8Array, fields = 0) =>
  join(u16(flags), u16(type), new Uint8Array(fields * 4).fill(0xee), payload);
const vxlan = (frame: Uint8Array, { to = 4789, flags = 0x08 } = {}) =>
  join(ports({ from: 61_234, to }, hex('00 00 00 00')), [flags, 0, 0, 0, 0, 0, 7, 0], frame);

describe('a tunnel is opened: the hash is that of the packet inside', () => {
  const onEthernet = (type: number, packet: Uint8Array, tags: readonly [number, number][] = []) =>
    ethernet(type, packet, { macs: { from: hex('02 aa 00 00 00 01'), to: hex('02 aa 00 00 00 02') }, tags });
  const rows: [string, Uint8Array, number, Uint8Array][] = [
    ['IPv4 in IPv4', ethernet(0x0800, outer4(4, inner4())), 0x0800, inner4()],
    ['IPv6 in IPv4', ethernet(0x0800, outer4(41, inner6())), 0x86dd, inner6()],
    ['IPv4 in IPv6', ethernet(0x86dd, ipv6({ addresses: OUTER6, protocol: 4, payload: inner4() })), 0x0800, inner4()],
    ['GRE', ethernet(0x0800, outer4(47, gre(0, 0x0800, inner4()))), 0x0800, inner4()],
    ['GRE with a checksum', ethernet(0x0800, outer4(47, gre(0x8000, 0x0800, inner4(), 1))), 0x0800, inner4()],
    ['GRE with a key', ethernet(0x0800, outer4(47, gre(0x2000, 0x86dd, inner6(), 1))), 0x86dd, inner6()],
    ['GRE with all fields', ethernet(0x0800, outer4(47, gre(0xb000, 0x0800, inner4(), 3))), 0x0800, inner4()],
    [
      'GRE with Ethernet',
      ethernet(0x0800, outer4(47, gre(0x2000, 0x6558, onEthernet(0x0800, inner4()), 1))),
      0x0800,
      inner4(),
    ],
    ['VXLAN', ethernet(0x0800, outer4(17, vxlan(onEthernet(0x0800, inner4())))), 0x0800, inner4()],
    [
      'VXLAN on its earlier port, over IPv6',
      ethernet(
        0x86dd,
        ipv6({ addresses: OUTER6, protocol: 17, payload: vxlan(onEthernet(0x86dd, inner6()), { to: 8472 }) }),
      ),
      0x86dd,
      inner6(),
    ],
    [
      'VXLAN with tags inside',
      ethernet(0x0800, outer4(17, vxlan(onEthernet(0x86dd, inner6(), [[0x88a8, 5], [0x8100, 6]])))), // biome-ignore format: a row
      0x86dd,
      inner6(),
    ],
    [
      'GRE in VXLAN, behind IPv4 options and a tag',
      ethernet(
        0x0800,
        outer4(17, vxlan(onEthernet(0x0800, outer4(47, gre(0, 0x0800, inner4())))), { options: hex('94 04 00 00') }),
        { tags: [[0x8100, 9]] },
      ),
      0x0800,
      inner4(),
    ],
  ];
  test.each(rows)('%s', (_, frame, type, packet) => {
    expect(hash('encap3+4', frame)).toBe(hash('layer3+4', ethernet(type, packet)));
    // MAC addresses and tags of the frame that carries it, for it is what a link is chosen for.
    const carried = join(frame.subarray(0, frame[12] === 0x81 ? 16 : 12), u16(type), packet);
    expect(hash('encap2+3', frame)).toBe(hash('layer2+3', carried));
  });

  test('both directions have the same hash', () => {
    const there = ethernet(0x0800, outer4(17, vxlan(onEthernet(0x0800, inner4()))));
    const answer = inner4(swapped(INNER4), swapped(PORTS));
    const back = ethernet(
      0x0800,
      ipv4({ addresses: swapped(OUTER4), protocol: 17, payload: vxlan(onEthernet(0x0800, answer)) }),
    );
    expect(hash('encap3+4', back)).toBe(hash('encap3+4', there));
  });

  test('the third of three tunnels stays closed', () => {
    const third = outer4(4, inner4());
    const frame = ethernet(0x0800, outer4(4, outer4(4, third)));
    expect(hash('encap3+4', frame)).toBe(hash('layer3+4', ethernet(0x0800, third)));
  });
});

describe('what is no tunnel, or cannot be opened, counts as it is', () => {
  const rows: [string, Uint8Array][] = [
    ['no tunnel', inner4()],
    ['GRE with routing', outer4(47, gre(0x4000, 0x0800, inner4(), 1))],
    ['GRE of version 1', outer4(47, gre(0x2001, 0x880b, inner4(), 1))],
    ['GRE with something else', outer4(47, gre(0, 0x8847, inner4()))],
    ['UDP to another port', outer4(17, vxlan(ethernet(0x0800, inner4()), { to: 4790 }))],
    ['VXLAN without a valid VNI', outer4(17, vxlan(ethernet(0x0800, inner4()), { flags: 0 }))],
    ['VXLAN with ARP', outer4(17, vxlan(ethernet(0x0806, new Uint8Array(28))))],
    ['the first fragment', outer4(4, inner4(), { moreFragments: true })],
    ['a later fragment', outer4(4, inner4(), { offset: 3 })],
    ['a packet that is cut off in its header', outer4(4, inner4().subarray(0, 19))],
    ['a packet of another version', outer4(4, inner6())],
  ];
  test.each(rows)('%s', (_, packet) => {
    const frame = ethernet(0x0800, packet);
    expect(hash('encap3+4', frame)).toBe(hash('layer3+4', frame));
    expect(hash('encap2+3', frame)).toBe(hash('layer2+3', frame));
  });
});

describe('a seed', () => {
  const frames = Array.from({ length: 4_096 }, (_, i) =>
    ethernet(0x0800, inner4(INNER4, { from: 32_768 + i, to: 443 })),
  );

  test.each<HashPolicy>(['layer3+4', 'encap3+4'])('%s: moves conversations as if at random', (policy) => {
    const link = (seed: number) => frames.map((frame) => hashFrame(hashBy(policy, seed), frame, 0, frame.length) % 4);
    const plain = link(0);
    for (const seed of [1, 2, 0x8000_0000, 0xffff_ffff]) {
      // Of four links each keeps a quarter: 1024, deviation 28.
      const same = link(seed).filter((at, i) => at === plain[i]).length;
      expect(Math.abs(same - 1_024)).toBeLessThan(140);
    }
  });

  test.each(HASH_POLICIES)('%s: 0 is none', (policy) => {
    const [frame = new Uint8Array()] = frames;
    expect(hashFrame({ policy, seed: 0, flowLabel: false }, frame, 0, frame.length)).toBe(hash(policy, frame));
  });
});

describe('the flow label', () => {
  const labelled = (label: number) => {
    const packet = inner6();
    packet.set([0x60 | 0, (label >> 16) & 0x0f, (label >> 8) & 0xff, label & 0xff]);
    return packet;
  };
  const counts = (policy: HashPolicy, frame: (label: number) => Uint8Array) => {
    const spec = hashBy(policy, 0, true);
    const [one, other] = [frame(0x12345), frame(0x12346)];
    return hashFrame(spec, one, 0, one.length) !== hashFrame(spec, other, 0, other.length);
  };

  test('counts where ports do, if asked for', () => {
    const telling = HASH_POLICIES.filter((policy) => counts(policy, (label) => ethernet(0x86dd, labelled(label))));
    expect(telling).toEqual(['layer3+4', 'encap3+4']);
    const without = [1, 2].map((label) => hash('layer3+4', ethernet(0x86dd, labelled(label))));
    expect(without[0]).toBe(without[1]);
  });

  test('is that of the innermost packet', () => {
    expect(counts('encap3+4', (label) => ethernet(0x0800, outer4(41, labelled(label))))).toBe(true);
    expect(counts('layer3+4', (label) => ethernet(0x0800, outer4(41, labelled(label))))).toBe(false);
  });

  test('changes nothing for IPv4', () => {
    const frame = ethernet(0x0800, inner4());
    expect(hashFrame(hashBy('layer3+4', 0, true), frame, 0, frame.length)).toBe(hash('layer3+4', frame));
  });
});
