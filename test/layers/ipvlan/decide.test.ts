import { describe, expect, test } from 'vitest';
import { macToBytes } from '../../../src/lacp/mac.js';
import { Decider, FROM_WIRE } from '../../../src/layers/ipvlan/decide.js';
import { describeVerdict } from '../../../src/layers/ipvlan/verdict.js';
import { ethernet, hex, ipv4, ipv6, join, u16 } from '../../support/frames.js';
import { MASTER, tableOf, v4, v6 } from '../../support/slave-frames.js';

const OURS = MASTER;
const ROUTER = '02:00:00:00:00:99';
const ALL = 'ff:ff:ff:ff:ff:ff';
const NONE4 = Uint8Array.of(0, 0, 0, 0);
const NONE6 = new Uint8Array(16);

const macs = (from: string, to: string) => ({ macs: { from: macToBytes(from), to: macToBytes(to) } });
const inside = { protocol: 17, payload: hex('00 01 00 02 00 08 00 00') };
/** An IPv4 packet from 10.0.0.FROM to 10.0.0.TO, in a frame. */
const packet = (from: number | Uint8Array, to: number | Uint8Array, ends = macs(OURS, ROUTER)) =>
  ethernet(0x0800, ipv4({ addresses: { from: address(from), to: address(to) }, ...inside }), ends);
const address = (it: number | Uint8Array) => (typeof it === 'number' ? v4(it) : it);
const packet6 = (from: Uint8Array, to: Uint8Array, ends = macs(OURS, ROUTER)) =>
  ethernet(0x86dd, ipv6({ addresses: { from, to }, ...inside }), ends);
const arp = (
  operation: number,
  from: Uint8Array,
  to: Uint8Array,
  { sender = OURS, ends = macs(OURS, ALL) }: { sender?: string; ends?: ReturnType<typeof macs> } = {},
) =>
  ethernet(
    0x0806,
    join(u16(1), u16(0x0800), [6, 4], u16(operation), macToBytes(sender), from, new Uint8Array(6), to),
    ends,
  );
const nd = (
  type: number,
  from: Uint8Array,
  target: Uint8Array,
  { option = '', to = '33:33:ff:00:00:0c', sender = OURS }: { option?: string; to?: string; sender?: string } = {},
) => {
  const body = join([type, 0, 0, 0, 0, 0, 0, 0], target, hex(option));
  const whole = ipv6({ addresses: { from, to: hex(`ff02${'00'.repeat(13)}01`) }, protocol: 58, payload: body });
  whole[7] = 255;
  return ethernet(0x86dd, whole, macs(sender, to));
};

const OPTION_OURS = `01 01 ${OURS.replaceAll(':', '')}`;
const OPTION_FOREIGN = `02 01 ${ROUTER.replaceAll(':', '')}`;
const WIRE = FROM_WIRE;
type Row = [what: string, frame: Uint8Array, from: number, goes: string];

function rows(table: Parameters<typeof tableOf>[0], cases: readonly Row[]) {
  const decider = new Decider(tableOf(table));
  test.each(cases)('%s', (_, frame, from, goes) => {
    expect(describeVerdict(decider.decide(frame, 0, frame.length, from))).toBe(goes);
  });
}

describe('l2, from the wire', () => {
  rows({}, [
    ['IV-1 to the address of a slave', packet(9, 12, macs(ROUTER, OURS)), WIRE, 'to slave 1'],
    ['IV-1 to its second address', packet(9, Uint8Array.of(192, 168, 7, 7), macs(ROUTER, OURS)), WIRE, 'to slave 0'],
    ['IV-1 to its IPv6 address', packet6(v6(9), v6(13), macs(ROUTER, OURS)), WIRE, 'to slave 2'],
    ['to the master', packet(9, 1, macs(ROUTER, OURS)), WIRE, 'left to the host'],
    ['to another MAC address', packet(9, 12, macs(ROUTER, '02:00:00:00:00:77')), WIRE, 'left to the host'],
    ['IV-6 a broadcast', packet(9, Uint8Array.of(255, 255, 255, 255), macs(ROUTER, ALL)), WIRE, 'to every slave'],
    ['an ARP request for a slave', arp(1, v4(9), v4(13), { ends: macs(ROUTER, ALL) }), WIRE, 'to slave 2'],
    ['an ARP request for the master', arp(1, v4(9), v4(1), { ends: macs(ROUTER, ALL) }), WIRE, 'to every slave'],
    ['an ARP reply to a slave', arp(2, v4(9), v4(13), { ends: macs(ROUTER, OURS) }), WIRE, 'to slave 2'],
    ['gratuitous ARP of a router', arp(1, v4(9), v4(9), { ends: macs(ROUTER, ALL) }), WIRE, 'to every slave'],
    ['a Neighbour Solicitation for a slave', nd(135, v6(9), v6(12), { sender: ROUTER }), WIRE, 'to slave 1'],
    [
      'an advertisement of a slave address by another',
      nd(136, v6(9), v6(12), { sender: ROUTER }),
      WIRE,
      'to every slave',
    ],
    ['a tagged frame', ethernet(0x8100, hex('00050800'), macs(ROUTER, OURS)), WIRE, 'left to the host'],
    ['spanning tree', ethernet(38, hex('42 42 03'), macs(ROUTER, '01:80:c2:00:00:00')), WIRE, 'left to the host'],
    [
      'our own broadcast, sent back',
      packet(11, Uint8Array.of(255, 255, 255, 255), macs(OURS, ALL)),
      WIRE,
      'left to the host',
    ],
  ]);
});

