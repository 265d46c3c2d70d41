/**
 * Frame Distributor and Collector as one table (x.2.3, x.2.4): which buckets leave by which port, and whose frames
 * are delivered. The control plane makes a new table and replaces the old one whole; data paths only read it.
 *
 * Ports are numbers above 0: Port Numbers in the engine, ifindexes in a data path.
 */
import { CONVERSATIONS } from '../lacp/conversation-tlvs.js';
import type { HashSpec } from './hash.js';
import { Spreader } from './weighted-spread.js';

/** A frame's bucket is its conversation (conversations.ts); a power of two. */
export const BUCKETS = CONVERSATIONS;

/** In place of a port: frames of the bucket are dropped. */
export const NO_PORT = 0;

export interface ForwardingTable {
  /**
   * bucket -> DISTRIBUTING port that its frames leave by, or `heldFor(port)`: the data path keeps them, in order, until
   * a later table says where they go. BUCKETS entries, or none when no port distributes.
   */
  readonly buckets: readonly number[];
  /** COLLECTING ports. */
  readonly collecting: readonly number[];
  /** Discard_Wrong_Conversation: ifindexes of COLLECTING ports that deliver only frames of the buckets that they send. */
  readonly discardWrong?: readonly number[];
  readonly hash: HashSpec;
  /** Slow protocols pass as all else: somebody above speaks them. Otherwise they are ours. */
  readonly transparent?: boolean;
}

/**
 * A bucket whose conversations are moving to `port`: its frames wait in the data path. The port is told for the case
 * that the data path can keep no more: then it lets the bucket go early, by this port.
 */
export const heldFor = (port: number): number => -port;

export const isHeld = (entry: number): boolean => entry < 0;

/** The port of a bucket, be it in use or waited for. */
export const portOf = (entry: number): number => Math.abs(entry);

const evenly = new Spreader(BUCKETS);

/** All buckets over ports that carry the same each; none without ports. */
export function spread(distributing: readonly number[]): number[] {
  return [...evenly.spread(distributing.map((port) => ({ port, linkNumber: port, weight: 1 })))];
}

/** The table of ports that were always there: nothing is moving. */
export function makeTable(
  distributing: readonly number[],
  collecting: readonly number[],
  hash: HashSpec,
): ForwardingTable {
  return { buckets: spread(distributing), collecting, hash };
}
