/** A new partner: unselected by update_Selected (x.4.9), then wait_while_timer (x.4.15) before it can be in sync. */
import { Aggregate_Wait_Time } from '../../lacp/constants.js';
import { samePort } from '../../lacp/functions.js';
import type { PortInformation } from '../../lacp/variables.js';
import { GRACE, Memory, type Rule, seconds } from './rule.js';

/** After this, an end has taken in the new partner. */
const SOON = 300;
/** By so much may an LACPDU be captured late, or its answer early. */
const TOLERANCE = 200;

interface Partner {
  /** When it was first heard. */
  at: number | undefined;
  packet: number;
  /** Whom the end knew then. */
  instead: PortInformation | undefined;
  /** The end has not yet said that it knows it. */
  unknown: boolean;
}

export function selection(): Rule {
  const partners = new Memory<Partner>(() => ({ at: undefined, packet: 0, instead: undefined, unknown: false }));
  return {
    name: 'wait_while',
    hears: (end, { at, packet, pdu }, previous) => {
      const partner = partners.of(end);
      if (partner.unknown || samePort(end.last.pdu.partner, pdu.actor)) return;
      // It may have heard the one before after it said that it knows nobody.
      const sooner = previous !== undefined && samePort(previous.pdu.actor, pdu.actor) ? previous : undefined;
      const first = sooner !== undefined && sooner.at >= end.last.at - GRACE ? sooner : { at, packet };
      partner.at = first.at;
      partner.packet = first.packet;
      partner.instead = end.last.pdu.partner;
      partner.unknown = true;
    },
    says: ({ end, now, far }, disagree) => {
      const known = partners.of(end);
      const { actor, partner } = now.pdu;
      if (far === undefined || !samePort(partner, far.last.pdu.actor)) return;
      known.unknown = false;
      const { Synchronization, Defaulted, Expired } = actor.State;
      if (known.at === undefined || !Synchronization || Defaulted || Expired) return;
      // Its partner was another for a moment, which it may not have heard.
      if (known.instead !== undefined && samePort(known.instead, partner)) return;
      const after = now.at - known.at;
      if (after < SOON || after > Aggregate_Wait_Time - TOLERANCE) return;
      disagree(
        'x.4.15',
        `is in sync ${seconds(after)} after it first heard this partner (packet ${known.packet}); it is to be unselected, and to wait 2 s`,
      );
    },
  };
}
