/**
 * The loop guard's probes on packet sockets: one that only sends, and one for each interface that is listened to, with a
 * filter for our EtherType. A bridge takes frames from its ports before any socket of an EtherType sees them, so the
 * listening ones are bound to all types.
 */
import { PROBE_TYPE } from '../../layers/bridge/probe.js';
import * as c from '../sys/constants.js';
import { check, type FdWatch, libc, watchReadable } from '../sys/libc.js';
import { sockaddrLl } from '../sys/structs.js';
import { Errno } from '../sys/sys-error.js';

const DOING = 'open a socket for probes';
const MAX_READS = 64;

/** Classic BPF: the EtherType at octet 12, else drop. Each instruction: code 16, jump true 8, jump false 8, operand 32. */
const FILTER = [
  [0x28, 0, 0, 12],
  [0x15, 0, 1, PROBE_TYPE],
  [0x06, 0, 0, 0xffff],
  [0x06, 0, 0, 0],
] as const;

export class ProbeSocket {
  readonly #sender: number;
  readonly #listening = new Map<number, { readonly fd: number; readonly watch: FdWatch }>();

  /** `heard`: a frame with the probes' EtherType came in on an interface. It is valid only during the call. */
  constructor(private readonly heard: (ifindex: number, frame: Uint8Array) => void) {
    this.#sender = open();
  }

  /** A port that is down sends nothing. */
  send(ifindex: number, frame: Uint8Array): void {
    const to = sockaddrLl(PROBE_TYPE, ifindex);
    libc().sendto(this.#sender, frame, frame.length, c.MSG_DONTWAIT, to, to.length);
  }

  /** From now on these interfaces are listened to. One that has gone is none. */
  listen(ifindexes: readonly number[]): void {
    for (const ifindex of this.#listening.keys()) if (!ifindexes.includes(ifindex)) this.#leave(ifindex);
    for (const ifindex of ifindexes) {
      if (this.#listening.has(ifindex)) continue;
      const fd = open();
      const address = sockaddrLl(c.ETH_P_ALL, ifindex);
      if (libc().bind(fd, address, address.length) < 0) {
        libc().close(fd);
        continue;
      }
      const watch = watchReadable(fd, () => this.#read(ifindex, fd));
      watch.unref();
      this.#listening.set(ifindex, { fd, watch });
    }
  }

  close(): void {
    this.listen([]);
    libc().close(this.#sender);
  }

  #leave(ifindex: number): void {
    const socket = this.#listening.get(ifindex);
    if (socket === undefined) return;
    this.#listening.delete(ifindex);
    socket.watch.close();
    libc().close(socket.fd);
  }

  #read(ifindex: number, fd: number): void {
    const frame = new Uint8Array(256);
    for (let reads = 0; reads < MAX_READS && this.#listening.get(ifindex)?.fd === fd; reads++) {
      const length = libc().recv(fd, frame, frame.length, c.MSG_DONTWAIT);
      if (length > 0) this.heard(ifindex, frame.subarray(0, length));
      else if (libc().errno() !== Errno.EINTR) return;
    }
  }
}

function open(): number {
  const type = c.SOCK_RAW | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC;
  const fd = check(libc().socket(c.AF_PACKET, type, 0), 'socket(AF_PACKET)', DOING);
  try {
    const on = Buffer.from([1, 0, 0, 0]);
    check(libc().setsockopt(fd, c.SOL_PACKET, c.PACKET_IGNORE_OUTGOING, on, 4), 'setsockopt', DOING);
    const code = Buffer.alloc(FILTER.length * 8);
    for (const [i, [operation, yes, no, operand]] of FILTER.entries()) {
      code.writeUInt16LE(operation, i * 8);
      code.writeUInt8(yes, i * 8 + 2);
      code.writeUInt8(no, i * 8 + 3);
      code.writeUInt32LE(operand, i * 8 + 4);
    }
    const program = Buffer.alloc(16); // struct sock_fprog
    program.writeUInt16LE(FILTER.length, 0);
    program.writeBigUInt64LE(libc().address(code), 8);
    check(libc().setsockopt(fd, c.SOL_SOCKET, c.SO_ATTACH_FILTER, program, program.length), 'setsockopt', DOING);
  } catch (error) {
    libc().close(fd);
    throw error;
  }
  return fd;
}