describe('l2, from a slave', () => {
  rows({}, [
    ['to the router', packet(11, 9), 0, 'to the wire'],
    ['to another slave', packet(11, 12, macs(OURS, OURS)), 0, 'to slave 1'],
    ['to the host', packet(11, 1, macs(OURS, OURS)), 0, 'to the host'],
    ['to itself', packet(11, 11, macs(OURS, OURS)), 0, 'dropped: self'],
    ['to 127.0.0.1 of the host', packet(11, Uint8Array.of(127, 0, 0, 1), macs(OURS, OURS)), 0, 'dropped: destination'],
    [
      'IV-6 a multicast',
      packet(11, Uint8Array.of(224, 0, 0, 251), macs(OURS, '01:00:5e:00:00:fb')),
      0,
      'to every slave but 0',
    ],
    ['an ARP request to the wire', arp(1, v4(11), v4(9)), 0, 'to every slave but 0'],
    ['an ARP request for another slave', arp(1, v4(11), v4(12)), 0, 'to slave 1'],
    ['an announcement', arp(1, v4(11), v4(11)), 0, 'to every slave but 0'],
    ['a probe before it has an address', arp(1, NONE4, v4(77)), 0, 'to every slave but 0'],
    ['DHCP', packet(NONE4, Uint8Array.of(255, 255, 255, 255), macs(OURS, ALL)), 0, 'to every slave but 0'],
    ['duplicate address detection', nd(135, NONE6, v6(77)), 0, 'to every slave but 0'],
    ['duplicate address detection of what another has', nd(135, NONE6, v6(12)), 0, 'to slave 1'],
    ['a Neighbour Solicitation', nd(135, v6(11), v6(9), { option: OPTION_OURS }), 0, 'to every slave but 0'],
    ['an advertisement of its own', nd(136, v6(11), v6(11)), 0, 'to every slave but 0'],
    ['a Router Solicitation', nd(133, v6(11), new Uint8Array()), 0, 'to every slave but 0'],
  ]);
});

describe('IV-9 hostile slave', () => {
  const extended = ipv6({ addresses: { from: v6(11), to: v6(9) }, protocol: 58, payload: hex('88') }, [
    { number: 60, rest: hex('00 01 04 00 00 00 00') },
  ]);
  extended[7] = 255;
  rows({}, [
    ['a MAC address that is not the master’s', packet(11, 9, macs(ROUTER, ROUTER)), 0, 'dropped: mac'],
    ['an address of another slave', packet(12, 9), 0, 'dropped: source'],
    ['an address of the master', packet(1, 9), 0, 'dropped: source'],
    ['an address of the network', packet(9, 8), 0, 'dropped: source'],
    ['an IPv6 address of another slave', packet6(v6(12), v6(9)), 0, 'dropped: source'],
    ['no address, to one host', packet(NONE4, 9), 0, 'dropped: source'],
    ['ARP for the router', arp(2, v4(9), v4(8), { ends: macs(OURS, ROUTER) }), 0, 'dropped: arp'],
    ['ARP for itself with the MAC address of others', arp(2, v4(11), v4(8), { sender: ROUTER }), 0, 'dropped: arp'],
    ['RARP', arp(3, v4(11), v4(8)), 0, 'dropped: arp'],
    ['a probe to one host alone', arp(1, NONE4, v4(9), { ends: macs(OURS, ROUTER) }), 0, 'dropped: arp'],
    ['an advertisement for others', nd(136, v6(11), v6(9)), 0, 'dropped: nd'],
    [
      'an advertisement with the MAC address of others',
      nd(136, v6(11), v6(11), { option: OPTION_FOREIGN }),
      0,
      'dropped: nd',
    ],
    ['a solicitation with an option that has no length', nd(135, v6(11), v6(9), { option: '0100' }), 0, 'dropped: nd'],
    ['more options than are looked at', nd(135, v6(11), v6(9), { option: OPTION_OURS.repeat(5) }), 0, 'dropped: nd'],
    ['a router advertisement', nd(134, v6(11), new Uint8Array()), 0, 'dropped: nd'],
    ['a redirect', nd(137, v6(11), v6(9)), 0, 'dropped: nd'],
    [
      'Neighbour Discovery behind an extension header',
      ethernet(0x86dd, extended, macs(OURS, ROUTER)),
      0,
      'dropped: nd',
    ],
    ['a tagged frame', ethernet(0x8100, hex('0005 0800'), macs(OURS, ROUTER)), 0, 'dropped: type'],
    ['slow protocols', ethernet(0x8809, new Uint8Array(50), macs(OURS, '01:80:c2:00:00:02')), 0, 'dropped: type'],
    ['spanning tree', ethernet(38, hex('42 42 03'), macs(OURS, '01:80:c2:00:00:00')), 0, 'dropped: type'],
    ['a packet that is cut off', packet(11, 9).subarray(0, 33), 0, 'dropped: malformed'],
    ['no Ethernet header', new Uint8Array(13), 0, 'dropped: malformed'],
  ]);
});

