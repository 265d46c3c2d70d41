/** What the user-space data path must know of a received frame, filled in for one frame after the other. */
import { BUCKETS } from '../mux/distributor.js';
import { type HashSpec, hashFrame } from '../mux/hash.js';
import { FRAME_START, type FrameArena, type ReceiveBatch, SLOT } from './sys/batch.js';
import { MSG_TRUNC } from './sys/constants.js';
import { headerLength, insertTag, segments, TAG, typeField } from './user-datapath-frame.js';

export class FrameLook {
  /** Of the frame in the arena, tag included. */
  start = 0;
  length = 0;
  tagged: 0 | 1 = 0;
  /** Frames and octets that it is on the wire. */
  frames = 0;
  octets = 0;
  /** It was longer than a slot: what is there is its beginning. */
  cut = false;

  constructor(
    private readonly arena: FrameArena,
    private readonly received: ReceiveBatch,
  ) {}

  /** Puts the tag back and measures frame `i` of the batch; false: it was cut off and cannot be used. */
  at(i: number): boolean {
    const { bytes } = this.arena;
    const vlan = this.received.vlan(i);
    this.cut = (this.received.flags(i) & MSG_TRUNC) !== 0;
    if (this.cut) return false;
    let start = i * SLOT + FRAME_START;
    let length = this.received.length(i);
    if (vlan !== 0) {
      start = insertTag(bytes, start, vlan);
      length += TAG;
    }
    const frames = segments(bytes, start, length);
    this.tagged = vlan === 0 ? 0 : 1;
    this.start = start;
    this.length = length;
    this.frames = frames;
    this.octets = frames > 1 ? length + (frames - 1) * headerLength(bytes, start) : length;
    return true;
  }

  /** EtherType or length field. */
  get type(): number {
    return typeField(this.arena.bytes, this.start);
  }

  bucket(hash: HashSpec): number {
    return bucketOf(hash, this.arena.bytes, this.start, this.length);
  }
}

export function bucketOf(hash: HashSpec, bytes: Uint8Array, start: number, length: number): number {
  return hashFrame(hash, bytes, start, length) % BUCKETS;
}
