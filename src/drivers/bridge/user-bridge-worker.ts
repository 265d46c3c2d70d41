/** The bridge's worker as the control plane has it: requests and answers. */
import { Worker } from 'node:worker_threads';
import { EFD_CLOEXEC, EFD_NONBLOCK } from '../sys/constants.js';
import { check, libc } from '../sys/libc.js';
import type { DatapathHeritage } from '../user-datapath-messages.js';
import type { BridgeAnswer, BridgeRequest, BridgeStart } from './user-bridge-messages.js';

interface Waiting {
  resolve(heritage?: DatapathHeritage): void;
  reject(error: Error): void;
}

type Wordless<Of> = Of extends { readonly id: number } ? Omit<Of, 'id'> : never;

export interface WorkerEffects {
  onProbe(at: number, frame: Uint8Array): void;
  /** It ended by itself. */
  onError(error: Error): void;
  /** The last thing that can be said to it, when the process ends. */
  stop(): void;
}

export class BridgeWorker {
  readonly ready: Promise<void>;
  readonly #wakeFd = check(libc().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), 'eventfd', 'wake the bridge');
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #state: 'starting' | 'running' | 'closing' | 'ended' = 'starting';
  #failure: Error | undefined;

  constructor(
    start: Omit<BridgeStart, 'wakeFd'>,
    private readonly effects: WorkerEffects,
  ) {
    const workerData: BridgeStart = { ...start, wakeFd: this.#wakeFd };
    // Compiled code only: a worker's own entry is not run through a TypeScript loader of the tests.
    this.#worker = new Worker(new URL('./user-bridge.worker.js', import.meta.url), { workerData });
    this.ready = new Promise((resolve, reject) => this.#waiting.set(0, { resolve: () => resolve(), reject }));
    this.#worker.on('message', (answer: BridgeAnswer) => this.#answered(answer));
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

  request(request: Wordless<BridgeRequest>): Promise<DatapathHeritage | undefined> {
    if (this.#state !== 'running') {
      const why = this.#failure === undefined ? 'it is closed' : `it ended: ${this.#failure.message}`;
      return Promise.reject(new Error(`the bridge does not take requests: ${why}`));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ ...request, id });
    });
  }

  async handOver(): Promise<DatapathHeritage> {
    const heritage = await this.request({ kind: 'handOver' });
    if (heritage === undefined) throw new Error('the bridge handed nothing over');
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

  #post(request: BridgeRequest): void {
    this.#worker.postMessage(request);
    this.#wake();
  }

  #wake(): void {
    if (this.#state === 'ended') return;
    libc().write(this.#wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer), 8);
  }

  #answered(answer: BridgeAnswer): void {
    if (answer.kind === 'probe') {
      this.effects.onProbe(answer.at, answer.frame);
      return;
    }
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
    const error = this.#failure ?? new Error(closing ? 'the bridge was closed' : 'the worker ended without a word');
    this.#failure = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    if (ready && !closing) this.effects.onError(new Error(`the bridge stopped: ${error.message}`, { cause: error }));
  }

  /** process.exit waits for the worker's thread, which waits for frames. */
  readonly #atExit = () => {
    this.effects.stop();
    this.#wake();
  };
}
