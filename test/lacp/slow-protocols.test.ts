import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeLacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { DROP_REASONS, parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { anyLacpdu, anyMarker, lacpdu, marker } from '../support/builders.js';
import { hex, join } from '../support/frames.js';

const SOURCE = '02:00:00:00:00:01';
const HEADER = hex('01 80 c2 00 00 02  02 00 00 00 00 01  88 09');
const PDU = lacpdu({ actor: { Key: 7 }, partner: { Port: 3 } });
const LACPDU = encodeLacpdu(PDU);
const MARKER = encodeMarker(marker());

const framed = (body: Uint8Array) => slowProtocolsFrame(SOURCE, body);
const read = (body: Uint8Array) => parseSlowProtocols(framed(body));
const dropped = (reason: string) => ({ kind: 'malformed', reason });
const good = { kind: 'lacpdu', source: SOURCE, pdu: PDU };

/** `bytes` with other octets from `at` on. */
function patched(bytes: Uint8Array, at: number, ...octets: readonly number[]): Uint8Array {
  const copy = bytes.slice();
  copy.set(octets, at);
  return copy;
}

test('F-01..F-03 a frame goes to 01-80-C2-00-00-02, type 0x8809, untagged, 124 octets', () => {
  expect(framed(LACPDU)).toEqual(join(HEADER, LACPDU));
  expect(framed(LACPDU)).toHaveLength(124);
});

test('an LACPDU reads as its values and its source', () => {
  expect(read(LACPDU)).toEqual(good);
});

describe('LACPDU tolerance', () => {
  test.each([0, 2, 255])('V-01 version %i is processed like version 1', (version) => {
    expect(read(patched(LACPDU, 1, version))).toEqual({ ...good, pdu: { ...PDU, version } });
  });

  test.each([
    ['actor', 2],
    ['partner', 22],
    ['collector', 42],
    ['terminator', 58],
  ])('V-02 a wrong type octet of the %s TLV is not looked at', (_, at) => {
    for (const type of [0, 1, 2, 3, 4, 0x64, 255]) expect(read(patched(LACPDU, at, type))).toEqual(good);
  });

  test('V-03 reserved octets are not looked at, whatever they hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 68, maxLength: 68 }), (noise) => {
        let bytes = patched(LACPDU, 19, ...noise.subarray(0, 3));
        bytes = patched(bytes, 39, ...noise.subarray(3, 6));
        bytes = patched(bytes, 46, ...noise.subarray(6, 18));
        expect(read(patched(bytes, 60, ...noise.subarray(18)))).toEqual(good);
      }),
    );
  });

  test.each([
    ['actor', 3],
    ['partner', 23],
    ['collector', 43],
    ['terminator', 59],
  ])('V-04 a wrong length octet of the %s TLV is consistently accepted', (_, at) => {
    for (const length of [0, 1, 19, 21, 127, 255]) expect(read(patched(LACPDU, at, length))).toEqual(good);
  });

  test('V-05 of 111 to 1500 octets the first 110 are processed', () => {
    for (let more = 1; more <= 1390; more++) {
      expect(read(join(LACPDU, new Uint8Array(more).fill(0xee)))).toEqual(good);
    }
  });

  test('V-06 1 to 109 octets are discarded as too short', () => {
    for (let length = 1; length < 110; length++) {
      expect(read(LACPDU.subarray(0, length))).toEqual(dropped('lacpdu-too-short'));
    }
  });

  test('V-15 a vendor TLV 0x64 after the LACPDU is not looked at', () => {
    expect(read(join(LACPDU, hex('64 10 00 00 00 01 00 00 00 00 00 01 00 02 00 00')))).toEqual(good);
  });

  test('V-15 a vendor TLV 0x64 in place of the terminator is not looked at', () => {
    expect(read(patched(LACPDU, 58, 0x64, 0x10, 1, 2, 3, 4))).toEqual(good);
  });
});

describe('what is not ours', () => {
  test.each([4, 5, 6, 7, 8, 9])('V-07 unknown subtype %i is handed on, at any length', (subtype) => {
    expect(read(Uint8Array.of(subtype))).toEqual({ kind: 'other', subtype });
    expect(read(patched(LACPDU, 0, subtype))).toEqual({ kind: 'other', subtype });
  });

  test('V-08 subtypes 0 and 11-255 are illegal, at any length', () => {
    for (const subtype of [0, ...Array.from({ length: 245 }, (_, i) => i + 11)]) {
      expect(read(Uint8Array.of(subtype))).toEqual(dropped('illegal-subtype'));
      expect(read(patched(LACPDU, 0, subtype))).toEqual(dropped('illegal-subtype'));
    }
  });

  test.each([
    [3, 'OAM'],
    [10, 'OSSP'],
  ])('V-09 subtype %i (%s) is handed on', (subtype) => {
    expect(read(patched(LACPDU, 0, subtype))).toEqual({ kind: 'other', subtype });
  });

  test.each([
    ['VLAN tag', '81 00 00 64'],
    ['priority tag', '81 00 e0 00'],
    ['service tag', '88 a8 00 64'],
    ['older double tag', '91 00 00 64 81 00 00 64'],
    ['older double tag', '92 00 00 64'],
  ])('V-10 an LACPDU behind a %s (%s) is not processed', (_, tag) => {
    const frame = join(HEADER.subarray(0, 12), hex(tag), hex('88 09'), LACPDU);
    expect(parseSlowProtocols(frame)).toEqual(dropped('vlan-tagged'));
  });

  test.each([
    ['unicast to the port', '02 00 00 00 00 09'],
    ['broadcast', 'ff ff ff ff ff ff'],
    ['bridge group', '01 80 c2 00 00 00'],
    ['LLDP group', '01 80 c2 00 00 0e'],
  ])('V-11 an LACPDU to another destination (%s) is not processed', (_, destination) => {
    expect(parseSlowProtocols(patched(framed(LACPDU), 0, ...hex(destination)))).toEqual(dropped('wrong-destination'));
  });

  test.each(['01 80 c2 00 00 02', 'ff ff ff ff ff ff', '03 00 00 00 00 01'])(
    'V-12 a frame from group address %s is ignored by reason',
    (source) => {
      expect(parseSlowProtocols(patched(framed(LACPDU), 6, ...hex(source)))).toEqual(dropped('group-source'));
    },
  );

  test.each(['08 00', '86 dd', '88 08', '88 cc', '00 6e'])('EtherType %s is not a slow protocol', (type) => {
    expect(parseSlowProtocols(patched(framed(LACPDU), 12, ...hex(type)))).toEqual(dropped('not-slow-protocol'));
  });
});

