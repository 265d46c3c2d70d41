/** What the control plane and the worker of a bridge in user space say to each other; counters go by shared memory. */
import type { DatapathHeritage } from '../user-datapath-messages.js';

/** Milliseconds of a clock that all threads of the process have in common. */
export const sharedNow = (): number => performance.timeOrigin + performance.now();

/** Given to the worker when it starts. */
export interface BridgeStart {
  readonly hostIfindex: number;
  /** eventfd: written by the control plane after it has posted a request. */
  readonly wakeFd: number;
  /** Counters, see ForwardingMemory. */
  readonly memory: SharedArrayBuffer;
  /** Addresses, see AddressTable. */
  readonly addresses: SharedArrayBuffer;
  /** The address of the host's interface. */
  readonly local: Uint8Array;
  /** Milliseconds. */
  readonly ageing: number;
  readonly heritage?: DatapathHeritage | undefined;
}

/** Each request but `close` is answered, in order. */
export type BridgeRequest =
  | { readonly kind: 'add'; readonly id: number; readonly ifindex: number; readonly slot: number }
  | { readonly kind: 'remove'; readonly id: number; readonly ifindex: number }
  /** By the loop guard, or because its link is down. */
  | { readonly kind: 'block'; readonly id: number; readonly ifindex: number; readonly blocked: boolean }
  | { readonly kind: 'configure'; readonly id: number; readonly ageing: number; readonly local: Uint8Array }
  /** Sockets that rest receive from now on. */
  | { readonly kind: 'hook'; readonly id: number }
  /** The last one: the worker ends without closing its sockets. */
  | { readonly kind: 'handOver'; readonly id: number }
  | { readonly kind: 'close' };

export type BridgeAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'handedOver'; readonly id: number; readonly heritage: DatapathHeritage }
  | { readonly kind: 'refused'; readonly id: number; readonly reason: string }
  /** A frame of the probes' EtherType has come in on a port. */
  | { readonly kind: 'probe'; readonly at: number; readonly frame: Uint8Array };
