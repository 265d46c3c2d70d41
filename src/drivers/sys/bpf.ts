/** bpf(2) itself. What is done with it: bpf-maps.ts, bpf-programs.ts, bpf-links.ts, bpf-pins.ts. */
import { libc } from './libc.js';
import { SysError } from './sys-error.js';

/** System call number; other architectures than these share the generic number of arm64. */
const NR_BPF = process.arch === 'x64' ? 321 : 280;

/** enum bpf_cmd, as far as used. */
const COMMANDS = {
  BPF_MAP_CREATE: 0,
  BPF_MAP_LOOKUP_ELEM: 1,
  BPF_MAP_UPDATE_ELEM: 2,
  BPF_MAP_DELETE_ELEM: 3,
  BPF_MAP_GET_NEXT_KEY: 4,
  BPF_PROG_LOAD: 5,
  BPF_OBJ_PIN: 6,
  BPF_OBJ_GET: 7,
  BPF_PROG_TEST_RUN: 10,
  BPF_OBJ_GET_INFO_BY_FD: 15,
  BPF_LINK_CREATE: 28,
  BPF_LINK_UPDATE: 29,
  BPF_LINK_DETACH: 34,
} as const;
export type BpfCommand = keyof typeof COMMANDS;

/** The C result: a descriptor or 0; -1 on failure, with errno. */
export function tryBpf(command: BpfCommand, attr: Buffer): number {
  return libc().syscall(NR_BPF, COMMANDS[command], attr, attr.length);
}

/**
 * The result; throws `SysError` instead of failing. `kept`: memory whose address is in `attr`, so that it lives
 * through the call.
 */
export function bpf(command: BpfCommand, attr: Buffer, doing: string, ..._kept: readonly Uint8Array[]): number {
  const result = tryBpf(command, attr);
  if (result >= 0) return result;
  throw new SysError(`bpf(${command})`, libc().errno(), doing);
}

/** Name of a map or program for `bpftool`: 15 characters, letters, digits, `_` and `.`. */
export function writeName(attr: Buffer, name: string, at: number): void {
  attr.write(name, at, 15, 'latin1');
}

/** OBJ_GET_INFO_BY_FD: the first `length` octets of what the kernel says of a descriptor. */
export function objectInfo(fd: number, length: number): Buffer {
  const info = Buffer.alloc(length);
  const attr = Buffer.alloc(16);
  attr.writeUInt32LE(fd, 0);
  attr.writeUInt32LE(length, 4);
  attr.writeBigUInt64LE(libc().address(info), 8);
  bpf('BPF_OBJ_GET_INFO_BY_FD', attr, `ask about descriptor ${fd}`, info);
  return info;
}
