import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { type MarkerBudget, markerBudget, respond, spendMarkerBudget } from '../../src/lacp/marker-responder.js';
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

/** Which of the markers at these times are answered. */
function answered(timesMs: readonly number[]): readonly number[] {
  let budget: MarkerBudget = markerBudget;
  return timesMs.filter((nowMs) => {
    const after = spendMarkerBudget(budget, nowMs);
    budget = after ?? budget;
    return after !== undefined;
  });
}

test('K-02 of ten markers at once five are answered', () => {
  expect(answered(Array(10).fill(100))).toHaveLength(5);
});

test('K-02 the sixth is answered when the first answer is one second old, not a millisecond before', () => {
  expect(answered([0, 10, 20, 30, 40, 999, 1_000])).toEqual([0, 10, 20, 30, 40, 1_000]);
});

test('K-02 unanswered markers do not count: a flood still gets five answers in every second', () => {
  const flood = Array.from({ length: 10_000 }, (_, ms) => ms);
  expect(answered(flood)).toHaveLength(50);
});

test('K-02 markers below the limit are all answered', () => {
  const steady = Array.from({ length: 100 }, (_, i) => i * 200);
  expect(answered(steady)).toEqual(steady);
});

test('K-02 whatever the times, no second has more than five answers', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (gaps) => {
      let now = 0;
      const times = answered(
        gaps.map((gap) => {
          now += gap;
          return now;
        }),
      );
      for (const [i, start] of times.entries()) {
        expect(times.slice(i).filter((ms) => ms - start < 1_000).length).toBeLessThanOrEqual(5);
      }
    }),
  );
});
