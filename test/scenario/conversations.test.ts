/** LACP version 2 between two systems: which conversation goes by which link, told by tables and by LACPDUs. */
import { expect, test } from 'vitest';
import { LACPDU_LENGTH } from '../../src/lacp/lacpdu.pdu.js';
import { parseConversationLinks } from '../../src/mux/conversations.js';
import { facts, setCable, type TestSystem, twoSystems } from '../support/system-lab.js';

const V2 = { rate: 'fast', lacpVersion: 2 } as const;
const HEADER = 14;

const lists = (text: string) => {
  const ranges = parseConversationLinks(text);
  if (typeof ranges === 'string') throw new Error(ranges);
  return ranges;
};

/** Conversation -> port. */
const portsOf = (system: TestSystem) => system.forwarding.conversations?.ports ?? [];
const shares = (ports: readonly number[]) =>
  [...new Set(ports)].sort().map((port) => ports.filter((each) => each === port).length);
const agreed = (system: TestSystem) => system.aggregator.conversations?.differences;
/** Octets after the EtherType of what a system sent since the last call. */
function takeLengths(system: TestSystem): number[] {
  return system.sent.splice(0).map(({ frame }) => frame.length - HEADER);
}

test('E-02 two systems of version 2 agree, and send each conversation over the same link, all links evenly', () => {
  const { clock, a, b } = twoSystems(4, V2, V2);
  clock.advance(6_000);
  expect(a.forwarding.distributing).toEqual([1, 2, 3, 4]);
  expect([agreed(a), agreed(b)]).toEqual([[], []]);
  expect(portsOf(a)).toHaveLength(4096);
  expect(portsOf(b)).toEqual(portsOf(a));
  for (const share of shares(portsOf(a))) expect(Math.abs(share - 1024)).toBeLessThan(100);
  for (const system of [a, b]) {
    expect(system.aggregator.ports.map((port) => port.conversations?.inStep)).toEqual([true, true, true, true]);
    expect(system.aggregator.ports.map((port) => port.partnerVersion)).toEqual([2, 2, 2, 2]);
    expect(system.aggregator.notes).toEqual([]);
  }
});

test('E-02 Long LACPDUs flow while the masks are being agreed, and cease after that', () => {
  const { clock, a, b } = twoSystems(2, V2, V2);
  const first = a.sent[0];
  expect((first?.frame.length ?? 0) - HEADER).toBe(LACPDU_LENGTH);
  clock.advance(5_000);
  expect(takeLengths(a)).toContain(607);
  clock.advance(10_000);
  takeLengths(a);
  takeLengths(b);
  clock.advance(60_000);
  for (const system of [a, b]) {
    const lengths = takeLengths(system);
    expect(lengths.length).toBeGreaterThanOrEqual(118);
    expect(new Set(lengths)).toEqual(new Set([LACPDU_LENGTH]));
  }
  expect(agreed(a)).toEqual([]);
});

test('crossed cables and other port numbers: the numbers of the system with the better id count on both ends', () => {
  const { clock, a, b } = twoSystems(0, { ...V2, systemPriority: 100 }, V2);
  // a's ports are 1, 2, 3; b has a port 1 that leads nowhere, and the cables on 4, 3, 2.
  for (let n = 1; n <= 3; n++) a.addPort(facts(n));
  for (let n = 1; n <= 4; n++) b.addPort(facts(n, n === 1 ? { link: 'down' } : {}));
  const far = (n: number) => 5 - n;
  a.onFrame = (port, frame) => b.system.receive(far(port), frame.slice());
  b.onFrame = (port, frame) => {
    if (port > 1) a.system.receive(far(port), frame.slice());
  };
  clock.advance(8_000);
  expect(a.forwarding.distributing).toEqual([1, 2, 3]);
  expect(b.forwarding.distributing).toEqual([2, 3, 4]);
  expect(portsOf(b)).toEqual(portsOf(a).map(far));
  expect(b.port(4).conversations).toMatchObject({ linkNumber: 1, partnerLinkNumber: 1, inStep: true });
  expect(b.aggregator.ports.map((port) => port.conversations?.inStep)).toEqual([undefined, true, true, true]);
});

