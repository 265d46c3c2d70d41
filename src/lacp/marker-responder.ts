/**
 * The Marker Responder (x.5.4.2): every valid Marker PDU is answered on its port. The caller delivers the frames
 * received before the marker first; only then does the answer say "nothing of that conversation is on its way".
 */
import { MARKER_TLV_TYPE } from './marker.pdu.js';
import { slowProtocolsFrame } from './slow-protocols.js';
import type { Mac } from './variables.js';

/** No more answers than this leave a port within any second; further markers get none. A limit of ours. */
export const Marker_Response_Limit = 5;
const WINDOW_MS = 1_000;

/** When the port last answered: at most Marker_Response_Limit times in milliseconds, oldest first. */
export type MarkerBudget = readonly number[];

/** The budget of a port that has answered nothing yet. */
export const markerBudget: MarkerBudget = [];

/**
 * Spends one answer at `nowMs`: the budget to keep, or undefined when the limit is reached and this marker stays
 * unanswered (keep the old budget, count the marker). Any second counts, not only calendar ones: a flood gets five
 * answers at once and then one for each that is a second old.
 */
export function spendMarkerBudget(budget: MarkerBudget, nowMs: number): MarkerBudget | undefined {
  const recent = budget.filter((answeredMs) => nowMs - answeredMs < WINDOW_MS);
  return recent.length < Marker_Response_Limit ? [...recent, nowMs] : undefined;
}

/**
 * The answer to a Marker Information PDU, as a whole frame from `port`, the address of the port it came in by.
 * `body` is that of `parseSlowProtocols`. All octets come back but the TLV type: the Requester fields must be the
 * same, pad and reserved may be, and a requester that writes 22 as the TLV's length gets its own 22 back.
 */
export function respond(port: Mac, body: Uint8Array): Uint8Array {
  const response = body.slice();
  response[2] = MARKER_TLV_TYPE.response;
  return slowProtocolsFrame(port, response);
}
