/** What the control plane and the data path's worker say to each other; tables and counters go by shared memory. */
import type { ReceiveFilter } from './user-datapath-socket.js';

/** Given to the worker when it starts. */
export interface WorkerStart {
  readonly hostIfindex: number;
  /** eventfd: written by the control plane after it has posted a request. */
  readonly wakeFd: number;
  readonly memory: SharedArrayBuffer;
}

/** Each request but `close` is answered by `done` or `refused` with the same id. */
export type Request =
  | { readonly kind: 'add'; readonly id: number; readonly ifindex: number; readonly slot: number }
  | { readonly kind: 'remove'; readonly id: number; readonly ifindex: number }
  | { readonly kind: 'filter'; readonly id: number; readonly filter: ReceiveFilter }
  | { readonly kind: 'send'; readonly id: number; readonly ifindex: number; readonly frame: Uint8Array }
  | { readonly kind: 'deliver'; readonly id: number; readonly ifindex: number }
  | { readonly kind: 'close' };

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string };
