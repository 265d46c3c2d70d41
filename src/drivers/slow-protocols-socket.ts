/**
 * The control-plane socket: one AF_PACKET socket per network namespace, bound to EtherType 0x8809 on no particular
 * interface; `sll_ifindex` names the port. The kernel visits it for slow-protocols frames only, and never with frames
 * that we or anybody else send.
 */
import type { SlowProtocolsWire } from '../aggregator/io.js';
import { Slow_Protocols_Multicast } from '../lacp/constants.js';
import { macBytes } from './link-message.js';
import * as c from './sys/constants.js';
import { check, type FdWatch, libc, watchReadable } from './sys/libc.js';
import * as s from './sys/structs.js';
import { Errno, errnoName, SysError } from './sys/sys-error.js';

/** A tag is put back in front of the EtherType: room for it before the frame. */
const TAG_SIZE = 4;
/** Slow-protocols frames have at most 128 octets and ours 124; a longer one is handed up cut off here. */
const MAX_FRAME = 2048;
/** Frames read per wake-up, so that a flood leaves the loop to others. */
const MAX_READS = 64;
const DOING = 'open the slow-protocols socket';
const GROUP = macBytes(Slow_Protocols_Multicast);

/** What the driver counted, for status. */
export interface SlowProtocolsCounters {
  /** Refused transmissions by errno name. */
  readonly txRefused: Readonly<Record<string, number>>;
  /** Frames of interfaces that are not joined. */
  readonly rxOther: number;
  /** Frames that arrived with a VLAN tag. */
  readonly rxTagged: number;
}

export interface SlowProtocolsSocket extends SlowProtocolsWire {
  counters(): SlowProtocolsCounters;
}

export function openSlowProtocolsSocket(): SlowProtocolsSocket {
  const type = c.SOCK_RAW | c.SOCK_NONBLOCK | c.SOCK_CLOEXEC;
  // Protocol 0 first: no frame comes in before the socket is set up.
  const fd = check(libc().socket(c.AF_PACKET, type, 0), 'socket(AF_PACKET)', DOING);
  const on = Buffer.from([1, 0, 0, 0]);
  check(libc().setsockopt(fd, c.SOL_PACKET, c.PACKET_AUXDATA, on, on.length), 'setsockopt(PACKET_AUXDATA)', DOING);
  const address = s.sockaddrLl(c.ETH_P_SLOW, 0);
  check(libc().bind(fd, address, address.length), 'bind(AF_PACKET)', DOING);

  const joined = new Set<number>();
  const txRefused: Record<string, number> = {};
  let rxOther = 0;
  let rxTagged = 0;
  let watch: FdWatch | undefined;

  // Written into each other by address: all four stay referenced by the closures below.
  const bytes = Buffer.alloc(TAG_SIZE + MAX_FRAME);
  const from = Buffer.alloc(s.SOCKADDR_LL_SIZE);
  const control = Buffer.alloc(s.AUXDATA_CONTROL_SIZE);
  const iovec = Buffer.alloc(s.IOVEC_SIZE);
  const message = Buffer.alloc(s.MSGHDR_SIZE);
  s.writeIovec(iovec, 0, libc().address(bytes) + BigInt(TAG_SIZE), MAX_FRAME);
  const header: s.Msghdr = {
    name: libc().address(from),
    nameLength: from.length,
    iov: libc().address(iovec),
    iovCount: 1,
    control: libc().address(control),
    controlLength: control.length,
  };

  /** The frame of the last recvmsg as it was on the wire. */
  function frameOnTheWire(length: number): Uint8Array {
    const controlLength = Number(message.readBigUInt64LE(s.MSGHDR_CONTROLLEN));
    const data = s.findControl(control, controlLength, c.SOL_PACKET, c.PACKET_AUXDATA);
    const auxdata = data === undefined ? undefined : s.readTpacketAuxdata(data);
    if (auxdata === undefined || (auxdata.status & c.TP_STATUS_VLAN_VALID) === 0) {
      return bytes.subarray(TAG_SIZE, TAG_SIZE + length);
    }
    rxTagged++;
    const known = (auxdata.status & c.TP_STATUS_VLAN_TPID_VALID) !== 0;
    return putTagBack(bytes, length, known ? auxdata.vlanTpid : c.ETH_P_8021Q, auxdata.vlanTci);
  }

  function drain(listener: (ifindex: number, frame: Uint8Array) => void): void {
    for (let reads = 0; reads < MAX_READS && watch !== undefined; reads++) {
      s.writeMsghdr(message, 0, header);
      const length = libc().recvmsg(fd, message, c.MSG_DONTWAIT);
      if (length < 0) {
        const errno = libc().errno();
        // ENETDOWN: an interface went down; link events tell that.
        if (errno === Errno.EINTR || errno === Errno.ENETDOWN) continue;
        if (errno === Errno.EAGAIN) return;
        throw new SysError('recvmsg(AF_PACKET)', errno, 'receive slow-protocols frames');
      }
      const { ifindex, pkttype } = s.readSockaddrLl(from);
      if (pkttype === c.PACKET_OUTGOING) continue;
      if (!joined.has(ifindex)) rxOther++;
      else listener(ifindex, frameOnTheWire(length));
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
    start(listener) {
      watch = watchReadable(fd, () => drain(listener));
    },
    close() {
      watch?.close();
      watch = undefined;
      joined.clear();
      libc().close(fd);
    },
    counters: () => ({ txRefused: { ...txRefused }, rxOther, rxTagged }),
  };
}

/** Moves the addresses to the front of `bytes` and writes the tag behind them; the frame then has 4 octets more. */
function putTagBack(bytes: Buffer, length: number, tpid: number, tci: number): Uint8Array {
  bytes.copyWithin(0, TAG_SIZE, TAG_SIZE + 12);
  bytes.writeUInt16BE(tpid, 12);
  bytes.writeUInt16BE(tci, 14);
  return bytes.subarray(0, TAG_SIZE + length);
}
