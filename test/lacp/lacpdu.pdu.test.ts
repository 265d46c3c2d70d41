import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLacpdu, encodeLacpdu, LACPDU_LENGTH, type Lacpdu, printLacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { decodeFields, defineLayout, encodeFields } from '../../src/lacp/layout.js';
import { decodePortState } from '../../src/lacp/port-state.js';
import { anyLacpdu, lacpdu } from '../support/builders.js';
import { hex } from '../support/frames.js';

/** Written out by hand from the table in lacp.md: every field different, so that no two can be mixed up. */
const WRITTEN = hex(`
  01 01
  01 14  80 00  00 01 e6 16 87 80  01 07  00 ff  02 03  3d  00 00 00
  02 14  7f fe  00 04 96 0a 0b 0c  81 08  12 34  56 78  c2  00 00 00
  03 10  c3 50  00 00 00 00 00 00 00 00 00 00 00 00
  00 00
  00 00 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00
  00 00 00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00 00 00`);
const MEANT: Lacpdu = {
  version: 1,
  actor: {
    System_Priority: 0x8000,
    System: '00:01:e6:16:87:80',
    Key: 0x0107,
    Port_Priority: 0xff,
    Port: 0x0203,
    State: {
      LACP_Activity: true,
      LACP_Timeout: false,
      Aggregation: true,
      Synchronization: true,
      Collecting: true,
      Distributing: true,
      Defaulted: false,
      Expired: false,
    },
  },
  partner: {
    System_Priority: 0x7ffe,
    System: '00:04:96:0a:0b:0c',
    Key: 0x8108,
    Port_Priority: 0x1234,
    Port: 0x5678,
    State: {
      LACP_Activity: false,
      LACP_Timeout: true,
      Aggregation: false,
      Synchronization: false,
      Collecting: false,
      Distributing: false,
      Defaulted: true,
      Expired: true,
    },
  },
  collectorMaxDelay: 50_000,
};

test('the written octets read as meant', () => {
  expect(decodeLacpdu(WRITTEN)).toEqual(MEANT);
});

test('F-03..F-06 the meant LACPDU is sent as exactly the written 110 octets', () => {
  expect(encodeLacpdu(MEANT)).toEqual(WRITTEN);
  expect(WRITTEN).toHaveLength(LACPDU_LENGTH);
});

test('every LACPDU comes back from its octets', () => {
  fc.assert(
    fc.property(anyLacpdu, (pdu) => {
      expect(decodeLacpdu(encodeLacpdu(pdu))).toEqual(pdu);
    }),
  );
});

test('any 110 octets read as an LACPDU, and it comes back from what we would send for it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 110, maxLength: 110 }), (bytes) => {
      const pdu = decodeLacpdu(bytes);
      expect(decodeLacpdu(encodeLacpdu(pdu))).toEqual(pdu);
    }),
  );
});

test('V-05 octets after the 110th change nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 1390 }), (more) => {
      expect(decodeLacpdu(new Uint8Array([...WRITTEN, ...more]))).toEqual(MEANT);
    }),
  );
});

test.each([
  ['key', () => lacpdu({ actor: { Key: 65_536 } })],
  ['port priority', () => lacpdu({ partner: { Port_Priority: -1 } })],
  ['port', () => lacpdu({ actor: { Port: 1.5 } })],
  ['version', () => lacpdu({ version: 256 })],
  ['delay', () => lacpdu({ collectorMaxDelay: Number.NaN })],
  ['system', () => lacpdu({ actor: { System: 'nowhere' } })],
])('a %s that does not fit its field is a RangeError, not a wrapped number on the wire', (_, pdu) => {
  expect(() => encodeLacpdu(pdu())).toThrow(RangeError);
});

test('print: a line per field with offset, octets and meaning', () => {
  const lines = printLacpdu(WRITTEN).split('\n');
  expect(lines).toHaveLength(27);
  expect(lines[4]).toBe('   4  Actor_System_Priority         80 00                 32768');
  expect(lines[5]).toBe('   6  Actor_System                  00 01 e6 16 87 80     00:01:e6:16:87:80');
  expect(lines[18]).toBe('  38  Partner_State                 c2                    LACP_Timeout Defaulted Expired');
});

test('print: cut-off and trailing octets are named', () => {
  expect(printLacpdu(WRITTEN.subarray(0, 9))).toContain('00 01 e6              (cut off)');
  expect(printLacpdu(new Uint8Array(113)).split('\n').at(-1)).toMatch(/^ 110 {2}trailing +00 00 00 +\(3\)$/);
});

test.each([
  ['a gap', [0, 2]],
  ['an overlap', [0, 0]],
])('a layout table with %s does not load', (_, offsets) => {
  const fields = offsets.map((offset, i) => ({ name: `f${i}`, offset, width: 1, kind: 'uint' as const, clause: '-' }));
  expect(() => defineLayout(2, fields)).toThrow('expected 1');
});

test('a layout table whose fields do not fill the PDU does not load', () => {
  const field = { name: 'a', offset: 0, width: 1, kind: 'uint', clause: '-' } as const;
  expect(() => defineLayout(2, [field])).toThrow('fill 1 octets, expected 2');
});

test('a 32-bit field with its top bit set stays positive', () => {
  const layout = defineLayout(4, [{ name: 'a', offset: 0, width: 4, kind: 'uint', clause: '-' }]);
  expect(encodeFields(layout, { a: 0xfedcba98 })).toEqual(hex('fe dc ba 98'));
  expect(decodeFields(layout, hex('fe dc ba 98'))).toEqual({ a: 0xfedcba98 });
});

test('a state octet keeps all eight bits on the wire', () => {
  for (let octet = 0; octet < 256; octet++) {
    const bytes = encodeLacpdu(lacpdu({ actor: { State: decodePortState(octet) } }));
    expect(bytes[18]).toBe(octet);
  }
});
