/**
 * Frames in batches: recvmmsg and sendmmsg over memory that is laid out once.
 * Nothing here allocates per frame or per call. LP64 little-endian layouts (x86-64, arm64), asserted below.
 *
 * A slot of the frame arena, from its start:
 *
 *     [unused][headroom 4][virtio_net_hdr 10][frame ...]
 *                         ^ FRAME_START - 10 ^ FRAME_START (64, so that the kernel copies to an aligned address)
 */
import { endianness } from 'node:os';
import { MSG_DONTWAIT, TP_STATUS_VLAN_VALID } from './constants.js';
import { libc } from './libc.js';
import { Errno } from './sys-error.js';

/** Most frames in one batch. */
export const BATCH = 64;
/** struct virtio_net_hdr in front of every frame (PACKET_VNET_HDR). */
export const VNET_HEADER = 10;
/** Offset of a received frame in its slot. */
export const FRAME_START = 64;
/** Longest frame: 64 KiB of GSO payload, Ethernet header, two tags, and some. */
export const FRAME_ROOM = 65_536 + 128;
/** Not a multiple of the page size: equal offsets of neighbouring slots then use different cache sets. */
export const SLOT = FRAME_START + FRAME_ROOM + 64;

/** struct mmsghdr: msghdr (56) and msg_len. Indices in 32-bit words. */
const MMSGHDR = 64;
const WORDS = MMSGHDR / 4;
const MSG_IOV = 4;
const MSG_IOVLEN = 6;
const MSG_CONTROL = 8;
const MSG_CONTROLLEN = 10;
const MSG_FLAGS = 12;
const MSG_LEN = 14;
/** struct iovec. */
const IOVEC = 16;
/** CMSG_SPACE(sizeof(struct tpacket_auxdata)): cmsghdr 16, auxdata 20, padding 4. */
const CONTROL = 40;
const AUX_STATUS = 16 / 4;
const AUX_VLAN = 32 / 4;

if (endianness() !== 'LE') throw new Error('the user-space data path knows only little-endian layouts');

/** Stores a pointer as two words: no BigInt in the hot path. */
function putPointer(words: Uint32Array, index: number, address: bigint): void {
  words[index] = Number(address & 0xffff_ffffn);
  words[index + 1] = Number(address >> 32n);
}

/** Memory for the frames of one receive batch. All sockets of a worker share one: a batch is sent before the next is read. */
export class FrameArena {
  readonly bytes: Uint8Array;
  readonly #base: bigint;

  constructor(slots = BATCH) {
    this.bytes = new Uint8Array(slots * SLOT);
    this.#base = libc().address(this.bytes);
  }

  /** Address of an offset; for set-up, not per frame. */
  address(offset: number): bigint {
    return this.#base + BigInt(offset);
  }
}

/** The receiving half: one recvmmsg fills up to BATCH slots of the arena. */
export class ReceiveBatch {
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #control: Uint32Array;
  readonly #iovecs: Uint32Array;
  /** Kept: its address is in the iovecs. */
  readonly arena: FrameArena;

