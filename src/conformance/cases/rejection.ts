/** D.3.2: what a receiver must not validate, must read in part, or must refuse. */
import { Slow_Protocols_Multicast } from '../../lacp/constants.js';
import { LACPDU_LAYOUT } from '../../lacp/lacpdu.pdu.js';
import { macToBytes } from '../../lacp/mac.js';
import type { ConformanceCase } from '../case.js';
import { CALM, inTraffic, mostWithin, type Tester } from '../tester.js';
import type { TesterLink } from '../tester-link.js';

/** A device that reads a frame answers it at once, or with its next LACPDU a second later. */
const READ_WITHIN = 1_400;
let key = 0x1000;

/**
 * Sends one frame that says something new of us, and tells whether the device then says it too. `edit` makes of the
 * 124 octets what is to be tried.
 */
async function reads(
  tester: Tester,
  link: TesterLink,
  edit: (frame: Uint8Array) => Uint8Array,
  ms = READ_WITHIN,
): Promise<boolean> {
  const before = link.actor;
  key = key === 0xffff ? 0x1000 : key + 1;
  link.become({ Key: key });
  link.mark();
  link.sendFrame(edit(link.frame()));
  const read = await tester.until(() => link.fresh.some(({ pdu }) => pdu.partner.Key === key), ms);
  if (!read) link.actor = before;
  return read;
}

type Trial = readonly [name: string, edit: (frame: Uint8Array, link: TesterLink) => Uint8Array];

/** Each of the trials is read, or each is not; and after each the device still reads what is right. */
function trials(expected: boolean, list: readonly Trial[]) {
  return async (tester: Tester) => {
    const link = tester.link();
    for (const [name, edit] of list) {
      const read = await reads(tester, link, (frame) => edit(frame, link));
      tester.check(read === expected, `${name}: ${expected ? 'read' : 'not read'}`, expected ? 'not read' : 'read');
      tester.check(await reads(tester, link, (frame) => frame), 'a right LACPDU is read after that', link.inWords());
    }
  };
}

const put =
  (at: number, ...octets: readonly number[]) =>
  (frame: Uint8Array) => {
    frame.set(octets, at);
    return frame;
  };
const longer = (octets: readonly number[]) => (frame: Uint8Array) => Uint8Array.from([...frame, ...octets]);
const cutTo = (octets: number) => (frame: Uint8Array) => frame.slice(0, 14 + octets);
const tagged = (identifier: number) => (frame: Uint8Array) =>
  Uint8Array.from([...frame.subarray(0, 12), 0x81, 0x00, identifier >> 8, identifier & 0xff, ...frame.subarray(12)]);
/** All fields of a kind in the LACPDU, filled by a function of the octet's place. */
const fill = (fits: (name: string) => boolean, value: (at: number) => number) => (frame: Uint8Array) => {
  for (const { offset, width } of LACPDU_LAYOUT.fields.filter((field) => fits(field.name))) {
    for (let at = 14 + offset; at < 14 + offset + width; at++) frame[at] = value(at) & 0xff;
  }
  return frame;
};
const subtypes = (list: readonly number[]): Trial[] => list.map((n) => [`subtype ${n}`, put(14, n)]);
const HP_IRF = [0x64, 8, 1, 2, 3, 4, 5, 6];

/** Repeatable noise: xorshift. */
function noise(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x >>> 0;
  };
}

/** A slow-protocols frame that holds no LACPDU: cut off, of another subtype, or rubbish. */
function rubbish(random: () => number, link: TesterLink): Uint8Array {
  const kind = random() % 3;
  if (kind === 0) return link.frame().slice(0, 15 + (random() % 109));
  const frame = Uint8Array.from({ length: 15 + (random() % 1_400) }, () => random() & 0xff);
  frame.set([...macToBytes(Slow_Protocols_Multicast), ...macToBytes(link.mac), 0x88, 0x09]);
  // Neither LACP nor Marker.
  frame[14] = kind === 1 ? 3 + (random() % 8) : 11 + (random() % 245);
  return frame;
}

