/** Small UDP frames of one size by recvmmsg and sendmmsg, many in a call, so that the tool costs little beside the path. */
import { AF_INET, SO_RCVBUF, SOCK_CLOEXEC, SOCK_DGRAM, SOL_SOCKET } from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';

/** Most frames in one call. */
export const BATCH = 64;
const NR_CONNECT = process.arch === 'x64' ? 42 : 203;
const SO_RCVTIMEO = 20;
/** struct mmsghdr and struct iovec of 64-bit Linux, in octets, and where the iovec's address and number stand. */
const MMSGHDR = 64;
const MSG_IOV = 16;
const MSG_IOVLEN = 24;
const IOVEC = 16;
/** The kernel caps it at net.core.rmem_max. */
const RECEIVE_BUFFER = 4 << 20;

/** An IPv4 socket that sends to one place, from `source` or a port of its own. */
export function openSender(address: string, port: number, source?: number): number {
  const fd = open();
  if (source !== undefined) {
    const from = socketAddress('0.0.0.0', source);
    check(libc().bind(fd, from, from.length), 'bind', `send from port ${source}`);
  }
  const to = socketAddress(address, port);
  check(libc().syscall(NR_CONNECT, fd, to, to.length), 'connect', `send to ${address}:${port}`);
  return fd;
}

/** An IPv4 socket that receives; with `timeoutMs` a blocking receive gives up after that. */
export function openReceiver(address: string, port: number, timeoutMs?: number): number {
  const fd = open();
  const size = Buffer.alloc(4);
  size.writeInt32LE(RECEIVE_BUFFER);
  libc().setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, size.length);
  if (timeoutMs !== undefined) {
    const time = Buffer.alloc(16);
    time.writeBigInt64LE(BigInt(Math.floor(timeoutMs / 1000)), 0);
    time.writeBigInt64LE(BigInt((timeoutMs % 1000) * 1000), 8);
    check(libc().setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, time, time.length), 'setsockopt(SO_RCVTIMEO)', 'receive');
  }
  const at = socketAddress(address, port);
  check(libc().bind(fd, at, at.length), 'bind', `receive at ${address}:${port}`);
  return fd;
}

/** Memory for one batch of frames, laid out once. */
export class UdpBatch {
  readonly #headers = Buffer.alloc(BATCH * MMSGHDR);
  readonly #frames: Buffer;
  /** Kept: its address is in the headers. */
  readonly #iovecs = Buffer.alloc(BATCH * IOVEC);

  /** `octets`: of each frame sent, and the most that is read of one. */
  constructor(readonly octets: number) {
    this.#frames = Buffer.alloc(BATCH * octets);
    for (let i = 0; i < BATCH; i += 1) {
      this.#iovecs.writeBigUInt64LE(libc().address(this.#frames) + BigInt(i * octets), i * IOVEC);
      this.#iovecs.writeBigUInt64LE(BigInt(octets), i * IOVEC + 8);
      this.#headers.writeBigUInt64LE(libc().address(this.#iovecs) + BigInt(i * IOVEC), i * MMSGHDR + MSG_IOV);
      this.#headers.writeBigUInt64LE(1n, i * MMSGHDR + MSG_IOVLEN);
    }
  }

  /** Payload of frame `i`. */
  frame(i: number): Buffer {
    return this.#frames.subarray(i * this.octets, (i + 1) * this.octets);
  }

  /** Of frame `i`, without a view: the big-endian number at `offset`. */
  number(i: number, offset: number): number {
    return this.#frames.readUInt32BE(i * this.octets + offset);
  }

  /** Sends the first `count` frames; gives how many the kernel took. */
  send(fd: number, count: number): number {
    return Math.max(0, libc().sendmmsg(fd, this.#headers, count, 0));
  }

  /** Gives how many came; 0 when none did (in the time of the socket, or at once with MSG_DONTWAIT). */
  receive(fd: number, flags: number): number {
    return Math.max(0, libc().recvmmsg(fd, this.#headers, BATCH, flags, null));
  }
}

function open(): number {
  return check(libc().socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket(AF_INET)', 'send or receive UDP');
}

/** struct sockaddr_in. */
function socketAddress(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}