test('a link is lost: its conversations move, to all others evenly, the rest stay; it comes back: as before', () => {
  const lab = twoSystems(4, V2, V2);
  const { clock, a, b } = lab;
  clock.advance(6_000);
  const before = portsOf(a);
  setCable(lab, 2, false);
  clock.advance(1_000);
  const after = portsOf(a);
  expect(portsOf(b)).toEqual(after);
  expect(after.filter((port, i) => before[i] !== 2 && port !== before[i])).toEqual([]);
  for (const share of shares(after.filter((_, i) => before[i] === 2))) expect(share).toBeGreaterThan(250);
  expect(a.port(3).conversations?.inStep).toBe(true);
  setCable(lab, 2, true);
  clock.advance(6_000);
  expect(portsOf(a)).toEqual(before);
  expect(portsOf(b)).toEqual(before);
});

test('conversation-links: a listed conversation takes the first of its links that is up, then the next, then any', () => {
  const settings = { ...V2, conversationLinks: lists('0-99:3,1/100:2') };
  const lab = twoSystems(4, settings, settings);
  const { clock, a, b } = lab;
  const listed = (system: TestSystem) => new Set(portsOf(system).slice(0, 100));
  clock.advance(6_000);
  expect(agreed(a)).toEqual([]);
  expect(listed(a)).toEqual(new Set([3]));
  expect(portsOf(a)[100]).toBe(2);
  setCable(lab, 3, false);
  clock.advance(1_000);
  expect(listed(a)).toEqual(new Set([1]));
  setCable(lab, 1, false);
  clock.advance(1_000);
  expect(listed(a)).toEqual(new Set([2, 4]));
  expect(portsOf(b)).toEqual(portsOf(a));
});

test('lists that differ: no agreement, which both ends say; frames flow, nothing is discarded; made equal: agreed', () => {
  const mine = { ...V2, conversationLinks: lists('0-4095:1'), discardWrongConversation: true };
  const { clock, a, b } = twoSystems(2, mine, { ...V2, discardWrongConversation: true });
  clock.advance(6_000);
  expect([agreed(a), agreed(b)]).toEqual([['link-list'], ['link-list']]);
  expect(b.aggregator.notes[0]).toMatch('another list of links');
  expect(new Set(portsOf(a))).toEqual(new Set([1]));
  expect(new Set(portsOf(b))).toEqual(new Set([1, 2]));
  expect(a.port(1).conversations?.inStep).toBe(false);
  for (const system of [a, b]) {
    expect(system.forwarding).toMatchObject({ collecting: [1, 2], distributing: [1, 2], carrier: true });
    expect(system.forwarding.conversations?.discardWrong).toEqual([]);
  }
  b.set(mine);
  clock.advance(2_000);
  expect([agreed(a), agreed(b)]).toEqual([[], []]);
  expect(portsOf(b)).toEqual(portsOf(a));
  expect(b.forwarding.conversations?.discardWrong).toEqual([1, 2]);
});

test('another hash is another port algorithm: not agreed, until it is the same', () => {
  const { clock, a, b } = twoSystems(2, V2, { ...V2, hash: 'layer2' });
  clock.advance(6_000);
  expect([agreed(a), agreed(b)]).toEqual([['port-algorithm'], ['port-algorithm']]);
  a.set({ hash: 'layer2' });
  clock.advance(2_000);
  expect([agreed(a), agreed(b)]).toEqual([[], []]);
});

test('the flow label is another port algorithm; one with a seed cannot be agreed, though both have the same', () => {
  const label = { ...V2, hashFlowLabel: true };
  const { clock, a, b } = twoSystems(2, label, label);
  clock.advance(6_000);
  expect([agreed(a), agreed(b)]).toEqual([[], []]);
  a.set({ hashFlowLabel: false });
  clock.advance(2_000);
  expect([agreed(a), agreed(b)]).toEqual([['port-algorithm'], ['port-algorithm']]);
  for (const system of [a, b]) system.set({ hashFlowLabel: false, hashSeed: 7 });
  clock.advance(2_000);
  expect([agreed(a), agreed(b)]).toEqual([['port-algorithm'], ['port-algorithm']]);
});

