/** Each rule on an end that breaks it: named with clause, time and packet, and nothing else is. */
import { describe, expect, test } from 'vitest';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import type { PortState } from '../../src/lacp/variables.js';
import { portState, type SomeInformation } from '../support/builders.js';
import { Script, type Speaker } from './script.js';

const state = (bits: Partial<PortState>) => (pdu: Lacpdu) => ({ actor: { ...pdu.actor, State: portState(bits) } });
const partner = (some: SomeInformation) => (pdu: Lacpdu) => ({
  partner: { ...pdu.partner, ...some, State: { ...pdu.partner.State, ...some.State } },
});

test('two ends that talk as they should', () => {
  expect(new Script().talk(0, 10_000).wrong).toEqual([]);
});

/** B says one wrong LACPDU at 4.5 s in an orderly talk. */
function once(say: (b: Speaker, at: number) => void) {
  const script = new Script().talk(0, 4_000);
  say(script.b, 4_500);
  return script.talk(5_000, 8_000).wrong;
}

describe('one LACPDU', () => {
  test.each<[string, (b: Speaker, at: number) => void, string, string]>([
    ['version 0', (b, at) => b.say(at, () => ({ version: 0 })), 'x.4.2.2', 'sends Version_Number 0'],
    [
      'reserved octets',
      (b, at) =>
        b.octets(at, (body) => {
          body[19] = 1;
        }),
      'x.4.2.2',
      'sends Actor_Reserved that is not zero',
    ],
    [
      'a TLV length',
      (b, at) =>
        b.octets(at, (body) => {
          body[23] = 19;
        }),
      'x.4.2.2',
      'sends Partner_Information_Length 19 instead of 20',
    ],
    [
      'Distributing without Collecting',
      (b, at) => b.say(at, state({ Collecting: false })),
      'x.4.15',
      'announces Distributing without Collecting (LTAS_D__)',
    ],
    [
      'Collecting without Synchronization',
      (b, at) => b.say(at, state({ Synchronization: false })),
      'x.4.15',
      'announces Collecting without Synchronization (LTA_CD__)',
    ],
    [
      'an old timeout of the partner',
      (b, at) => b.say(at, partner({ State: { LACP_Timeout: false } })),
      'x.4.9 recordPDU',
      'tells LACP_Timeout 0 for 1 of A/1, which has said otherwise for 1.5 s (packet 9)',
    ],
    [
      'an old Collecting of the partner',
      (b, at) => b.say(at, partner({ State: { Collecting: false } })),
      'x.4.9 recordPDU',
      'tells Collecting 0 for 1 of A/1, which has said otherwise for 1.5 s (packet 9)',
    ],
  ])('%s', (_, say, clause, text) => {
    expect(once(say)).toEqual([
      expect.objectContaining({ end: 'B/1', clause, text, count: 1, first: { at: 4_500, packet: 11 } }),
    ]);
  });
});

test('the partner is not in sync, and the end says so and uses the link all the same', () => {
  const script = new Script();
  script.a.become({ Synchronization: false, Collecting: false, Distributing: false });
  expect(script.talk(0, 5_000).wrong).toMatchObject([
    {
      end: 'B/1',
      rule: 'state bits',
      clause: 'x.4.15',
      count: 6,
      first: { at: 10, packet: 2 },
      last: { at: 5_010, packet: 12 },
    },
  ]);
});

test('the partner is not in sync, and the end takes it for in sync', () => {
  const script = new Script();
  script.a.become({ Synchronization: false, Collecting: false, Distributing: false });
  for (let at = 0; at <= 8_000; at += 1_000) {
    script.a.say(at);
    script.b.say(at + 10, partner({ State: { Synchronization: true } }));
  }
  const [first, ...more] = script.wrong;
  // What it said before the capture counts for three seconds, and two for lateness.
  expect(first).toMatchObject({
    end: 'B/1',
    rule: 'partner information',
    text: 'takes A/1 for in sync, which says that it is not (packet 11)',
    first: { at: 5_010 },
  });
  // A hears that its Synchronization is told wrongly each second, and says again what it says anyway.
  expect(more).toEqual([]);
});

