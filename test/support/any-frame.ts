/**
 * Frames of all kinds that a hash has to read, as fast-check arbitraries: mostly right, so that the deep places are
 * reached, and now and then wrong, cut off or full of random octets.
 */
import fc from 'fast-check';
import { ethernet, join, u16 } from './frames.js';

type Octets = fc.Arbitrary<Uint8Array>;

const octets = (length: number): Octets => fc.uint8Array({ minLength: length, maxLength: length });
const some = (maxLength: number): Octets => fc.uint8Array({ maxLength });
const word16 = fc.integer({ min: 0, max: 0xffff });
const usually = <T>(weight: number, value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other });

/** How deep a packet may still be nested in others. */
type Depth = 0 | 1 | 2 | 3;
const less = (depth: Depth): Depth => (depth > 0 ? depth - 1 : 0) as Depth;

const PLAIN_PROTOCOLS = [6, 17, 33, 132, 136, 1, 58, 50, 44, 89];

/** Transport header and what is behind it, or a packet in a packet. */
function transport(depth: Depth): fc.Arbitrary<readonly [protocol: number, octets: Uint8Array]> {
  const plain = fc.tuple(fc.oneof(fc.constantFrom(...PLAIN_PROTOCOLS), fc.nat(255)), some(40));
  if (depth === 0) return plain;
  const inner = less(depth);
  return fc.oneof(
    { weight: 3, arbitrary: plain },
    { weight: 1, arbitrary: gre(inner).map((packet) => [47, packet] as const) },
    { weight: 2, arbitrary: vxlan(inner).map((packet) => [17, packet] as const) },
    { weight: 1, arbitrary: ipv4Packet(inner).map((packet) => [4, packet] as const) },
    { weight: 1, arbitrary: ipv6Packet(inner).map((packet) => [41, packet] as const) },
  );
}

function gre(depth: Depth): Octets {
  const flags = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, 0x8000, 0x2000, 0x1000, 0xa000, 0xb000, 0x3000) },
    { weight: 1, arbitrary: word16 },
  );
  const payload = fc.oneof(
    ipv4Packet(depth).map((packet) => [0x0800, packet] as const),
    ipv6Packet(depth).map((packet) => [0x86dd, packet] as const),
    anyEthernet(depth).map((frame) => [0x6558, frame] as const),
    fc.tuple(word16, some(40)),
  );
  return fc.tuple(flags, payload, octets(12)).map(([bits, [type, packet], options]) => {
    const words = [0x8000, 0x2000, 0x1000].filter((bit) => (bits & bit) !== 0).length;
    return join(u16(bits), u16(type), options.subarray(0, words * 4), packet);
  });
}

function vxlan(depth: Depth): Octets {
  const to = fc.oneof(fc.constantFrom(4789, 8472), word16);
  const flags = usually(6, 0x08, fc.nat(255));
  return fc
    .tuple(word16, to, octets(4), flags, octets(7), anyEthernet(depth))
    .map(([from, port, rest, bits, more, frame]) => join(u16(from), u16(port), rest, [bits], more, frame));
}

function ipv4Packet(depth: Depth): Octets {
  const first = usually(8, 0x45, fc.oneof(fc.integer({ min: 0x40, max: 0x4f }), fc.nat(255)));
  const fragment = usually(6, 0x4000, fc.oneof(fc.constantFrom(0, 0x2000, 0x2001, 1, 0x8000), word16));
  return fc
    .tuple(first, octets(5), fragment, transport(depth), octets(50))
    .map(([version, rest, bits, inside, tail]) => {
      const options = Math.max(0, ((version & 15) - 5) * 4);
      const header = [version, ...rest, ...u16(bits), 64, inside[0]];
      return join(header, tail.subarray(0, 10 + options), inside[1]);
    });
}

const EXTENSIONS = [0, 43, 60, 51, 44];

function ipv6Packet(depth: Depth): Octets {
  const first = usually(10, 6, fc.nat(15));
  const extension = fc.tuple(fc.constantFrom(...EXTENSIONS), usually(6, 0, fc.nat(3)), octets(40));
  const chain = fc.oneof(
    { weight: 3, arbitrary: fc.constant<[number, number, Uint8Array][]>([]) },
    { weight: 2, arbitrary: fc.array(extension, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(extension, { maxLength: 10 }) },
  );
  return fc
    .tuple(first, octets(3), octets(2), octets(33), chain, transport(depth))
    .map(([version, label, length, rest, extensions, [protocol, payload]]) => {
      const numbers = [...extensions.map(([number]) => number), protocol];
      const headers = extensions.map(([number, units, body], i) => {
        const size = number === 51 ? (units + 2) * 4 : (units + 1) * 8;
        return join([numbers[i + 1] ?? 0, units], body.subarray(0, size - 2));
      });
      return join(
        [(version << 4) | ((label[0] ?? 0) & 15), ...label.subarray(1), 0],
        length,
        [numbers[0] ?? 0],
        rest,
        ...headers,
        payload,
      );
    });
}

function anyEthernet(depth: Depth): Octets {
  const tag = fc.tuple(usually(6, 0x8100, fc.constantFrom(0x88a8, 0x9100)), word16);
  const tags = fc.oneof(
    { weight: 4, arbitrary: fc.constant<[number, number][]>([]) },
    { weight: 3, arbitrary: fc.array(tag, { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(tag, { maxLength: 6 }) },
  );
  const body = fc.oneof(
    { weight: 6, arbitrary: ipv4Packet(depth).map((packet) => [0x0800, packet] as const) },
    { weight: 6, arbitrary: ipv6Packet(depth).map((packet) => [0x86dd, packet] as const) },
    { weight: 1, arbitrary: octets(28).map((arp) => [0x0806, arp] as const) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 0, max: 0x5ff }), some(60)) }, // IEEE 802.3, LLC
    { weight: 1, arbitrary: fc.tuple(word16, some(60)) },
    { weight: 1, arbitrary: some(60).map((octets) => [0x0800, octets] as const) },
    { weight: 1, arbitrary: some(60).map((octets) => [0x86dd, octets] as const) },
  );
  return fc
    .tuple(octets(6), octets(6), tags, body)
    .map(([from, to, outer, [type, packet]]) => ethernet(type, packet, { macs: { from, to }, tags: outer }));
}

/** A frame with up to three packets in one another. */
export const wholeFrame: Octets = anyEthernet(3);

/** The same, with some cut off, some with octets changed, and some that are nothing but random octets. */
export const anyFrame: Octets = fc.oneof(
  { weight: 6, arbitrary: wholeFrame },
  {
    weight: 2,
    arbitrary: fc.tuple(wholeFrame, fc.nat(200)).map(([frame, length]) => frame.subarray(0, Math.max(1, length))),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(wholeFrame, fc.nat(100), fc.nat(255)).map(([frame, at, value]) => {
      const changed = frame.slice();
      if (at < changed.length) changed[at] = value;
      return changed;
    }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 150 }) },
);
