/**
 * A packet socket that takes only the headers of what comes in and what leaves: a filter of the old kind, which needs no
 * privilege of its own, has the kernel cut every IP packet and leave the rest out.
 */
import { FRAME_HEADERS } from '../../layers/alias/count-rule.js';
import * as c from '../sys/constants.js';
import { check, libc } from '../sys/libc.js';
import { sockaddrLl } from '../sys/structs.js';

/** Headers with a transport header, which tells the length of a super-frame's segments. */
export const HEADER_OCTETS = FRAME_HEADERS + 74;
/** As the kernel counts it, with the whole memory of a cut frame. */
const RECEIVE_ROOM = 8 << 20;

/** struct sock_filter: code, true, false, k. */
const FILTER: readonly (readonly [number, number, number, number])[] = [
  [0x28, 0, 0, 12], // ldh [12]
  [0x15, 1, 0, 0x0800], // jeq IPv4, take
  [0x15, 0, 1, 0x86dd], // jeq IPv6, take, leave
  [0x06, 0, 0, HEADER_OCTETS], // take
  [0x06, 0, 0, 0], // leave
];

/** Throws SysError. */
export function openHeaderSocket(ifindex: number): number {
  const doing = `count packets on interface ${ifindex}`;
  const fd = check(libc().socket(c.AF_PACKET, c.SOCK_RAW | c.SOCK_CLOEXEC | c.SOCK_NONBLOCK, 0), 'socket', doing);
  const set = (level: number, option: number, value: Uint8Array) =>
    libc().setsockopt(fd, level, option, value, value.length);
  try {
    for (const option of [c.PACKET_VNET_HDR, c.PACKET_AUXDATA]) {
      check(set(c.SOL_PACKET, option, int32(1)), 'setsockopt', doing);
    }
    if (set(c.SOL_SOCKET, c.SO_RCVBUFFORCE, int32(RECEIVE_ROOM)) < 0) {
      set(c.SOL_SOCKET, c.SO_RCVBUF, int32(RECEIVE_ROOM));
    }
    const code = filterCode();
    const program = Buffer.alloc(16); // struct sock_fprog
    program.writeUInt16LE(FILTER.length, 0);
    program.writeBigUInt64LE(libc().address(code), 8);
    check(set(c.SOL_SOCKET, c.SO_ATTACH_FILTER, program), `setsockopt(${code.length} octets of filter)`, doing);
    const address = sockaddrLl(c.ETH_P_ALL, ifindex);
    check(libc().bind(fd, address, address.length), 'bind', doing);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  }
}

function filterCode(): Buffer {
  const code = Buffer.alloc(FILTER.length * 8);
  for (const [index, [operation, yes, no, k]] of FILTER.entries()) {
    code.writeUInt16LE(operation, index * 8);
    code.writeUInt8(yes, index * 8 + 2);
    code.writeUInt8(no, index * 8 + 3);
    code.writeUInt32LE(k, index * 8 + 4);
  }
  return code;
}

const int32 = (value: number): Uint8Array => new Uint8Array(new Int32Array([value]).buffer);
