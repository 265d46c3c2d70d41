import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HASH_POLICIES, type HashPolicy, hashBy, hashFrame } from '../../src/mux/hash.js';
import { type Ends, ethernet, hex, ipv4, ipv6, join, Protocol, ports, swapped, u16 } from '../support/frames.js';

const hash = (policy: HashPolicy, frame: Uint8Array) => hashFrame(hashBy(policy), frame, 0, frame.length);

/** The last 16 bits of an address of so many octets. */
const mac = (n: number) => join(hex('02 00 00 00'), u16(n));
const v4 = (n: number) => join([10, 0], u16(n));
const v6 = (n: number) => join(hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00'), u16(n));
const both = <T>(from: T, to: T): Ends<T> => ({ from, to });

const MACS = both(mac(1), mac(2));
const tcp4 = (ip: Ends<Uint8Array>, port: Ends<number>, macs = MACS) =>
  ethernet(0x0800, ipv4({ addresses: ip, protocol: Protocol.TCP, payload: ports(port) }), { macs });
const tcp6 = (ip: Ends<Uint8Array>, port: Ends<number>, macs = MACS) =>
  ethernet(0x86dd, ipv6({ addresses: ip, protocol: Protocol.TCP, payload: ports(port) }), { macs });

const IP4 = both(v4(1), v4(2));
const IP6 = both(v6(1), v6(2));
const PORT = both(50_000, 443);

test.each(HASH_POLICIES)('%s: an unsigned 32-bit number for any octets, the same each time', (policy) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (frame) => {
      const value = hash(policy, frame);
      expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
      expect(hash(policy, frame)).toBe(value);
    }),
  );
});

test('the place of the frame in its buffer does not matter', () => {
  const frame = tcp4(IP4, PORT);
  const buffer = join(new Uint8Array(10).fill(0xff), frame, new Uint8Array(50).fill(0xff));
  for (const policy of HASH_POLICIES)
    expect(hashFrame(hashBy(policy), buffer, 10, frame.length)).toBe(hash(policy, frame));
});

describe('symmetry: both directions of a conversation have the same hash', () => {
  /** vlan+srcmac is told by one end. */
  const SYMMETRIC = HASH_POLICIES.filter((policy) => policy !== 'vlan+srcmac');
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const ends = <T>(one: fc.Arbitrary<T>) => fc.record({ from: one, to: one });
  const port = fc.integer({ min: 0, max: 0xffff });
  const protocol = fc.constantFrom(...Object.values(Protocol), 47, 50);
  const tags = fc.array(fc.tuple(fc.constantFrom(0x8100, 0x88a8), port), { maxLength: 3 });

  test.each(SYMMETRIC)('%s: IPv4', (policy) => {
    fc.assert(
      fc.property(ends(octets(6)), ends(octets(4)), ends(port), protocol, tags, (macs, ip, p, number, tag) => {
        const there = ipv4({ addresses: ip, protocol: number, payload: ports(p) });
        const back = ipv4({ addresses: swapped(ip), protocol: number, payload: ports(swapped(p)) });
        const answer = ethernet(0x0800, back, { macs: swapped(macs), tags: tag });
        expect(hash(policy, answer)).toBe(hash(policy, ethernet(0x0800, there, { macs, tags: tag })));
      }),
    );
  });

  test.each(SYMMETRIC)('%s: IPv6', (policy) => {
    fc.assert(
      fc.property(ends(octets(6)), ends(octets(16)), ends(port), protocol, tags, (macs, ip, p, number, tag) => {
        const there = ipv6({ addresses: ip, protocol: number, payload: ports(p) });
        const back = ipv6({ addresses: swapped(ip), protocol: number, payload: ports(swapped(p)) });
        const answer = ethernet(0x86dd, back, { macs: swapped(macs), tags: tag });
        expect(hash(policy, answer)).toBe(hash(policy, ethernet(0x86dd, there, { macs, tags: tag })));
      }),
    );
  });

  test.each(SYMMETRIC)('%s: anything that is not IP', (policy) => {
    fc.assert(
      fc.property(ends(octets(6)), octets(20), (macs, body) => {
        const back = ethernet(0x8847, body, { macs: swapped(macs) });
        expect(hash(policy, back)).toBe(hash(policy, ethernet(0x8847, body, { macs })));
      }),
    );
  });
});

