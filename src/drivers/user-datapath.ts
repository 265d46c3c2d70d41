/**
 * The user-space data path: runs wherever packet sockets are allowed (CAP_NET_RAW), needs nothing of the kernel but
 * AF_PACKET. Frames are moved by a worker thread (user-datapath-engine.ts); this is its handle in the control plane,
 * which never waits for it: tables and counters go through shared memory, requests through messages.
 */
import { Worker } from 'node:worker_threads';
import type { Datapath } from '../aggregator/io.js';
import { ForwardingMemory, MAX_PORTS } from './forwarding-memory.js';
import type { CaptureDescriptors } from './kernel-forwarding.js';
import { EFD_CLOEXEC, EFD_NONBLOCK } from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import type { Answer, DatapathHeritage, Request, WorkerStart } from './user-datapath-messages.js';
import type { SocketHeritage } from './user-datapath-socket.js';

export interface UserDatapathOptions {
  /** The hidden peer of the virtual interface; frames written to it reach the host. */
  readonly hostIfindex: number;
  /**
   * The interface and its ports have carried traffic before: frames wait where they are until the first table is given,
   * rather than finding no port. Default false.
   */
  readonly hold?: boolean;
  /** Sockets of the program before us in this process, from `handOver`. */
  readonly heritage?: DatapathHeritage | undefined;
  /** Programs in the kernel forward; then `heritage` has the host's socket. See `setCapture`. */
  readonly capture?: CaptureDescriptors | undefined;
  /** ifindex -> place of its counters, for ports that have one already. */
  readonly slots?: ReadonlyMap<number, number>;
  /** One line for the operator: a port's receive filter was refused, for instance. */
  readonly log?: (line: string) => void;
  /** The worker ended by itself: no frame passes any more, and every later request is refused. Called once. */
  readonly onError?: (error: Error) => void;
}

/** Figures of this data path alone, for tests and measurements. */
export interface UserDatapathStatistics {
  /** System calls that brought frames. */
  readonly batches: number;
  /** Frames that were segments of one connection in one piece (GSO). */
  readonly superFrames: number;
  /** The last table given is in force, and all frames sent by older ones are with the kernel. */
  readonly tableApplied: boolean;
}

export interface UserDatapath extends Datapath {
  readonly kind: 'user';
  statistics(): UserDatapathStatistics;
  /**
   * Forwards nothing any more; what comes waits in the sockets, which stay open, for the next program of this process.
   * Rejects when the worker has ended.
   */
  handOver(): Promise<DatapathHeritage>;
  /** Ports and the places of their counters. */
  readonly slots: ReadonlyMap<number, number>;
  /**
   * Takes only what capture filters of programs in the kernel let through, or everything again. Meanwhile the programs
   * must drop what is not captured: it comes this way.
   */
  setCapture(capture: CaptureDescriptors | undefined): Promise<void>;
  /** All sockets receive what the filters let through. */
  hook(): Promise<void>;
  /** All sockets only send, `host` in the place of the host's. Rejects while captured frames are under way. */
  unhook(host: SocketHeritage): Promise<void>;
  /** Resolves when it is known of each captured frame whether it has left, by the newest table. */
  settled(): Promise<void>;
  /** Resolves when programs in the kernel work by no older table any more. */
  barrier(): Promise<void>;
}

/**
 * Starts the worker; resolves when it forwards (with an empty table, so nothing yet). Rejects when the kernel refuses
 * the socket. The process stays alive until `close`.
 *
 *     const datapath = await openUserDatapath({ hostIfindex: virtual.peerIfindex, onError: report });
 *     await datapath.addPort(eth0); datapath.setTable(makeTable([eth0], [eth0], hashBy('layer3+4')));
 */
export async function openUserDatapath(options: UserDatapathOptions): Promise<UserDatapath> {
  const datapath = new WorkerHandle(options);
  await datapath.ready;
  return datapath;
}

interface Waiting {
  resolve(heritage?: DatapathHeritage): void;
  reject(error: Error): void;
}

class WorkerHandle implements UserDatapath {
  readonly kind = 'user';
  readonly ready: Promise<void>;
  readonly #options: UserDatapathOptions;
  readonly #memory = new ForwardingMemory();
  readonly #wakeFd: number;
  readonly #worker: Worker;
  /** ifindex -> place of its counters. */
  readonly #slots: Map<number, number>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #state: 'starting' | 'running' | 'closing' | 'ended' = 'starting';
  #failure: Error | undefined;

