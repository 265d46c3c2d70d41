/** BPF programs: assemble a small one by hand, load, run one for a test, read what it has cost. */
import { bpf, objectInfo, tryBpf, writeName } from './bpf.js';
import { libc } from './libc.js';
import { Errno, SysError } from './sys-error.js';

/** Verdicts of tcx programs. */
export const TCX_NEXT = -1;
export const TCX_DROP = 2;
/** What a program returns that has called bpf_redirect. */
export const TCX_REDIRECT = 7;

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

/** `classifier`: for tcx and clsact; `socket filter`: of a packet socket (SO_ATTACH_BPF). */
export type ProgramType = 'socket filter' | 'classifier';
const PROGRAM_TYPES: Readonly<Record<ProgramType, number>> = { 'socket filter': 1, classifier: 3 };

export type Licence = 'MIT' | 'Dual MIT/GPL';

const LOG_OCTETS = 1 << 18;
/** The end of the verifier's log says what it did not like. */
const LOG_LINES = 12;

/**
 * Loads a program; returns its descriptor. `SysError`: EPERM without the privilege; else with the verifier's words.
 * `licence`: some helpers are for programs that may be used under the GPL too.
 */
export function loadProgram(type: ProgramType, name: string, code: Buffer, licence: Licence = 'MIT'): number {
  const license = Buffer.from(`${licence}\0`);
  const attr = Buffer.alloc(72);
  attr.writeUInt32LE(PROGRAM_TYPES[type], 0);
  attr.writeUInt32LE(code.length / 8, 4);
  attr.writeBigUInt64LE(libc().address(code), 8);
  attr.writeBigUInt64LE(libc().address(license), 16);
  writeName(attr, name, 48);
  const doing = `load the program ${name}`;
  const fd = tryBpf('BPF_PROG_LOAD', attr);
  if (fd >= 0) return fd;
  const errno = libc().errno();
  if (errno === Errno.EPERM) throw new SysError('bpf(BPF_PROG_LOAD)', errno, doing);
  // Once more for the verifier's log, which costs time when nobody reads it.
  const log = Buffer.alloc(LOG_OCTETS);
  attr.writeUInt32LE(1, 24);
  attr.writeUInt32LE(log.length, 28);
  attr.writeBigUInt64LE(libc().address(log), 32);
  const again = tryBpf('BPF_PROG_LOAD', attr);
  if (again >= 0) return again;
  const said = log
    .toString('latin1', 0, Math.max(0, log.indexOf(0)))
    .trim()
    .split('\n')
    .slice(-LOG_LINES);
  // `code` and `license` are used after the calls so that they live through them.
  const size = `${code.length / 8} instructions, ${license.length - 1} letters of licence`;
  throw new SysError('bpf(BPF_PROG_LOAD)', errno, `${doing} (${size})`, said.join('\n'));
}

/** What a test run is given beside the octets of the frame (struct __sk_buff). */
export interface TestContext {
  readonly mark?: number;
  /** A device of this namespace; 1 (lo) when left out. */
  readonly ifindex?: number;
  readonly gsoSegments?: number;
  readonly gsoSize?: number;
}

const CONTEXT_OCTETS = 192;

/** Runs a program once on a frame; returns its verdict, unsigned. No frame is sent anywhere. Throws SysError. */
export function testRun(program: number, frame: Uint8Array, context: TestContext = {}): number {
  const attr = Buffer.alloc(80);
  const given = Buffer.alloc(CONTEXT_OCTETS);
  given.writeUInt32LE(context.mark ?? 0, 8);
  given.writeUInt32LE(context.ifindex ?? 0, 40);
  given.writeUInt32LE(context.gsoSegments ?? 0, 164);
  given.writeUInt32LE(context.gsoSize ?? 0, 176);
  attr.writeUInt32LE(program, 0);
  attr.writeUInt32LE(frame.length, 8);
  attr.writeBigUInt64LE(libc().address(frame), 16);
  attr.writeUInt32LE(1, 32);
  attr.writeUInt32LE(given.length, 40);
  attr.writeBigUInt64LE(libc().address(given), 48);
  bpf('BPF_PROG_TEST_RUN', attr, `run a program on a frame of ${frame.length} octets`, frame, given);
  return attr.readUInt32LE(4);
}

export interface ProgramInfo {
  readonly id: number;
  readonly name: string;
  /** After the verifier. */
  readonly instructions: number;
  /** Steps that the verifier took; its limit is a million. */
  readonly verified: number;
  /** Only while kernel.bpf_stats_enabled. */
  readonly runs: bigint;
  readonly nanoseconds: bigint;
}

export function programInfo(program: number): ProgramInfo {
  const info = objectInfo(program, 220);
  return {
    id: info.readUInt32LE(4),
    name: info.toString('latin1', 64, 80).replace(/\0.*$/s, ''),
    instructions: info.readUInt32LE(20) / 8,
    verified: info.readUInt32LE(216),
    runs: info.readBigUInt64LE(200),
    nanoseconds: info.readBigUInt64LE(192),
  };
}
