/**
 * The Marker Responder (x.5.4.2): every valid Marker PDU is answered on its port, as often as marker-budget.ts allows.
 * The caller delivers the frames received before the marker first; only then does the answer say "nothing of that
 * conversation is on its way".
 */
import { MARKER_TLV_TYPE } from './marker.pdu.js';
import { slowProtocolsFrame } from './slow-protocols.js';
import type { Mac } from './variables.js';

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