export const rejectionCases: readonly ConformanceCase[] = [
  {
    id: 'V-01',
    title: 'Version is not validated',
    clause: 'x.4.12',
    seconds: 5,
    run: trials(true, [
      ['version 0', put(15, 0)],
      ['version 2', put(15, 2)],
      ['version 255', put(15, 255)],
    ]),
  },
  {
    id: 'V-02',
    title: 'TLV types are not validated',
    clause: 'x.4.12',
    seconds: 1,
    run: trials(true, [
      [
        'TLV types 7',
        fill(
          (name) => name.endsWith('TLV_type'),
          () => 7,
        ),
      ],
    ]),
  },
  {
    id: 'V-03',
    title: 'Reserved octets are ignored',
    clause: 'x.4.12',
    seconds: 1,
    run: trials(true, [
      [
        'reserved octets set',
        fill(
          (name) => name.endsWith('eserved'),
          (at) => at * 37 + 1,
        ),
      ],
    ]),
  },
  {
    id: 'V-04',
    title: 'Wrong TLV lengths do no harm',
    clause: 'x.4.12',
    seconds: 2,
    run: async (tester) => {
      const link = tester.link();
      const wrong = fill(
        (name) => name.endsWith('Length'),
        () => 19,
      );
      const first = await reads(tester, link, wrong);
      const second = await reads(tester, link, wrong);
      tester.check(first === second, 'read each time or never', `first ${first}, then ${second}`);
      tester.check(await reads(tester, link, (frame) => frame), 'a right LACPDU is read after that', link.inWords());
    },
  },
  {
    id: 'V-05',
    title: 'A longer LACPDU is read by its first 110 octets',
    clause: 'x.4.12',
    seconds: 5,
    run: trials(
      true,
      [1, 18, 90, 1_390].map(
        (more): Trial => [`${more} octets more`, longer(Array.from({ length: more }, () => 0xa5))],
      ),
    ),
  },
  {
    id: 'V-06',
    title: 'A shorter LACPDU is discarded',
    clause: 'x.4.12',
    seconds: 8,
    run: trials(
      false,
      [109, 60, 42, 22, 2].map((octets): Trial => [`${octets} octets`, cutTo(octets)]),
    ),
  },
  {
    id: 'V-07',
    title: 'Unknown slow protocols are not LACP',
    clause: '57A.3',
    seconds: 10,
    run: trials(false, subtypes([4, 5, 6, 7, 8, 9])),
  },
  {
    id: 'V-08',
    title: 'Illegal subtypes are discarded',
    clause: '57A.3',
    seconds: 7,
    run: trials(false, subtypes([0, 11, 128, 255])),
  },
  {
    id: 'V-09',
    title: 'OAM and OSSP are not LACP',
    clause: '57A.3',
    seconds: 3,
    run: trials(false, subtypes([3, 10])),
  },
  {
    id: 'V-10',
    title: 'A tagged LACPDU is not read',
    clause: '57A.3',
    seconds: 3,
    run: trials(false, [
      ['VLAN 5', tagged(5)],
      ['priority tag', tagged(0xe000)],
    ]),
  },
  {
    id: 'V-11',
    title: 'Another destination is not read',
    clause: '57A.3',
    seconds: 5,
    run: trials(false, [
      ['to the unicast address of the port', (frame, link) => put(0, ...link.last.frame.subarray(6, 12))(frame)],
      ['to 01-80-c2-00-00-0e', put(0, 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e)],
      ['to broadcast', put(0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ]),
  },
  {
    id: 'V-12',
    title: 'A group source address is ignored',
    clause: '57A.3',
    seconds: 2,
    run: trials(false, [['from 03-00-00-00-00-01', put(6, 0x03, 0, 0, 0, 0, 1)]]),
  },
  {
    id: 'V-13',
    title: 'A flood on one port leaves the others alone',
    clause: 'x.4.16',
    links: 2,
    seconds: 4,
    run: async (tester) => {
      const [flooded, other] = [tester.link(1), tester.link(2)];
      await tester.inUse(flooded, other);
      flooded.misquote = (device) => ({ Key: device.Key ^ 1 });
      flooded.mark();
      other.mark();
      for (let beat = 0; beat < 400; beat++) {
        for (let n = 0; n < 50; n++) flooded.send();
        await tester.wait(5);
      }
      await tester.wait(1_000);
      const most = mostWithin(
        flooded.fresh.map(({ at }) => at),
        950,
      );
      tester.check(most <= 3, 'three LACPDUs a second at most on the flooded port', `${most}`);
      const quiet = other.fresh.length > 0 && other.fresh.every(({ pdu }) => pdu.actor.State.Distributing);
      tester.check(quiet, 'the other port goes on distributing', other.inWords());
    },
  },
  {
    id: 'V-14',
    title: 'Cut-off and random frames change nothing',
    clause: 'x.4.12',
    seconds: 4,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      // It has told by then what it knows of us.
      await tester.wait(CALM);
      const random = noise(0x2001);
      const before = link.inWords();
      link.mark();
      for (let beat = 0; beat < 250; beat++) {
        for (let n = 0; n < 20; n++) link.sendFrame(rubbish(random, link));
        await tester.wait(10);
      }
      const still = link.fresh.length > 0 && link.fresh.every(inTraffic) && link.inWords() === before;
      tester.check(still, `unchanged ${before}`, link.inWords());
    },
  },
  {
    id: 'V-15',
    title: 'A vendor TLV after the LACPDU is ignored',
    clause: 'x.4.12',
    seconds: 1,
    run: trials(true, [['trailing TLV 0x64 (HP IRF)', longer(HP_IRF)]]),
  },
  {
    id: 'E-03',
    title: 'An unknown TLV in an LACPDU of version 2 is skipped',
    clause: '6.4.2 (2014)',
    seconds: 1,
    run: trials(true, [
      ['TLV 0x77 before the terminator', (frame) => put(72, 0x77, 10, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0)(put(15, 2)(frame))],
    ]),
  },
];
