/**
 * A raw IP socket, header included, for packets that the host's own stack is to send on: its routes choose the way,
 * its netfilter sees them in OUTPUT. Packets go in batches out of the frame arena, without a copy on our side.
 */
import { BATCH, type FrameArena } from '../sys/batch.js';
import { AF_INET, AF_INET6, MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW } from '../sys/constants.js';
import { check, libc } from '../sys/libc.js';
import { Errno } from '../sys/sys-error.js';
import { SEGMENT_HEADER, type SuperFrame } from './super-frame.js';

/** What it sends is what it is given, and nothing comes in. */
const IPPROTO_RAW = 255;
const MMSGHDR = 64;
const WORDS = MMSGHDR / 4;
const IOVEC_WORDS = 4;
/** sockaddr_in, and sockaddr_in6: its address begins at octet 8, that of sockaddr_in at 4. */
const NAME = 28;

export class RawSocket {
  readonly #fd: number;
  readonly #arena: FrameArena;
  /** Address of the arena, in two halves. */
  readonly #baseLow: number;
  readonly #baseHigh: number;
  readonly #words = new Uint32Array(BATCH * WORDS);
  readonly #from: readonly Uint8Array[];
  /** Two of each message: headers (or the whole packet), payload. */
  readonly #iovecs = new Uint32Array(BATCH * 2 * IOVEC_WORDS);
  readonly #names = new Uint8Array(BATCH * NAME);
  readonly #headers = new Uint8Array(BATCH * SEGMENT_HEADER);
  readonly #headerAddress = new Uint32Array(BATCH * 2);
  /** Where the frame of each message begins. */
  readonly #frames = new Int32Array(BATCH);
  readonly #addressAt: number;
  #count = 0;

  /** Throws SysError: EPERM without CAP_NET_RAW, EAFNOSUPPORT without this family. */
  constructor(
    readonly family: 4 | 6,
    arena: FrameArena,
  ) {
    const domain = family === 4 ? AF_INET : AF_INET6;
    const type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
    this.#fd = check(libc().socket(domain, type, IPPROTO_RAW), 'socket', `open a raw IPv${family} socket`);
    this.#arena = arena;
    const base = arena.address(0);
    this.#baseLow = Number(base & 0xffff_ffffn);
    this.#baseHigh = Number(base >> 32n);
    this.#addressAt = family === 4 ? 4 : 8;
    const bytes = new Uint8Array(this.#words.buffer);
    this.#from = Array.from({ length: BATCH }, (_, i) => bytes.subarray(i * MMSGHDR));
    const [names, iovecs, headers] = [this.#names, new Uint8Array(this.#iovecs.buffer), this.#headers].map((memory) =>
      libc().address(memory),
    ) as [bigint, bigint, bigint];
    for (let i = 0; i < BATCH; i++) {
      this.#names[i * NAME] = domain;
      putPointer(this.#words, i * WORDS, names + BigInt(i * NAME));
      this.#words[i * WORDS + 2] = family === 4 ? 16 : NAME;
      putPointer(this.#words, i * WORDS + 4, iovecs + BigInt(i * 2 * IOVEC_WORDS * 4));
      this.#words[i * WORDS + 6] = 2;
      putPointer(this.#headerAddress, i * 2, headers + BigInt(i * SEGMENT_HEADER));
    }
  }

  get full(): boolean {
    return this.#count === BATCH;
  }

  get empty(): boolean {
    return this.#count === 0;
  }

  /** A packet as it is. `frame`: where its frame begins, for who asks what has been refused. */
  push(frame: number, packet: number, length: number): void {
    const at = this.#next(frame, packet + (this.family === 4 ? 16 : 24));
    this.#pointInto(at, packet, length);
    this.#iovecs[at + IOVEC_WORDS + 2] = 0;
  }

  /** One segment of a super-frame. */
  pushSegment(frame: number, packet: number, whole: SuperFrame, segment: number): void {
    const i = this.#count;
    whole.writeHeader(segment, this.#headers, i * SEGMENT_HEADER);
    const at = this.#next(frame, packet + (this.family === 4 ? 16 : 24));
    this.#iovecs[at] = this.#headerAddress[i * 2] ?? 0;
    this.#iovecs[at + 1] = this.#headerAddress[i * 2 + 1] ?? 0;
    this.#iovecs[at + 2] = whole.header;
    this.#pointInto(at + IOVEC_WORDS, whole.payloadAt(segment), whole.payloadLength(segment));
  }

  /** Sends and empties the batch. `refused` is called with the frame of each packet that the kernel did not take. */
  flush(refused: (frame: number, errno: number) => void): void {
    const count = this.#count;
    this.#count = 0;
    for (let next = 0; next < count; ) {
      const sent = libc().sendmmsg(this.#fd, this.#from[next] ?? null, count - next, MSG_DONTWAIT);
      if (sent > 0) {
        next += sent;
        continue; // after a partial success the next call names the reason
      }
      const errno = sent === 0 ? Errno.EAGAIN : libc().errno();
      if (errno !== Errno.EINTR) refused(this.#frames[next++] ?? 0, errno);
    }
  }

  close(): void {
    libc().close(this.#fd);
  }

  /** The place of the first iovec of the next message, which goes to the address at `destination`. */
  #next(frame: number, destination: number): number {
    const i = this.#count++;
    this.#frames[i] = frame;
    const name = i * NAME + this.#addressAt;
    const { bytes } = this.#arena;
    for (let octet = 0, length = this.family === 4 ? 4 : 16; octet < length; octet++)
      this.#names[name + octet] = bytes[destination + octet] ?? 0;
    return i * 2 * IOVEC_WORDS;
  }

  #pointInto(iovec: number, offset: number, length: number): void {
    const low = this.#baseLow + offset;
    this.#iovecs[iovec] = low;
    this.#iovecs[iovec + 1] = this.#baseHigh + (low > 0xffff_ffff ? 1 : 0);
    this.#iovecs[iovec + 2] = length;
  }
}

function putPointer(words: Uint32Array, index: number, address: bigint): void {
  words[index] = Number(address & 0xffff_ffffn);
  words[index + 1] = Number(address >> 32n);
}
