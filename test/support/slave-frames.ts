/** Frames around a master with ipvlan slaves, mostly right, some hostile, some cut off, as fast-check arbitraries. */
import fc from 'fast-check';
import { macToBytes } from '../../src/lacp/mac.js';
import type { SlaveTable } from '../../src/layers/ipvlan/table.js';
import { anyFrame } from './any-frame.js';
import { ethernet, hex, join, u16 } from './frames.js';

export const MASTER = '02:00:00:00:00:01';
const OTHERS = ['02:00:00:00:00:02', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:fb', '33:33:ff:00:00:11'];

export const v4 = (last: number): Uint8Array => Uint8Array.of(10, 0, 0, last);
export const v6 = (last: number): Uint8Array => join(hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00'), [last]);
const linkLocal = (last: number): Uint8Array => join(hex('fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00'), [last]);

/** Three slaves with addresses 10.0.0.11 to 13, 2001:db8::b to d, fe80::b to d; the first has a second IPv4 address. */
export const tableOf = (more: Partial<Pick<SlaveTable, 'mode' | 'flag'>> = {}): SlaveTable => ({
  mode: 'l2',
  flag: 'bridge',
  ...more,
  master: { ifindex: 2, mac: MASTER, addresses: [v4(1), v6(1)] },
  slaves: [11, 12, 13].map((last) => ({
    ifindex: 100 + last,
    addresses: [v4(last), v6(last), linkLocal(last), ...(last === 11 ? [Uint8Array.of(192, 168, 7, 7)] : [])],
  })),
});

const mac = (text: string) => macToBytes(text);
const pick = <T>(...values: readonly [T, ...T[]]): fc.Arbitrary<T> => fc.constantFrom(...values);
const often = <T>(weight: number, value: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: value }, { weight: 1, arbitrary: other });
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const aMac = often(3, pick(mac(MASTER)), pick(...(OTHERS.map(mac) as [Uint8Array, ...Uint8Array[]])));
const ownMac = often(8, pick(mac(MASTER)), aMac);
const ipv4Address = often(
  12,
  pick(...([11, 11, 11, 12, 12, 13, 13, 1, 9].map(v4) as [Uint8Array])),
  often(
    6,
    pick(
      Uint8Array.of(0, 0, 0, 0),
      Uint8Array.of(255, 255, 255, 255),
      Uint8Array.of(224, 0, 0, 251),
      Uint8Array.of(127, 0, 0, 1),
      Uint8Array.of(192, 168, 7, 7),
      Uint8Array.of(240, 0, 0, 1),
    ),
    octets(4),
  ),
);
const ipv6Address = often(
  12,
  fc.oneof(
    pick(...([11, 11, 11, 12, 12, 13, 13, 1, 9].map(v6) as [Uint8Array])),
    pick(...([11, 12, 13, 9].map(linkLocal) as [Uint8Array])),
  ),
  often(
    6,
    pick(
      new Uint8Array(16),
      hex('00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01'),
      hex('ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 0b'),
      hex('00 00 00 00 00 00 00 00 00 00 ff ff 7f 00 00 01'),
      hex('00 64 ff 9b 00 00 00 00 00 00 00 00 01 01 01 01'),
    ),
    octets(16),
  ),
);

const arp = fc
  .tuple(
    often(8, pick(1, 2), fc.nat(0xffff)),
    ownMac,
    ipv4Address,
    aMac,
    ipv4Address,
    often(12, pick(0x0001_0800), fc.nat()),
  )
  .map(([operation, fromMac, from, toMac, to, kind]) =>
    join(u16(kind >>> 16), u16(kind), [6, 4], u16(operation), fromMac, from, toMac, to),
  );

const ipv4Packet = fc
  .tuple(
    often(12, pick(0x45), fc.nat(255)),
    often(3, pick(64), pick(0, 1, 255)),
    pick(1, 6, 17),
    ipv4Address,
    ipv4Address,
    fc.uint8Array({ maxLength: 60 }),
  )
  .map(([first, hops, protocol, from, to, rest]) =>
    join([first, 0], u16(20 + rest.length), [0, 0, 0, 0, hops, protocol, 0, 0], from, to, rest),
  );

const option = often(
  6,
  fc.tuple(pick(1, 2), ownMac).map(([type, address]) => join([type, 1], address)),
  fc
    .tuple(pick(1, 2, 3, 5, 14), often(6, pick(1, 2), fc.nat(3)), octets(30))
    .map(([type, units, rest]) => join([type, units], rest.subarray(0, Math.max(0, units * 8 - 2)))),
);
const neighbourDiscovery = fc
  .tuple(
    often(4, pick(135, 136), pick(133, 134, 137, 128, 143)),
    octets(7),
    ipv6Address,
    fc.array(option, { maxLength: 6 }),
  )
  .map(([type, head, target, options]) => join([type], head, type === 135 || type === 136 ? target : [], ...options));
const ipv6Packet = fc
  .tuple(
    often(12, pick(0x60), fc.nat(255)),
    often(3, pick(255), pick(0, 1, 64)),
    fc.oneof(
      fc.tuple(often(8, pick(58), pick(0, 43, 44, 60, 51)), neighbourDiscovery),
      fc.tuple(pick(6, 17, 0, 44, 50, 59), fc.uint8Array({ maxLength: 60 })),
    ),
    ipv6Address,
    ipv6Address,
  )
  .map(([first, hops, [next, rest], from, to]) =>
    join([first, 0, 0, 0], u16(rest.length), [next, hops], from, to, rest),
  );

const framed = fc
  .tuple(
    aMac,
    ownMac,
    fc.oneof(
      arp.map((body) => [0x0806, body] as const),
      ipv4Packet.map((body) => [0x0800, body] as const),
      ipv6Packet.map((body) => [0x86dd, body] as const),
    ),
    often(30, pick([]), pick([[0x8100, 5] as const])),
  )
  .map(([to, from, [type, body], tags]) => ethernet(type, body, { macs: { from, to }, tags }));

/** Mostly frames for or from the slaves of `tableOf`; some cut off, some of any kind. */
export const slaveFrame: fc.Arbitrary<Uint8Array> = often(
  12,
  framed,
  fc.oneof(
    fc.tuple(framed, fc.nat(90)).map(([frame, length]) => frame.subarray(0, length)),
    fc.tuple(aMac, ownMac, anyFrame).map(([to, from, frame]) => join(to, from, frame.subarray(12))),
  ),
);
