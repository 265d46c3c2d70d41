/** The readers of capture files against an own writer: what was written is read, and damage is told where it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeLacpdu } from '../../../src/lacp/lacpdu.pdu.js';
import { slowProtocolsFrame } from '../../../src/lacp/slow-protocols.js';
import { lacpdu } from '../../support/builders.js';
import { hex, join } from '../../support/frames.js';
import { type Packet, pcapFile, pcapngFile, type Section } from '../../support/pcap.js';
import { readFile } from './read.js';

const SOURCE = '02:00:00:00:00:01';
const LACPDU = slowProtocolsFrame(SOURCE, encodeLacpdu(lacpdu()));
const OTHER = join(hex('ffffffffffff 020000000009 0800'), new Uint8Array(100));
/** 2026-01-01 in microseconds. */
const T0 = 1_767_225_600_000_000n;

const anyPacket = (interfaces: number): fc.Arbitrary<Packet> =>
  fc.record({
    time: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000n }),
    data: fc.oneof(
      fc.constant(LACPDU),
      fc.constant(OTHER),
      fc.uint8Array({ maxLength: 80 }).map((tail) => join(LACPDU.subarray(0, 14), tail)),
      fc.uint8Array({ maxLength: 60 }),
    ),
    interface: fc.nat({ max: interfaces - 1 }),
  });

/** Those of the packets that a reader must give, with their numbers and milliseconds. */
function slowOnes(packets: readonly Packet[], msOf: (packet: Packet) => number) {
  return packets.flatMap((packet, i) =>
    packet.data.length >= 14 && packet.data[12] === 0x88 && packet.data[13] === 9
      ? [{ packet: i + 1, at: msOf(packet), frame: Buffer.from(packet.data).toString('hex') }]
      : [],
  );
}

const told = ({ frames }: ReturnType<typeof readFile>) =>
  frames.map(({ packet, at, frame }) => ({ packet, at, frame: Buffer.from(frame).toString('hex') }));

