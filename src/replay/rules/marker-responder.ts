/** A Marker is answered (x.5.4.2): every device must, whether it sends any or not. */
import { GRACE, Memory, type Rule } from './rule.js';

/** One may have been lost with its link. */
const UNANSWERED = 2;
/** A flood need not be answered in full. */
const FLOOD = 5;

interface Asked {
  /** Markers that wait for their response, by transaction. */
  waiting: Map<string, number>;
  /** In a row. */
  unanswered: number;
}

export function markerResponder(): Rule {
  const ends = new Memory<Asked>(() => ({ waiting: new Map(), unanswered: 0 }));
  return {
    name: 'marker responder',
    marker: (end, { kind, requesterSystem, requesterPort, requesterTransactionId }, at) => {
      const asked = ends.of(end);
      const id = `${requesterSystem} ${requesterPort} ${requesterTransactionId}`;
      if (kind === 'response') {
        asked.waiting.delete(id);
        asked.unanswered = 0;
      } else if (asked.waiting.size < FLOOD) {
        asked.waiting.set(id, at);
      }
    },
    says: ({ end, now }, disagree) => {
      const asked = ends.of(end);
      const { Expired, Defaulted } = now.pdu.actor.State;
      for (const [id, at] of asked.waiting) {
        if (now.at - at <= GRACE) continue;
        asked.waiting.delete(id);
        // An end that says in the next LACPDU that it hears nobody has not heard the marker either.
        if (!Expired && !Defaulted && at >= end.since) asked.unanswered++;
      }
      if (asked.unanswered >= UNANSWERED) {
        disagree('x.5.4.2', `does not answer markers: ${asked.unanswered} in a row`);
        asked.unanswered = 0;
      }
    },
  };
}