describe('IV-11 private', () => {
  rows({ flag: 'private' }, [
    ['to another slave', packet(11, 12, macs(OURS, OURS)), 0, 'dropped: private'],
    ['a broadcast', arp(1, v4(11), v4(12)), 0, 'to the wire'],
    ['what another slave sent, sent back by the switch', packet(11, 12, macs(OURS, OURS)), WIRE, 'left to the host'],
    ['to the router', packet(11, 9), 0, 'to the wire'],
    ['from the router', packet(9, 11, macs(ROUTER, OURS)), WIRE, 'to slave 0'],
  ]);
});

describe('IV-11 vepa', () => {
  rows({ flag: 'vepa' }, [
    ['to another slave', packet(11, 12, macs(OURS, OURS)), 0, 'to the wire'],
    ['the same, sent back by the switch', packet(11, 12, macs(OURS, OURS)), WIRE, 'to slave 1'],
    ['a broadcast', packet(11, Uint8Array.of(255, 255, 255, 255), macs(OURS, ALL)), 0, 'to the wire'],
    [
      'the same, sent back',
      packet(11, Uint8Array.of(255, 255, 255, 255), macs(OURS, ALL)),
      WIRE,
      'to every slave but 0',
    ],
    ['its own announcement, sent back', arp(1, v4(11), v4(11)), WIRE, 'left to the host'],
    ['its own probe, sent back', arp(1, NONE4, v4(11)), WIRE, 'left to the host'],
    ['its own duplicate address detection, sent back', nd(135, NONE6, v6(11)), WIRE, 'left to the host'],
  ]);
});

describe.each(['l3', 'l3s'] as const)('IV-7 %s', (mode) => {
  rows({ mode }, [
    ['IV-8 to anywhere: by the routes of the host', packet(11, Uint8Array.of(1, 1, 1, 1)), 0, 'routed by the host'],
    ['to another slave', packet(11, 12), 0, 'to slave 1'],
    ['IPv6 to anywhere', packet6(v6(11), hex(`2a00${'00'.repeat(13)}01`)), 0, 'routed by the host'],
    ['to 127.0.0.1 of the host', packet(11, Uint8Array.of(127, 0, 0, 1)), 0, 'dropped: destination'],
    ['to ::1 of the host', packet6(v6(11), hex(`${'00'.repeat(15)}01`)), 0, 'dropped: destination'],
    ['to a link-local address', packet6(v6(11), hex(`fe80${'00'.repeat(13)}99`)), 0, 'dropped: destination'],
    ['a broadcast', packet(11, Uint8Array.of(255, 255, 255, 255), macs(OURS, ALL)), 0, 'dropped: multicast'],
    ['a multicast packet to one host', packet(11, Uint8Array.of(224, 0, 0, 5)), 0, 'dropped: multicast'],
    ['ARP', arp(1, v4(11), v4(9), { ends: macs(OURS, ROUTER) }), 0, 'dropped: arp'],
    ['a spoofed source', packet(12, 9), 0, 'dropped: source'],
    ['no source', packet(NONE4, 9), 0, 'dropped: source'],
    ['from the wire', packet(9, 11, macs(ROUTER, OURS)), WIRE, 'to slave 0'],
    ['a broadcast of the wire', packet(9, 11, macs(ROUTER, ALL)), WIRE, 'left to the host'],
    ['ARP of the wire', arp(1, v4(9), v4(11), { ends: macs(ROUTER, ALL) }), WIRE, 'left to the host'],
  ]);
});

describe('IV-11 in l3', () => {
  const out = packet(11, 12);
  test.each([
    ['private', 'dropped: private'],
    ['vepa', 'routed by the host'],
  ] as const)('%s to another slave: %s', (flag, goes) => {
    const decider = new Decider(tableOf({ mode: 'l3', flag }));
    expect(describeVerdict(decider.decide(out, 0, out.length, 0))).toBe(goes);
  });
});
