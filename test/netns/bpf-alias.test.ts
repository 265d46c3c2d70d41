/** The programs in the kernel count for those that count-rule.ts specifies: both are asked about the same frames. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import {
  ALIAS_OBJECT,
  type AliasMaps,
  addressKey,
  networkKey,
  ownerValue,
} from '../../src/drivers/bpf/alias-layout.js';
import { deleteFromMap, updateMap } from '../../src/drivers/sys/bpf-maps.js';
import { testRun } from '../../src/drivers/sys/bpf-programs.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { CountRule } from '../../src/layers/alias/count-rule.js';
import {
  type CountedAlias,
  type CountingTable,
  countingTable,
  type NetworkAddress,
} from '../../src/layers/alias/counting-table.js';
import { anyFrame } from '../support/any-frame.js';
import { ethernet, ipv4, ipv6, Protocol, ports } from '../support/frames.js';
import { lacksBpf } from '../support/lacks-bpf.js';

const NOBODY = 0xfffffffe;
const THROUGH = 0x8000_0000;
const seed = Date.now() & 0x7fffffff;
const open: number[] = [];
let frames = 0;

afterAll(() => {
  console.log(`bpf-alias: ${frames} frames compared, fast-check seed ${seed}`);
  for (const fd of open) libc().close(fd);
});

function load(): { maps: AliasMaps; rx: number; tx: number } {
  const maps = ALIAS_OBJECT.createMaps();
  const [rx, tx] = [ALIAS_OBJECT.load('alias_rx', maps), ALIAS_OBJECT.load('alias_tx', maps)];
  open.push(...Object.values(maps), rx, tx);
  return { maps, rx, tx };
}

/** Puts a table in force while `act` runs. */
function withTable(maps: AliasMaps, { addresses, networks }: CountingTable, act: () => void): void {
  const keys = [
    ...addresses.map((each) => [maps.addresses, addressKey(each.family, each.address), ownerValue(each)] as const),
    ...networks.map((each) => [maps.networks, networkKey(each), ownerValue(each)] as const),
  ];
  for (const [map, key, value] of keys) updateMap(map, key, value);
  act();
  for (const [map, key] of keys) deleteFromMap(map, key);
}

/** Few different octets, so that addresses meet each other and each other's networks. */
const octets = (length: number) =>
  fc
    .array(fc.constantFrom(0, 1, 2, 127, 128, 200, 255), { minLength: length, maxLength: length })
    .map((each) => Uint8Array.from(each));
const few = (length: number) => octets(3).map((three) => Uint8Array.from({ length }, (_, i) => three[i % 3] ?? 0));
const address = fc.oneof(
  fc.record({ family: fc.constant(2), address: fc.oneof(octets(4), few(4)), length: fc.integer({ min: 1, max: 32 }) }),
  fc.record({
    family: fc.constant(10),
    address: fc.oneof(octets(16), few(16)),
    length: fc.integer({ min: 1, max: 128 }),
  }),
);
const alias = fc
  .tuple(address, fc.integer({ min: 0, max: 65_535 }))
  .map(([of, slot]): CountedAlias => ({ ...of, slot }));
const table = fc.tuple(fc.array(address, { maxLength: 4 }), fc.array(alias, { maxLength: 8 }));

/** Frames whose ends are mostly near those of the table. */
const near = (all: readonly NetworkAddress[]) => {
  const end = (length: number) => {
    const known = all.filter((each) => each.address.length === length).map((each) => each.address);
    const changed = fc.tuple(fc.constantFrom(...known, new Uint8Array(length)), fc.nat(length - 1), fc.nat(255));
    return fc.oneof(
      fc.constantFrom(...known, new Uint8Array(length)),
      changed.map(([of, at, value]) => of.with(at, value)),
      octets(length),
    );
  };
  const payload = ports({ from: 1, to: 2 });
  const v4 = fc
    .record({ from: end(4), to: end(4) })
    .map((addresses) => ethernet(0x0800, ipv4({ addresses, protocol: Protocol.UDP, payload })));
  const v6 = fc
    .record({ from: end(16), to: end(16) })
    .map((addresses) => ethernet(0x86dd, ipv6({ addresses, protocol: Protocol.UDP, payload })));
  return fc.oneof({ weight: 4, arbitrary: v4 }, { weight: 4, arbitrary: v6 }, { weight: 1, arbitrary: anyFrame });
};

test.skipIf(lacksBpf())('NA-62 NA-61 any table, any frame: program and rule agree', () => {
  const { maps, rx, tx } = load();
  fc.assert(
    fc.property(table, fc.infiniteStream(fc.nat()), ([main, aliases], seeds) => {
      const wanted = countingTable(main, aliases);
      const rule = new CountRule(wanted);
      const [frameSeed = 0] = seeds;
      withTable(maps, wanted, () => {
        for (const frame of fc.sample(near([...main, ...aliases]), { numRuns: 20, seed: frameSeed })) {
          if (frame.length < 14 + 40) continue; // a test run takes no less
          frames++;
          expect(testRun(rx, frame)).toBe(rule.received(frame) ?? NOBODY);
          const sent = rule.sent(frame);
          expect(testRun(tx, frame)).toBe(
            sent === undefined ? NOBODY : (sent.slot | (sent.ownRoute ? THROUGH : 0)) >>> 0,
          );
        }
      });
    }),
    { seed, numRuns: 400 },
  );
});
