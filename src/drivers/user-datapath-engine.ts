/**
 * Frame Distributor and Collector of one virtual interface (802.3ad-2000 43.2.3, 43.2.4) in user space: the loop of the
 * worker thread. Frames of the host leave by the port of their bucket; frames of COLLECTING ports go to the host.
 *
 * Frames of a bucket that the table holds are kept (held-frames.ts) and leave by the port that a later table gives it.
 *
 * Where programs in the kernel forward (kernel-datapath.ts) this loop gets only what their capture filters give it, be
 * it everything or what is held and what came behind that; it says what it has sent on (captured.ts).
 *
 * A round waits for input, then reads at most one batch from the host and from each port: a busy direction cannot
 * starve another one, nor the requests of the control plane. The table is looked at before each batch.
 *
 * Counted are frames and octets (without FCS) as they are on the wire: a super-frame counts as its segments.
 */
import { BUCKETS, isHeld, portOf } from '../mux/distributor.js';
import { hashBy, sameHash } from '../mux/hash.js';
import { nextBatch } from './batch-size.js';
import { awaitRunningPrograms, type Captured } from './captured.js';
import {
  bucketCounter,
  type ForwardingMemory,
  interfaceCounter,
  type LocalTable,
  portCounter,
} from './forwarding-memory.js';
import { HeldFrames } from './held-frames.js';
import { BATCH, FrameArena, ReceiveBatch, SendBatch, VNET_HEADER } from './sys/batch.js';
import { ETH_P_SLOW, MSG_DONTWAIT } from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import { Errno } from './sys/sys-error.js';
import { bucketOf, FrameLook } from './user-datapath-look.js';
import type { DatapathHeritage, WorkerStart } from './user-datapath-messages.js';
import type { EnginePort } from './user-datapath-port.js';
import type { SocketHeritage } from './user-datapath-socket.js';
import { type Capture, DatapathSockets } from './user-datapath-sockets.js';

/** Also the longest that a worker outlives a main thread that could not wake it. */
const IDLE_MS = 1000;
/** How often the kernel's drop counters are fetched. */
const STATISTICS_MS = 200;
/** More frames than a port's receive room can hold: after so many, all that was in it has been read. */
const MOST_QUEUED = 1 << 15;

/** How often the sockets are looked at while the counts of captured frames are being set right. */
const CORRECTION_MS = 5;

export interface EngineOptions extends Pick<WorkerStart, 'hostIfindex' | 'wakeFd' | 'hold' | 'heritage'> {
  readonly memory: ForwardingMemory;
}

