/** Where a learning bridge sends a frame: by examples, and beside a model. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressTable } from '../../../src/layers/bridge/address-table.js';
import { BLOCKED, FILTERED, FLOOD, LearningBridge, RESERVED } from '../../../src/layers/bridge/learning-bridge.js';

const LOCAL = 1;
const HOST = '02:00:00:00:00:01';
const AGEING = 300_000;

const octets = (mac: string): number[] => mac.split(':').map((each) => Number.parseInt(each, 16));

/** A frame of 60 octets, tagged with a VLAN or not. */
function frame(to: string, from: string, vlan = 0): Uint8Array {
  const bytes = new Uint8Array(60);
  bytes.set(octets(to), 0);
  bytes.set(octets(from), 6);
  bytes.set(vlan === 0 ? [0x08, 0x00] : [0x81, 0x00, 0x20 | (vlan >> 8), vlan & 0xff, 0x08, 0x00], 12);
  return bytes;
}

function newBridge(most?: number): LearningBridge {
  const bridge = new LearningBridge(LOCAL, AGEING, new AddressTable(most));
  bridge.setLocalAddress(Uint8Array.from(octets(HOST)));
  return bridge;
}

const send = (bridge: LearningBridge, from: number, bytes: Uint8Array, now = 0) =>
  bridge.decide(bytes, 0, bytes.length, from, now);

const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';
const ALL = 'ff:ff:ff:ff:ff:ff';

test('R9 unknown, broadcast and multicast frames go everywhere; known ones where they were heard; none back', () => {
  const bridge = newBridge();
  expect(send(bridge, 2, frame(B, A))).toBe(FLOOD);
  expect(send(bridge, 3, frame(A, B))).toBe(2);
  expect(send(bridge, 2, frame(B, A))).toBe(3);
  expect(send(bridge, 2, frame(ALL, A))).toBe(FLOOD);
  expect(send(bridge, 2, frame('01:00:5e:00:00:01', A))).toBe(FLOOD);
  // B is behind a hub with A now.
  expect(send(bridge, 2, frame(A, B))).toBe(FILTERED);
  expect(send(bridge, 3, frame(B, '02:00:00:00:00:0c'))).toBe(2);
});

test('R9 the address of the host is at the local port from the start, and no neighbour can draw it away', () => {
  const bridge = newBridge();
  expect(send(bridge, 2, frame(HOST, A))).toBe(LOCAL);
  send(bridge, 3, frame(ALL, HOST));
  expect(send(bridge, 2, frame(HOST, A))).toBe(LOCAL);
  expect(send(bridge, LOCAL, frame(A, HOST))).toBe(2);
});

test('R9 an address is forgotten when it has been silent for the ageing time, and at once with its port', () => {
  const bridge = newBridge();
  send(bridge, 2, frame(ALL, A), 0);
  expect(send(bridge, 3, frame(A, B), AGEING)).toBe(2);
  expect(send(bridge, 3, frame(A, B), AGEING + 1)).toBe(FLOOD);
  bridge.forget(3);
  expect(send(bridge, 2, frame(B, A), AGEING + 2)).toBe(FLOOD);
});

test('R9 01-80-C2-00-00-00 to 0F are not forwarded, nor learned from; 10 is', () => {
  const bridge = newBridge();
  for (let last = 0; last < 16; last++) {
    expect(send(bridge, 2, frame(`01:80:c2:00:00:0${last.toString(16)}`, A))).toBe(RESERVED);
  }
  expect(bridge.table.size).toBe(0);
  expect(send(bridge, 2, frame('01:80:c2:00:00:10', A))).toBe(FLOOD);
});

test('R9 a blocked port gives and takes nothing, and what was heard on it is flooded to the others', () => {
  const bridge = newBridge();
  send(bridge, 2, frame(ALL, A));
  bridge.setBlocked(2, true);
  expect(send(bridge, 3, frame(A, B))).toBe(FLOOD);
  expect(send(bridge, 2, frame(B, A))).toBe(BLOCKED);
  expect(send(bridge, 3, frame(A, B))).toBe(FLOOD);
  bridge.setBlocked(2, false);
  expect(send(bridge, 2, frame(B, A))).toBe(3);
});

test('R9 no source that is a group, and no frame that is cut off, is learned from', () => {
  const bridge = newBridge();
  send(bridge, 2, frame(B, '03:00:00:00:00:0a'));
  send(bridge, 2, frame(B, '00:00:00:00:00:00'));
  expect(send(bridge, 2, frame(B, A).subarray(0, 13))).toBe(FILTERED);
  expect(bridge.table.size).toBe(0);
});

test('R9 a flood of made-up addresses fills the table and no more: known ones stay, others are flooded', () => {
  const bridge = newBridge(64);
  send(bridge, 3, frame(ALL, B));
  for (let i = 0; i < 1_000; i++) {
    const made = `06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    send(bridge, 2, frame(ALL, made), 1);
  }
  expect(bridge.table.size).toBe(64);
  expect(send(bridge, 2, frame(B, A), 2)).toBe(3);
  expect(send(bridge, 3, frame(A, B), 2)).toBe(FLOOD);
  bridge.sweep(AGEING + 2);
  expect(bridge.table.size).toBe(1);
});

test('NB-2 R9 by (VLAN, address) the bridge does what a map would, over any history', () => {
  const station = fc.integer({ min: 10, max: 14 });
  const port = fc.integer({ min: 1, max: 4 });
  const vlan = fc.constantFrom(0, 7, 4094);
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('frame' as const), to: station, from: station, port, vlan }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('block' as const), port, on: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(2 * AGEING) }) },
  );
  const macOf = (n: number) => `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const bridge = newBridge();
      const model = new Map<string, { port: number; seen: number }>();
      const blocked = new Set<number>();
      let now = 0;
      for (const each of steps) {
        if (each.kind === 'wait') now += each.ms;
        else if (each.kind === 'block') {
          bridge.setBlocked(each.port, each.on);
          if (!each.on) blocked.delete(each.port);
          else if (!blocked.has(each.port)) {
            blocked.add(each.port);
            for (const [key, { port: at }] of model) if (at === each.port) model.delete(key);
          }
        } else {
          const went = send(bridge, each.port, frame(macOf(each.to), macOf(each.from), each.vlan), now);
          if (blocked.has(each.port)) {
            expect(went).toBe(BLOCKED);
            continue;
          }
          model.set(`${each.vlan} ${each.from}`, { port: each.port, seen: now });
          const known = model.get(`${each.vlan} ${each.to}`);
          const at = known !== undefined && known.seen >= now - AGEING ? known.port : undefined;
          if (at === undefined) expect(went).toBe(FLOOD);
          else if (at === each.port) expect(went).toBe(FILTERED);
          else expect(went).toBe(blocked.has(at) ? BLOCKED : at);
          expect(went).not.toBe(each.port);
        }
      }
    }),
  );
});
