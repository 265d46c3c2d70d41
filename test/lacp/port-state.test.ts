import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isGroup, isMac, macFromBytes, macToBytes } from '../../src/lacp/mac.js';
import { decodePortState, encodePortState, STATE_BITS } from '../../src/lacp/port-state.js';
import { hex } from '../support/frames.js';

const NOTHING = decodePortState(0);

test('no bit set is octet 0 and reads as eight times false', () => {
  expect(Object.values(NOTHING)).toEqual(Array(8).fill(false));
  expect(encodePortState(NOTHING)).toBe(0);
});

test.each([
  [0x01, 'LACP_Activity'],
  [0x02, 'LACP_Timeout'],
  [0x04, 'Aggregation'],
  [0x08, 'Synchronization'],
  [0x10, 'Collecting'],
  [0x20, 'Distributing'],
  [0x40, 'Defaulted'],
  [0x80, 'Expired'],
] as const)('octet %i is %s alone', (octet, name) => {
  expect(decodePortState(octet)).toEqual({ ...NOTHING, [name]: true });
  expect(encodePortState({ ...NOTHING, [name]: true })).toBe(octet);
  expect(STATE_BITS[Math.log2(octet)]).toBe(name);
});

test('every octet comes back from its booleans', () => {
  for (let octet = 0; octet < 256; octet++) expect(encodePortState(decodePortState(octet))).toBe(octet);
});

test('a MAC address comes back from its octets, at any offset', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 30 }), fc.nat(24), (bytes, at) => {
      fc.pre(at + 6 <= bytes.length);
      const mac = macFromBytes(bytes, at);
      expect(isMac(mac)).toBe(true);
      expect(macToBytes(mac)).toEqual(bytes.slice(at, at + 6));
    }),
  );
});

test('a MAC address reads as lower-case pairs', () => {
  expect(macFromBytes(hex('ff 00 01 E6 16 87 80'), 1)).toBe('00:01:e6:16:87:80');
});

test.each([
  '00:01:E6:16:87:80',
  '0:1:e6:16:87:80',
  '00-01-e6-16-87-80',
  '00:01:e6:16:87',
  '00:01:e6:16:87:80:00',
  '00:01:e6:16:87:8g',
  '',
  ' 00:01:e6:16:87:80',
  '00:01:e6:16:87:80\n',
])('%j is not our spelling of a MAC address: refused', (text) => {
  expect(isMac(text)).toBe(false);
  expect(() => macToBytes(text)).toThrow(RangeError);
});

test('six octets that are not there are a RangeError', () => {
  expect(() => macFromBytes(new Uint8Array(6), 1)).toThrow(RangeError);
  expect(() => macFromBytes(new Uint8Array(6), -1)).toThrow(RangeError);
});

test.each([
  ['01:80:c2:00:00:02', true],
  ['ff:ff:ff:ff:ff:ff', true],
  ['03:00:00:00:00:01', true],
  ['00:01:e6:16:87:80', false],
  ['02:00:00:00:00:01', false],
  ['fe:ff:ff:ff:ff:ff', false],
])('%s is a group address: %s', (mac, group) => {
  expect(isGroup(mac)).toBe(group);
});