  constructor(options: UserDatapathOptions) {
    this.#options = options;
    this.#slots = new Map(options.slots);
    this.#wakeFd = check(libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd', 'wake the data path');
    const { shared } = this.#memory;
    const { hostIfindex, hold = false, heritage, capture } = options;
    const start: WorkerStart = { hostIfindex, wakeFd: this.#wakeFd, memory: shared, hold, heritage, capture };
    // Compiled code only: a worker's own entry is not run through a TypeScript loader of the tests.
    this.#worker = new Worker(new URL('./user-datapath.worker.js', import.meta.url), { workerData: start });
    this.ready = new Promise((resolve, reject) => this.#waiting.set(0, { resolve: () => resolve(), reject }));
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', (error) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#workerEnded();
        resolve();
      });
    });
    process.once('exit', this.#atExit);
  }

  async addPort(ifindex: number): Promise<void> {
    const slot = this.#slots.get(ifindex) ?? this.#freeSlot();
    this.#slots.set(ifindex, slot);
    try {
      await this.#request((id) => ({ kind: 'add', id, ifindex, slot }));
    } catch (error) {
      if (this.#slots.get(ifindex) === slot) this.#slots.delete(ifindex);
      throw error;
    }
  }

  /** The port's counters go with it. Requests are done in order, so its place may be given away at once. */
  async removePort(ifindex: number): Promise<void> {
    this.#slots.delete(ifindex);
    await this.#request((id) => ({ kind: 'remove', id, ifindex }));
  }

  setTable(table: Parameters<Datapath['setTable']>[0]): void {
    this.#memory.write(table);
    // Under traffic it is seen at the next batch anyway; when idle, so that `tableApplied` comes true at once.
    this.#wake();
  }

  async sendBehind(ifindex: number, frame: Uint8Array): Promise<void> {
    await this.#request((id) => ({ kind: 'send', id, ifindex, frame }));
  }

  async delivered(ifindex: number): Promise<void> {
    await this.#request((id) => ({ kind: 'deliver', id, ifindex }));
  }

  counters() {
    return this.#memory.counters(this.#slots);
  }

  bucketBytes() {
    return this.#memory.bucketBytes();
  }

  get slots(): ReadonlyMap<number, number> {
    return this.#slots;
  }

  async setCapture(capture: CaptureDescriptors | undefined): Promise<void> {
    await this.#request((id) => ({ kind: 'capture', id, capture }));
  }

  async hook(): Promise<void> {
    await this.#request((id) => ({ kind: 'hook', id }));
  }

  async unhook(host: SocketHeritage): Promise<void> {
    await this.#request((id) => ({ kind: 'unhook', id, host }));
  }

  async settled(): Promise<void> {
    await this.#request((id) => ({ kind: 'settle', id }));
  }

  async barrier(): Promise<void> {
    await this.#request((id) => ({ kind: 'barrier', id }));
  }

  statistics(): UserDatapathStatistics {
    const memory = this.#memory;
    return {
      batches: memory.interface('batches'),
      superFrames: memory.interface('superFrames'),
      tableApplied: memory.applied === memory.generation,
    };
  }

  async handOver(): Promise<DatapathHeritage> {
    const heritage = await this.#request((id) => ({ kind: 'handOver', id }));
    if (heritage === undefined) throw new Error('the data path handed nothing over');
    this.#state = 'closing';
    return heritage;
  }

  async close(): Promise<void> {
    if (this.#state === 'starting' || this.#state === 'running') {
      this.#state = 'closing';
      this.#post({ kind: 'close' });
    }
    await this.#ended;
  }

  #freeSlot(): number {
    const used = new Set(this.#slots.values());
    for (let slot = 0; slot < MAX_PORTS; slot++) if (!used.has(slot)) return slot;
    throw new RangeError(`at most ${MAX_PORTS} ports of one interface`);
  }

  #request(make: (id: number) => Request): Promise<DatapathHeritage | undefined> {
    if (this.#state !== 'running') {
      const why = this.#failure === undefined ? 'it is closed' : `it ended: ${this.#failure.message}`;
      return Promise.reject(new Error(`the data path does not take requests: ${why}`));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post(make(id));
    });
  }

  #post(request: Request): void {
    this.#worker.postMessage(request);
    this.#wake();
  }

  #wake(): void {
    if (this.#state === 'ended') return;
    libc().write(this.#wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  }

  #answered(answer: Answer): void {
    const id = answer.kind === 'ready' ? 0 : answer.id;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (answer.kind === 'ready' && this.#state === 'starting') this.#state = 'running';
    if (answer.kind === 'refused') waiting?.reject(new Error(answer.reason));
    else waiting?.resolve(answer.kind === 'handedOver' ? answer.heritage : undefined);
  }

  #workerEnded(): void {
    const { ready, closing } = { ready: this.#state !== 'starting', closing: this.#state === 'closing' };
    this.#state = 'ended';
    process.off('exit', this.#atExit);
    libc().close(this.#wakeFd);
    const error = this.#failure ?? new Error(closing ? 'the data path was closed' : 'the worker ended without a word');
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    // A failure to start is told by the rejected `ready` alone.
    if (ready && !closing)
      this.#options.onError?.(new Error(`the data path stopped: ${error.message}`, { cause: error }));
  }

  /** process.exit waits for the worker's thread, which waits for frames: tell it by the only way left. */
  readonly #atExit = () => {
    this.#memory.stop = true;
    this.#wake();
  };
}
