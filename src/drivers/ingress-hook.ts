import type { Direction } from './sys/bpf-links.js';

/** A program on everything that comes in on an interface (or leaves by it), until `end`. */
export interface IngressHook {
  /** Another program in its place, between two frames. Throws SysError. */
  replace(program: number): void;
  /** Takes the program off the interface; the interface may have gone. */
  end(): void;
  /** Leaves the program where it is as far as it can stay without this process. */
  letGo(): void;
}

export interface HookPlace {
  readonly ifindex: number;
  /** Path of the BPF file system under which it outlives us; undefined: it ends with us. */
  readonly pin: string | undefined;
  /** Default: what comes in. */
  readonly direction?: Direction;
  /** `datapath` (default) comes before all others that hang there, `alias` behind them. */
  readonly owner?: 'datapath' | 'alias';
}

/** A way to hang a program on an interface. */
export interface HookMaker {
  readonly kind: 'tcx' | 'clsact';
  /** Throws SysError. */
  hang(program: number, place: HookPlace): IngressHook;
  /** One that an earlier process left there, with another program now; undefined: there is none of use. */
  adopt(program: number, place: HookPlace): IngressHook | undefined;
}
