/** A port as the user-space data path has it: its socket, what the table says of it, and the batch that goes to it. */
import { portCounter } from './forwarding-memory.js';
import type { HeldFrame } from './held-frames.js';
import { BATCH, type FrameArena, SendBatch } from './sys/batch.js';
import { MSG_DONTWAIT } from './sys/constants.js';
import { libc } from './sys/libc.js';
import { PacketSocket, type SocketHeritage } from './user-datapath-socket.js';

export interface EnginePortOptions {
  readonly ifindex: number;
  /** Place of its counters. */
  readonly slot: number;
  readonly inherited?: SocketHeritage | undefined;
  /** Descriptor of a capture filter; then the socket is for sending until it is hooked. */
  readonly program?: number | undefined;
}

export class EnginePort {
  readonly slot: number;
  readonly toPort: SendBatch;
  #socket: PacketSocket;
  collecting = false;
  /** Delivers only frames of the buckets that leave by it. */
  discardsWrong = false;
  /** Frames to ask for in the next batch. */
  most = BATCH;

  /** Throws SysError; then nothing stays open. */
  constructor(arena: FrameArena, { ifindex, slot, inherited, program }: EnginePortOptions) {
    this.slot = slot;
    this.toPort = new SendBatch(arena);
    this.#socket = new PacketSocket(ifindex, { inherited, program, hooked: program === undefined });
  }

  get socket(): PacketSocket {
    return this.#socket;
  }

  /** Sends its batch. */
  flush(counts: Float64Array): void {
    const { toPort, slot } = this;
    toPort.flush(this.#socket.fd);
    add(counts, portCounter(slot, 'txFrames'), toPort.sentFrames);
    add(counts, portCounter(slot, 'txBytes'), toPort.sentOctets);
    add(counts, portCounter(slot, 'txRefused'), toPort.refusedFrames);
  }

  sendHeld({ bytes, frames, octets }: HeldFrame, counts: Float64Array): void {
    const { slot } = this;
    add(counts, portCounter(slot, 'txHeld'), frames);
    if (libc().send(this.#socket.fd, bytes, bytes.length, MSG_DONTWAIT) < 0) {
      add(counts, portCounter(slot, 'txRefused'), frames);
      return;
    }
    add(counts, portCounter(slot, 'txFrames'), frames);
    add(counts, portCounter(slot, 'txBytes'), octets);
  }

  /** A socket that only sends in the place of one that received. There must be nothing in it. Throws SysError. */
  unhook(program: number): void {
    if (!this.#socket.hooked) return;
    const fresh = new PacketSocket(this.#socket.ifindex, { hooked: false, program });
    this.#socket.close();
    this.#socket = fresh;
  }
}

function add(counts: Float64Array, index: number, more: number): void {
  counts[index] = (counts[index] ?? 0) + more;
}
