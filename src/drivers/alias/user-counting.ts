/** Counting by a packet socket in a thread of its own, where programs are not permitted or not wanted. */
import { Worker } from 'node:worker_threads';
import type { CountingTable } from '../../layers/alias/counting-table.js';
import { type AliasCounts, COUNT_WORDS } from '../bpf/alias-layout.js';
import { libc } from '../sys/libc.js';
import type { AliasCounting } from './alias-counting.js';
import { MISSED, memoryOctets, type SocketWorkerStart, slotWord } from './counting-memory.js';
import { openHeaderSocket } from './header-socket.js';

export class UserCounting implements AliasCounting {
  readonly kind = 'user';
  readonly #memory = new SharedArrayBuffer(memoryOctets());
  readonly #counts = new Float64Array(this.#memory);
  readonly #worker: Worker;
  readonly #fd: number;

  /** `reason`: why not in the kernel; undefined: it was chosen so. Throws SysError. */
  constructor(
    ifindex: number,
    readonly reason: string | undefined,
    log: (line: string) => void,
  ) {
    this.#fd = openHeaderSocket(ifindex);
    const start: SocketWorkerStart = { fd: this.#fd, memory: this.#memory };
    this.#worker = new Worker(new URL('./counting.worker.js', import.meta.url), { workerData: start });
    this.#worker.unref();
    this.#worker.on('error', (error) => log(`interface ${ifindex}: counting of aliases ended: ${error.message}`));
  }

  addSlot(slot: number): void {
    this.#counts.fill(0, slotWord(slot), slotWord(slot) + COUNT_WORDS.length);
  }

  removeSlot(): void {}

  setTable(table: CountingTable): void {
    this.#worker.postMessage(table);
  }

  counts(slot: number): AliasCounts {
    const at = slotWord(slot);
    return Object.fromEntries(
      COUNT_WORDS.map((name, i) => [name, this.#counts[at + i] ?? 0]),
    ) as unknown as AliasCounts; // every name
  }

  missed(): number {
    return this.#counts[MISSED] ?? 0;
  }

  end(): void {
    // The descriptor is the thread's until that has ended.
    void this.#worker.terminate().then(() => libc().close(this.#fd));
  }

  letGo(): void {
    this.end();
  }
}
