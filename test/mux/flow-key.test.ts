import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as FlowKey from '../../src/mux/flow-key.js';
import { ethernet, hex, ipv4, ipv6, join, Protocol, ports } from '../support/frames.js';

const V4 = { from: hex('c0 00 02 01'), to: hex('c6 33 64 fe') };
const V6 = {
  from: hex('20 01 0d b8 00 00 00 01 00 00 00 00 00 00 00 0a'),
  to: hex('20 01 0d b8 00 00 00 02 ff ff ff ff 00 00 00 0b'),
};
const PORTS = ports({ from: 0x1234, to: 0xfedc });
const TCP4 = { addresses: V4, protocol: Protocol.TCP, payload: PORTS };
const TCP6 = { addresses: V6, protocol: Protocol.TCP, payload: PORTS };

/** The key as named values, unsigned; the words not named are not looked at. */
function keyOf(frame: Uint8Array, depth = 4) {
  const key = new Int32Array(FlowKey.FLOW_KEY_WORDS).fill(-1);
  FlowKey.readFlowKey(key, frame, 0, frame.length, depth);
  const words = (at: number, count: number) => [...new Uint32Array(key.slice(at, at + count).buffer)];
  const one = (at: number) => words(at, 1)[0];
  return {
    depth: one(FlowKey.DEPTH),
    type: one(FlowKey.TYPE),
    tags: one(FlowKey.TAGS),
    fromMac: words(FlowKey.FROM_MAC, 2),
    toMac: words(FlowKey.TO_MAC, 2),
    fromIp: words(FlowKey.FROM_IP, 4),
    toIp: words(FlowKey.TO_IP, 4),
    protocol: one(FlowKey.PROTOCOL),
    ports: [one(FlowKey.FROM_PORT), one(FlowKey.TO_PORT)],
  };
}

const REST = new Uint8Array(6);
const HOP_BY_HOP = { number: 0, rest: join([0], REST) };
const ROUTING = { number: 43, rest: join([2], REST, new Uint8Array(16)) };
const DESTINATION = { number: 60, rest: join([1], REST, new Uint8Array(8)) };
const AUTHENTICATION = { number: 51, rest: join([4], REST, new Uint8Array(16)) };
const fragment = (offsetAndMore: number) => ({
  number: 44,
  rest: join([0, offsetAndMore >> 8, offsetAndMore & 0xff], hex('00 00 00 01')),
});

const NO_IP = { fromIp: [0, 0, 0, 0], toIp: [0, 0, 0, 0], protocol: 0, ports: [0, 0] };

test('an IPv4 TCP frame, octet by octet', () => {
  const frame = hex(`ff fe fd fc fb fa  02 01 02 03 04 05  08 00
    45 00 00 28 00 00 40 00 40 06 00 00  c0 00 02 01  c6 33 64 fe
    12 34 fe dc 00 00 00 00 00 00 00 00 50 10 00 00 00 00 00 00`);
  expect(keyOf(frame)).toEqual({
    depth: 4,
    type: 0x0800,
    tags: 0,
    fromMac: [0x0201, 0x02030405],
    toMac: [0xfffe, 0xfdfcfbfa],
    fromIp: [0, 0, 0, 0xc0000201],
    toIp: [0, 0, 0, 0xc63364fe],
    protocol: 6,
    ports: [0x1234, 0xfedc],
  });
});

test('an IPv6 TCP frame', () => {
  expect(keyOf(ethernet(0x86dd, ipv6(TCP6)))).toMatchObject({
    depth: 4,
    type: 0x86dd,
    fromIp: [0x20010db8, 1, 0, 0x0a],
    toIp: [0x20010db8, 2, 0xffffffff, 0x0b],
    protocol: 6,
    ports: [0x1234, 0xfedc],
  });
});

test('only the layers asked for are read', () => {
  const frame = ethernet(0x0800, ipv4(TCP4));
  expect(keyOf(frame, 2)).toMatchObject({ depth: 2, type: 0x0800, ...NO_IP });
  expect(keyOf(frame, 3)).toMatchObject({ depth: 3, fromIp: [0, 0, 0, 0xc0000201], protocol: 0, ports: [0, 0] });
});

