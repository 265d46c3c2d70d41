/**
 * The data path of one virtual interface on this machine, in the kernel where that is possible: programs forward
 * (kernel-forwarding.ts), and the worker thread of the user-space data path gets only what its capture filters give it,
 * frames that are held because their conversations move, and what came behind them. Otherwise the worker does it all.
 *
 * Changing from one to the other loses and reorders nothing: at each moment a frame is taken either by the programs or
 * by the sockets, and as long as older frames are with the worker, newer ones of the same bucket follow them.
 */
import type { Datapath, DatapathCounters } from '../aggregator/io.js';
import { type ForwardingTable, isHeld, makeTable, portOf } from '../mux/distributor.js';
import { hashBy, sameHash } from '../mux/hash.js';
import { takeOffClsact } from './clsact-hook.js';
import { addCounters, type PartialCounters } from './counter-sums.js';
import type { DatapathChoice, DatapathKind } from './datapath-choice.js';
import type { KernelForwarding } from './kernel-forwarding.js';
import { hostSocket, inWords, openKernel, refused, takeOverKernel } from './kernel-opening.js';
import type { ForwardingMode } from './kernel-table.js';
import { SysError } from './sys/sys-error.js';
import { openUserDatapath, type UserDatapath } from './user-datapath.js';
import type { DatapathHeritage } from './user-datapath-messages.js';
import type { PacketSocket } from './user-datapath-socket.js';

export interface DatapathOptions {
  /** Of the virtual interface. */
  readonly name: string;
  /** The hidden peer of the virtual interface; frames written to it reach the host. */
  readonly hostIfindex: number;
  readonly choice: DatapathChoice;
  /** The interface has carried traffic before: frames wait for the first table, or go on as they did. */
  readonly hold: boolean;
  readonly heritage?: DatapathHeritage | undefined;
  readonly log: (line: string) => void;
  /** The worker ended by itself. Called once. */
  readonly onError: (error: Error) => void;
}

export interface LinuxDatapath extends Datapath {
  readonly kind: DatapathKind;
  readonly bridge?: undefined;
  readonly silence?: undefined;
  /** Why it is in user space although the kernel was to be taken, or what is less; undefined when nothing is. */
  readonly reason: string | undefined;
  /** Changes where frames go. Rejects, with all as before, when `kernel` is chosen and not possible. */
  choose(choice: DatapathChoice): Promise<void>;
  /** The last table given is in force. */
  readonly applied: boolean;
  handOver(): Promise<DatapathHeritage>;
}

/** So long nothing must have been held before the sockets stop to receive: that costs the kernel some time. */
const REST_MS = 1000;

/** Rejects when the kernel refuses the choice, or the sockets. */
export async function openDatapath(options: DatapathOptions): Promise<LinuxDatapath> {
  const { name, choice, hold, heritage, log } = options;
  // Frames wait in sockets while ports come back: programs would drop them without a table. They are hung after it.
  const later = hold || heritage !== undefined;
  let kernel: KernelForwarding | undefined;
  let reason: string | undefined;
  // Traffic may flow through what an earlier process left, so it is taken over first, whatever the choice.
  try {
    kernel = takeOverKernel(options) ?? (choice === 'user' || later ? undefined : openKernel(options));
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    if (choice === 'kernel') throw refused(name, error);
    if (choice === 'auto') reason = inWords(error);
  }
  if (kernel === undefined) takeOffClsact(options.hostIfindex); // of a process whose tables were of no use
  const host = kernel && hostSocket(options.hostIfindex, kernel, heritage);
  if (heritage === undefined) kernel?.clearPending();
  try {
    const worker = await openUserDatapath({
      ...options,
      heritage: host === undefined ? heritage : { ports: heritage?.ports ?? [], host: host.handOver() },
      capture: kernel?.capture,
      slots: kernel?.slots ?? new Map(),
      log,
    });
    kernel?.hang();
    return new Switched(options, worker, kernel, host, reason);
  } catch (error) {
    if (kernel?.adopted === true) kernel.letGo();
    else kernel?.close();
    throw error;
  }
}

/** Everything is dropped that is not captured. */
const NOTHING: ForwardingTable = makeTable([], [], hashBy('layer2'));

