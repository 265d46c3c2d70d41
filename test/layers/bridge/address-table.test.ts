/** The table of addresses, beside a plain map that forgets nothing by mistake. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressTable } from '../../../src/layers/bridge/address-table.js';

const AGEING = 100;

test('NB-2 R9 the table of addresses gives what a map would, whatever is learned, moved, forgotten and aged', () => {
  // Few addresses in a small table, so that they collide; 24 of them are more than it holds.
  const act = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('learn' as const),
        key: fc.nat(23),
        port: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), port: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60) }) },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 120 }), (acts) => {
      const table = new AddressTable(16);
      const model = new Map<number, { port: number; seen: number }>();
      let now = 1_000;
      for (const each of acts) {
        if (each.kind === 'wait') now += each.ms;
        if (each.kind === 'learn') {
          const room = model.has(each.key) || model.size < 16;
          expect(table.learn(each.key << 8, each.key * 3, each.port, now)).toBe(room);
          if (room) model.set(each.key, { port: each.port, seen: now });
        }
        if (each.kind === 'forget') {
          table.sweep(Number.NEGATIVE_INFINITY, (port) => port === each.port);
          for (const [key, { port }] of model) if (port === each.port) model.delete(key);
        }
        if (each.kind === 'sweep') {
          table.sweep(now - AGEING);
          for (const [key, { seen }] of model) if (seen < now - AGEING) model.delete(key);
        }
        expect(table.size).toBe(model.size);
        for (let key = 0; key < 24; key++) {
          const kept = model.get(key);
          const expected = kept !== undefined && kept.seen >= now - AGEING ? kept.port : 0;
          expect(table.find(key << 8, key * 3, now - AGEING)).toBe(expected);
        }
      }
      expect(table.entries(now, Number.NEGATIVE_INFINITY)).toHaveLength(model.size);
    }),
  );
});

test('an entry is shown with address, VLAN, port and age, also to another thread that looks into the memory', () => {
  const table = new AddressTable(16);
  table.learn(((42 << 16) | 0x0200) >>> 0, 0xdeadbeef, 7, 5_000);
  const other = new AddressTable(16, table.shared);
  expect(other.entries(6_500, 0)).toEqual([{ mac: '02:00:de:ad:be:ef', vlan: 42, port: 7, age: 1_500 }]);
  expect(other.entries(6_500, 5_001)).toEqual([]);
});
