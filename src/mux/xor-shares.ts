/**
 * Fast EtherChannel's table, for hash=mac-xor: the lowest three bits of the hash are one of eight shares, and share s
 * belongs to member s mod n of the n ports that distribute, by rising number. With 2, 4 or 8 members the member is the
 * XOR of the lowest one, two or three bits of the two addresses; with others the shares are 3:3:2, 2:2:2:1:1, 2:2:1:1:1:1
 * and 2:1:1:1:1:1:1. More than eight members have sixteen shares, and so on. Weights do not count.
 */
import { BUCKETS } from './distributor.js';

const SHARES = 8;

/** Bucket -> port; none without ports. */
export function xorShares(ports: readonly number[]): number[] {
  const inOrder = ports.toSorted((a, b) => a - b);
  if (inOrder.length === 0) return [];
  let shares = SHARES;
  while (shares < inOrder.length) shares *= 2;
  return Array.from({ length: BUCKETS }, (_, bucket) => inOrder[(bucket % shares) % inOrder.length] ?? 0);
}
