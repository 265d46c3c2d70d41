/**
 * Frames of buckets whose conversations are moving to another port: copies, by bucket, in the order in which they came.
 * Moves take about a millisecond where the partner answers markers, so that this is small and seldom used; what it
 * may hold at most is bounded for partners that do not.
 */

/**
 * Octets, with the overhead below. All that is held may be let go at once: it must fit into the room for sending that
 * a socket has (user-datapath-socket.ts), and into the room for receiving of a partner like us.
 */
const ROOM = 4 << 20;
/** What a frame costs besides its octets, here and in the kernel. */
const OVERHEAD = 768;

export interface HeldFrame {
  /** With the vnet header in front. */
  readonly bytes: Uint8Array;
  /** What it counts as on the wire. */
  readonly frames: number;
  readonly octets: number;
}

interface Ordered extends HeldFrame {
  /** Place in the order of arrival, over all buckets. */
  readonly order: number;
}

export class HeldFrames {
  readonly #buckets = new Map<number, Ordered[]>();
  #next = 0;
  #free: number;

  constructor(room = ROOM) {
    this.#free = room;
  }

  /** False: there is no room for it. */
  add(bucket: number, frame: HeldFrame): boolean {
    const cost = frame.bytes.length + OVERHEAD;
    if (cost > this.#free) return false;
    this.#free -= cost;
    this.#append(bucket, { ...frame, order: this.#next++ });
    return true;
  }

  /** Buckets of which frames are held. */
  buckets(): number[] {
    return [...this.#buckets.keys()];
  }

  /** Frames that are held of a bucket. */
  count(bucket: number): number {
    return this.#buckets.get(bucket)?.length ?? 0;
  }

  /** Another hash: sorts all that is held into the buckets that `bucketOf` says. */
  sortAnew(bucketOf: (frame: HeldFrame) => number): void {
    const all = [...this.#buckets.values()].flat().sort((a, b) => a.order - b.order);
    this.#buckets.clear();
    for (const frame of all) this.#append(bucketOf(frame), frame);
  }

  /** Takes out all frames of a bucket, oldest first. */
  take(bucket: number): readonly HeldFrame[] {
    const queue = this.#buckets.get(bucket) ?? [];
    this.#buckets.delete(bucket);
    for (const { bytes } of queue) this.#free += bytes.length + OVERHEAD;
    return queue;
  }

  #append(bucket: number, frame: Ordered): void {
    const queue = this.#buckets.get(bucket);
    if (queue === undefined) this.#buckets.set(bucket, [frame]);
    else queue.push(frame);
  }
}
