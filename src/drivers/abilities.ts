/**
 * What vethd cannot do here, found by trying: a capability says little where a container hides /proc/sys, a filter of
 * system calls refuses bpf(2), or root is root of a user namespace only. Nothing is changed by it.
 */
import { closeSync, openSync } from 'node:fs';
import { SILENCE_PROGRAM } from './silence-program.js';
import { assemble, loadProgram } from './sys/bpf-programs.js';
import { AF_UNIX, SO_RCVBUF, SO_RCVBUFFORCE, SOCK_CLOEXEC, SOCK_DGRAM, SOL_SOCKET } from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import { SysError } from './sys/sys-error.js';

/** A part of vethd that works less well here than it could. LACP and the data path work all the same. */
export interface Reduction {
  /** `filter`: in front of the ports' own stacks; `settings`: of the ports' own stacks; `buffers`: of sockets. */
  readonly part: 'filter' | 'settings' | 'buffers';
  /** What refused it: `bpf(BPF_PROG_LOAD): EPERM`. */
  readonly why: string;
  /** What follows, for the operator. */
  readonly effect: string;
}

/** The largest receive buffer that is asked for anywhere, see user-datapath-socket.ts. */
const RECEIVE_ROOM = 8 << 20;

export function findReductions(): Reduction[] {
  return [filter(), settings(), buffers()].filter((reduction) => reduction !== undefined);
}

function filter(): Reduction | undefined {
  try {
    libc().close(loadProgram('classifier', 'veth_silence', assemble(SILENCE_PROGRAM)));
    return undefined;
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
    return {
      part: 'filter',
      why: `${error.syscall}: ${error.code}`,
      effect:
        "the stacks of ports are kept quiet by settings alone, and a new interface has an address that is no port's",
    };
  }
}

/** IPv4 alone is asked: a kernel without IPv6 has nothing of it to be set. */
function settings(path = '/proc/sys/net/ipv4/conf/all/rp_filter'): Reduction | undefined {
  try {
    // Not access(2): it judges by the user alone, the kernel here by CAP_NET_ADMIN too.
    closeSync(openSync(path, 'r+'));
    return undefined;
  } catch (error) {
    return {
      part: 'settings',
      why: `/proc/sys/net: ${(error as NodeJS.ErrnoException).code}`, // openSync throws system errors only
      effect: 'the stacks of ports keep their own IPv6, ARP and reverse-path settings',
    };
  }
}

function buffers(): Reduction | undefined {
  const fd = check(libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket(AF_UNIX)', 'try the size of buffers');
  try {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(RECEIVE_ROOM);
    if (libc().setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, 4) === 0) return undefined;
    const why = new SysError('SO_RCVBUFFORCE', libc().errno(), 'enlarge buffers').code;
    libc().setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, 4);
    libc().getsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, Buffer.from([4, 0, 0, 0]));
    // The kernel counts its own overhead in, as much again.
    const got = size.readUInt32LE(0) / 2;
    if (got >= RECEIVE_ROOM) return undefined;
    const room = `${Math.floor(got / 1024)} KiB instead of ${RECEIVE_ROOM / 1024}`;
    return {
      part: 'buffers',
      why: `SO_RCVBUFFORCE: ${why}`,
      effect: `sockets buffer ${room}: bursts are lost earlier; raise net.core.rmem_max and wmem_max on the host`,
    };
  } finally {
    libc().close(fd);
  }
}