class Switched implements LinuxDatapath {
  readonly #options: DatapathOptions;
  readonly #worker: UserDatapath;
  #choice: DatapathChoice;
  #kernel: KernelForwarding | undefined;
  #reason: string | undefined;
  /** Of the host; that of the worker, where it made its own. Only while programs forward. */
  #host: PacketSocket | undefined;
  /** The sockets receive what filters let through. */
  #hooked: boolean;
  /** What the programs' table says. */
  #mode: ForwardingMode = 'kernel';
  #table: ForwardingTable = NOTHING;
  #given = false;
  /** The sockets are being replaced by ones that only send: frames cannot be held until that is done. */
  #resting: Promise<void> | undefined;
  #restTimer: NodeJS.Timeout | undefined;
  /** Changes to ports and of the kind are made one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** Of programs that forwarded before. */
  readonly #past: PartialCounters[] = [];

  constructor(
    options: DatapathOptions,
    worker: UserDatapath,
    kernel: KernelForwarding | undefined,
    host: PacketSocket | undefined,
    reason: string | undefined,
  ) {
    this.#options = options;
    this.#worker = worker;
    this.#choice = options.choice;
    this.#kernel = kernel;
    this.#host = host;
    this.#hooked = host?.hooked !== false;
    this.#reason = reason;
  }

  get kind(): DatapathKind {
    return this.#kernel === undefined ? 'user' : 'kernel';
  }

