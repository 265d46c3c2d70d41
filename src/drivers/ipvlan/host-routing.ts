/**
 * Packets of slaves that go the way the host's own routes say (l3, l3s): through raw IP sockets, so netfilter sees them
 * in OUTPUT. It counts as a hop: so a way that leads back to a slave ends. Of an expired packet, one without a way and
 * one too long for its way the slave is told by ICMP, as often as a router would. Fragments are not made.
 */
import { ETHERNET_HEADER, IPV4_TO, IPV6_TO, u16 } from '../../layers/ipvlan/frame.js';
import { type IcmpError, icmpErrorFor } from '../../layers/ipvlan/icmp-error.js';
import type { DropReason } from '../../layers/ipvlan/verdict.js';
import type { FrameArena } from '../sys/batch.js';
import { Errno, SysError } from '../sys/sys-error.js';
import { ChecksummedMemory } from './checksum.js';
import { pathMtu } from './path-mtu.js';
import { RawSocket } from './raw-socket.js';
import { finishChecksum, isSuperFrame, SuperFrame } from './super-frame.js';

/** ICMP errors between two calls of `refill`. */
const ERRORS = 20;

interface Refusal {
  readonly reason: DropReason;
  /** What the slave is told; undefined: nothing. */
  readonly error?: IcmpError;
}

const REFUSALS = new Map<number, Refusal>([
  [Errno.EMSGSIZE, { reason: 'toobig', error: 'toobig' }],
  [Errno.ENETUNREACH, { reason: 'unrouted', error: 'unreachable' }],
  [Errno.EHOSTUNREACH, { reason: 'unrouted', error: 'unreachable' }],
  [Errno.EACCES, { reason: 'unrouted', error: 'prohibited' }], // a route that prohibits, or a broadcast
  [Errno.EINVAL, { reason: 'unrouted' }], // a blackhole
  [Errno.EPERM, { reason: 'unrouted' }], // netfilter
]);
const LOST: Refusal = { reason: 'lost' };

export interface RoutedSlave {
  count(reason: DropReason, frames: number): void;
  tell(frame: Uint8Array): void;
}

export class HostRouting {
  readonly #arena: FrameArena;
  readonly #memory: ChecksummedMemory;
  readonly #whole: SuperFrame;
  readonly #sockets = new Map<4 | 6, RawSocket | undefined>();
  #routers: readonly Uint8Array[] = [];
  #errors = ERRORS;
  #slave: RoutedSlave | undefined;

  constructor(arena: FrameArena) {
    this.#arena = arena;
    this.#memory = new ChecksummedMemory(arena.bytes);
    this.#whole = new SuperFrame(this.#memory);
  }

  /** The host's own addresses on the master: what ICMP errors come from. */
  setRouters(addresses: readonly Uint8Array[]): void {
    const isLinkLocal = (address: Uint8Array) => address.length === 16 && address[0] === 0xfe;
    this.#routers = addresses.filter((address) => !isLinkLocal(address));
  }

  /** Takes the packet of a frame that `decide` wants routed. All of one batch are of one slave. */
  push(slave: RoutedSlave, start: number, length: number, frames: number): void {
    this.#slave = slave;
    const { bytes } = this.#arena;
    const ip = start + ETHERNET_HEADER;
    const family = (bytes[ip] ?? 0) >>> 4 === 4 ? 4 : 6;
    const cut = isSuperFrame(bytes, start);
    const claimed = family === 4 ? u16(bytes, ip + 2) : u16(bytes, ip + 4) + 40;
    // The length field of a super-frame may be too small for it.
    const end = cut ? start + length : Math.min(ip + claimed, start + length);
    const socket = this.#socket(family);
    const hops = ip + (family === 4 ? 8 : 7);
    const expired = (bytes[hops] ?? 0) <= 1;
    if (end < ip + (family === 4 ? 20 : 40)) slave.count('malformed', frames);
    else if (expired || socket === undefined) {
      slave.count('unrouted', frames);
      if (expired) this.#tell(slave, start, 'expired');
    } else {
      bytes[hops] = (bytes[hops] ?? 0) - 1;
      if (cut) this.#cut(slave, socket, start, end, frames);
      else {
        finishChecksum(this.#memory, start, end);
        if (socket.full) this.#flush(socket);
        socket.push(start, ip, end - ip);
      }
    }
  }

  flush(): void {
    for (const socket of this.#sockets.values()) if (socket !== undefined && !socket.empty) this.#flush(socket);
  }

  /** From time to time: so many ICMP errors may be sent again. */
  refill(): void {
    this.#errors = ERRORS;
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket?.close();
    this.#sockets.clear();
  }

  #cut(slave: RoutedSlave, socket: RawSocket, start: number, end: number, frames: number): void {
    const whole = this.#whole;
    if (!whole.open(start, end)) {
      slave.count('toobig', frames);
      return;
    }
    for (let segment = 0; segment < whole.count; segment++) {
      if (socket.full) this.#flush(socket);
      socket.pushSegment(start, start + ETHERNET_HEADER, whole, segment);
    }
  }

  #flush(socket: RawSocket): void {
    socket.flush(this.#refused);
  }

  readonly #refused = (frame: number, errno: number): void => {
    const slave = this.#slave;
    if (slave === undefined) return;
    const { reason, error } = REFUSALS.get(errno) ?? LOST;
    slave.count(reason, 1);
    if (error !== undefined) this.#tell(slave, frame, error);
  };

  #tell(slave: RoutedSlave, start: number, error: IcmpError): void {
    if (this.#errors <= 0) return;
    this.#errors--;
    const { bytes } = this.#arena;
    const octets = (bytes[start + ETHERNET_HEADER] ?? 0) >>> 4 === 4 ? 4 : 16;
    const router = this.#routers.find((address) => address.length === octets);
    if (router === undefined) return;
    const to = start + (octets === 4 ? IPV4_TO : IPV6_TO);
    const mtu = error === 'toobig' ? pathMtu(bytes.slice(to, to + octets)) : 0;
    if (mtu === undefined) return;
    // What is quoted is the beginning of the packet.
    const frame = icmpErrorFor({ bytes, start, length: ETHERNET_HEADER + 1280 }, error, router, mtu);
    if (frame !== undefined) slave.tell(frame);
  }

  /** Undefined: there is no such family here. Throws other SysErrors. */
  #socket(family: 4 | 6): RawSocket | undefined {
    if (this.#sockets.has(family)) return this.#sockets.get(family);
    let socket: RawSocket | undefined;
    try {
      socket = new RawSocket(family, this.#arena);
    } catch (error) {
      if (!(error instanceof SysError) || error.errno !== Errno.EAFNOSUPPORT) throw error;
    }
    this.#sockets.set(family, socket);
    return socket;
  }
}