  constructor(arena: FrameArena) {
    this.arena = arena;
    this.#words = new Uint32Array(BATCH * WORDS);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#control = new Uint32Array((BATCH * CONTROL) / 4);
    this.#iovecs = new Uint32Array((BATCH * IOVEC) / 4);
    const iovecs = libc().address(new Uint8Array(this.#iovecs.buffer));
    const control = libc().address(new Uint8Array(this.#control.buffer));
    for (let i = 0; i < BATCH; i++) {
      putPointer(this.#iovecs, i * 4, arena.address(i * SLOT + FRAME_START - VNET_HEADER));
      this.#iovecs[i * 4 + 2] = FRAME_ROOM + VNET_HEADER;
      putPointer(this.#words, i * WORDS + MSG_IOV, iovecs + BigInt(i * IOVEC));
      this.#words[i * WORDS + MSG_IOVLEN] = 1;
      putPointer(this.#words, i * WORDS + MSG_CONTROL, control + BigInt(i * CONTROL));
      this.#words[i * WORDS + MSG_CONTROLLEN] = CONTROL;
    }
  }

  /** Number of frames read, or the negative errno. */
  receive(fd: number, most: number): number {
    const got = libc().recvmmsg(fd, this.#bytes, most, MSG_DONTWAIT, null);
    return got >= 0 ? got : -libc().errno();
  }

  /** Octets of frame `i` without the vnet header; beyond FRAME_ROOM never, see `truncated`. */
  length(i: number): number {
    return (this.#words[i * WORDS + MSG_LEN] ?? 0) - VNET_HEADER;
  }

  /** msg_flags of frame `i` (MSG_TRUNC). */
  flags(i: number): number {
    return this.#words[i * WORDS + MSG_FLAGS] ?? 0;
  }

  /** The VLAN tag that the kernel took out of frame `i`: TPID << 16 | TCI; 0 where there was none. */
  vlan(i: number): number {
    const at = i * (CONTROL / 4);
    const control = i * WORDS + MSG_CONTROLLEN;
    if (this.#words[control] === 0) return 0;
    this.#words[control] = CONTROL; // The kernel wrote the used length; make the slot ready for the next call.
    if (((this.#control[at + AUX_STATUS] ?? 0) & TP_STATUS_VLAN_VALID) === 0) return 0;
    const word = this.#control[at + AUX_VLAN] ?? 0; // tci in the low half, tpid in the high half
    const tpid = word >>> 16;
    return (((tpid === 0 ? 0x8100 : tpid) << 16) | (word & 0xffff)) >>> 0;
  }
}

/** The sending half for one socket: frames of the arena are put in, then sent in one go. */
export class SendBatch {
  count = 0;
  readonly #words: Uint32Array;
  readonly #iovecs: Uint32Array;
  /** View k starts at message k: where a batch is resumed after a refused frame. */
  readonly #from: readonly Uint8Array[];
  readonly #arena: FrameArena;
  readonly #low: Uint32Array;
  readonly #high: Uint32Array;
  /** Wire frames and octets of each entry, for the counters. */
  readonly #frames = new Float64Array(BATCH);
  readonly #octets = new Float64Array(BATCH);
  sentFrames = 0;
  sentOctets = 0;
  refusedFrames = 0;

  constructor(arena: FrameArena) {
    this.#arena = arena;
    this.#words = new Uint32Array(BATCH * WORDS);
    const bytes = new Uint8Array(this.#words.buffer);
    this.#from = Array.from({ length: BATCH }, (_, i) => bytes.subarray(i * MMSGHDR));
    this.#iovecs = new Uint32Array((BATCH * IOVEC) / 4);
    const iovecs = libc().address(new Uint8Array(this.#iovecs.buffer));
    for (let i = 0; i < BATCH; i++) {
      putPointer(this.#words, i * WORDS + MSG_IOV, iovecs + BigInt(i * IOVEC));
      this.#words[i * WORDS + MSG_IOVLEN] = 1;
    }
    // A frame starts at FRAME_START of its slot, or 4 earlier when a tag was put in: two addresses per slot.
    this.#low = new Uint32Array(BATCH * 2);
    this.#high = new Uint32Array(BATCH * 2);
    for (let slot = 0; slot < BATCH; slot++) {
      for (const tagged of [0, 1]) {
        const address = this.#arena.address(slot * SLOT + FRAME_START - VNET_HEADER - tagged * 4);
        this.#low[slot * 2 + tagged] = Number(address & 0xffff_ffffn);
        this.#high[slot * 2 + tagged] = Number(address >> 32n);
      }
    }
  }

  /** Adds the frame of a slot; `wireFrames` and `wireOctets` are what it is counted as. */
  push(slot: number, tagged: 0 | 1, length: number, wireFrames: number, wireOctets: number): void {
    const i = this.count++;
    const at = slot * 2 + tagged;
    this.#iovecs[i * 4] = this.#low[at] ?? 0;
    this.#iovecs[i * 4 + 1] = this.#high[at] ?? 0;
    this.#iovecs[i * 4 + 2] = length + VNET_HEADER;
    this.#frames[i] = wireFrames;
    this.#octets[i] = wireOctets;
  }

  /**
   * Sends what was put in and empties the batch; the outcome is in `sentFrames`, `sentOctets`, `refusedFrames`.
   * A frame that the kernel refuses is left out and the rest goes on; a socket that is down refuses all the rest.
   */
  flush(fd: number): void {
    const { count } = this;
    this.count = 0;
    this.sentFrames = 0;
    this.sentOctets = 0;
    this.refusedFrames = 0;
    let next = 0;
    while (next < count) {
      const sent = libc().sendmmsg(fd, this.#from[next] ?? null, count - next, MSG_DONTWAIT);
      for (const end = next + Math.max(sent, 0); next < end; next++) {
        this.sentFrames += this.#frames[next] ?? 0;
        this.sentOctets += this.#octets[next] ?? 0;
      }
      if (next >= count || sent > 0) continue; // After a partial success the next call names the reason.
      const errno = sent === 0 ? Errno.EAGAIN : libc().errno();
      if (errno === Errno.EINTR) continue;
      const end = isGone(errno) ? count : next + 1;
      for (; next < end; next++) this.refusedFrames += this.#frames[next] ?? 0;
    }
  }
}

/** The interface or socket is down or gone: no later frame of the batch can do better. */
function isGone(errno: number): boolean {
  return errno === Errno.ENETDOWN || errno === Errno.ENXIO || errno === Errno.ENODEV || errno === Errno.EBADF;
}
