/** What the control plane and the data path's worker say to each other; tables and counters go by shared memory. */
import type { CaptureDescriptors } from './kernel-forwarding.js';
import type { SocketHeritage } from './user-datapath-socket.js';

/** Given to the worker when it starts. */
export interface WorkerStart {
  readonly hostIfindex: number;
  /** eventfd: written by the control plane after it has posted a request. */
  readonly wakeFd: number;
  readonly memory: SharedArrayBuffer;
  /** Leave all frames where they are until the first table is given. */
  readonly hold: boolean;
  readonly heritage?: DatapathHeritage | undefined;
  /** Programs in the kernel forward, and give us only what these filters let through. */
  readonly capture?: CaptureDescriptors | undefined;
}

/** Sockets that go on in the next program of this process. */
export interface DatapathHeritage {
  readonly host: SocketHeritage;
  readonly ports: readonly SocketHeritage[];
}

/** Each request but `close` is answered with the same id, not always in order: by `done`, by `handedOver`, or by `refused`. */
export type Request =
  | { readonly kind: 'add'; readonly id: number; readonly ifindex: number; readonly slot: number }
  | { readonly kind: 'remove'; readonly id: number; readonly ifindex: number }
  | { readonly kind: 'send'; readonly id: number; readonly ifindex: number; readonly frame: Uint8Array }
  | { readonly kind: 'deliver'; readonly id: number; readonly ifindex: number }
  /** Other capture filters, or none any more. */
  | { readonly kind: 'capture'; readonly id: number; readonly capture: CaptureDescriptors | undefined }
  /** All sockets receive from now on. */
  | { readonly kind: 'hook'; readonly id: number }
  /** The sockets only send from now on; refused while captured frames are under way. */
  | { readonly kind: 'unhook'; readonly id: number; readonly host: SocketHeritage }
  /** Answered when the counts of captured frames are right by the newest table. */
  | { readonly kind: 'settle'; readonly id: number }
  /** Answered when what programs in the kernel did by older tables is done. */
  | { readonly kind: 'barrier'; readonly id: number }
  /** The last one: frames that were read are sent, then the worker ends without closing its sockets. */
  | { readonly kind: 'handOver'; readonly id: number }
  | { readonly kind: 'close' };

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'handedOver'; readonly id: number; readonly heritage: DatapathHeritage }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string };
