/**
 * The AF_PACKET socket of the user-space data path, one per port and one for the hidden peer.
 *
 * - PACKET_VNET_HDR: super-frames and unfinished checksums pass as they are, so TCP costs one frame per 64 KiB.
 * - PACKET_IGNORE_OUTGOING: our own frames do not come back.
 * - PACKET_AUXDATA: says which VLAN tag the kernel took out.
 * - No PACKET_QDISC_BYPASS. With it the kernel drops, instead of segmenting, a super-frame that a NIC cannot take
 *   whole, ignores the port's queue length and traffic control, and hides the frames from tcpdump. On veth, which has
 *   no queue, it was not measurably faster; on a NIC it would trade lost frames for a lock.
 * - No mmap ring for transmission: on veth the kernel gives ring frames back while their octets are still in use.
 */
import {
  AF_PACKET,
  ETH_P_ALL,
  PACKET_AUXDATA,
  PACKET_IGNORE_OUTGOING,
  PACKET_STATISTICS,
  PACKET_VNET_HDR,
  SO_ATTACH_BPF,
  SO_DETACH_FILTER,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_PACKET,
  SOL_SOCKET,
} from './sys/constants.js';
import { check, libc } from './sys/libc.js';
import { sockaddrLl } from './sys/structs.js';

export interface SocketHeritage {
  readonly ifindex: number;
  readonly fd: number;
  /** False: for sending only. Absent: true. */
  readonly hooked?: boolean | undefined;
}

export interface PacketSocketOptions {
  readonly inherited?: SocketHeritage | undefined;
  /** False: for sending only, until `hook` is called. Default true. */
  readonly hooked?: boolean;
  /** Descriptor of a BPF program that decides which frames come in. */
  readonly program?: number | undefined;
}

/**
 * Room for received frames in octets, as the kernel counts it (which is twice that, a 64-KiB super-frame taking a bit
 * more than its length). Enough for the windows of several TCP connections: veth takes no back-pressure, what does
 * not fit is lost.
 */
const RECEIVE_ROOM = 8 << 20;
/** Room for frames given to the kernel and not yet sent by the NIC. */
const SEND_ROOM = 4 << 20;

const STATISTICS = 8;

export class PacketSocket {
  readonly ifindex: number;
  readonly fd: number;
  #hooked = false;
  readonly #statistics = new Uint32Array(STATISTICS / 4);
  readonly #statisticsBytes = new Uint8Array(this.#statistics.buffer);
  readonly #length = new Uint8Array(4);

  /** `inherited`: an open socket of this interface, from `handOver`. Throws SysError; then nothing stays open. */
  constructor(ifindex: number, { inherited, hooked = true, program }: PacketSocketOptions = {}) {
    if (!Number.isInteger(ifindex) || ifindex <= 0)
      throw new RangeError(`${ifindex} is no interface: 0 would mean all`);
    this.ifindex = ifindex;
    if (inherited !== undefined) {
      this.fd = inherited.fd;
      this.#hooked = inherited.hooked !== false;
      if (program !== undefined) this.attachProgram(program);
      return;
    }
    // Protocol 0: receives nothing until it is bound, so no frame of another interface slips in.
    const doing = `open a packet socket on interface ${ifindex}`;
    this.fd = check(libc().socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), 'socket', doing);
    try {
      for (const option of [PACKET_VNET_HDR, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING]) {
        check(this.#set(SOL_PACKET, option, int32(1)), 'setsockopt', doing);
      }
      this.#setRoom(SO_RCVBUFFORCE, SO_RCVBUF, RECEIVE_ROOM);
      this.#setRoom(SO_SNDBUFFORCE, SO_SNDBUF, SEND_ROOM);
      if (program !== undefined) this.attachProgram(program);
      if (hooked) this.hook();
      else this.#bind(0);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get hooked(): boolean {
    return this.#hooked;
  }

  /** Frames come in from now on. At once, for a socket that never received before. */
  hook(): void {
    if (this.#hooked) return;
    this.#bind(ETH_P_ALL);
    this.#hooked = true;
  }

  /** A BPF program decides which frames come in. */
  attachProgram(program: number): void {
    const doing = `filter the frames of interface ${this.ifindex}`;
    check(this.#set(SOL_SOCKET, SO_ATTACH_BPF, int32(program)), 'setsockopt(SO_ATTACH_BPF)', doing);
  }

  /** All frames come in; there may have been no program. */
  detachProgram(): void {
    this.#set(SOL_SOCKET, SO_DETACH_FILTER, int32(0));
  }

  /** Frames lost since the last call because the receive room was full. */
  takeDrops(): number {
    this.#length[0] = STATISTICS;
    const result = libc().getsockopt(this.fd, SOL_PACKET, PACKET_STATISTICS, this.#statisticsBytes, this.#length);
    return result === 0 ? (this.#statistics[1] ?? 0) : 0;
  }

  /** What the next program of this process needs to go on with the socket, which stays open: frames wait in it. */
  handOver(): SocketHeritage {
    return { ifindex: this.ifindex, fd: this.fd, hooked: this.#hooked };
  }

  close(): void {
    libc().close(this.fd);
  }

  #bind(protocol: number): void {
    const address = sockaddrLl(protocol, this.ifindex);
    check(libc().bind(this.fd, address, address.length), 'bind', `open a packet socket on interface ${this.ifindex}`);
  }

  #set(level: number, option: number, value: Uint8Array): number {
    return libc().setsockopt(this.fd, level, option, value, value.length);
  }

  /** Beyond the system's limit where we may, else as much as the limit allows. */
  #setRoom(force: number, polite: number, octets: number): void {
    if (this.#set(SOL_SOCKET, force, int32(octets)) < 0) this.#set(SOL_SOCKET, polite, int32(octets));
  }
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}
