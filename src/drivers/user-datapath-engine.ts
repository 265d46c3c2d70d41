/**
 * Frame Distributor and Collector of one virtual interface (802.3ad-2000 43.2.3, 43.2.4) in user space: the loop of the
 * worker thread. Frames of the host leave by the port of their bucket; frames of COLLECTING ports go to the host.
 *
 * Frames of a bucket that the table holds are kept (held-frames.ts) and leave by the port that a later table gives it.
 *
 * A round waits for input, then reads at most one batch from the host and from each port: a busy direction cannot
 * starve another one, nor the requests of the control plane. The table is looked at before each batch.
 *
 * Counted are frames and octets (without FCS) as they are on the wire: a super-frame counts as its segments.
 */
import { BUCKETS, isHeld, portOf } from '../mux/distributor.js';
import { type HashPolicy, hashFrame } from '../mux/hash.js';
import { nextBatch } from './batch-size.js';
import {
  bucketCounter,
  type ForwardingMemory,
  interfaceCounter,
  type LocalTable,
  portCounter,
} from './forwarding-memory.js';
import { type HeldFrame, HeldFrames } from './held-frames.js';
import { BATCH, FRAME_START, FrameArena, ReceiveBatch, SendBatch, SLOT, VNET_HEADER } from './sys/batch.js';
import { ETH_P_SLOW, MSG_DONTWAIT, MSG_TRUNC } from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import { PollSet } from './sys/poll-set.js';
import { Errno } from './sys/sys-error.js';
import { headerLength, insertTag, segments, TAG, typeField } from './user-datapath-frame.js';
import type { DatapathHeritage, WorkerStart } from './user-datapath-messages.js';
import { PacketSocket, type ReceiveFilter } from './user-datapath-socket.js';

/** Also the longest that a worker outlives a main thread that could not wake it. */
const IDLE_MS = 1000;
/** How often the kernel's drop counters are fetched. */
const STATISTICS_MS = 200;
/** More frames than a port's receive room can hold: after so many, all that was in it has been read. */
const MOST_QUEUED = 1 << 15;

interface Port {
  readonly socket: PacketSocket;
  readonly slot: number;
  readonly toPort: SendBatch;
  collecting: boolean;
  /** Delivers only frames of the buckets that leave by it. */
  discardsWrong: boolean;
  /** Frames to ask for in the next batch. */
  most: number;
}

export interface EngineOptions extends Pick<WorkerStart, 'hostIfindex' | 'wakeFd' | 'hold' | 'heritage'> {
  readonly memory: ForwardingMemory;
}