describe('tags', () => {
  const body = ipv4(TCP4);
  const untagged = keyOf(ethernet(0x0800, body));

  test.each<[string, [number, number][], number]>([
    ['802.1Q', [[0x8100, 0x0064]], 0x064],
    ['802.1ad', [[0x88a8, 0x0064]], 0x064],
    [
      'QinQ',
      [
        [0x88a8, 0x0012],
        [0x8100, 0x0345],
      ],
      0x012345,
    ],
    [
      '802.1Q in 802.1Q',
      [
        [0x8100, 0x0012],
        [0x8100, 0x0345],
      ],
      0x012345,
    ],
    [
      'three tags, which turn round',
      [
        [0x88a8, 0x0abc],
        [0x8100, 0x0123],
        [0x8100, 0x0456],
      ],
      0xbc12345c,
    ],
    ['priority bits, which do not count', [[0x8100, 0xe064]], 0x064],
    ['a priority tag, which is as none', [[0x8100, 0x6000]], 0],
  ])('%s: the ids, and all else as untagged', (_, tags, word) => {
    expect(keyOf(ethernet(0x0800, body, { tags }))).toEqual({ ...untagged, tags: word });
  });

  test('a fifth tag is read as something that is not IP', () => {
    const tags = Array.from({ length: 5 }, () => [0x8100, 1] as const);
    expect(keyOf(ethernet(0x0800, body, { tags }))).toMatchObject({ depth: 2, type: 0x8100, ...NO_IP });
  });
});

describe('IPv4', () => {
  test.each([4, 8, 40])('%i octets of options do not move the ports', (length) => {
    const options = new Uint8Array(length).fill(0xee);
    expect(keyOf(ethernet(0x0800, ipv4(TCP4, { options })))).toEqual(keyOf(ethernet(0x0800, ipv4(TCP4))));
  });

  test.each([
    ['first', { moreFragments: true }],
    ['middle', { moreFragments: true, offset: 185 }],
    ['last', { offset: 370 }],
  ])('the %s fragment has no ports', (_, more) => {
    expect(keyOf(ethernet(0x0800, ipv4(TCP4, more)))).toMatchObject({ depth: 4, protocol: 6, ports: [0, 0] });
  });

  test("don't fragment is no fragment", () => {
    const packet = ipv4(TCP4);
    packet[6] = 0x40;
    expect(keyOf(ethernet(0x0800, packet)).ports).toEqual([0x1234, 0xfedc]);
  });

  test.each([
    ['another version', 0x65],
    ['a header of 16 octets', 0x44],
  ])('%s is not read as IP', (_, octet) => {
    const packet = ipv4(TCP4);
    packet[0] = octet;
    expect(keyOf(ethernet(0x0800, packet))).toMatchObject({ depth: 2, ...NO_IP });
  });
});

describe('IPv6', () => {
  const plain = keyOf(ethernet(0x86dd, ipv6(TCP6)));

  test.each([
    ['hop-by-hop', [HOP_BY_HOP]],
    ['routing', [ROUTING]],
    ['destination options', [DESTINATION]],
    ['authentication', [AUTHENTICATION]],
    ['all of them', [HOP_BY_HOP, DESTINATION, ROUTING, AUTHENTICATION, DESTINATION]],
    ['eight', Array(8).fill(DESTINATION)],
  ])('extension headers (%s) do not hide protocol and ports', (_, extensions) => {
    expect(keyOf(ethernet(0x86dd, ipv6(TCP6, extensions)))).toEqual(plain);
  });

  test('behind a ninth extension header nothing is looked for', () => {
    const frame = ethernet(0x86dd, ipv6(TCP6, Array(9).fill(DESTINATION)));
    expect(keyOf(frame)).toEqual({ ...plain, protocol: 60, ports: [0, 0] });
  });

  test.each([
    ['first', 0x0001],
    ['middle', 0x05c9],
    ['last', 0x0b90],
    ['only', 0x0000],
  ])('the %s fragment is protocol 44 without ports, whatever stands around its header', (_, offset) => {
    for (const extensions of [
      [fragment(offset)],
      [HOP_BY_HOP, ROUTING, fragment(offset)],
      [fragment(offset), DESTINATION],
    ]) {
      expect(keyOf(ethernet(0x86dd, ipv6(TCP6, extensions)))).toEqual({ ...plain, protocol: 44, ports: [0, 0] });
    }
  });

  test('another version is not read as IP', () => {
    expect(keyOf(ethernet(0x86dd, ipv4(TCP4), {}))).toMatchObject({ depth: 2, ...NO_IP });
  });
});

test.each(Object.entries(Protocol))('%s (%i): ports only where the protocol has them', (name, protocol) => {
  const expected = name === 'ICMP' ? [0, 0] : [0x1234, 0xfedc];
  expect(keyOf(ethernet(0x0800, ipv4({ ...TCP4, protocol })))).toMatchObject({ depth: 4, protocol, ports: expected });
  expect(keyOf(ethernet(0x86dd, ipv6({ ...TCP6, protocol })))).toMatchObject({ depth: 4, protocol, ports: expected });
});

