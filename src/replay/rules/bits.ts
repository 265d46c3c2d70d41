/** Bits of one LACPDU that contradict each other, whatever the other end does. */
import { stateLetters } from '../../lacp/port-state.js';
import type { Rule } from './rule.js';

export const bits: Rule = {
  name: 'state bits',
  says: ({ now: { pdu } }, disagree) => {
    const actor = pdu.actor.State;
    const partner = pdu.partner.State;
    const said = stateLetters(actor);
    // True of coupled and of independent control.
    if (actor.Distributing && !actor.Collecting)
      disagree('x.4.15', `announces Distributing without Collecting (${said})`);
    if (actor.Collecting && !actor.Synchronization) {
      disagree('x.4.15', `announces Collecting without Synchronization (${said})`);
    }
    if (actor.Collecting && actor.Expired) {
      disagree('x.4.15', `announces Collecting while Expired: EXPIRED takes the partner out of sync (${said})`);
    } else if (actor.Collecting && !partner.Synchronization) {
      disagree('x.4.15', `announces ${use(actor)} though by its own words the partner is not in sync (${said})`);
    }
    if (actor.Expired && (partner.Synchronization || !partner.LACP_Timeout)) {
      disagree('x.4.12', `is Expired, and takes the partner for ${partnerWords(partner)}`);
    }
  },
};

const use = ({ Distributing }: { readonly Distributing: boolean }): string =>
  Distributing ? 'Collecting and Distributing' : 'Collecting';

const partnerWords = (partner: { readonly Synchronization: boolean; readonly LACP_Timeout: boolean }): string =>
  partner.Synchronization ? 'in sync' : 'slow: EXPIRED sets the short timeout';
