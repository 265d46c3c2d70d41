/** Counters of what happened to a port, and conformance Q-01..Q-06: exact after a scripted exchange. */
import { expect, test } from 'vitest';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { marker } from '../support/builders.js';
import { setCable, twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;
const NOTHING = {
  linkFailures: 0,
  expired: 0,
  defaulted: 0,
  actorChurn: 0,
  partnerChurn: 0,
  actorInSync: 0,
  partnerInSync: 0,
  actorChanged: 0,
  partnerChanged: 0,
};

test('a port that joins: each end in sync once, the partner known once; a quiet hour adds nothing', () => {
  const { clock, a } = twoSystems(1, FAST, FAST);
  clock.advance(10_000);
  const joined = { ...NOTHING, actorInSync: 1, partnerInSync: 1, partnerChanged: 1 };
  expect(a.port(1).events).toEqual(joined);
  clock.advance(600_000);
  expect(a.port(1).events).toEqual(joined);
});

test('a link that fails and heals: one failure, in sync once more, the same partner', () => {
  const lab = twoSystems(2, FAST, FAST);
  lab.clock.advance(10_000);
  const before = lab.a.port(1).events;
  setCable(lab, 1, false);
  lab.clock.advance(1_000);
  setCable(lab, 1, true);
  lab.clock.advance(10_000);
  expect(lab.a.port(1).events).toEqual({
    ...before,
    linkFailures: before.linkFailures + 1,
    partnerInSync: before.partnerInSync + 1,
  });
  expect(lab.a.port(2).events).toEqual(before);
});

test('a partner that falls silent: expired once, defaulted once, and 60 s later churn of the partner', () => {
  const tester = new Tester(FAST).bringUp();
  tester.link().keepAlive(0);
  const before = tester.dut.port(1).events;
  tester.advance(6_000);
  expect(tester.dut.port(1).events).toMatchObject({ expired: 1, defaulted: before.defaulted + 1, partnerChurn: 0 });
  tester.advance(60_000);
  expect(tester.dut.port(1).events).toMatchObject({ partnerChurn: 1, actorChurn: 0 });
  tester.bringUp();
  tester
    .link()
    .become({ State: { Synchronization: false } })
    .keepAlive(1_000);
  tester.advance(61_000);
  expect(tester.dut.port(1).events).toMatchObject({ partnerChurn: 2, actorChurn: 0 });
});

test('a port that is kept out for a minute: churn of the actor, counted once', () => {
  const tester = new Tester(FAST, { links: 2, port: { gate: 'closed' } });
  for (const link of tester.links) link.keepAlive(1_000);
  tester.advance(200_000);
  expect(tester.dut.port(1).events).toMatchObject({ actorChurn: 1 });
});

test('another key here and another one there: each counts as a change of its end', () => {
  const tester = new Tester(FAST).bringUp();
  const before = tester.dut.port(1).events;
  tester.link().become({ Key: 9 }).send();
  tester.dut.set({ ...FAST, key: 0x300 });
  expect(tester.dut.port(1).events).toMatchObject({
    partnerChanged: before.partnerChanged + 1,
    actorChanged: before.actorChanged + 1,
  });
});

test('Q-01..Q-06 frames of every kind, counted exactly', () => {
  const tester = new Tester({ rate: 'slow', lacp: 'passive' }, { links: 2 });
  const link = tester.link(1);
  const frame = (body: Uint8Array) => slowProtocolsFrame('02:cc:00:00:00:ff', body);
  const subtype = (n: number) => {
    const body = new Uint8Array(110);
    body[0] = n;
    return frame(body);
  };
  for (let n = 0; n < 5; n++) link.send();
  for (let n = 0; n < 3; n++) link.sendFrame(frame(encodeMarker(marker({ requesterTransactionId: n }))));
  for (let n = 0; n < 2; n++) link.sendFrame(frame(encodeMarker(marker({ kind: 'response' }))));
  for (const n of [3, 10, 4, 9]) link.sendFrame(subtype(n));
  for (const n of [0, 11, 255]) link.sendFrame(subtype(n));
  link.sendFrame(link.last.frame.slice(0, 70));
  const sent = link.heard.length;
  const { counters } = tester.dut.port(1);
  expect(counters).toMatchObject({
    lacpdusRx: 5,
    lacpdusTx: sent,
    markersRx: 3,
    markerResponsesTx: 3,
    markerResponsesRx: 2,
    unknownRx: 4,
  });
  expect(sent).toBeGreaterThan(0);
  expect(Object.values(counters.illegalRx).reduce((sum, n) => sum + n, 0)).toBe(4);
  expect(tester.dut.port(2).counters).toMatchObject({ lacpdusRx: 0, markersRx: 0, unknownRx: 0, illegalRx: {} });
});
