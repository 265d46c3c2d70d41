/**
 * The filter of the master's packet socket, in classic BPF, which every kernel permits: what is the host's alone is not
 * copied to the worker. It lets in what `decide` could want, and a little more: of an IPv6 address it looks at the end.
 */
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import { SO_ATTACH_FILTER, SO_DETACH_FILTER, SOL_SOCKET } from '../sys/constants.js';
import { check, libc } from '../sys/libc.js';

/** struct sock_filter: code, jump if true, jump if false, constant. */
export type ClassicInstruction = readonly [code: number, jt: number, jf: number, k: number];

export const LOAD_OCTET = 0x30;
export const LOAD_HALF = 0x28;
export const LOAD_WORD = 0x20;
export const JUMP = 0x05;
export const JUMP_EQUAL = 0x15;
export const JUMP_BITS = 0x45;
export const RETURN = 0x06;

/** BPF_MAXINSNS. */
const LONGEST = 4096;
const WHOLE = 0xffff_ffff;
const TYPE_ARP = 0x0806;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const IPV4_TO = 30;
/** The last word of the destination. */
const IPV6_TO_END = 50;

/** Undefined: there are too many addresses for a filter. */
export function wireFilter({ mode, slaves }: SlaveTable): readonly ClassicInstruction[] | undefined {
  const addresses = slaves.flatMap((slave) => slave.addresses);
  const ipv4 = oneOf(
    IPV4_TO,
    addresses.filter(({ length }) => length === 4),
  );
  const ipv6 = oneOf(
    IPV6_TO_END,
    addresses.filter(({ length }) => length === 16),
  );
  const head: ClassicInstruction[] = [
    [LOAD_OCTET, 0, 0, 0],
    [JUMP_BITS, 0, 1, 1], // to a group
    [RETURN, 0, 0, mode === 'l2' ? WHOLE : 0],
    [LOAD_HALF, 0, 0, 12],
    [JUMP_EQUAL, 0, 1, TYPE_ARP],
    [RETURN, 0, 0, mode === 'l2' ? WHOLE : 0],
    [JUMP_EQUAL, 0, 1, TYPE_IPV4],
    [JUMP, 0, 0, 3],
    [JUMP_EQUAL, 0, 1, TYPE_IPV6],
    [JUMP, 0, 0, 1 + ipv4.length],
    [RETURN, 0, 0, 0],
  ];
  const program = [...head, ...ipv4, ...ipv6];
  return program.length > LONGEST ? undefined : program;
}

/** Lets in when the word at `at` is the end of one of the addresses. */
function oneOf(at: number, addresses: readonly Uint8Array[]): ClassicInstruction[] {
  const ends = new Set(addresses.map((address) => Buffer.from(address).readUInt32BE(address.length - 4)));
  return [
    [LOAD_WORD, 0, 0, at],
    ...[...ends].flatMap((end): ClassicInstruction[] => [
      [JUMP_EQUAL, 0, 1, end],
      [RETURN, 0, 0, WHOLE],
    ]),
    [RETURN, 0, 0, 0],
  ];
}

/** Puts the filter in the place of the one that was there; undefined: all frames come in. Throws SysError. */
export function attachFilter(fd: number, program: readonly ClassicInstruction[] | undefined): void {
  if (program === undefined) {
    libc().setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, Buffer.alloc(4), 4); // there may have been none
    return;
  }
  const code = Buffer.alloc(program.length * 8);
  for (const [i, [operation, jt, jf, k]] of program.entries()) {
    code.writeUInt16LE(operation, i * 8);
    code.writeUInt8(jt, i * 8 + 2);
    code.writeUInt8(jf, i * 8 + 3);
    code.writeUInt32LE(k, i * 8 + 4);
  }
  const description = Buffer.alloc(16); // struct sock_fprog
  description.writeUInt16LE(program.length, 0);
  description.writeBigUInt64LE(libc().address(code), 8);
  const result = libc().setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, description, description.length);
  // `code` is used after the call, so that it lives through it.
  check(result, 'setsockopt(SO_ATTACH_FILTER)', `filter the frames of the master (${code.length / 8} instructions)`);
}
