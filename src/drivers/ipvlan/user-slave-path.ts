/**
 * The user path of ipvlan slaves: runs wherever packet sockets are allowed (CAP_NET_RAW). A worker thread moves the
 * frames (slave-engine.ts); this is its handle in the control plane, which never waits for it.
 */
import { Worker } from 'node:worker_threads';
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import {
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  PACKET_ADD_MEMBERSHIP,
  PACKET_DROP_MEMBERSHIP,
  SOL_PACKET,
} from '../sys/constants.js';
import { check, libc } from '../sys/libc.js';
import { packetMreq } from '../sys/structs.js';
import { PacketSocket } from '../user-datapath-socket.js';
import { HostGuard } from './host-guard.js';
import { MASTER_SLOT, MAX_SLAVES, SlaveMemory } from './slave-memory.js';
import { SlaveNeighbours } from './slave-neighbours.js';
import type { SlavePath } from './slave-path.js';
import type { SlavePlace, SlaveRequest, SlaveWorkerStart } from './user-slave-messages.js';
import { attachFilter, wireFilter } from './wire-filter.js';

/** All groups come in, also those that only slaves are members of. */
const PACKET_MR_ALLMULTI = 2;

export interface UserSlavePathOptions {
  readonly table: SlaveTable;
  /** One line for the operator. */
  readonly log?: (line: string) => void;
  /** The worker ended by itself: no frame passes any more. Called once. */
  readonly onError?: (error: Error) => void;
}

/**
 * Resolves when it forwards. Throws SysError when the kernel refuses a socket. The process stays alive until `close`.
 *
 *     const path = await openUserSlavePath({ table, onError: report });
 *     path.write({ ...table, slaves: [...table.slaves, another] });
 */
export async function openUserSlavePath(options: UserSlavePathOptions): Promise<SlavePath> {
  const path = new UserSlavePath(options);
  try {
    path.write(options.table);
    await path.ready;
  } catch (error) {
    await path.close();
    throw error;
  }
  return path;
}

class UserSlavePath implements SlavePath {
  readonly kind = 'user';
  readonly ready: Promise<void>;
  /** With what ended it. */
  readonly #ended: Promise<Error>;
  readonly #memory = new SlaveMemory();
  readonly #wakeFd: number;
  readonly #worker: Worker;
  readonly #master: PacketSocket;
  readonly #guard: HostGuard;
  readonly #neighbours = new SlaveNeighbours();
  /** By ifindex of the hidden peer. The sockets belong to the worker once it has the table. */
  #places = new Map<number, SlavePlace>();
  #groups = false;
  #state: 'running' | 'closing' | 'ended' = 'running';

  constructor({ table, log, onError }: UserSlavePathOptions) {
    this.#master = new PacketSocket(table.master.ifindex, { hooked: false });
    this.#guard = new HostGuard(table.master.ifindex, log);
    this.#wakeFd = check(libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd', 'wake the data path');
    const master = this.#master.handOver();
    const start: SlaveWorkerStart = { wakeFd: this.#wakeFd, memory: this.#memory.shared, master };
    this.#worker = new Worker(new URL('./user-slave-path.worker.js', import.meta.url), { workerData: start });
    process.once('exit', this.#atExit);
    let failure: Error | undefined;
    this.#worker.once('error', (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    this.#ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve())).then(() => {
      const closing = this.#state === 'closing';
      this.#state = 'ended';
      process.off('exit', this.#atExit);
      libc().close(this.#wakeFd);
      const why = failure ?? new Error('the worker ended without a word');
      if (!closing) onError?.(new Error(`the path of the slaves stopped: ${why.message}`, { cause: why }));
      return why;
    });
    this.ready = new Promise((resolve, reject) => {
      this.#worker.once('message', () => resolve());
      this.#ended.then(reject);
    });
    this.ready.catch(() => undefined); // told by onError, when nobody waits
  }

  write(table: SlaveTable): void {
    if (this.#state === 'ended') return; // onError has told
    this.#joinGroups(table.mode === 'l2');
    attachFilter(this.#master.fd, wireFilter(table));
    if (table.mode !== 'l3s') this.#master.hook(); // there the host's stack forwards what comes in
    const opened: PacketSocket[] = [];
    const places = new Map<number, SlavePlace>();
    const taken = new Set([...this.#places.values()].map(({ slot }) => slot));
    try {
      for (const { ifindex } of table.slaves) {
        const place = this.#places.get(ifindex) ?? this.#newPlace(ifindex, taken, opened);
        places.set(ifindex, place);
      }
      this.#guard.update(table);
      this.#neighbours.update(table);
    } catch (error) {
      for (const socket of opened) socket.close();
      throw error;
    }
    this.#places = places;
    this.#post({ kind: 'table', table, slaves: [...places.values()] });
  }

  counters(ifindex: number) {
    const slot = ifindex === this.#master.ifindex ? MASTER_SLOT : this.#places.get(ifindex)?.slot;
    return slot === undefined ? undefined : this.#memory.drops(slot);
  }

  async close(): Promise<void> {
    if (this.#state === 'running') {
      this.#state = 'closing';
      this.#post({ kind: 'close' });
    }
    await this.#ended;
    this.#guard.remove();
    this.#neighbours.remove();
  }

  /** Its sockets end with it: between this and the next program frames of slaves are lost. */
  letGo(): Promise<void> {
    return this.close();
  }

  #newPlace(ifindex: number, taken: Set<number>, opened: PacketSocket[]): SlavePlace {
    let slot = 0;
    while (taken.has(slot)) slot++;
    if (slot >= MAX_SLAVES) throw new RangeError(`more than ${MAX_SLAVES} slaves of one master`);
    const socket = new PacketSocket(ifindex);
    opened.push(socket);
    taken.add(slot);
    this.#memory.clear(slot);
    return { socket: socket.handOver(), slot };
  }

  /** The membership is the socket's, and ends with it. */
  #joinGroups(join: boolean): void {
    if (join === this.#groups) return;
    this.#groups = join;
    const { ifindex, fd } = this.#master;
    const request = packetMreq(ifindex, PACKET_MR_ALLMULTI);
    const change = join ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP;
    check(libc().setsockopt(fd, SOL_PACKET, change, request, request.length), 'setsockopt', 'let groups in');
  }

  #post(request: SlaveRequest): void {
    this.#worker.postMessage(request);
    if (this.#state !== 'ended') libc().write(this.#wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  }

  /** process.exit waits for the worker's thread, which waits for frames: tell it by the only way left. */
  readonly #atExit = () => {
    this.#memory.stop = true;
    libc().write(this.#wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  };
}