  get reason(): string | undefined {
    if (this.#kernel === undefined) return this.#reason;
    return this.#kernel.ends === undefined ? undefined : `does not outlive vethd: ${this.#kernel.ends}`;
  }

  get applied(): boolean {
    return this.#worker.statistics().tableApplied;
  }

  addPort(ifindex: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#kernel === undefined) takeOffClsact(ifindex);
      await this.#worker.addPort(ifindex);
      const slot = this.#worker.slots.get(ifindex);
      try {
        if (slot !== undefined) this.#kernel?.addPort(ifindex, slot);
      } catch (error) {
        await this.#worker.removePort(ifindex);
        throw error;
      }
    });
  }

  removePort(ifindex: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#kernel?.removePort(ifindex);
      for (const [index, { ports, ...rest }] of this.#past.entries())
        this.#past[index] = { ...rest, ports: new Map([...ports].filter(([port]) => port !== ifindex)) };
      await this.#worker.removePort(ifindex);
    });
  }

  setTable(table: ForwardingTable): void {
    this.#table = table;
    this.#worker.setTable(table);
    this.#publish();
    if (this.#given) return;
    this.#given = true;
    // What an earlier process had and we were not given again.
    const gone = [...(this.#kernel?.slots.keys() ?? [])].filter((ifindex) => !this.#worker.slots.has(ifindex));
    for (const ifindex of gone) this.#kernel?.removePort(ifindex);
    if (this.kind !== (this.#choice === 'user' ? 'user' : 'kernel') && this.#reason === undefined) this.#change();
  }

  async sendBehind(ifindex: number, frame: Uint8Array): Promise<void> {
    await this.#resting;
    await this.#worker.sendBehind(ifindex, frame);
  }

  delivered(ifindex: number): Promise<void> {
    return this.#worker.delivered(ifindex);
  }

  counters(): DatapathCounters {
    const now = this.#kernel === undefined ? [] : [countersOf(this.#kernel)];
    return addCounters([this.#worker.counters(), ...this.#past, ...now], this.#worker.slots.keys());
  }

  bucketBytes(): Float64Array | undefined {
    const [own, kernel] = [this.#worker.bucketBytes(), this.#kernel?.counters.buckets()];
    return own === undefined || kernel === undefined
      ? own
      : own.map((octets, bucket) => octets + (kernel[bucket] ?? 0));
  }

  choose(choice: DatapathChoice): Promise<void> {
    return this.#inTurn(async () => {
      if (choice === 'user') await this.#toUser();
      else {
        try {
          await this.#toKernel();
        } catch (error) {
          if (!(error instanceof SysError)) throw error;
          if (choice === 'kernel') throw refused(this.#options.name, error);
          this.#reason = inWords(error);
        }
      }
      if (choice === 'user') this.#reason = undefined;
      this.#choice = choice;
    });
  }

  /** For a successor: with what is kept it takes over the programs; else frames wait for it in the sockets. */
  async handOver(): Promise<DatapathHeritage> {
    await this.#turn;
    if (this.#kernel?.ends !== undefined) await this.#toUser();
    const kernel = this.#kernel;
    if (kernel === undefined) return this.#worker.handOver();
    this.#rest(undefined);
    await this.#resting;
    const buckets = this.#table.buckets.map(portOf);
    this.setTable({ ...this.#table, buckets });
    const left = await this.#worker.handOver();
    kernel.letGo();
    return { ...left, host: { ...left.host, hooked: this.#hooked } };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#rest(undefined);
    await this.#worker.close();
    this.#kernel?.close();
    this.#kernel = undefined;
  }

  #change(): void {
    this.choose(this.#choice).catch((error: Error) => {
      if (this.#closed) return;
      this.#reason = error.message;
      this.#options.log(`data path stays in ${this.kind}: ${error.message}`);
    });
  }

  /** Puts the table in force for the programs. What is to be held is captured before any frame is held. */
  #publish(): void {
    const kernel = this.#kernel;
    if (kernel === undefined) return;
    const holds = this.#table.buckets.some(isHeld);
    const { hash } = kernel;
    const rehashed = hash !== undefined && this.#table.buckets.length > 0 && !sameHash(hash, this.#table.hash);
    if ((holds || rehashed) && !this.#hooked) {
      this.#host?.hook();
      this.#hooked = true;
    } else if ((holds || rehashed) && this.#resting !== undefined) return; // published when that is over
    if (rehashed && this.#mode === 'kernel') this.#rehash();
    kernel.write(this.#table, this.#mode);
    if (this.#hooked) this.#rest(REST_MS);
  }

  /**
   * Another hash sorts frames into other buckets: those that are with the worker were counted by the former ones. So
   * everything follows them until they have left.
   */
  #rehash(): void {
    const kernel = this.#kernel;
    const { hash } = this.#table;
    this.#mode = 'user';
    this.#worker.settled().then(
      () => {
        if (this.#kernel !== kernel) return;
        if (!sameHash(this.#table.hash, hash)) return this.#rehash();
        this.#mode = 'kernel';
        this.#publish();
      },
      () => {}, // closed
    );
  }

  /** Asks the sockets to rest, after some time; undefined: not any more. */
  #rest(ms: number | undefined): void {
    clearTimeout(this.#restTimer);
    if (ms === undefined || this.#closed) return;
    this.#restTimer = setTimeout(() => this.#tryRest(), ms).unref();
  }

  #tryRest(): void {
    const kernel = this.#kernel;
    if (kernel === undefined || !this.#hooked || this.#resting !== undefined) return;
    if (this.#mode === 'user' || this.#table.buckets.some(isHeld)) {
      this.#rest(REST_MS);
      return;
    }
    const fresh = hostSocket(this.#options.hostIfindex, kernel);
    this.#resting = this.#worker
      .unhook(fresh.handOver())
      .then(
        () => {
          this.#host = fresh;
          this.#hooked = false;
        },
        () => {
          fresh.close();
          this.#rest(REST_MS);
        },
      )
      .finally(() => {
        this.#resting = undefined;
        if (!this.#closed) this.#publish();
      });
  }

  async #toKernel(): Promise<void> {
    if (this.#kernel !== undefined) return;
    const worker = this.#worker;
    const kernel = openKernel(this.#options);
    try {
      // At first the sockets take everything, and the programs drop it.
      kernel.write(NOTHING, 'user');
      for (const [ifindex, slot] of worker.slots) kernel.addPort(ifindex, slot);
      kernel.hang();
      await worker.setCapture(kernel.capture);
    } catch (error) {
      kernel.close();
      throw error;
    }
    kernel.counters.clear();
    for (const slot of worker.slots.values()) kernel.counters.clear(slot);
    this.#kernel = kernel;
    this.#hooked = true;
    this.#reason = undefined;
    this.#mode = 'user';
    this.#publish();
    await worker.settled();
    this.#mode = 'kernel';
    this.#publish();
  }

  async #toUser(): Promise<void> {
    const kernel = this.#kernel;
    if (kernel === undefined) return;
    this.#rest(undefined);
    await this.#resting;
    this.#rest(undefined);
    const worker = this.#worker;
    await worker.hook();
    this.#hooked = true;
    this.#mode = 'user';
    this.#publish();
    this.#rest(undefined);
    await worker.barrier();
    // Now everything is captured, and the programs drop the rest: the filters can go, and then they.
    kernel.write(NOTHING, 'user');
    await worker.setCapture(undefined);
    this.#past.push(countersOf(kernel));
    this.#kernel = undefined;
    this.#host = undefined;
    kernel.close();
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

function countersOf({ counters, slots }: KernelForwarding): PartialCounters {
  const { txNoPort, txSlowProtocols } = counters.interface();
  const ports = [...slots].map(([ifindex, slot]) => [ifindex, counters.port(slot)] as const);
  return { ports: new Map(ports), txNoPort, txSlowProtocols, rxHostRefused: 0, txOverrun: 0 };
}