test.each([
  ['ARP', 0x0806, 0x0806],
  ['MPLS', 0x8847, 0x8847],
  ['an 802.3 length, which is no part of the conversation', 0x0040, 0],
  ['the largest 802.3 length', 0x05ff, 0],
  ['the smallest EtherType', 0x0600, 0x0600],
])('non-IP: %s', (_, type, word) => {
  expect(keyOf(ethernet(type, ipv4(TCP4)))).toMatchObject({ depth: 2, type: word, ...NO_IP });
});

describe('cut-off frames', () => {
  test('without a whole Ethernet header all words are 0', () => {
    for (let length = 0; length < 14; length++) {
      const { depth, type, fromMac, toMac } = keyOf(ethernet(0x0800, ipv4(TCP4)).subarray(0, length));
      expect([depth, type, ...fromMac, ...toMac]).toEqual([0, 0, 0, 0, 0, 0]);
    }
  });

  test('an IPv4 header without its last octet is not IP; without ports the protocol is known', () => {
    const frame = ethernet(0x0800, ipv4(TCP4));
    expect(keyOf(frame.subarray(0, 33))).toMatchObject({ depth: 2, ...NO_IP });
    expect(keyOf(frame.subarray(0, 37))).toMatchObject({ depth: 4, protocol: 6, ports: [0, 0] });
    expect(keyOf(frame.subarray(0, 38))).toMatchObject({ depth: 4, ports: [0x1234, 0xfedc] });
  });

  test('an IPv6 header without its last octet is not IP; a cut extension header hides the ports', () => {
    const frame = ethernet(0x86dd, ipv6(TCP6, [DESTINATION]));
    expect(keyOf(frame.subarray(0, 53))).toMatchObject({ depth: 2, ...NO_IP });
    expect(keyOf(frame.subarray(0, 55))).toMatchObject({ depth: 4, protocol: 60, ports: [0, 0] });
    expect(keyOf(frame.subarray(0, 70))).toMatchObject({ depth: 4, protocol: 6, ports: [0, 0] });
  });

  test('nothing outside the given part is read, and every cut is survived', () => {
    const chains = [
      [HOP_BY_HOP, ROUTING, AUTHENTICATION],
      [fragment(1), DESTINATION],
    ];
    const frames = [
      ethernet(0x0800, ipv4(TCP4, { options: hex('01 01 01 01') }), {
        tags: [
          [0x88a8, 1],
          [0x8100, 2],
        ],
      }),
      ...chains.map((chain) => ethernet(0x86dd, ipv6(TCP6, chain))),
    ];
    const read = (bytes: Uint8Array, start: number, length: number) => {
      const key = new Int32Array(FlowKey.FLOW_KEY_WORDS);
      FlowKey.readFlowKey(key, bytes, start, length, 4);
      return key;
    };
    for (const frame of frames) {
      for (let length = 0; length <= frame.length; length++) {
        const alone = frame.slice(0, length);
        const zeros = join(new Uint8Array(9), alone, new Uint8Array(80));
        const ones = join(new Uint8Array(9).fill(0xff), alone, new Uint8Array(80).fill(0xff));
        expect(read(zeros, 9, length)).toEqual(read(alone, 0, length));
        expect(read(ones, 9, length)).toEqual(read(alone, 0, length));
        expect(read(alone, 0, 9_999)).toEqual(read(alone, 0, length));
      }
    }
  });

  test('arbitrary octets, starts and lengths: no word is left undefined', () => {
    const anyFrame = fc.oneof(
      fc.uint8Array({ maxLength: 120 }),
      fc.tuple(fc.constantFrom(0x0800, 0x86dd, 0x8100), fc.uint8Array({ maxLength: 100 })).map(([type, body]) => {
        if (body.length > 0) body[0] = type === 0x0800 ? 0x45 : 0x60;
        return ethernet(type, body);
      }),
    );
    fc.assert(
      fc.property(
        anyFrame,
        fc.integer({ min: -5, max: 150 }),
        fc.integer({ min: -5, max: 200 }),
        (frame, start, length) => {
          const key = new Int32Array(FlowKey.FLOW_KEY_WORDS).fill(-1);
          const seen: PropertyKey[] = [];
          const watched = new Proxy(frame, {
            get(target, at) {
              if (typeof at === 'string' && /^-?\d+$/.test(at)) seen.push(at);
              return Reflect.get(target, at, target);
            },
          });
          FlowKey.readFlowKey(key, watched, start, length, 4);
          for (const at of seen.map(Number)) {
            expect(at).toBeGreaterThanOrEqual(start);
            expect(at).toBeLessThan(Math.min(start + length, frame.length));
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