export class DatapathEngine {
  readonly #memory: ForwardingMemory;
  readonly #counts: Float64Array;
  readonly #wakeFd: number;
  readonly #heritage: DatapathHeritage | undefined;
  readonly #host: PacketSocket;
  #holding: boolean;
  #hostMost = BATCH;
  readonly #arena = new FrameArena();
  readonly #received = new ReceiveBatch(this.#arena);
  readonly #toHost = new SendBatch(this.#arena);
  #ports: Port[] = [];
  #poll: PollSet;
  #filter: ReceiveFilter | undefined;
  #table: LocalTable = {
    hash: 'layer2',
    buckets: new Int32Array(0),
    collecting: new Int32Array(0),
    discardWrong: new Int32Array(0),
  };
  #generation = 0;
  #hash: HashPolicy = 'layer2';
  /** bucket -> port; undefined: the table names a port that we do not have. */
  #buckets: (Port | undefined)[] = [];
  /** bucket -> 1: its frames are held. */
  readonly #holds = new Uint8Array(BUCKETS);
  readonly #held = new HeldFrames();
  /** Of the frame looked at last. */
  #start = 0;
  #tagged: 0 | 1 = 0;
  #length = 0;
  #frames = 0;
  #octets = 0;

  /** Opens the hidden peer's socket. Throws SysError. */
  constructor({ hostIfindex, wakeFd, memory, hold, heritage }: EngineOptions) {
    this.#memory = memory;
    this.#counts = memory.counts;
    this.#wakeFd = wakeFd;
    this.#heritage = heritage;
    this.#host = new PacketSocket(hostIfindex, heritage?.host.ifindex === hostIfindex ? heritage.host : undefined);
    this.#holding = hold;
    this.#poll = this.#pollSet();
  }

  /** `slot`: the place of its counters. A port that is there already stays as it is. Throws SysError. */
  addPort(ifindex: number, slot: number): void {
    if (this.#ports.some(({ socket }) => socket.ifindex === ifindex)) return;
    this.#memory.clearPort(slot);
    const socket = new PacketSocket(
      ifindex,
      this.#heritage?.ports.find((inherited) => inherited.ifindex === ifindex),
    );
    try {
      if (this.#filter !== undefined) socket.setFilter(this.#filter);
    } catch (error) {
      socket.close();
      throw error;
    }
    const toPort = new SendBatch(this.#arena);
    this.#ports.push({ socket, slot, toPort, collecting: false, discardsWrong: false, most: BATCH });
    this.#portsChanged();
  }

  /** A port that is not there any more is no error. */
  removePort(ifindex: number): void {
    const port = this.#ports.find(({ socket }) => socket.ifindex === ifindex);
    if (port === undefined) return;
    this.#ports = this.#ports.filter((other) => other !== port);
    this.#portsChanged();
    port.socket.close();
  }

  /** Every port is tried; throws the first failure after that. */
  setFilter(filter: ReceiveFilter): void {
    this.#filter = filter;
    const failures: unknown[] = [];
    for (const { socket } of this.#ports) {
      try {
        socket.setFilter(filter);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** A frame of the control plane, behind all that was sent by tables before the newest one. Throws SysError. */
  sendBehind(ifindex: number, frame: Uint8Array): void {
    this.#adoptTable();
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
      const ready = this.#poll.wait(IDLE_MS);
      if (this.#poll.ready(0) && !onWake()) return;
      this.#adoptTable();
      const poll = this.#poll; // onWake may have changed the ports: then nothing is ready yet
      if (ready > 0) {
        if (poll.ready(1)) this.#fromHost();
        for (let i = 0; i < this.#ports.length; i++) {
          const port = this.#ports[i];
          if (port !== undefined && poll.ready(2 + i)) this.#fromPort(port);
        }
      }
      const now = performance.now();
      if (now < statisticsDue) continue;
      statisticsDue = now + STATISTICS_MS;
      this.#takeStatistics();
    }
  }

  /** Between two batches: every frame that was read has been given to the kernel, the others wait in the sockets. */
  handOver(): DatapathHeritage {
    // Moves do not outlive this program: what they hold leaves by the ports that they were going to.
    for (const bucket of this.#held.buckets()) this.#letGo(bucket);
    return { host: this.#host.handOver(), ports: this.#ports.map(({ socket }) => socket.handOver()) };
  }

  close(): void {
    this.#host.close();
    for (const { socket } of this.#ports) socket.close();
    this.#ports = [];
  }

  /** Host to ports: slow protocols stay here, all else goes to the port of its bucket. */
  #fromHost(): void {
    this.#adoptTable();
    const got = this.#received.receive(this.#host.fd, this.#hostMost);
    if (got <= 0) {
      this.#receiveFailed(-got, interfaceCounter('txOverrun'));
      return;
    }
    let total = 0;
    for (let i = 0; i < got; i++) {
      if (!this.#look(i)) {
        this.#count(interfaceCounter('txOverrun'), 1);
        continue;
      }
      total += this.#length;
      const { bytes } = this.#arena;
      if (typeField(bytes, this.#start) === ETH_P_SLOW) {
        this.#count(interfaceCounter('txSlowProtocols'), 1);
        continue;
      }
      const bucket = this.#bucket();
      const port = this.#buckets[bucket];
      if (this.#holds[bucket] === 1 && this.#hold(bucket)) continue;
      if (port === undefined) this.#count(interfaceCounter('txNoPort'), this.#frames);
      else port.toPort.push(i, this.#tagged, this.#length, this.#frames, this.#octets);
      if (port !== undefined) this.#count(bucketCounter(bucket), this.#octets);
    }
    for (const port of this.#ports) {
      if (port.toPort.count > 0) this.#sendToPort(port);
    }
    this.#hostMost = nextBatch(got, total);
    this.#count(interfaceCounter('batches'), 1);
  }

  #sendToPort(port: Port): void {
    const { toPort, slot } = port;
    toPort.flush(port.socket.fd);
    this.#count(portCounter(slot, 'txFrames'), toPort.sentFrames);
    this.#count(portCounter(slot, 'txBytes'), toPort.sentOctets);
    this.#count(portCounter(slot, 'txRefused'), toPort.refusedFrames);
  }

  /** Keeps the frame looked at last; false: there is no room, and what was kept of its bucket has been let go. */
  #hold(bucket: number): boolean {
    const bytes = this.#arena.bytes.slice(this.#start - VNET_HEADER, this.#start + this.#length);
    if (this.#held.add(bucket, { bytes, frames: this.#frames, octets: this.#octets })) return true;
    const early = this.#letGo(bucket) + this.#frames;
    this.#holds[bucket] = 0;
    const slot = this.#buckets[bucket]?.slot;
    if (slot !== undefined) this.#count(portCounter(slot, 'txHeldEarly'), early);
    return false;
  }

  /** Sends what was kept of a bucket by its port of now; gives the number of frames. */
  #letGo(bucket: number): number {
    const port = this.#buckets[bucket];
    let total = 0;
    for (const frame of this.#held.take(bucket)) {
      total += frame.frames;
      if (port === undefined) this.#count(interfaceCounter('txNoPort'), frame.frames);
      else this.#sendHeld(port, bucket, frame);
    }
    return total;
  }

  #sendHeld({ socket, slot }: Port, bucket: number, { bytes, frames, octets }: HeldFrame): void {
    this.#count(bucketCounter(bucket), octets);
    this.#count(portCounter(slot, 'txHeld'), frames);
    if (libc().send(socket.fd, bytes, bytes.length, MSG_DONTWAIT) < 0) {
      this.#count(portCounter(slot, 'txRefused'), frames);
      return;
    }
    this.#count(portCounter(slot, 'txFrames'), frames);
    this.#count(portCounter(slot, 'txBytes'), octets);
  }

  /** Port to host: slow protocols have their own socket; all else is delivered if the port is COLLECTING. */
  #fromPort(port: Port): number {
    this.#adoptTable();
    const { slot } = port;
    const got = this.#received.receive(port.socket.fd, port.most);
    if (got <= 0) {
      this.#receiveFailed(-got, portCounter(slot, 'rxOverrun'));
      return got;
    }
    const toHost = this.#toHost;
    let total = 0;
    for (let i = 0; i < got; i++) {
      if (!this.#look(i)) {
        this.#count(portCounter(slot, 'rxOverrun'), 1);
        continue;
      }
      total += this.#length;
      if (typeField(this.#arena.bytes, this.#start) === ETH_P_SLOW) continue;
      if (!port.collecting) this.#count(portCounter(slot, 'rxNotCollecting'), this.#frames);
      else if (port.discardsWrong && this.#buckets[this.#bucket()] !== port)
        this.#count(portCounter(slot, 'rxWrongConversation'), this.#frames);
      else toHost.push(i, this.#tagged, this.#length, this.#frames, this.#octets);
    }
    if (toHost.count > 0) {
      toHost.flush(this.#host.fd);
      this.#count(portCounter(slot, 'rxFrames'), toHost.sentFrames);
      this.#count(portCounter(slot, 'rxBytes'), toHost.sentOctets);
      this.#count(interfaceCounter('rxHostRefused'), toHost.refusedFrames);
    }
    port.most = nextBatch(got, total);
    this.#count(interfaceCounter('batches'), 1);
    return got;
  }

  /** Bucket of the frame looked at last; 0 while it does not matter. */
  #bucket(): number {
    if (this.#buckets.length === 0) return 0;
    return bucketOf(this.#hash, this.#arena.bytes, this.#start, this.#length);
  }

  /** Puts the tag back and measures frame `i` of the batch; false: it was cut off and cannot be used. */
  #look(i: number): boolean {
    const vlan = this.#received.vlan(i);
    if ((this.#received.flags(i) & MSG_TRUNC) !== 0) return false;
    const { bytes } = this.#arena;
    let start = i * SLOT + FRAME_START;
    let length = this.#received.length(i);
    if (vlan !== 0) {
      start = insertTag(bytes, start, vlan);
      length += TAG;
    }
    const frames = segments(bytes, start, length);
    this.#tagged = vlan === 0 ? 0 : 1;
    this.#start = start;
    this.#length = length;
    this.#frames = frames;
    this.#octets = length;
    if (frames > 1) {
      this.#octets += (frames - 1) * headerLength(bytes, start);
      this.#count(interfaceCounter('superFrames'), 1);
    }
    return true;
  }

  /**
   * Nothing was read. An empty socket and a port that went down (told once by ENETDOWN) are no news; else the kernel
   * could not give us one frame (EINVAL: a kind of super-frame that the vnet header cannot say) and dropped it.
   */
  #receiveFailed(errno: number, lost: number): void {
    if (errno === Errno.EINVAL || errno === Errno.ENOMEM || errno === Errno.ENOBUFS) this.#count(lost, 1);
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
      this.#table = table;
      this.#resolveTable();
      this.#memory.applied = generation;
      if (!this.#holding) continue;
      this.#holding = false;
      this.#poll = this.#pollSet();
    }
  }

  #resolveTable(): void {
    const ports = new Map(this.#ports.map((port) => [port.socket.ifindex, port]));
    if (this.#hash !== this.#table.hash) {
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

  #port(ifindex: number): Port {
    const port = this.#ports.find(({ socket }) => socket.ifindex === ifindex);
    if (port === undefined) throw new Error(`interface ${ifindex} is no port of this data path`);
    return port;
  }

  #portsChanged(): void {
    this.#poll = this.#pollSet();
    this.#resolveTable();
  }

  #pollSet(): PollSet {
    if (this.#holding) return new PollSet([this.#wakeFd]);
    return new PollSet([this.#wakeFd, this.#host.fd, ...this.#ports.map(({ socket }) => socket.fd)]);
  }

  #takeStatistics(): void {
    this.#count(interfaceCounter('txOverrun'), this.#host.takeDrops());
    for (const { socket, slot } of this.#ports) this.#count(portCounter(slot, 'rxOverrun'), socket.takeDrops());
  }
}

function bucketOf(hash: HashPolicy, bytes: Uint8Array, start: number, length: number): number {
  return hashFrame(hash, bytes, start, length) % BUCKETS;
}
