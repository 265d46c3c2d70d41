/** D.3.1: the form of what the device sends. */
import { Subtype } from '../../lacp/constants.js';
import { LACPDU_LAYOUT } from '../../lacp/lacpdu.pdu.js';
import { isGroup, macFromBytes } from '../../lacp/mac.js';
import type { ConformanceCase } from '../case.js';
import { inWords } from '../information.js';
import { AT_ONCE, type Tester } from '../tester.js';
import { CaseFailure } from '../verdict.js';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

/** Frames with subtype LACP on all links, two at least on the first. */
async function lacpFrames(tester: Tester): Promise<Uint8Array[]> {
  for (const link of tester.links) link.keepAlive();
  const lacp = () =>
    tester.links.map((link) => link.raw.map(({ frame }) => frame).filter((frame) => frame[14] === Subtype.LACP));
  await tester.until(() => lacp().every((frames) => frames.length >= 2), 5_000);
  const frames = lacp().flat();
  if (frames.length === 0) throw new CaseFailure('LACPDUs', 'none');
  return frames;
}

/** Every frame of the device has this. */
function everyFrame(expected: string, holds: (frame: Uint8Array) => boolean, shown: (frame: Uint8Array) => string) {
  return async (tester: Tester) => {
    for (const frame of await lacpFrames(tester)) tester.check(holds(frame), expected, shown(frame));
  };
}

const fixed = LACPDU_LAYOUT.fields.filter((field) => field.kind === 'fixed');
const reserved = LACPDU_LAYOUT.fields.filter((field) => field.kind === 'reserved');
const body = (frame: Uint8Array, { offset, width }: { offset: number; width: number }) =>
  frame.subarray(14 + offset, 14 + offset + width);

export const formatCases: readonly ConformanceCase[] = [
  {
    id: 'F-01',
    title: 'Destination and type',
    clause: '57A.3',
    seconds: 1,
    run: everyFrame(
      'destination 01-80-c2-00-00-02, EtherType 8809, no tag',
      (frame) => hex(frame.subarray(0, 6)) === '0180c2000002' && hex(frame.subarray(12, 14)) === '8809',
      (frame) => hex(frame.subarray(0, 14)),
    ),
  },
  {
    id: 'F-02',
    title: 'Source is the individual address of the port',
    clause: '57A.3',
    seconds: 1,
    run: async (tester) => {
      await lacpFrames(tester);
      const sources = tester.links.map((link) => [...new Set(link.raw.map(({ frame }) => macFromBytes(frame, 6)))]);
      const good = sources.every(([first, ...more]) => first !== undefined && more.length === 0 && !isGroup(first));
      tester.check(good, 'one individual address on each link', sources.map((s) => s.join(' and ')).join(', '));
      const distinct = new Set(sources.flat()).size === sources.length;
      tester.check(distinct, 'another address on each link', sources.flat().join(', '));
    },
  },
  {
    id: 'F-03',
    title: 'Length',
    clause: 'x.4.2.2',
    seconds: 1,
    run: everyFrame(
      '124 octets without FCS',
      (frame) => frame.length === 124 || (frame.length > 124 && (frame[15] ?? 0) >= 2),
      (frame) => `${frame.length} octets`,
    ),
  },
  {
    id: 'F-04',
    title: 'Subtype and version',
    clause: 'x.4.2.2',
    seconds: 1,
    run: everyFrame(
      'subtype 1, version 1 (2 for a device of 802.1AX-2014)',
      (frame) => frame[15] === 1 || frame[15] === 2,
      (frame) => `subtype ${frame[14]}, version ${frame[15]}`,
    ),
  },
  {
    id: 'F-05',
    title: 'TLV types and lengths',
    clause: 'x.4.2.2',
    seconds: 1,
    run: everyFrame(
      'TLVs 1/20, 2/20, 3/16, 0/0',
      (frame) => frame[15] !== 1 || fixed.every((field) => body(frame, field)[0] === field.value),
      (frame) => fixed.map((field) => `${field.name} ${body(frame, field)[0]}`).join(', '),
    ),
  },
  {
    id: 'F-06',
    title: 'Reserved octets are zero',
    clause: 'x.4.2.2',
    seconds: 1,
    run: everyFrame(
      'zero in all reserved octets',
      (frame) => frame[15] !== 1 || reserved.every((field) => body(frame, field).every((octet) => octet === 0)),
      (frame) => reserved.map((field) => hex(body(frame, field))).join(' '),
    ),
  },
  {
    id: 'F-07',
    title: 'Port number',
    clause: 'x.3.4',
    seconds: 1,
    run: async (tester) => {
      await lacpFrames(tester);
      const ports = tester.links.map((link) => link.last.pdu.actor.Port);
      const good = !ports.includes(0) && new Set(ports).size === ports.length;
      tester.check(good, 'a number other than 0 and another one on each link', ports.join(', '));
    },
  },
  {
    id: 'F-08',
    title: 'The same system on all ports of an aggregator',
    clause: 'x.3.2',
    links: 2,
    seconds: 1,
    run: async (tester) => {
      await lacpFrames(tester);
      const systems = tester.links.map(({ last }) => `${last.pdu.actor.System_Priority} ${last.pdu.actor.System}`);
      tester.check(new Set(systems).size === 1, 'equal priority and address', systems.join(', '));
    },
  },
  {
    id: 'F-09',
    title: 'Partner TLV while no partner is known',
    clause: 'x.4.12 recordDefault',
    device: { rate: 'fast' },
    seconds: 5,
    run: async (tester) => {
      const link = tester.link();
      await tester.defaulted(link);
      const { actor, partner } = link.last.pdu;
      tester.check(
        actor.State.Defaulted && partner.System !== link.actor.System && !partner.State.Synchronization,
        'Defaulted, and default values for the partner',
        link.inWords(),
      );
    },
  },
  {
    id: 'F-10',
    title: 'Partner TLV repeats what the partner says of itself',
    clause: 'x.4.9 recordPDU',
    seconds: 1,
    run: async (tester) => {
      const link = tester.link();
      link.become({ Port_Priority: 0x1234, State: { LACP_Timeout: true, Distributing: true, Expired: true } });
      link.mark();
      link.keepAlive();
      const said = inWords(link.actor);
      const repeats = ({ pdu }: { pdu: { partner: typeof link.actor } }) =>
        inWords(pdu.partner) === said &&
        pdu.partner.Port_Priority === link.actor.Port_Priority &&
        pdu.partner.System_Priority === link.actor.System_Priority;
      await tester.hears(link, repeats, 1_500, `partner ${said} port priority ${0x1234}`);
    },
  },
  {
    id: 'F-11',
    title: 'CollectorMaxDelay does not change',
    clause: 'x.4.2.2',
    seconds: 2,
    run: async (tester) => {
      const link = tester.link();
      await tester.inUse(link);
      await tester.wait(AT_ONCE);
      const delays = [...new Set(link.heard.map(({ pdu }) => pdu.collectorMaxDelay))];
      tester.check(delays.length === 1, 'one value', delays.join(', '));
    },
  },
];
