import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeMarker, encodeMarker, MARKER_LENGTH, printMarker } from '../../src/lacp/marker.pdu.js';
import { anyMarker } from '../support/builders.js';
import { hex } from '../support/frames.js';

const REST = '00 00 '.repeat(46);
const INFORMATION = hex(`02 01  01 10  01 02  00 01 e6 16 87 80  fe dc ba 98  00 00  ${REST}`);
const RESPONSE = hex(`02 01  02 10  01 02  00 01 e6 16 87 80  fe dc ba 98  00 00  ${REST}`);
const MEANT = {
  requesterPort: 0x0102,
  requesterSystem: '00:01:e6:16:87:80',
  requesterTransactionId: 0xfedcba98,
};

test.each([
  ['information', INFORMATION],
  ['response', RESPONSE],
] as const)('a marker %s is the written 110 octets, both ways', (kind, written) => {
  expect(written).toHaveLength(MARKER_LENGTH);
  expect(decodeMarker(written)).toEqual({ kind, ...MEANT });
  expect(encodeMarker({ kind, ...MEANT })).toEqual(written);
});

test('every marker comes back from its octets', () => {
  fc.assert(
    fc.property(anyMarker, (marker) => {
      expect(decodeMarker(encodeMarker(marker))).toEqual(marker);
    }),
  );
});

test('a transaction ID above 32 bits is a RangeError', () => {
  expect(() => encodeMarker({ kind: 'information', ...MEANT, requesterTransactionId: 2 ** 32 })).toThrow(RangeError);
});

test('print: a line per field', () => {
  const lines = printMarker(INFORMATION).split('\n');
  expect(lines).toHaveLength(11);
  expect(lines[6]).toBe('  12  Requester_Transaction_ID      fe dc ba 98           4275878552');
});