test('the partner describes it wrongly, and the end takes it for in sync', () => {
  const script = new Script();
  for (let at = 0; at <= 8_000; at += 1_000) {
    script.a.say(at, partner({ Port_Priority: 9 }));
    script.b.say(at + 10);
  }
  expect(script.wrong).toMatchObject([
    { end: 'A/1', text: expect.stringMatching(/^tells Port_Priority 9 for 128 of B\/1/) },
    { end: 'B/1', text: expect.stringMatching(/^takes A\/1 for in sync, which describes it wrongly/) },
  ]);
});

test('more than three in a second, and not when they are three', () => {
  const script = new Script().talk(0, 3_000);
  for (const at of [3_100, 3_200, 3_300]) script.b.say(at);
  expect(script.talk(5_000, 8_000).wrong).toMatchObject([
    { end: 'B/1', clause: 'x.4.16', text: 'sends 4 LACPDUs within 290 ms; 3 in any second is the limit', count: 1 },
  ]);
  const fair = new Script().talk(0, 3_000);
  for (const at of [3_100, 3_200]) fair.b.say(at);
  expect(fair.talk(5_000, 8_000).wrong).toEqual([]);
});

test('every second to a partner that asks for the slow rate', () => {
  const script = new Script();
  for (const end of [script.a, script.b]) end.become({ LACP_Timeout: false });
  script.a.say(0);
  for (let at = 10; at < 9_000; at += 1_000) script.b.say(at);
  expect(script.wrong).toMatchObject([
    { end: 'B/1', clause: 'x.4.13', text: 'sends every 1.0 s to a partner that asks for the slow rate, 30 s' },
  ]);
});

test('every 30 s to a partner that asks for the fast rate, and that is not in the capture', () => {
  const script = new Script();
  for (const at of [0, 30_000, 60_000]) script.b.say(at);
  expect(script.wrong).toMatchObject([
    { end: 'A/1', clause: 'x.4.13', text: 'sends every 30.0 s to a partner that asks for the fast rate, 1 s' },
  ]);
});

test('in sync at once with a new partner', () => {
  const script = new Script();
  script.a.say(0);
  script.b.say(10, (pdu) => ({
    actor: {
      ...pdu.actor,
      State: portState({ Defaulted: true, Synchronization: false, Collecting: false, Distributing: false }),
    },
    partner: {
      ...pdu.partner,
      System: '00:00:00:00:00:00',
      Key: 0,
      Port: 0,
      Port_Priority: 0,
      System_Priority: 0,
      State: portState(),
    },
  }));
  script.a.say(1_000);
  script.b.say(1_500);
  expect(script.wrong).toMatchObject([
    {
      end: 'B/1',
      clause: 'x.4.15',
      text: 'is in sync 1.5 s after it first heard this partner (packet 1); it is to be unselected, and to wait 2 s',
    },
  ]);
});

test('not Expired long after the partner fell silent', () => {
  const script = new Script().talk(0, 3_000);
  for (let at = 4_000; at <= 12_000; at += 1_000) script.b.say(at);
  expect(script.wrong).toMatchObject([
    {
      end: 'B/1',
      clause: 'x.4.12',
      text: 'is not Expired 6.0 s after the last LACPDU of its partner; 3 s is the limit',
      count: 4,
    },
  ]);
});

test('Expired, and stays so', () => {
  const script = new Script().talk(0, 3_000);
  const expired = (pdu: Lacpdu) => ({
    ...state({ Collecting: false, Distributing: false, Expired: true })(pdu),
    ...partner({ State: { Synchronization: false } })(pdu),
  });
  for (let at = 6_100; at <= 20_000; at += 1_000) script.b.say(at, expired);
  expect(script.wrong).toMatchObject([
    { end: 'B/1', clause: 'x.4.12', text: 'stays Expired for 11.0 s instead of 3 s, and is not Defaulted' },
  ]);
});

test('markers that are not answered, and not when they are', () => {
  const script = new Script().talk(0, 2_000);
  for (const id of [1, 2, 3, 4]) script.a.marker(2_100 + id, 'information', id);
  expect(script.talk(3_000, 9_000).wrong).toMatchObject([
    { end: 'B/1', clause: 'x.5.4.2', text: 'does not answer markers: 4, and never one', count: 1 },
  ]);
  const fair = new Script().talk(0, 2_000);
  for (const id of [1, 2, 3, 4, 5]) fair.a.marker(2_100 + id, 'information', id);
  fair.b.marker(2_150, 'response', 3); // the others were lost
  expect(fair.talk(3_000, 9_000).wrong).toEqual([]);
});
