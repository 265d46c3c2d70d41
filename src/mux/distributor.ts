/**
 * Frame Distributor and Collector as one table (x.2.3, x.2.4): which buckets leave by which port, and whose frames
 * are delivered. The control plane makes a new table and replaces the old one whole; data paths only read it.
 */
import { CONVERSATIONS } from '../lacp/conversation-tlvs.js';
import type { HashPolicy } from './hash.js';

/** A frame's bucket is its conversation (conversations.ts); a power of two. */
export const BUCKETS = CONVERSATIONS;

export interface ForwardingTable {
  /** bucket -> ifindex of a DISTRIBUTING port; BUCKETS entries, or none when no port distributes. */
  readonly buckets: readonly number[];
  /** ifindexes of COLLECTING ports. */
  readonly collecting: readonly number[];
  /** Discard_Wrong_Conversation: ifindexes of COLLECTING ports that deliver only frames of the buckets that they send. */
  readonly discardWrong?: readonly number[];
  readonly hash: HashPolicy;
}

/**
 * Spread all buckets over the distributing ports in turn. The order of `distributing` is the order of the
 * port numbers, so that both ends of a symmetric hash choose links of the same rank.
 */
export function makeTable(
  distributing: readonly number[],
  collecting: readonly number[],
  hash: HashPolicy,
): ForwardingTable {
  const n = distributing.length;
  const buckets = n === 0 ? [] : Array.from({ length: BUCKETS }, (_, bucket) => distributing[bucket % n] as number);
  return { buckets, collecting, hash };
}
