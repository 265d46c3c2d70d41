/** What the control plane and the worker of the user path say to each other; counters go by shared memory. */
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import type { SocketHeritage } from '../user-datapath-socket.js';

/** Given to the worker when it starts. */
export interface SlaveWorkerStart {
  /** eventfd: written by the control plane after it has posted a request. */
  readonly wakeFd: number;
  readonly memory: SharedArrayBuffer;
  readonly master: SocketHeritage;
}

export type SlaveRequest =
  /** Sockets and places of counters are those of all slaves of the table, in its order. */
  | { readonly kind: 'table'; readonly table: SlaveTable; readonly slaves: readonly SlavePlace[] }
  | { readonly kind: 'close' };

export interface SlavePlace {
  readonly socket: SocketHeritage;
  readonly slot: number;
}
