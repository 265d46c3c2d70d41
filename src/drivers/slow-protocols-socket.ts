/**
 * The control-plane socket: one AF_PACKET socket per network namespace, bound to EtherType 0x8809 on no particular
 * interface; `sll_ifindex` names the port. The kernel visits it for slow-protocols frames only, and never with frames
 * that we or anybody else send.
 *
 * Tagged frames are not slow protocols, but the kernel takes the tag off before it looks for a socket of an EtherType.
 * What remains of it is the packet type: a multicast frame "for another host" had a VLAN ID. A priority tag (VLAN ID
 * 0) leaves nothing at all; such frames are stopped by the program of an attached member (silence-program.ts), and
 * pass for untagged ones where the kernel does not permit that.
 */
import type { SlowProtocolsWire } from '../aggregator/io.js';
import { Slow_Protocols_Multicast } from '../lacp/constants.js';
import { macBytes } from './link-message.js';
import * as c from './sys/constants.js';
import { check, type FdWatch, libc, watchReadable } from './sys/libc.js';
import * as s from './sys/structs.js';
import { Errno, errnoName, SysError } from './sys/sys-error.js';

/** Slow-protocols frames have at most 128 octets and ours 124; a longer one is handed up cut off here. */
const MAX_FRAME = 2048;
/** Frames read per wake-up, so that a flood leaves the loop to others. */
const MAX_READS = 64;
/** Frames read by `drain`: what a thousand ports say while we stand still for some seconds. */
const MAX_DRAIN = 8192;
/** One socket serves all ports: a burst on one must not cost another its frame (about 10 000 frames). */
const RECEIVE_BUFFER = 8 * 1024 * 1024;
const DOING = 'open the slow-protocols socket';
const GROUP = macBytes(Slow_Protocols_Multicast);

/** What the driver counted, for status. */
export interface SlowProtocolsCounters {
  /** Refused transmissions by errno name. */
  readonly txRefused: Readonly<Record<string, number>>;
  /** Frames of interfaces that are not joined. */
  readonly rxOther: number;
  /** Frames with a VLAN tag, or to the unicast address of another host: not handed up. */
  readonly rxNotForUs: number;
}

/** A socket that goes on in the next program of this process: frames that come meanwhile wait in it. */
export interface SlowProtocolsHeritage {
  readonly fd: number;
  /** Interfaces whose group it has joined. */
  readonly joined: readonly number[];
}

export interface SlowProtocolsSocket extends SlowProtocolsWire {
  counters(): SlowProtocolsCounters;
  /** Reads nothing any more; the socket stays open. */
  handOver(): SlowProtocolsHeritage;
}

export function openSlowProtocolsSocket(heritage?: SlowProtocolsHeritage): SlowProtocolsSocket {
  const fd = heritage?.fd ?? openBound();
  const joined = new Set(heritage?.joined);
  const txRefused: Record<string, number> = {};
  let rxOther = 0;
  let rxNotForUs = 0;
  let watch: FdWatch | undefined;
  let listener: ((ifindex: number, frame: Uint8Array) => void) | undefined;

  // No Buffer: its slice() shares memory, where the readers of frames count on a copy.
  const bytes = new Uint8Array(MAX_FRAME);
  const from = Buffer.alloc(s.SOCKADDR_LL_SIZE);
  const fromLength = Buffer.alloc(4);

  function read(atMost: number): void {
    for (let reads = 0; reads < atMost && watch !== undefined; reads++) {
      fromLength.writeUInt32LE(from.length);
      const length = libc().recvfrom(fd, bytes, bytes.length, c.MSG_DONTWAIT, from, fromLength);
      if (length < 0) {
        const errno = libc().errno();
        // ENETDOWN: an interface went down; link events tell that.
        if (errno === Errno.EINTR || errno === Errno.ENETDOWN) continue;
        if (errno === Errno.EAGAIN) return;
        throw new SysError('recvfrom(AF_PACKET)', errno, 'receive slow-protocols frames');
      }
      const { ifindex, pkttype } = s.readSockaddrLl(from);
      if (pkttype === c.PACKET_OUTGOING) continue;
      if (!joined.has(ifindex)) rxOther++;
      else if (pkttype === c.PACKET_OTHERHOST) rxNotForUs++;
      else listener?.(ifindex, bytes.subarray(0, length));
    }
  }

  function membership(option: number, ifindex: number): number {
    const request = s.packetMreq(ifindex, c.PACKET_MR_MULTICAST, GROUP);
    return libc().setsockopt(fd, c.SOL_PACKET, option, request, request.length);
  }

  return {
    join(ifindex) {
      if (joined.has(ifindex)) return;
      const doing = `join the slow-protocols group on interface ${ifindex}`;
      check(membership(c.PACKET_ADD_MEMBERSHIP, ifindex), 'setsockopt(PACKET_ADD_MEMBERSHIP)', doing);
      joined.add(ifindex);
    },
    leave(ifindex) {
      // The kernel has dropped the membership already when the interface is gone.
      if (joined.delete(ifindex)) membership(c.PACKET_DROP_MEMBERSHIP, ifindex);
    },
    send(ifindex, frame) {
      const to = s.sockaddrLl(c.ETH_P_SLOW, ifindex);
      if (libc().sendto(fd, frame, frame.length, c.MSG_DONTWAIT, to, to.length) >= 0) return true;
      const code = errnoName(libc().errno());
      txRefused[code] = (txRefused[code] ?? 0) + 1;
      return false;
    },
    start(toListener) {
      listener = toListener;
      watch = watchReadable(fd, () => read(MAX_READS));
    },
    drain: () => read(MAX_DRAIN),
    handOver() {
      watch?.close();
      watch = undefined;
      return { fd, joined: [...joined] };
    },
    close() {
      watch?.close();
      watch = undefined;
      joined.clear();
      libc().close(fd);
    },
    counters: () => ({ txRefused: { ...txRefused }, rxOther, rxNotForUs }),
  };
}

function openBound(): number {
  const type = c.SOCK_RAW | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC;
  // Protocol 0: nothing comes in before the socket is bound.
  const fd = check(libc().socket(c.AF_PACKET, type, 0), 'socket(AF_PACKET)', DOING);
  const size = Buffer.alloc(4);
  size.writeInt32LE(RECEIVE_BUFFER);
  // Without the privilege the default size stays.
  libc().setsockopt(fd, c.SOL_SOCKET, c.SO_RCVBUFFORCE, size, size.length);
  const address = s.sockaddrLl(c.ETH_P_SLOW, 0);
  check(libc().bind(fd, address, address.length), 'bind(AF_PACKET)', DOING);
  return fd;
}
