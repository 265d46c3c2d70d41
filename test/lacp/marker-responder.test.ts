import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { respond } from '../../src/lacp/marker-responder.js';
import { parseSlowProtocols } from '../../src/lacp/slow-protocols.js';
import { anyMarker, marker } from '../support/builders.js';
import { hex } from '../support/frames.js';

const PORT = '02:00:00:00:00:07';

test('K-01 the response is these octets: same port, system and transaction, TLV type 2, from our port', () => {
  const request = hex(`02 01 01 10 01 02 00 01 e6 16 87 80 fe dc ba 98 00 00 ${'00 00 '.repeat(46)}`);
  const response = hex(`01 80 c2 00 00 02  02 00 00 00 00 07  88 09
    02 01 02 10 01 02 00 01 e6 16 87 80 fe dc ba 98 00 00 ${'00 00 '.repeat(46)}`);
  expect(respond(PORT, request)).toEqual(response);
});

test('K-01 every marker gets a response that reads as the same requester', () => {
  fc.assert(
    fc.property(anyMarker, (request) => {
      const parsed = parseSlowProtocols(respond(PORT, encodeMarker(request)));
      expect(parsed).toMatchObject({ kind: 'marker', source: PORT, marker: { ...request, kind: 'response' } });
    }),
  );
});

test('a requester that writes 22 as the length of its TLV gets 22 back', () => {
  const request = encodeMarker(marker());
  request[3] = 22;
  expect(respond(PORT, request)[14 + 3]).toBe(22);
});

test('the request itself is left as it was', () => {
  const request = encodeMarker(marker());
  respond(PORT, request);
  expect(request).toEqual(encodeMarker(marker()));
});