test('discard-wrong-conversation acts only on ports on which both ends send the same', () => {
  const { clock, a, b } = twoSystems(2, { ...V2, discardWrongConversation: true }, V2);
  clock.advance(6_000);
  expect(a.forwarding.conversations?.discardWrong).toEqual([1, 2]);
  expect(b.forwarding.conversations?.discardWrong).toEqual([]);
  b.system.setPort(2, { ...b.port(2).settings, gate: 'collect-only' });
  clock.advance(1_500);
  expect(a.forwarding).toMatchObject({ distributing: [1, 2], conversations: { discardWrong: [] } });
});

test('E-01 a partner of version 1 gets LACPDUs of 110 octets without further TLVs, and notices nothing', () => {
  const both = [V2, { rate: 'fast' }] as const;
  const with2 = twoSystems(3, ...both);
  const with1 = twoSystems(3, both[1], both[1]);
  for (const { clock } of [with2, with1]) clock.advance(20_000);
  expect(with2.a.sent.length).toBe(with1.a.sent.length);
  for (const [i, { at, port, frame }] of with2.a.sent.entries()) {
    const plain = with1.a.sent[i];
    expect({ at, port, version: frame[HEADER + 1] }).toEqual({ at: plain?.at, port: plain?.port, version: 2 });
    expect(frame.with(HEADER + 1, 1)).toEqual(plain?.frame);
  }
  expect(with2.b.transitions).toEqual(with1.b.transitions);
  expect(with2.b.forwardings).toEqual(with1.b.forwardings);
  expect(agreed(with2.a)).toEqual(['version']);
  expect(with2.a.aggregator.notes).toEqual(['conversations not agreed: the partner does not speak LACP version 2']);
  expect(with2.b.port(1)).toMatchObject({ partnerVersion: 2, conversations: undefined });
});

test('version 2 switched on and off on one end and the other under way: no port leaves the group', () => {
  const { clock, a, b } = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
  clock.advance(6_000);
  const forwardings = () => [a, b].map(({ forwarding: { distributing } }) => distributing);
  const steps = [
    () => a.set({ lacpVersion: 2 }),
    () => b.set({ lacpVersion: 2 }),
    () => a.set({ lacpVersion: 1 }),
    () => a.set({ lacpVersion: 2 }),
  ];
  for (const step of steps) {
    for (const system of [a, b]) system.forwardings.splice(0);
    step();
    clock.advance(5_000);
    for (const each of [...a.forwardings, ...b.forwardings]) expect(each.distributing).toEqual([1, 2]);
    expect(forwardings()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  }
  expect([agreed(a), agreed(b)]).toEqual([[], []]);
  expect(portsOf(b)).toEqual(portsOf(a));
});

test('the partner is replaced by one of version 1: nothing of what the former said is left', () => {
  const lab = twoSystems(1, V2, V2);
  const { clock, a, b } = lab;
  clock.advance(6_000);
  expect(agreed(a)).toEqual([]);
  b.set({ lacpVersion: 1 });
  clock.advance(2_000);
  expect(a.port(1)).toMatchObject({ partnerVersion: 1, conversations: { partnerLinkNumber: undefined } });
  a.sent.splice(0);
  clock.advance(10_000);
  expect(new Set(takeLengths(a))).toEqual(new Set([LACPDU_LENGTH]));
  const cable = lab.cables[0];
  if (cable !== undefined) cable.cut = true;
  b.set({ lacpVersion: 2 });
  clock.advance(10_000);
  expect(a.port(1)).toMatchObject({ receive: 'DEFAULTED', partnerVersion: 1 });
});

test('E-03 a malformed TLV is counted, and the LACPDU that it came with counts all the same', () => {
  const { clock, a, b } = twoSystems(1, V2, V2);
  b.onFrame = (_, frame) => {
    const cut = frame.slice();
    // The Port Algorithm TLV, if there is one, says that it is longer than it is.
    if (cut[HEADER + 58] === 4) cut[HEADER + 59] = 7;
    a.system.receive(1, cut);
  };
  clock.advance(6_000);
  expect(a.port(1)).toMatchObject({ receive: 'CURRENT', mux: 'DISTRIBUTING', partnerVersion: 2 });
  expect(a.port(1).counters.illegalRx['lacpdu-malformed-tlv']).toBeGreaterThan(0);
  expect(b.port(1).counters.illegalRx).toEqual({});
  expect(agreed(a)).toContain('port-algorithm');
});
