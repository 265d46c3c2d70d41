/** update_NTT (x.4.9): who is described wrongly by its partner tells it so. */
import { samePort, update_NTT } from '../../lacp/functions.js';
import type { PortInformation } from '../../lacp/variables.js';
import type { Announcement } from '../end.js';
import { Memory, type Rule, seconds } from './rule.js';

/** An answer may wait for the limit of three a second, and for a slow machine. */
const PATIENCE = 2_500;

export function reply(): Rule {
  const owed = new Memory<{ wrong: Announcement | undefined }>(() => ({ wrong: undefined }));
  return {
    name: 'answer',
    hears: (end, heard) => {
      const { actor } = end.last.pdu;
      const active = actor.State.LACP_Activity || heard.pdu.actor.State.LACP_Activity;
      if (active && update_NTT({ Actor_Oper: actor }, heard.pdu).NTT === true) owed.of(end).wrong ??= heard;
    },
    says: ({ end, now, before }, disagree) => {
      const debt = owed.of(end);
      const { wrong } = debt;
      debt.wrong = undefined;
      if (wrong === undefined || before === undefined || now.at - wrong.at < PATIENCE || wrong.at < end.since) return;
      const { Expired, Defaulted } = now.pdu.actor.State;
      // It has changed meanwhile, or its link was down: then it is not sure what it should have said, and when.
      if (Expired || Defaulted || !sameToPartner(before.pdu.actor, now.pdu.actor)) return;
      disagree(
        'x.4.9 update_NTT',
        `says nothing for ${seconds(now.at - wrong.at)} after it was described wrongly (packet ${wrong.packet})`,
      );
    },
  };
}

const sameToPartner = (a: PortInformation, b: PortInformation): boolean =>
  samePort(a, b) &&
  a.State.LACP_Activity === b.State.LACP_Activity &&
  a.State.LACP_Timeout === b.State.LACP_Timeout &&
  a.State.Synchronization === b.State.Synchronization;