describe('markers', () => {
  test('a marker reads as its values, its source and its octets', () => {
    expect(read(MARKER)).toEqual({ kind: 'marker', source: SOURCE, marker: marker(), body: MARKER });
  });

  test('the body stays as it was when the buffer of the frame is used again', () => {
    const frame = framed(MARKER);
    const parsed = parseSlowProtocols(frame);
    frame.fill(0xee);
    expect(parsed).toMatchObject({ kind: 'marker', body: MARKER });
  });

  test.each([16, 22])('a TLV length of %i is right', (length) => {
    expect(read(patched(MARKER, 3, length))).toMatchObject({ kind: 'marker', marker: marker() });
  });

  test('K-04 any other TLV length is ignored by reason', () => {
    for (let length = 0; length < 256; length++) {
      if (length === 16 || length === 22) continue;
      expect(read(patched(MARKER, 3, length))).toEqual(dropped('marker-wrong-length'));
    }
  });

  test('K-04 one octet to many after the 110th: ignored by reason', () => {
    for (const more of [1, 4, 1390]) {
      expect(read(join(MARKER, new Uint8Array(more)))).toEqual(dropped('marker-trailing-octets'));
    }
  });

  test('K-04 fewer than 110 octets are ignored by reason', () => {
    for (let length = 1; length < 110; length++) {
      expect(read(MARKER.subarray(0, length))).toEqual(dropped('marker-too-short'));
    }
  });

  test('a TLV that is neither marker nor response is ignored by reason', () => {
    for (const type of [0, 3, 255]) expect(read(patched(MARKER, 2, type))).toEqual(dropped('marker-wrong-type'));
  });

  test('version, pad, terminator and reserved octets are not looked at', () => {
    let bytes = patched(MARKER, 1, 9);
    bytes = patched(bytes, 16, 1, 2, 3, 4);
    expect(read(patched(bytes, 100, 0xff))).toMatchObject({ kind: 'marker', marker: marker() });
  });
});

describe('V-14 anything at all', () => {
  test('0 to 14 octets are too short for a subtype', () => {
    for (let length = 0; length <= 14; length++) {
      expect(parseSlowProtocols(framed(LACPDU).subarray(0, length))).toEqual(dropped('frame-too-short'));
    }
  });

  test('arbitrary octets never throw and give one of the known outcomes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (frame) => {
        const parsed = parseSlowProtocols(frame);
        if (parsed.kind === 'malformed') expect(DROP_REASONS).toContain(parsed.reason);
        else expect(frame.subarray(0, 6)).toEqual(HEADER.subarray(0, 6));
      }),
      { numRuns: 2_000 },
    );
  });

  test('arbitrary bodies never throw: an LACPDU takes subtype 1 and 110 octets, a marker exactly 110', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.uint8Array({ maxLength: 200 }), (subtype, rest) => {
        const body = join([subtype], rest);
        const parsed = read(body);
        expect(parsed.kind === 'lacpdu').toBe(subtype === 1 && body.length >= 110);
        if (parsed.kind === 'marker') expect([subtype, body.length]).toEqual([2, 110]);
        expect(parsed.kind === 'other').toBe(subtype >= 3 && subtype <= 10);
      }),
      { numRuns: 2_000 },
    );
  });

  test('a view into a larger buffer is never read outside', () => {
    const around = new Uint8Array(400).fill(0xff);
    around.set(framed(LACPDU), 100);
    expect(parseSlowProtocols(around.subarray(100, 224))).toEqual(good);
    expect(parseSlowProtocols(around.subarray(100, 223))).toEqual(dropped('lacpdu-too-short'));
  });

  test('every LACPDU and every marker comes back from its frame', () => {
    fc.assert(
      fc.property(anyLacpdu, anyMarker, (pdu, request) => {
        expect(read(encodeLacpdu(pdu))).toEqual({ kind: 'lacpdu', source: SOURCE, pdu });
        expect(read(encodeMarker(request))).toMatchObject({ kind: 'marker', source: SOURCE, marker: request });
      }),
    );
  });
});
