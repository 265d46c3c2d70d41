import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readConversationTlvs } from '../../src/lacp/conversation-tlvs.js';
import { decodeLacpdu, encodeLacpdu, LACPDU_LENGTH, readLacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { anyConversationTlvs, anyLacpdu, lacpdu } from '../support/builders.js';
import { hex } from '../support/frames.js';

const DIGEST = '00112233445566778899aabbccddeeff';
const SERVICE = 'ffeeddccbbaa99887766554433221100';
/** Where version 1 has its terminator. */
const FURTHER = 58;

/** Octets of one TLV. */
const tlv = (type: number, value: string, length = 2 + hex(value).length) => [type, length, ...hex(value)];
const after = (...tlvs: number[][]) => readConversationTlvs(Uint8Array.from([...tlvs.flat(), 0, 0, 0, 0, 0, 0]));
const octets = (octet: string, count: number) => octet.repeat(count);

test('the TLVs of a basic LACPDU of version 2, octet by octet: 44 of the 50 reserved ones', () => {
  const conversations = {
    portAlgorithm: '02766503',
    linkList: { linkNumber: 0x0102, digest: DIGEST },
    serviceMappingDigest: SERVICE,
  };
  const bytes = encodeLacpdu(lacpdu({ version: 2, conversations }));
  expect(bytes).toHaveLength(LACPDU_LENGTH);
  expect(bytes.subarray(0, FURTHER)).toEqual(encodeLacpdu(lacpdu({ version: 2 })).subarray(0, FURTHER));
  expect(bytes.subarray(FURTHER)).toEqual(
    hex(`
      04 06  02 76 65 03
      05 14  01 02  00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff
      0a 12  ff ee dd cc bb aa 99 88 77 66 55 44 33 22 11 00
      00 00
      00 00 00 00 00 00`),
  );
});

test('a Long LACPDU, octet by octet: the four masks in the order of their conversations, 625 octets in all', () => {
  const mask = ['11', '22', '33', '44'].map((octet) => octets(octet, 128)).join('');
  const conversations = {
    portAlgorithm: '02766501',
    linkList: { linkNumber: 7, digest: DIGEST },
    mask: { ActPar_Sync: true, PSI: false, DWC: true, mask },
    serviceMappingDigest: SERVICE,
  };
  const bytes = encodeLacpdu(lacpdu({ version: 2, conversations }));
  expect(bytes).toHaveLength(625);
  expect(bytes.subarray(FURTHER + 26)).toEqual(
    hex(`
      06 83  05  ${octets('11', 128)}
      07 82      ${octets('22', 128)}
      08 82      ${octets('33', 128)}
      09 82      ${octets('44', 128)}
      0a 12      ${SERVICE}
      00 00`),
  );
  expect(decodeLacpdu(bytes).conversations).toEqual(conversations);
});

test('every version 2 LACPDU comes back from its octets, and its first TLVs read as in version 1', () => {
  fc.assert(
    fc.property(anyLacpdu, anyConversationTlvs, (basic, conversations) => {
      const bytes = encodeLacpdu({ ...basic, version: 2, conversations });
      expect(readLacpdu(bytes)).toEqual({ pdu: { ...basic, version: 2, conversations }, malformedTlvs: 0 });
      expect(decodeLacpdu(bytes.with(1, 1))).toEqual({ ...basic, version: 1 });
    }),
  );
});

test('a version newer than ours is read as version 2, one older as version 1', () => {
  const conversations = { portAlgorithm: '02766501' };
  const bytes = encodeLacpdu(lacpdu({ version: 2, conversations }));
  for (const version of [3, 255]) expect(decodeLacpdu(bytes.with(1, version)).conversations).toEqual(conversations);
  for (const version of [0, 1]) expect(decodeLacpdu(bytes.with(1, version)).conversations).toBeUndefined();
});

test('any octets at all read as TLVs without an exception, and what was read can be sent', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: LACPDU_LENGTH, maxLength: 1500 }), (bytes) => {
      bytes[1] = 2;
      const { pdu } = readLacpdu(bytes);
      expect(decodeLacpdu(encodeLacpdu(pdu))).toEqual(pdu);
    }),
  );
});

test('E-03 an unknown TLV is skipped by its length, a vendor one too', () => {
  const { tlvs, malformed } = after(
    tlv(11, 'aa bb'),
    tlv(4, '01 02 03 04'),
    tlv(0x64, octets('ff', 40)),
    tlv(10, SERVICE),
  );
  expect(tlvs).toEqual({ portAlgorithm: '01020304', serviceMappingDigest: SERVICE });
  expect(malformed).toBe(0);
});

const MASKS = [
  tlv(6, octets('00', 129)),
  tlv(7, octets('01', 128)),
  tlv(8, octets('02', 128)),
  tlv(9, octets('03', 128)),
];

test.each<[string, number[][], object]>([
  ['a known TLV of another length', [tlv(4, '01 02 03'), tlv(10, SERVICE)], { serviceMappingDigest: SERVICE }],
  [
    'a length of 0, which would never end',
    [tlv(10, SERVICE), [4, 0], tlv(4, '01 02 03 04')],
    { serviceMappingDigest: SERVICE },
  ],
  ['a length of 1', [[4, 1]], {}],
  ['a TLV that runs past the end', [tlv(10, SERVICE), [5, 200, 1]], { serviceMappingDigest: SERVICE }],
  ['a mask of which a quarter is missing', [...MASKS.slice(0, 3), tlv(10, SERVICE)], { serviceMappingDigest: SERVICE }],
])('malformed: %s is dropped and counted once, the others hold', (_, list, tlvs) => {
  expect(after(...list)).toEqual({ tlvs, malformed: 1 });
});

test('of a TLV that is there twice the first counts; nothing after the terminator does', () => {
  const twice = after(tlv(4, '00 00 00 01'), tlv(4, '00 00 00 02'), [0, 0], tlv(10, SERVICE));
  expect(twice).toEqual({ tlvs: { portAlgorithm: '00000001' }, malformed: 0 });
});

test('the frame says how many of its TLVs were dropped, and is an LACPDU all the same', () => {
  const body = encodeLacpdu(lacpdu({ version: 2 }));
  body.set(tlv(4, '01'), FURTHER);
  expect(parseSlowProtocols(slowProtocolsFrame('02:00:00:00:00:01', body))).toEqual({
    kind: 'lacpdu',
    source: '02:00:00:00:00:01',
    pdu: lacpdu({ version: 2 }),
    malformedTlvs: 1,
  });
});

test.each([
  ['an algorithm of three octets', { portAlgorithm: '010203' }],
  ['a digest that is no hex', { serviceMappingDigest: 'zz'.repeat(16) }],
  ['a mask that is too long', { mask: { ActPar_Sync: true, PSI: true, DWC: true, mask: '00'.repeat(513) } }],
])('%s is a RangeError', (_, conversations) => {
  expect(() => encodeLacpdu(lacpdu({ version: 2, conversations }))).toThrow(RangeError);
});
