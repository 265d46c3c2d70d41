/** What comes in on a port, before the machines: parse, count, answer markers, and stand a flood. */
import { Fast_Periodic_Time } from '../lacp/constants.js';
import type { Marker } from '../lacp/marker.pdu.js';
import { markerBudget, spendMarkerBudget } from '../lacp/marker-budget.js';
import { respond } from '../lacp/marker-responder.js';
import type { Parsed } from '../lacp/slow-protocols.js';
import type { Member } from './member.js';

/**
 * LACPDUs per second and port that reach the machines. The slow protocols allow ten a second; a burst of a hundred is
 * still read to its end, so that what was said last counts (P-08). More than this is a flood, and must not take the time
 * of other ports.
 */
const LACPDU_BUDGET = 150;

export interface ReceptionEffects {
  now(): number;
  /** Send a Marker Response, once the frames that came in before the marker have been delivered. */
  answerMarker(response: Uint8Array): void;
  /** A Marker Response has come in. */
  markerAnswered(response: Marker): void;
}

export class Reception {
  #windowStart = Number.NEGATIVE_INFINITY;
  #inWindow = 0;
  #markerBudget = markerBudget;

  constructor(
    private readonly member: Member,
    private readonly effects: ReceptionEffects,
  ) {}

  /** The frame, if it is an LACPDU for the machines; all else is dealt with here. */
  accept(parsed: Parsed): Extract<Parsed, { kind: 'lacpdu' }> | undefined {
    const { counters } = this.member;
    switch (parsed.kind) {
      case 'lacpdu':
        counters.lacpdusRx++;
        // What was wrong in it is dropped, the rest holds.
        for (let i = 0; i < (parsed.malformedTlvs ?? 0); i++) this.#discard('lacpdu-malformed-tlv');
        if (this.#withinBudget()) return parsed;
        this.#discard('lacpdu-flood');
        return undefined;
      case 'marker':
        if (parsed.marker.kind === 'response') {
          counters.markerResponsesRx++;
          this.effects.markerAnswered(parsed.marker);
          return undefined;
        }
        counters.markersRx++;
        this.#answer(parsed.body);
        return undefined;
      case 'other':
        counters.unknownRx++;
        return undefined;
      case 'malformed':
        this.#discard(parsed.reason);
        return undefined;
    }
  }

  #answer(marker: Uint8Array): void {
    const budget = spendMarkerBudget(this.#markerBudget, this.effects.now());
    if (budget === undefined) {
      this.#discard('marker-flood');
      return;
    }
    this.#markerBudget = budget;
    this.member.counters.markerResponsesTx++;
    this.effects.answerMarker(respond(this.member.facts.mac, marker));
  }

  #withinBudget(): boolean {
    const now = this.effects.now();
    if (now - this.#windowStart >= Fast_Periodic_Time) {
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    return ++this.#inWindow <= LACPDU_BUDGET;
  }

  #discard(reason: string): void {
    const { counters, since } = this.member;
    const { illegalRx } = counters;
    since.malformed ??= this.effects.now();
    illegalRx[reason] = (illegalRx[reason] ?? 0) + 1;
  }
}