describe('VE-3 what counts for which policy', () => {
  const base = tcp4(IP4, PORT);
  const rows: [string, Uint8Array, readonly HashPolicy[]][] = [
    [
      'another source MAC',
      tcp4(IP4, PORT, both(mac(9), mac(2))),
      ['layer2', 'layer2+3', 'encap2+3', 'vlan+srcmac', 'mac-xor'],
    ],
    [
      'another VLAN',
      ethernet(0x0800, base.subarray(14), { macs: MACS, tags: [[0x8100, 5]] }),
      ['layer2', 'layer2+3', 'encap2+3', 'vlan+srcmac'],
    ],
    [
      'another EtherType',
      ethernet(0x0801, base.subarray(14), { macs: MACS }),
      ['layer2', 'layer2+3', 'layer3+4', 'encap2+3', 'encap3+4'],
    ],
    ['another destination MAC', tcp4(IP4, PORT, both(mac(1), mac(9))), ['layer2', 'layer2+3', 'encap2+3', 'mac-xor']],
    ['another address', tcp4(both(v4(9), v4(2)), PORT), ['layer2+3', 'layer3+4', 'encap2+3', 'encap3+4']],
    ['another port', tcp4(IP4, both(50_001, 443)), ['layer3+4', 'encap3+4']],
    [
      'another protocol',
      ethernet(0x0800, ipv4({ addresses: IP4, protocol: Protocol.UDP, payload: ports(PORT) }), { macs: MACS }),
      ['layer3+4', 'encap3+4'],
    ],
    ['other payload', join(base.subarray(0, -1), [0xff]), []],
  ];
  test.each(rows)('%s', (_, other, policies) => {
    const telling = HASH_POLICIES.filter((policy) => hash(policy, other) !== hash(policy, base));
    expect(telling).toEqual(policies);
  });
});

describe('one conversation, one link', () => {
  const segment = { addresses: IP4, protocol: Protocol.TCP, payload: ports(PORT) };
  const segment6 = { ...segment, addresses: IP6 };

  test.each(HASH_POLICIES)('%s: IPv4 options and IPv6 extension headers change nothing', (policy) => {
    const options = hex('94 04 00 00');
    expect(hash(policy, ethernet(0x0800, ipv4(segment, { options })))).toBe(
      hash(policy, ethernet(0x0800, ipv4(segment))),
    );
    const extension = { number: 60, rest: hex('00 01 04 00 00 00 00') };
    expect(hash(policy, ethernet(0x86dd, ipv6(segment6, [extension])))).toBe(
      hash(policy, ethernet(0x86dd, ipv6(segment6))),
    );
  });

  test.each(HASH_POLICIES)('%s: all fragments of an IPv4 datagram have one hash', (policy) => {
    const first = ethernet(0x0800, ipv4(segment, { moreFragments: true }));
    const middle = ethernet(
      0x0800,
      ipv4({ ...segment, payload: hex('de ad be ef 01 02') }, { moreFragments: true, offset: 1 }),
    );
    const last = ethernet(0x0800, ipv4({ ...segment, payload: hex('ca fe') }, { offset: 2 }));
    expect([hash(policy, middle), hash(policy, last)]).toEqual([hash(policy, first), hash(policy, first)]);
  });

  test.each(HASH_POLICIES)('%s: all fragments of an IPv6 packet have one hash', (policy) => {
    const part = (offset: string, payload: Uint8Array) =>
      hash(
        policy,
        ethernet(0x86dd, ipv6({ ...segment6, payload }, [{ number: 44, rest: hex(`00 ${offset} 00 00 00 07`) }])),
      );
    expect(part('00 09', hex('de ad be ef 00 00'))).toBe(part('00 01', ports(PORT)));
    expect(part('00 10', hex('ca'))).toBe(part('00 01', ports(PORT)));
  });

  test('layer3+4: VLAN tags change nothing', () => {
    const body = ipv4(segment);
    const tagged = ethernet(0x0800, body, {
      tags: [
        [0x88a8, 7],
        [0x8100, 5],
      ],
    });
    expect(hash('layer3+4', tagged)).toBe(hash('layer3+4', ethernet(0x0800, body)));
  });

  test('frames of an 802.3 conversation have one hash, whatever their length', () => {
    for (const policy of HASH_POLICIES) {
      const lengths = [3, 46, 1_500].map((length) =>
        hash(policy, ethernet(length, new Uint8Array(length), { macs: MACS })),
      );
      expect(new Set(lengths).size).toBe(1);
    }
  });
});

