/** A Marker is answered (x.5.4.2): every device must, whether it sends any or not. */
import { longestMemory, Memory, type Rule } from './rule.js';

/** Some may have been lost. One that has ever answered is a responder, and its link loses frames. */
const UNANSWERED = 4;
/** A flood need not be answered in full. */
const FLOOD = 16;

interface Asked {
  /** When markers were sent that wait for their response, by transaction. */
  readonly waiting: Map<string, number>;
  /** Markers that it can be taken to have heard. */
  unanswered: number;
  answered: boolean;
}

export function markerResponder(): Rule {
  const ends = new Memory<Asked>(() => ({ waiting: new Map(), unanswered: 0, answered: false }));
  return {
    name: 'marker responder',
    marker: (end, { kind, requesterSystem, requesterPort, requesterTransactionId }, at) => {
      const asked = ends.of(end);
      const id = `${requesterSystem} ${requesterPort} ${requesterTransactionId}`;
      if (kind === 'response') {
        asked.answered = true;
        asked.waiting.clear();
      } else if (!asked.answered && asked.waiting.size < FLOOD) {
        asked.waiting.set(id, at);
      }
    },
    says: ({ end, now }, disagree) => {
      const asked = ends.of(end);
      if (asked.answered || asked.waiting.size === 0) return;
      const { Expired, Defaulted } = now.pdu.actor.State;
      // One that hears nobody has not heard the marker either, nor has one that was away.
      if (Expired || Defaulted || end.since > (asked.waiting.values().next().value ?? 0)) {
        asked.waiting.clear();
        return;
      }
      // Not Expired for so long: it has heard something since the marker.
      const memory = longestMemory(end, now.at);
      for (const [id, at] of asked.waiting) {
        if (now.at - at <= memory) continue;
        asked.waiting.delete(id);
        asked.unanswered++;
      }
      if (asked.unanswered >= UNANSWERED) {
        disagree('x.5.4.2', `does not answer markers: ${asked.unanswered}, and never one`);
        asked.unanswered = 0;
      }
    },
  };
}
