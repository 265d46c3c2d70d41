import { expect, test } from 'vitest';
import type { ConversationTlvs } from '../../src/lacp/conversation-tlvs.js';
import type { ActorConversations } from '../../src/lacp/variables.js';
import { lacpOff, linkDown, ms, PortLab, pdu, type Step } from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

const A = 'aa'.repeat(512);
const B = 'bb'.repeat(512);

const actor = (mask: string): ActorConversations => ({
  portAlgorithm: '02766503',
  linkListDigest: '11'.repeat(16),
  linkNumber: 1,
  mask,
  DWC: false,
});
const conversations = (name: string, said: ActorConversations | undefined): Step => ({
  name,
  run: (lab) => lab.send({ type: 'CONVERSATIONS', actor: said }),
});
const weSendA = conversations('mask A', actor(A));
const weSendB = conversations('mask B', actor(B));
const version1 = conversations('version 1', undefined);

const says = (name: string, tlvs: ConversationTlvs, version = 2) =>
  pdu({ version, conversations: { portAlgorithm: '02766503', ...tlvs } }, name);
const mask = (text: string, ActPar_Sync: boolean) => ({ mask: { mask: text, ActPar_Sync, PSI: false, DWC: false } });
const short = says('LACPDU', {});
const partnerA = says('Long LACPDU with A, in sync', mask(A, true));
const partnerAOutOfSync = says('Long LACPDU with A, out of sync', mask(A, false));
const partnerB = says('Long LACPDU with B', mask(B, true));
const partnerVersion1 = pdu({}, 'LACPDU of version 1');

testArrows('long_lacpdu', 'Long LACPDUs', [
  ['SHORT', [], weSendA, 'SHORT'], // no partner yet
  ['SHORT', [weSendA], partnerVersion1, 'SHORT'],
  ['SHORT', [], partnerA, 'SHORT'], // we speak version 1
  ['SHORT', [weSendA], short, 'LONG'],
  ['SHORT', [weSendA], partnerAOutOfSync, 'LONG'],
  ['SHORT', [weSendA], partnerB, 'LONG'],
  ['SHORT', [weSendA], partnerA, 'SHORT'],
  ['LONG', [weSendA, short, partnerA], ms(2_999), 'LONG'],
  ['LONG', [weSendA, short, partnerA, ms(2_999)], ms(1), 'SHORT'],
  ['LONG', [weSendA, short, ms(1_000), short, ms(1_000), short], ms(1_000), 'LONG'], // not agreed: again
  ['SHORT', [weSendA, partnerA], weSendB, 'LONG'],
  ['LONG', [weSendA, short], version1, 'SHORT'],
  ['LONG', [weSendA, short], partnerVersion1, 'SHORT'],
  ['LONG', [weSendA, short], linkDown, 'SHORT'],
  ['LONG', [weSendA, short], lacpOff, 'SHORT'],
] satisfies readonly Row[]);

/** What the port said last. */
const last = (lab: PortLab) => lab.sent.at(-1)?.pdu;

test('a partner of version 1 hears version 2 and nothing of conversations; one of version 2 both', () => {
  const lab = new PortLab().run([weSendA, ms(1_000), partnerVersion1, ms(2_000)]);
  expect(last(lab)).toMatchObject({ version: 2 });
  expect(last(lab)).not.toHaveProperty('conversations');
  lab.run([short, ms(1_000)]);
  expect(last(lab)?.conversations).toEqual({
    portAlgorithm: '02766503',
    linkList: { linkNumber: 1, digest: '11'.repeat(16) },
    mask: { ActPar_Sync: false, PSI: false, DWC: false, mask: A },
  });
});

test('the partner is told at once that the masks agree, and later without masks', () => {
  const lab = new PortLab().run([weSendA, ms(1_000), short, ms(900)]);
  const before = lab.sent.length;
  lab.run([partnerA]);
  expect(lab.sent).toHaveLength(before + 1);
  expect(last(lab)?.conversations?.mask?.ActPar_Sync).toBe(true);
  lab.run([ms(1_000), short, ms(1_500), short, ms(2_000), short]);
  expect(last(lab)?.conversations).not.toHaveProperty('mask');
  // An LACPDU without masks takes nothing back.
  expect(lab.variables.Partner_Conversations?.mask?.mask).toBe(A);
});

test('a partner that is not heard any more leaves nothing behind', () => {
  const lab = new PortLab().run([weSendA, partnerA, ms(6_000)]);
  expect(lab.port.states.receive).toBe('DEFAULTED');
  expect(lab.variables).toMatchObject({ Partner_Conversations: undefined, Partner_LACPDU_Version: 1 });
});