describe('spread', () => {
  const COUNT = 8_192;

  /** Pearson's chi-square of the lowest `log2(buckets)` bits; about `buckets` when they are evenly spread. */
  function unevenness(hashes: readonly number[], buckets: number): number {
    const counts = Array.from({ length: buckets }, () => 0);
    for (const value of hashes) counts[value % buckets] = (counts[value % buckets] ?? 0) + 1;
    const even = hashes.length / buckets;
    return counts.reduce((sum, count) => sum + (count - even) ** 2 / even, 0);
  }

  const rows: [string, HashPolicy, (i: number) => Uint8Array][] = [
    ['source ports in sequence', 'layer3+4', (i) => tcp4(IP4, both(32_768 + i, 443))],
    ['source ports in steps of two', 'layer3+4', (i) => tcp4(IP4, both(32_768 + 2 * i, 443))],
    ['both ports in step', 'layer3+4', (i) => tcp4(IP4, both(10_000 + i, 30_000 + i))],
    ['the same port at both ends', 'layer3+4', (i) => tcp4(IP4, both(i, i))],
    ['IPv6 source ports in sequence', 'layer3+4', (i) => tcp6(IP6, both(32_768 + i, 443))],
    ['one address in sequence', 'layer3+4', (i) => tcp4(both(v4(i), v4(65_535)), PORT)],
    ['both addresses in step', 'layer3+4', (i) => tcp4(both(v4(i), v4(i + 20_000)), PORT)],
    ['one address in sequence', 'layer2+3', (i) => tcp4(both(v4(i), v4(65_535)), PORT)],
    ['both addresses in step', 'layer2+3', (i) => tcp4(both(v4(i), v4(i + 20_000)), PORT)],
    ['IPv6 addresses in step', 'layer2+3', (i) => tcp6(both(v6(i), v6(i + 20_000)), PORT)],
    ['one MAC in sequence', 'layer2', (i) => tcp4(IP4, PORT, both(mac(i), mac(65_535)))],
    ['both MACs in step', 'layer2', (i) => tcp4(IP4, PORT, both(mac(i), mac(i + 20_000)))],
    ['one MAC in sequence', 'vlan+srcmac', (i) => tcp4(IP4, PORT, both(mac(i), mac(65_535)))],
    [
      'VLANs in sequence',
      'vlan+srcmac',
      (i) =>
        ethernet(0x0800, new Uint8Array(46), {
          tags: [
            [0x88a8, i >> 6],
            [0x8100, i & 63],
          ],
        }),
    ],
    ['MAC and address in step', 'layer2+3', (i) => tcp4(both(v4(i), v4(65_535)), PORT, both(mac(i), mac(65_535)))],
  ];
  test.each(rows)('%s, %s: 256 buckets are evenly filled', (_, policy, frame) => {
    const hashes = Array.from({ length: COUNT }, (__, i) => hash(policy, frame(i)));
    // 255 degrees of freedom: mean 255, deviation 22.6; four deviations.
    expect(unevenness(hashes, 256)).toBeLessThan(346);
    // A partner may take buckets in turn: the lowest bits, and remainders by 3, must be even too (99.99 %).
    expect(
      unevenness(
        hashes.map((value) => (value % 256) % 3),
        3,
      ),
    ).toBeLessThan(30);
    for (const links of [2, 4, 8]) expect(unevenness(hashes, links)).toBeLessThan(30);
  });

  test('every bit of every field changes each bit of the hash about half the time', () => {
    const base = tcp6(IP6, PORT);
    for (const [policy, fields] of [
      ['layer2', [[0, 12]]],
      [
        'layer2+3',
        [
          [0, 12],
          [22, 54],
        ],
      ],
      ['layer3+4', [[22, 58]]],
    ] as const) {
      const flips = Array.from({ length: 32 }, () => 0);
      let trials = 0;
      for (let round = 0; round < 64; round++) {
        const frame = base.slice();
        frame.set(u16(round * 40_503), 4);
        frame.set(u16(round * 25_171), 52);
        frame.set(u16(round * 31_337), 54);
        const before = hash(policy, frame);
        for (const [first, end] of fields) {
          for (let bit = first * 8; bit < end * 8; bit++) {
            const at = bit >> 3;
            frame[at] = (frame[at] ?? 0) ^ (1 << (bit & 7));
            const changed = hash(policy, frame) ^ before;
            frame[at] = (frame[at] ?? 0) ^ (1 << (bit & 7));
            for (let i = 0; i < 32; i++) flips[i] = (flips[i] ?? 0) + ((changed >>> i) & 1);
            trials++;
          }
        }
      }
      for (const count of flips) expect(Math.abs(count / trials - 0.5)).toBeLessThan(0.02);
    }
  });
});