export class DatapathEngine {
  readonly #memory: ForwardingMemory;
  readonly #counts: Float64Array;
  readonly #sockets: DatapathSockets;
  #hostMost = BATCH;
  readonly #arena = new FrameArena();
  readonly #received = new ReceiveBatch(this.#arena);
  readonly #toHost = new SendBatch(this.#arena);
  readonly #look = new FrameLook(this.#arena, this.#received);
  #table: LocalTable = {
    hash: hashBy('layer2'),
    buckets: new Int32Array(0),
    collecting: new Int32Array(0),
    discardWrong: new Int32Array(0),
    transparent: false,
  };
  #generation = 0;
  #hash = hashBy('layer2');
  /** bucket -> port; undefined: the table names a port that we do not have. */
  #buckets: (EnginePort | undefined)[] = [];
  /** bucket -> 1: its frames are held. */
  readonly #holds = new Uint8Array(BUCKETS);
  readonly #held = new HeldFrames();
  /** Buckets of the frames of a batch that leave, or are given up, with it. */
  readonly #leaving = new Int32Array(BATCH);

  /** Opens the hidden peer's socket. Throws SysError. */
  constructor({ memory, ...options }: EngineOptions, capture?: Capture) {
    this.#memory = memory;
    this.#counts = memory.counts;
    this.#sockets = new DatapathSockets({ ...options, capture, arena: this.#arena });
  }

  /** `slot`: the place of its counters. A port that is there already stays as it is. Throws SysError. */
  addPort(ifindex: number, slot: number): void {
    if (this.#sockets.find(ifindex) !== undefined) return;
    this.#memory.clearPort(slot);
    this.#sockets.add(ifindex, slot);
    this.#resolveTable();
  }

  /** A port that is not there any more is no error. */
  removePort(ifindex: number): void {
    const port = this.#sockets.find(ifindex);
    if (port === undefined) return;
    this.#sockets.remove(port);
    this.#resolveTable();
  }

  /** A frame of the control plane, behind all that was sent by tables before the newest one. Throws SysError. */
  sendBehind(ifindex: number, frame: Uint8Array): void {
    this.#adoptTable();
    if (this.#sockets.capture !== undefined) awaitRunningPrograms();
    const bytes = new Uint8Array(VNET_HEADER + frame.length); // all zero: nothing to finish
    bytes.set(frame, VNET_HEADER);
    const { fd } = this.#port(ifindex).socket;
    check(libc().send(fd, bytes, bytes.length, MSG_DONTWAIT), 'send', `send on interface ${ifindex}`);
  }

  /** Hands to the host all that has come in on a port before. */
  deliver(ifindex: number): void {
    const port = this.#port(ifindex);
    for (let frames = 0; frames < MOST_QUEUED; ) {
      const got = this.#fromPort(port);
      if (got <= 0) return;
      frames += got;
    }
  }

  /**
   * Forwards until `onWake` says false or the shared memory says stop. `onWake` is called, in this thread, when the
   * control plane has written to the eventfd.
   */
  run(onWake: () => boolean): void {
    let statisticsDue = 0;
    while (!this.#memory.stop) {
      const inDoubt = this.#captured?.inDoubt === true;
      const before = this.#sockets.poll;
      const ready = before.wait(inDoubt ? CORRECTION_MS : IDLE_MS);
      if (before.ready(0) && !onWake()) return;
      this.#adoptTable();
      const { poll, ports } = this.#sockets; // onWake may have changed the ports: then nothing is ready yet
      if (ready > 0) {
        if (poll.ready(1)) this.#fromHost();
        for (let i = 0; i < ports.length; i++) {
          const port = ports[i];
          if (port !== undefined && poll.ready(2 + i)) this.#fromPort(port);
        }
      }
      const now = performance.now();
      if (inDoubt) this.#setCountsRight(now);
      if (now < statisticsDue) continue;
      statisticsDue = now + STATISTICS_MS;
      this.#takeStatistics();
    }
  }

  /** See `DatapathSockets.setCapture`. */
  setCapture(capture: Capture | undefined): void {
    this.#sockets.setCapture(capture);
  }

  /** Calls back when the counts of captured frames are right by the newest table. */
  whenSettled(act: () => void): void {
    this.#adoptTable();
    this.#needCapture().captured.doubt(act);
  }

  hook(): void {
    this.#sockets.hook();
  }

  /** See `DatapathSockets.unhook`. False, and nothing is changed, while captured frames are under way. */
  unhook(host: SocketHeritage): boolean {
    const capture = this.#needCapture();
    if (!capture.captured.none || this.#held.buckets().length > 0) return false;
    this.#sockets.unhook(host, capture);
    return true;
  }

  /** Between two batches: every frame that was read has been given to the kernel, the others wait in the sockets. */
  handOver(): DatapathHeritage {
    // Moves do not outlive this program: what they hold leaves by the ports that they were going to.
    for (const bucket of this.#held.buckets()) this.#letGo(bucket);
    return this.#sockets.handOver();
  }

  close(): void {
    this.#sockets.close();
  }

  /** Host to ports: slow protocols stay here, all else goes to the port of its bucket. */
  #fromHost(): void {
    this.#adoptTable();
    const got = this.#received.receive(this.#sockets.host.fd, this.#hostMost);
    if (got <= 0) {
      this.#receiveFailed(-got, interfaceCounter('txOverrun'));
      return;
    }
    let total = 0;
    let leaving = 0;
    const look = this.#look;
    for (let i = 0; i < got; i++) {
      if (!look.at(i)) {
        this.#lost(interfaceCounter('txOverrun'));
        continue;
      }
      total += look.length;
      if (look.frames > 1) this.#count(interfaceCounter('superFrames'), 1);
      if (look.type === ETH_P_SLOW && !this.#table.transparent) {
        this.#count(interfaceCounter('txSlowProtocols'), 1);
        continue;
      }
      const bucket = this.#bucket();
      const port = this.#buckets[bucket];
      if (this.#holds[bucket] === 1 && this.#hold(bucket)) continue;
      this.#leaving[leaving++] = bucket;
      if (port === undefined) this.#count(interfaceCounter('txNoPort'), look.frames);
      else {
        port.toPort.push(i, look.tagged, look.length, look.frames, look.octets);
        this.#count(bucketCounter(bucket), look.octets);
      }
    }
    for (const port of this.#sockets.ports) {
      if (port.toPort.count > 0) port.flush(this.#counts);
    }
    const captured = this.#captured;
    if (captured !== undefined) for (let i = 0; i < leaving; i++) captured.sent(this.#leaving[i] as number);
    this.#hostMost = nextBatch(got, total);
    this.#count(interfaceCounter('batches'), 1);
  }

  /** Keeps the frame looked at last; false: there is no room, and what was kept of its bucket has been let go. */
  #hold(bucket: number): boolean {
    const { start, length, frames, octets } = this.#look;
    const bytes = this.#arena.bytes.slice(start - VNET_HEADER, start + length);
    if (this.#held.add(bucket, { bytes, frames, octets })) return true;
    const early = this.#letGo(bucket) + frames;
    this.#holds[bucket] = 0;
    const slot = this.#buckets[bucket]?.slot;
    if (slot !== undefined) this.#count(portCounter(slot, 'txHeldEarly'), early);
    return false;
  }

  /** Sends what was kept of a bucket by its port of now; gives the number of frames. */
  #letGo(bucket: number): number {
    const port = this.#buckets[bucket];
    const held = this.#held.take(bucket);
    let total = 0;
    for (const frame of held) {
      total += frame.frames;
      if (port === undefined) this.#count(interfaceCounter('txNoPort'), frame.frames);
      else {
        port.sendHeld(frame, this.#counts);
        this.#count(bucketCounter(bucket), frame.octets);
      }
    }
    this.#captured?.sent(bucket, held.length);
    return total;
  }

  /** Port to host: slow protocols have their own socket; all else is delivered if the port is COLLECTING. */
  #fromPort(port: EnginePort): number {
    this.#adoptTable();
    const { slot } = port;
    const got = this.#received.receive(port.socket.fd, port.most);
    if (got <= 0) {
      this.#receiveFailed(-got, portCounter(slot, 'rxOverrun'));
      return got;
    }
    const toHost = this.#toHost;
    const look = this.#look;
    let total = 0;
    let done = 0;
    for (let i = 0; i < got; i++) {
      if (!look.at(i)) {
        this.#lost(portCounter(slot, 'rxOverrun'));
        continue;
      }
      total += look.length;
      if (look.frames > 1) this.#count(interfaceCounter('superFrames'), 1);
      if (look.type === ETH_P_SLOW && !this.#table.transparent) continue;
      done++;
      if (!port.collecting) this.#count(portCounter(slot, 'rxNotCollecting'), look.frames);
      else if (port.discardsWrong && this.#buckets[this.#bucket()] !== port)
        this.#count(portCounter(slot, 'rxWrongConversation'), look.frames);
      else toHost.push(i, look.tagged, look.length, look.frames, look.octets);
    }
    if (toHost.count > 0) {
      toHost.flush(this.#sockets.host.fd);
      this.#count(portCounter(slot, 'rxFrames'), toHost.sentFrames);
      this.#count(portCounter(slot, 'rxBytes'), toHost.sentOctets);
      this.#count(interfaceCounter('rxHostRefused'), toHost.refusedFrames);
    }
    this.#captured?.delivered(slot, done);
    port.most = nextBatch(got, total);
    this.#count(interfaceCounter('batches'), 1);
    return got;
  }

  /** Bucket of the frame looked at last; 0 while it does not matter. */
  #bucket(): number {
    if (this.#buckets.length === 0) return 0;
    return this.#look.bucket(this.#hash);
  }

  /**
   * Nothing was read. An empty socket and a port that went down (told once by ENETDOWN) are no news; else the kernel
   * could not give us one frame (EINVAL: a kind of super-frame that the vnet header cannot say) and dropped it.
   */
  #receiveFailed(errno: number, lost: number): void {
    if (errno === Errno.EINVAL || errno === Errno.ENOMEM || errno === Errno.ENOBUFS) this.#lost(lost);
  }

  /** A frame that came cannot be had. */
  #lost(counter: number, frames = 1): void {
    if (frames === 0) return;
    this.#count(counter, frames);
    this.#captured?.doubt();
  }

  #setCountsRight(now: number): void {
    const empty = this.#sockets.poll.wait(0) === 0;
    this.#captured?.look(now, empty, (bucket) => this.#held.count(bucket));
  }

  #count(index: number, more: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + more;
  }

  #adoptTable(): void {
    while (this.#generation !== this.#memory.generation) {
      const generation = this.#memory.generation;
      const table = this.#memory.read(generation);
      if (table === undefined) continue;
      this.#generation = generation;
      if (table.transparent !== this.#table.transparent) this.#captured?.doubt();
      this.#table = table;
      this.#resolveTable();
      this.#memory.applied = generation;
      this.#sockets.release();
    }
  }

  #resolveTable(): void {
    const ports = new Map(this.#sockets.ports.map((port) => [port.socket.ifindex, port]));
    const rehashed = !sameHash(this.#hash, this.#table.hash);
    // What was captured by the table before may be counted by another bucket here.
    if (rehashed || (this.#buckets.length === 0) !== (this.#table.buckets.length === 0)) this.#captured?.doubt();
    if (rehashed) {
      this.#hash = this.#table.hash;
      this.#held.sortAnew(({ bytes }) => bucketOf(this.#hash, bytes, VNET_HEADER, bytes.length - VNET_HEADER));
    }
    this.#buckets = Array.from(this.#table.buckets, (entry) => ports.get(portOf(entry)));
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      this.#holds[bucket] = isHeld(this.#table.buckets[bucket] ?? 0) ? 1 : 0;
    for (const bucket of this.#held.buckets()) if (this.#holds[bucket] === 0) this.#letGo(bucket);
    for (const [ifindex, port] of ports) {
      port.collecting = this.#table.collecting.includes(ifindex);
      port.discardsWrong = this.#table.discardWrong.includes(ifindex);
    }
  }

  #port(ifindex: number): EnginePort {
    const port = this.#sockets.find(ifindex);
    if (port === undefined) throw new Error(`interface ${ifindex} is no port of this data path`);
    return port;
  }

  get #captured(): Captured | undefined {
    return this.#sockets.capture?.captured;
  }

  #needCapture(): Capture {
    const { capture } = this.#sockets;
    if (capture === undefined) throw new Error('no program in the kernel forwards');
    return capture;
  }

  #takeStatistics(): void {
    this.#lost(interfaceCounter('txOverrun'), this.#sockets.host.takeDrops());
    for (const { socket, slot } of this.#sockets.ports) this.#lost(portCounter(slot, 'rxOverrun'), socket.takeDrops());
  }
}
