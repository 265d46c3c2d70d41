/** Fast EtherChannel: which member a frame leaves by. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKETS } from '../../src/mux/distributor.js';
import { hashBy, hashFrame } from '../../src/mux/hash.js';
import { xorShares } from '../../src/mux/xor-shares.js';
import { ethernet, hex } from '../support/frames.js';

const octets = fc.uint8Array({ minLength: 6, maxLength: 6 });

/** Place among the members, whose ports are 10, 20, ... in any order. */
function member(from: Uint8Array, to: Uint8Array, members: number): number {
  const frame = ethernet(0x0800, hex('45 00'), { macs: { from, to } });
  const ports = Array.from({ length: members }, (_, i) => (i + 1) * 10).reverse();
  const bucket = hashFrame(hashBy('mac-xor'), frame, 0, frame.length) % BUCKETS;
  return (xorShares(ports)[bucket] ?? 0) / 10 - 1;
}

test.each([2, 4, 8])('NB-4 %d members: the member is (source XOR destination) & (n - 1)', (members) => {
  fc.assert(
    fc.property(octets, octets, (from, to) => {
      expect(member(from, to, members)).toBe(((from[5] ?? 0) ^ (to[5] ?? 0)) & (members - 1));
    }),
  );
});

test.each([3, 5, 6, 7])('NB-4 %d members: share s of eight is that of member s mod n', (members) => {
  fc.assert(
    fc.property(octets, octets, (from, to) => {
      expect(member(from, to, members)).toBe((((from[5] ?? 0) ^ (to[5] ?? 0)) & 7) % members);
    }),
  );
});

test('no members, no buckets; with more than eight every one has a share', () => {
  expect(xorShares([])).toEqual([]);
  const ports = Array.from({ length: 12 }, (_, i) => i + 1);
  expect(new Set(xorShares(ports))).toEqual(new Set(ports));
});