/** The specification at the top of hash.ts once more, on whole numbers without limits: a second pair of eyes. */
describe('the words of the specification', () => {
  const M = 2n ** 32n;
  const scramble = (x0: bigint) => {
    let x = x0;
    x ^= x >> 16n;
    x = (x * 0x7feb352dn) % M;
    x ^= x >> 15n;
    x = (x * 0x846ca68bn) % M;
    return x ^ (x >> 16n);
  };
  const mix = (h: bigint, w: bigint) => scramble(((h ^ w) + 0x9e3779b9n) % M);
  const specified = (from: readonly bigint[], to: readonly bigint[], common: readonly bigint[], seed = 0n) => {
    const ends = from.reduce(mix, 0x5eed5eedn ^ seed) + to.reduce(mix, 0x5eed5eedn ^ seed);
    return Number(common.reduce(mix, ends % M));
  };
  /** Source 10.0.0.1:50000, destination 10.0.0.2:443, from ..:01 to ..:02 in VLAN 5. */
  const frame = ethernet(0x0800, tcp4(IP4, PORT).subarray(14), { macs: MACS, tags: [[0x8100, 0xe005]] });

  test.each<[HashPolicy, number, number]>([
    ['layer2', specified([0x0200n, 1n], [0x0200n, 2n], [0x0800n, 5n]), 0x3f5f544e],
    [
      'layer2+3',
      specified([0x0200n, 1n, 0n, 0n, 0n, 0x0a000001n], [0x0200n, 2n, 0n, 0n, 0n, 0x0a000002n], [0x0800n, 5n]),
      0xde79e8ab,
    ],
    [
      'layer3+4',
      specified([0n, 0n, 0n, 0x0a000001n, 50_000n], [0n, 0n, 0n, 0x0a000002n, 443n], [0x0800n, 6n]),
      0xcb6a265d,
    ],
    ['vlan+srcmac', specified([0x0200n, 1n], [], [5n]), 0x2bf88455],
  ])(
    '%s: hashes as specified, and as ever: a change would reorder conversations during an upgrade',
    (policy, value, known) => {
      expect(hash(policy, frame)).toBe(value);
      expect(value).toBe(known);
    },
  );

  test('a seed changes where the words of each end begin', () => {
    const value = specified([0x0200n, 1n], [0x0200n, 2n], [0x0800n, 5n], 0xfedcba98n);
    expect(hashFrame(hashBy('layer2', 0xfedcba98), frame, 0, frame.length)).toBe(value);
  });

  test('the flow label is one word more', () => {
    const v6frame = tcp6(IP6, PORT);
    v6frame.set([0x60, 0x0a, 0xbc, 0xde], 14); // version 6, class 0, label 0xabcde
    const ip = (last: bigint) => [0x20010db8n, 0n, 0n, last];
    const value = specified([...ip(1n), 50_000n], [...ip(2n), 443n], [0x86ddn, 6n, 0xabcden]);
    expect(hashFrame(hashBy('layer3+4', 0, true), v6frame, 0, v6frame.length)).toBe(value);
  });
});
