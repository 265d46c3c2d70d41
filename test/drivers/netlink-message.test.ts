import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as nl from '../../src/drivers/netlink-message.js';

const hex = (text: string): Buffer => Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex');

test('a request: header, fixed part, attributes padded to four octets', () => {
  const message = nl.encodeMessage(19, nl.NLM_F_REQUEST | nl.NLM_F_ACK, 7, hex('aabbccdd'), [
    [3, 'ab'],
    [4, 1500],
    [1, hex('020000000007')],
  ]);
  expect(message.toString('hex')).toBe(
    hex(
      '30000000 1300 0500 07000000 00000000' + // length 48, type 19, flags, sequence, port
        'aabbccdd' +
        '0700 0300 616200 00' +
        '0800 0400 dc050000' +
        '0a00 0100 020000000007 0000',
    ).toString('hex'),
  );
});

test('nested attributes carry the flag and their own padding', () => {
  expect(nl.encodeAttributes([[18, [[1, 'veth']]]]).toString('hex')).toBe(
    hex('10001280 0900 0100 7665746800 000000').toString('hex'),
  );
});

test('several messages of one datagram; the padding of the first is skipped', () => {
  const datagram = hex('11000000 0200 0000 01000000 00000000 ee 000000' + '10000000 0300 0200 01000000 00000000');
  expect(nl.decodeMessages(datagram)).toEqual([
    { type: 2, flags: 0, sequence: 1, payload: hex('ee') },
    { type: 3, flags: 2, sequence: 1, payload: Buffer.alloc(0) },
  ]);
});

test.each([
  ['a length below the header', '0f000000 0200 0000 01000000 00000000'],
  ['a length beyond the datagram', '20000000 0200 0000 01000000 00000000'],
  ['half a header', '10000000 0200'],
])('reading stops at %s', (_what, bytes) => {
  expect(nl.decodeMessages(hex(bytes))).toEqual([]);
});

test('an error with the repeated request and the words of the kernel', () => {
  const payload = hex(
    'eaffffff' + // -22
      '14000000 1300 0500 07000000 00000000 aabbccdd' +
      '0a00 0100 6e6f7065 2100 0000',
  );
  const message = { type: nl.NLMSG_ERROR, flags: 0x200, sequence: 7, payload };
  expect(nl.decodeOutcome(message)).toEqual({ errno: 22, text: 'nope!' });
});

test('an error whose request is not repeated (capped)', () => {
  const payload = hex('ffffffff' + '14000000 1300 0500 07000000 00000000' + '0700 0100 6e6f00 00');
  const message = { type: nl.NLMSG_ERROR, flags: 0x300, sequence: 7, payload };
  expect(nl.decodeOutcome(message)).toEqual({ errno: 1, text: 'no' });
});

test('an acknowledgement is errno 0', () => {
  const payload = hex('00000000' + '14000000 1300 0500 07000000 00000000');
  expect(nl.decodeOutcome({ type: nl.NLMSG_ERROR, flags: 0x100, sequence: 7, payload })).toEqual({
    errno: 0,
    text: undefined,
  });
});

test('attributes of any value come back as they were', () => {
  const attribute = fc.tuple(fc.integer({ min: 1, max: 100 }), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(fc.uniqueArray(attribute, { selector: ([type]) => type }), (attributes) => {
      const decoded = nl.decodeAttributes(nl.encodeAttributes(attributes));
      expect([...decoded].map(([type, data]) => [type, new Uint8Array(data)])).toEqual(attributes);
    }),
  );
});

test('arbitrary octets are read without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      nl.decodeAttributes(buffer);
      for (const message of nl.decodeMessages(buffer)) nl.decodeOutcome(message);
    }),
  );
});
