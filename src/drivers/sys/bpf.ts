/** bpf(2) through koffi: load a small hand-assembled program and hang it on an interface by a tcx link (Linux 6.6+). */
import { check, libc } from './libc.js';

/** System call number; other architectures than these share the generic number of arm64. */
const NR_BPF = process.arch === 'x64' ? 321 : 280;
const BPF_PROG_LOAD = 5;
const BPF_LINK_CREATE = 28;
const BPF_PROG_TYPE_SCHED_CLS = 3;
const BPF_TCX_INGRESS = 46;
/** Verdicts of tcx programs. */
export const TCX_NEXT = -1;
export const TCX_DROP = 2;

/** One instruction of 8 bytes: opcode, destination and source register, offset, immediate. */
export type Instruction = readonly [opcode: number, dst: number, src: number, offset: number, immediate: number];

export const BPF_MOV64_IMM = 0xb7;
export const BPF_LDX_W = 0x61;
export const BPF_JNE_IMM = 0x55;
export const BPF_EXIT = 0x95;

export function assemble(instructions: readonly Instruction[]): Buffer {
  const code = Buffer.alloc(instructions.length * 8);
  instructions.forEach(([opcode, dst, src, offset, immediate], i) => {
    code.writeUInt8(opcode, i * 8);
    code.writeUInt8((src << 4) | dst, i * 8 + 1);
    code.writeInt16LE(offset, i * 8 + 2);
    code.writeInt32LE(immediate, i * 8 + 4);
  });
  return code;
}

/** Loads a traffic-control program; returns its descriptor. `SysError` EPERM without the privilege. */
export function loadClassifier(name: string, code: Buffer): number {
  const license = Buffer.from('MIT\0');
  const attr = Buffer.alloc(72);
  attr.writeUInt32LE(BPF_PROG_TYPE_SCHED_CLS, 0);
  attr.writeUInt32LE(code.length / 8, 4);
  attr.writeBigUInt64LE(libc().address(code), 8);
  attr.writeBigUInt64LE(libc().address(license), 16);
  attr.write(name, 48, 15, 'latin1');
  attr.writeUInt32LE(BPF_TCX_INGRESS, 68);
  const fd = libc().syscall(NR_BPF, BPF_PROG_LOAD, attr, attr.length);
  // `code` and `license` are used after the call so that they live through it.
  return check(fd, 'bpf(BPF_PROG_LOAD)', `load the program ${name} of ${code.length + license.length} bytes`);
}

/** Runs a program on everything that comes in on an interface, until the returned descriptor is closed. */
export function linkTcxIngress(program: number, ifindex: number): number {
  const attr = Buffer.alloc(32);
  attr.writeUInt32LE(program, 0);
  attr.writeUInt32LE(ifindex, 4);
  attr.writeUInt32LE(BPF_TCX_INGRESS, 8);
  const fd = libc().syscall(NR_BPF, BPF_LINK_CREATE, attr, attr.length);
  return check(fd, 'bpf(BPF_LINK_CREATE)', `attach a program to interface ${ifindex}`);
}
