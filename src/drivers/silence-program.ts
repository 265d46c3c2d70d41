/**
 * The program that keeps an interface's frames from the host's stack: untagged slow protocols go on, everything else
 * is dropped. It runs at tcx ingress, behind the packet taps, so that our sockets see every frame all the same.
 * Tagged slow-protocols frames are dropped here because the kernel strips the tag before our socket gets them, and
 * with VLAN ID 0 leaves no trace of it: they would pass for untagged ones.
 */
import { Slow_Protocols_Type } from '../lacp/constants.js';
import { linkTcxIngress } from './sys/bpf-links.js';
import * as bpf from './sys/bpf-programs.js';
import { libc } from './sys/libc.js';
import { SysError } from './sys/sys-error.js';

/** Offsets in struct __sk_buff. */
const SKB_PROTOCOL = 16;
const SKB_VLAN_PRESENT = 20;
/** `__sk_buff.protocol` is in network order, read here as a little-endian number. */
const SLOW_PROTOCOLS = ((Slow_Protocols_Type & 0xff) << 8) | (Slow_Protocols_Type >> 8);

/** r1: the frame (struct __sk_buff); r0: the verdict. */
export const SILENCE_PROGRAM: readonly bpf.Instruction[] = [
  [bpf.BPF_MOV64_IMM, 0, 0, 0, bpf.TCX_DROP],
  [bpf.BPF_LDX_W, 2, 1, SKB_VLAN_PRESENT, 0],
  [bpf.BPF_JNE_IMM, 2, 0, 3, 0], // tagged: exit
  [bpf.BPF_LDX_W, 2, 1, SKB_PROTOCOL, 0],
  [bpf.BPF_JNE_IMM, 2, 0, 1, SLOW_PROTOCOLS], // something else: exit
  [bpf.BPF_MOV64_IMM, 0, 0, 0, bpf.TCX_NEXT],
  [bpf.BPF_EXIT, 0, 0, 0, 0],
];

/** The silence of an interface, which can be lifted for a time; where the kernel does not permit it there is none. */
export class Silencer {
  #held: Silence | undefined;
  #refused: SysError | undefined;

  /** `silent`: from the start. `inherited`: see `silence`. */
  constructor(
    private readonly ifindex: number,
    silent: boolean,
    inherited?: number,
  ) {
    if (silent) this.#hold(inherited);
    else if (inherited !== undefined) libc().close(inherited);
  }

  /** Why the kernel does not permit it; undefined: it does, or was not asked. */
  get refused(): SysError | undefined {
    return this.#refused;
  }

  /** Of what keeps the interface silent; undefined: nothing does. */
  get fd(): number | undefined {
    return this.#held?.fd;
  }

  /** Whether it is silent then. */
  set(silent: boolean): boolean {
    if (silent && this.#held === undefined) this.#hold();
    else if (!silent) this.end();
    return this.#held !== undefined;
  }

  end(): void {
    this.#held?.end();
    this.#held = undefined;
  }

  #hold(inherited?: number): void {
    try {
      this.#held = silence(this.ifindex, inherited);
      this.#refused = undefined;
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      this.#refused = error;
    }
  }
}

export interface Silence {
  /** Holds the program on the interface as long as it is open, in this process or in one that inherits it. */
  readonly fd: number;
  end(): void;
}

/**
 * Silences an interface until `end` is called or the process ends, however it ends.
 * `inherited`: the descriptor of a silence that the program before us in this process handed over.
 * `SysError` when the kernel does not permit it (EPERM) or has no tcx (EINVAL, before Linux 6.6).
 */
export function silence(ifindex: number, inherited?: number): Silence {
  const fd = inherited ?? hang(ifindex);
  return {
    fd,
    end: () => {
      libc().close(fd);
    },
  };
}

function hang(ifindex: number): number {
  const program = bpf.loadProgram('classifier', 'veth_silence', bpf.assemble(SILENCE_PROGRAM));
  try {
    return linkTcxIngress(program, ifindex);
  } finally {
    libc().close(program); // the link holds the program
  }
}