describe('what was written is read, whatever the pieces', () => {
  test('pcap: both orders of octets, micro- and nanoseconds', () => {
    fc.assert(
      fc.property(
        fc.array(anyPacket(1), { maxLength: 12 }),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 400 }),
        (packets, bigEndian, nanoseconds, piece) => {
          const read = readFile(pcapFile(packets, { bigEndian, nanoseconds }), piece);
          const perMs = nanoseconds ? 1_000_000n : 1_000n;
          const expected = slowOnes(packets, ({ time }) => Number(time / perMs) + Number(time % perMs) / Number(perMs));
          expect(told(read).map(({ at, ...rest }) => ({ ...rest, at: at.toFixed(3) }))).toEqual(
            expected.map(({ at, ...rest }) => ({ ...rest, at: at.toFixed(3) })),
          );
          expect(read).toMatchObject({ damage: undefined, notes: [] });
          expect(read.reader.packets).toBe(packets.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('pcapng: sections of both orders, several interfaces, strange blocks between', () => {
    const anySection: fc.Arbitrary<Section> = fc.record({
      bigEndian: fc.boolean(),
      interfaces: fc.constant([{ name: 'eth0' }, {}]),
      packets: fc.array(anyPacket(2), { maxLength: 6 }),
      strangers: fc.constantFrom([], [4], [0x0bad, 0x40000bad, 10]),
    });
    fc.assert(
      fc.property(
        fc.array(anySection, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 400 }),
        (sections, piece) => {
          const read = readFile(pcapngFile(sections), piece);
          const packets = sections.flatMap((section) => section.packets);
          expect(told(read)).toEqual(slowOnes(packets, ({ time }) => Number(time) / 1_000));
          expect(read).toMatchObject({ damage: undefined, notes: [] });
          expect(read.reader.packets).toBe(packets.length);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('pcapng', () => {
  test.each<[string, { resolution?: number; offset?: bigint }, bigint, number]>([
    ['no resolution: microseconds', {}, T0, 1_767_225_600_000],
    ['milliseconds', { resolution: 3 }, 1_500n, 1_500],
    ['seconds', { resolution: 0 }, 7n, 7_000],
    ['nanoseconds', { resolution: 9 }, T0 * 1_000n + 250_000n, 1_767_225_600_000.25],
    ['half seconds (a power of two)', { resolution: 0x81 }, 5n, 2_500],
    ['an offset in seconds', { offset: 3n }, 1_000_000n, 4_000],
    ['a negative offset', { offset: -1n, resolution: 3 }, 5_000n, 4_000],
  ])('%s', (_, options, time, ms) => {
    const file = pcapngFile([{ interfaces: [options], packets: [{ time, data: LACPDU }] }]);
    expect(readFile(file).frames.map(({ at }) => at)).toEqual([ms]);
  });

  test('each packet has the name, else the number, of its interface; a later section counts anew', () => {
    const section: Section = {
      interfaces: [{ name: 'eth0' }, {}],
      packets: [0, 1].map((index) => ({ time: T0, data: LACPDU, interface: index })),
    };
    const { frames } = readFile(pcapngFile([section, section]));
    expect(frames.map(({ place }) => place)).toEqual([
      'eth0',
      'interface 1',
      'section 2 eth0',
      'section 2 interface 1',
    ]);
  });

  test('a Simple Packet Block has the time of the packet before, and the note says so', () => {
    const packets = [
      { time: T0, data: OTHER },
      { time: 0n, data: LACPDU, simple: true },
    ];
    const { frames, notes } = readFile(pcapngFile([{ interfaces: [{}], packets }]));
    expect(frames).toMatchObject([{ packet: 2, at: 1_767_225_600_000, missing: 0 }]);
    expect(notes).toEqual(['1 packets without time stamps (Simple Packet Blocks) have that of the packet before']);
  });

  test('the FCS is no part of the frame', () => {
    const data = join(LACPDU, [1, 2, 3, 4]);
    const { frames } = readFile(pcapngFile([{ interfaces: [{ fcs: 4 }], packets: [{ time: T0, data }] }]));
    expect(frames[0]?.frame).toEqual(LACPDU);
  });
});

test('pcap: the FCS that the header tells of is no part of the frame', () => {
  const file = pcapFile([{ time: T0, data: join(LACPDU, [1, 2, 3, 4]) }], { linkType: 0x2400_0001 });
  expect(readFile(file).frames[0]?.frame).toEqual(LACPDU);
});

test('a frame that the snapshot length has cut says how much is missing', () => {
  const { frames } = readFile(pcapFile([{ time: T0, data: LACPDU.subarray(0, 96), original: LACPDU.length }]));
  expect(frames).toMatchObject([{ missing: 28 }]);
});

describe('link types', () => {
  const address = hex('020000000001');
  const tail = LACPDU.subarray(14);
  const v1 = (sentTo: number) => join([0, sentTo, 0, 1, 0, 6], address, [0, 0], hex('8809'), tail);
  const v2 = (sentTo: number) => join(hex('8809 0000 00000007 0001'), [sentTo, 6], address, [0, 0], tail);

  test.each([
    ['cooked v1, sent to a group', 113, v1(2), ''],
    ['cooked v1, sent by this host', 113, v1(4), ''],
    ['cooked v2, sent to a group', 276, v2(2), 'interface 7'],
    ['cooked v2, sent by this host', 276, v2(4), 'interface 7'],
  ])('%s: the frame as it was on the link', (_, linkType, data, place) => {
    const { frames } = readFile(pcapFile([{ time: T0, data }], { linkType }));
    expect(frames).toEqual([{ at: 1_767_225_600_000, packet: 1, place, frame: LACPDU, missing: 0 }]);
  });

  test('cooked, to this host alone: the destination is not that of slow protocols', () => {
    const { frames } = readFile(pcapFile([{ time: T0, data: v1(0) }], { linkType: 113 }));
    expect(frames[0]?.frame.subarray(0, 6)).toEqual(hex('000000000000'));
  });

  test('another link type gives nothing, and the note says how much was left out', () => {
    const { frames, notes } = readFile(pcapFile([{ time: T0, data: LACPDU }], { linkType: 105 }));
    expect(frames).toEqual([]);
    expect(notes).toEqual(['link type 105 cannot carry slow protocols, or is not known here: 1 packets left out']);
  });

  test('frames with a VLAN tag before the type are given, so that they can be told of', () => {
    const tagged = join(LACPDU.subarray(0, 12), hex('8100 0001'), LACPDU.subarray(12));
    const twice = join(LACPDU.subarray(0, 12), hex('88a8 0001 8100 0001'), LACPDU.subarray(12));
    const ip = join(LACPDU.subarray(0, 12), hex('8100 0001 0800'), new Uint8Array(60));
    const { frames } = readFile(pcapFile([tagged, twice, ip].map((data) => ({ time: T0, data }))));
    expect(frames.map(({ packet }) => packet)).toEqual([1, 2]);
  });
});

describe('damage', () => {
  const packets = [LACPDU, OTHER, LACPDU].map((data, i) => ({ time: T0 + BigInt(i), data }));
  const files: [string, Uint8Array, number[]][] = [
    ['pcap', pcapFile(packets), offsets(24, packets, (length) => 16 + length)],
    [
      'pcapng',
      pcapngFile([{ interfaces: [{}], packets }]),
      [28, ...offsets(52, packets, (length) => 32 + length + (-length & 3))],
    ],
  ];

  test.each(files)(
    '%s cut at any octet: what is whole counts, and the record that is not is told',
    (_, file, records) => {
      const whole = readFile(file);
      expect(whole).toMatchObject({ damage: undefined, frames: { length: 2 } });
      for (let length = 0; length < file.length; length++) {
        const cut = readFile(file.slice(0, length), 50);
        if (records.includes(length)) {
          expect(cut.damage, `${length}`).toBeUndefined();
        } else {
          const record = Math.max(0, ...records.filter((offset) => offset < length));
          expect(cut.damage?.offset, `${length}`).toBe(record);
          expect(cut.damage?.what).toMatch(/^the file ends after \d+ octets of a/);
        }
        expect(cut.frames, `${length}`).toEqual(whole.frames.slice(0, cut.frames.length));
      }
    },
  );

  test.each(files)(
    '%s with any octets overwritten: never throws, and frames before the damage are as they were',
    (_, file, records) => {
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }),
          fc.integer({ min: 1, max: 300 }),
          (changes, piece) => {
            const damaged = file.slice();
            for (const [at, octet] of changes) damaged[at] = octet;
            const first = Math.min(...changes.map(([at]) => at));
            const read = readFile(damaged, piece);
            const untouched = records.filter((offset) => offset > 0 && offset <= first).length;
            const frames = readFile(file).frames.filter(({ packet }) => packet <= untouched - (records.length - 3));
            expect(read.frames.slice(0, frames.length)).toEqual(frames);
          },
        ),
        { numRuns: 400 },
      );
    },
  );

  test('random octets are no capture, and do no harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (file, piece) => {
        expect(readFile(file, piece).damage).toMatchObject({ offset: 0 });
      }),
    );
  });

  test.each<[string, Uint8Array, number, string | RegExp]>([
    ['an empty file', new Uint8Array(0), 0, 'the file ends after 0 octets of a capture file'],
    ['text', Buffer.from('no capture'), 0, 'neither pcap nor pcapng'],
    ['gzip', hex('1f8b0800 00000000'), 0, /^compressed; unpack it first/],
    [
      'pcap: an impossible length',
      patched(pcapFile(packets), 24 + 140 + 8, 0x7f),
      24 + 140,
      /^a packet of \d+ octets, where 262144 is the most$/,
    ],
    [
      'pcapng: a length that is no multiple of four',
      patched(pcapngFile([{ interfaces: [{}], packets }]), 32, 21),
      28,
      'a block of 21 octets',
    ],
    [
      'pcapng: two lengths',
      patched(pcapngFile([{ interfaces: [{}], packets }]), 48, 40),
      28,
      'a block that is 24 octets long by its beginning and 40 by its end',
    ],
    [
      'pcapng: an interface that is not there',
      pcapngFile([{ interfaces: [{}], packets: [{ time: T0, data: LACPDU, interface: 3 }] }]),
      52,
      'a packet of interface 3, which was not described',
    ],
  ])('%s', (_, file, offset, what) => {
    expect(readFile(file).damage).toEqual({
      offset,
      what: typeof what === 'string' ? what : expect.stringMatching(what),
    });
  });

  test('a huge block of a strange kind is skipped without being kept', () => {
    const [head, rest] = split(pcapngFile([{ interfaces: [{}], packets }]), 52);
    const huge = new Uint8Array(3_000_000);
    new DataView(huge.buffer).setUint32(0, 0x0bad, true);
    new DataView(huge.buffer).setUint32(4, huge.length, true);
    const read = readFile(join(head, huge, rest), 65_536);
    expect(read).toMatchObject({ damage: undefined, frames: [{ packet: 1 }, { packet: 3 }] });
    expect(readFile(join(head, huge.subarray(0, 1_000_000))).damage).toMatchObject({ offset: 1_000_052 });
  });
});

function offsets(from: number, packets: readonly Packet[], length: (octets: number) => number): number[] {
  const all = [from];
  for (const { data } of packets) all.push((all.at(-1) ?? 0) + length(data.length));
  return all;
}

/** Little-endian, 16 bits at an odd place or 8: enough to spoil one field. */
function patched(file: Uint8Array, at: number, value: number): Uint8Array {
  const copy = Uint8Array.from(file);
  if (value === 0x7f) copy[at + 3] = value;
  else copy[at] = value;
  return copy;
}

const split = (file: Uint8Array, at: number): [Uint8Array, Uint8Array] => [file.slice(0, at), file.slice(at)];
