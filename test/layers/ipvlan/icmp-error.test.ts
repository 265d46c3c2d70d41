import { describe, expect, test } from 'vitest';
import { icmpErrorFor } from '../../../src/layers/ipvlan/icmp-error.js';
import { ethernet, hex, ipv4, ipv6, join } from '../../support/frames.js';
import { v4, v6 } from '../../support/slave-frames.js';

const MAC = hex('02 00 00 00 00 01');
const udp = { protocol: 17, payload: hex('00 01 00 02 00 10 00 00 aa bb cc dd ee ff 00 11') };
const macs = { macs: { from: MAC, to: hex('02 00 00 00 00 99') } };
const packet4 = (more: Parameters<typeof ipv4>[1] = {}) =>
  ethernet(0x0800, ipv4({ addresses: { from: v4(11), to: v4(99) }, ...udp }, more), macs);
const told = (frame: Uint8Array, ...args: [Parameters<typeof icmpErrorFor>[1], Uint8Array, number?]) =>
  icmpErrorFor({ bytes: frame, start: 0, length: frame.length }, ...args);

/** Right when 0xffff. */
function sum(octets: Uint8Array): number {
  let total = 0;
  for (const [i, octet] of octets.entries()) total += i % 2 === 0 ? octet << 8 : octet;
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

describe('IPv4', () => {
  test.each([
    ['expired', 11, 0],
    ['unreachable', 3, 0],
    ['prohibited', 3, 13],
  ] as const)(
    '%s: type %i, code %i, from the router to the sender, with header and 8 octets of the packet',
    (error, type, code) => {
      const frame = packet4();
      const answer = told(frame, error, v4(1)) ?? new Uint8Array();
      expect(answer.subarray(0, 14)).toEqual(join(MAC, MAC, hex('0800')));
      expect(answer.subarray(26, 34)).toEqual(join(v4(1), v4(11)));
      expect([...answer.subarray(34, 36)]).toEqual([type, code]);
      expect(answer.subarray(42)).toEqual(frame.subarray(14, 14 + 28));
      expect([sum(answer.subarray(14, 34)), sum(answer.subarray(34))]).toEqual([0xffff, 0xffff]);
    },
  );

  test('too big: the MTU of the way, for a packet that must not be fragmented', () => {
    const frame = packet4();
    expect(told(frame, 'toobig', v4(1), 1400)).toBeUndefined();
    frame[20] = 0x40;
    expect(Buffer.from(told(frame, 'toobig', v4(1), 1400)?.subarray(34, 42) ?? []).readUInt16BE(6)).toBe(1400);
  });

  test('nothing about a later fragment', () => {
    expect(told(packet4({ offset: 5 }), 'expired', v4(1))).toBeUndefined();
  });

  test.each([
    ['an echo request', 8, true],
    ['an error', 3, false],
  ])('about ICMP: %s', (_, type, says) => {
    const icmp = ipv4({
      addresses: { from: v4(11), to: v4(99) },
      protocol: 1,
      payload: Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0),
    });
    expect(told(ethernet(0x0800, icmp, macs), 'expired', v4(1)) !== undefined).toBe(says);
  });
});

describe('IPv6', () => {
  const frame = ethernet(0x86dd, ipv6({ addresses: { from: v6(11), to: v6(99) }, ...udp }), macs);

  test.each([
    ['expired', 3, 0, 0],
    ['unreachable', 1, 0, 0],
    ['prohibited', 1, 1, 0],
    ['toobig', 2, 0, 1400],
  ] as const)('%s: type %i, code %i', (error, type, code, mtu) => {
    const answer = told(frame, error, v6(1), mtu) ?? new Uint8Array();
    const message = answer.subarray(54);
    expect(answer.subarray(22, 54)).toEqual(join(v6(1), v6(11)));
    expect([...message.subarray(0, 2)]).toEqual([type, code]);
    expect(Buffer.from(message).readUInt16BE(6)).toBe(mtu);
    expect(message.subarray(8)).toEqual(frame.subarray(14));
    expect(sum(join(v6(1), v6(11), [0, 0, 0, message.length, 0, 0, 0, 58], message))).toBe(0xffff);
  });

  test('never longer than 1280 octets', () => {
    const long = ethernet(
      0x86dd,
      ipv6({ addresses: { from: v6(11), to: v6(99) }, protocol: 17, payload: new Uint8Array(1400) }),
      macs,
    );
    expect(told(long, 'expired', v6(1))?.length).toBe(14 + 1280);
  });

  test('nothing about an error', () => {
    const icmp = ipv6({
      addresses: { from: v6(11), to: v6(99) },
      protocol: 58,
      payload: hex('01 00 00 00 00 00 00 00'),
    });
    expect(told(ethernet(0x86dd, icmp, macs), 'expired', v6(1))).toBeUndefined();
  });
});
