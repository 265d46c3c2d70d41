import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as link from '../../src/drivers/link-message.js';
import { type Attribute, encodeAttributes } from '../../src/drivers/netlink-message.js';

const IFF_UP = 0x1;
const IFF_LOWER_UP = 0x10000;
const OPER = { UNKNOWN: 0, NOTPRESENT: 1, DOWN: 2, LOWERLAYERDOWN: 3, DORMANT: 5, UP: 6 };

interface Wanted {
  readonly family?: number;
  readonly flags?: number;
  readonly operstate?: number;
  readonly attributes?: readonly Attribute[];
}

/** RTM_NEWLINK of eth1, number 7, as the kernel would send it. */
function newLink({ family = 0, flags = IFF_UP | IFF_LOWER_UP, operstate = OPER.UP, attributes = [] }: Wanted) {
  const fixed = link.ifinfomsg(7, flags);
  fixed.writeUInt8(family, 0);
  fixed.writeUInt16LE(1, 2); // ARPHRD_ETHER
  const all: Attribute[] = [
    [link.IFLA_IFNAME, 'eth1'],
    [link.IFLA_ADDRESS, Buffer.from('0001e6168780', 'hex')],
    [link.IFLA_MTU, 1500],
    [link.IFLA_OPERSTATE, Uint8Array.of(operstate)],
    ...attributes,
  ];
  return { type: link.RTM_NEWLINK, flags: 0, sequence: 0, payload: Buffer.concat([fixed, encodeAttributes(all)]) };
}

describe('a link message', () => {
  test('is read into facts', () => {
    expect(link.readLink(newLink({ attributes: [[link.IFLA_MASTER, 3]] }))?.facts).toEqual({
      ifindex: 7,
      name: 'eth1',
      mac: '00:01:e6:16:87:80',
      mtu: 1500,
      adminUp: true,
      link: 'up',
      loopback: false,
      ethernet: true,
      promiscuous: false,
      master: 3,
      lower: undefined,
    });
  });

  test.each([
    ['UP', OPER.UP, IFF_UP | IFF_LOWER_UP, 'up'],
    ['UNKNOWN with carrier (driver without operational state)', OPER.UNKNOWN, IFF_UP | IFF_LOWER_UP, 'unknown'],
    ['UNKNOWN without carrier', OPER.UNKNOWN, IFF_UP, 'down'],
    ['DOWN', OPER.DOWN, IFF_UP, 'down'],
    ['LOWERLAYERDOWN', OPER.LOWERLAYERDOWN, IFF_UP, 'down'],
    ['DORMANT', OPER.DORMANT, IFF_UP | IFF_LOWER_UP, 'down'],
    ['NOTPRESENT', OPER.NOTPRESENT, IFF_UP, 'down'],
    ['UNKNOWN, administratively down', OPER.UNKNOWN, IFF_LOWER_UP, 'down'],
  ])('operational state %s', (_name, operstate, flags, expected) => {
    expect(link.readLink(newLink({ operstate, flags }))?.facts.link).toBe(expected);
  });

  test('of a bridge about its port (family AF_BRIDGE) is not one about the interface', () => {
    expect(link.readLink(newLink({ family: 7 }))).toBeUndefined();
  });

  test('the interface below counts only when it is in this namespace', () => {
    const here = link.readLink(newLink({ attributes: [[link.IFLA_LINK, 4]] }));
    const elsewhere: Attribute[] = [
      [link.IFLA_LINK, 4],
      [link.IFLA_LINK_NETNSID, 2],
    ];
    const there = link.readLink(newLink({ attributes: elsewhere }));
    expect([here?.facts.lower, there?.facts.lower, there?.link, there?.linkNetnsid]).toEqual([4, undefined, 4, 2]);
  });

  test('of arbitrary octets is read without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const payload = Buffer.from(bytes);
        link.readLink({ type: 16, flags: 0, sequence: 0, payload });
        link.readAddress({ type: 20, flags: 0, sequence: 0, payload });
      }),
    );
  });
});

describe('an address message', () => {
  const IFA_ADDRESS = 1;
  const IFA_LOCAL = 2;
  const newAddress = (family: number, prefix: number, attributes: readonly Attribute[]) => {
    const fixed = Buffer.alloc(link.IFADDRMSG_SIZE);
    fixed.set([family, prefix]);
    fixed.writeUInt32LE(7, 4);
    return { type: 20, flags: 0, sequence: 0, payload: Buffer.concat([fixed, encodeAttributes(attributes)]) };
  };

  test('of a point-to-point interface tells our end, not the far one', () => {
    const attributes: Attribute[] = [
      [IFA_ADDRESS, Uint8Array.of(192, 0, 2, 2)],
      [IFA_LOCAL, Uint8Array.of(192, 0, 2, 1)],
    ];
    expect(link.readAddress(newAddress(2, 32, attributes))).toEqual({ ifindex: 7, address: '192.0.2.1/32' });
  });

  test.each([
    ['20010db8000000000000000000000001', '2001:db8::1'],
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000000000001', '::1'],
    ['fe800000000000000000000000000000', 'fe80::'],
    ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'], // equal runs: the first
    ['20010db8000000010000000000000001', '2001:db8:0:1::1'], // the longest run
    ['20010db8000100020003000400050006', '2001:db8:1:2:3:4:5:6'],
    ['20010db8000000100020003000400050', '2001:db8:0:10:20:30:40:50'], // one zero group stays
  ])('IPv6 %s is %s', (bytes, text) => {
    const message = newAddress(10, 64, [[IFA_ADDRESS, Buffer.from(bytes, 'hex')]]);
    expect(link.readAddress(message)?.address).toBe(`${text}/64`);
  });

  test('of another family is none', () => {
    expect(link.readAddress(newAddress(28, 0, [[IFA_ADDRESS, Uint8Array.of(1, 2)]]))).toBeUndefined();
  });
});
