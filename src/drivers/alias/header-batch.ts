/** Headers of received and sent frames in batches: recvmmsg over memory that is laid out once. */
import { MSG_DONTWAIT, MSG_TRUNC, PACKET_OUTGOING, TP_STATUS_VLAN_VALID } from '../sys/constants.js';
import { libc } from '../sys/libc.js';
import { readSockaddrLl, SOCKADDR_LL_SIZE } from '../sys/structs.js';
import { headerLength, segments } from '../user-datapath-frame.js';
import { HEADER_OCTETS } from './header-socket.js';

const BATCH = 64;
const VNET_HEADER = 10;
/** Room for one header, with the vnet header before it. */
const SLOT = VNET_HEADER + HEADER_OCTETS;
/** struct mmsghdr: msghdr (56 octets) and msg_len. */
const MMSGHDR = 64;
/** CMSG_SPACE(sizeof(struct tpacket_auxdata)); behind cmsghdr (16): tp_status, tp_len. */
const CONTROL = 40;
const CMSGHDR = 16;

/** One frame of a batch; valid until the next one. */
export interface HeaderLook {
  readonly header: Uint8Array;
  readonly outgoing: boolean;
  /** The kernel took a VLAN tag out of it. */
  readonly tagged: boolean;
  /** As on the wire: a super-frame is the frames that it becomes. */
  readonly frames: number;
  readonly octets: number;
}

export class HeaderBatch {
  readonly #headers = Buffer.alloc(BATCH * SLOT);
  readonly #names = Buffer.alloc(BATCH * SOCKADDR_LL_SIZE);
  readonly #controls = Buffer.alloc(BATCH * CONTROL);
  readonly #iovecs = Buffer.alloc(BATCH * 16);
  readonly #messages = Buffer.alloc(BATCH * MMSGHDR);

  constructor() {
    const [headers, names] = [libc().address(this.#headers), libc().address(this.#names)];
    const [controls, iovecs] = [libc().address(this.#controls), libc().address(this.#iovecs)];
    for (let i = 0; i < BATCH; i++) {
      this.#iovecs.writeBigUInt64LE(headers + BigInt(i * SLOT), i * 16);
      this.#iovecs.writeBigUInt64LE(BigInt(SLOT), i * 16 + 8);
      const at = i * MMSGHDR;
      this.#messages.writeBigUInt64LE(names + BigInt(i * SOCKADDR_LL_SIZE), at);
      this.#messages.writeBigUInt64LE(iovecs + BigInt(i * 16), at + 16);
      this.#messages.writeBigUInt64LE(1n, at + 24);
      this.#messages.writeBigUInt64LE(controls + BigInt(i * CONTROL), at + 32);
    }
  }

  /** Calls `each` for what waits, at most one batch; gives how many there were, 0 where nothing waits. */
  read(fd: number, each: (frame: HeaderLook) => void): number {
    for (let at = 0; at < this.#messages.length; at += MMSGHDR) {
      this.#messages.writeUInt32LE(SOCKADDR_LL_SIZE, at + 8); // the kernel writes the used lengths
      this.#messages.writeBigUInt64LE(BigInt(CONTROL), at + 40);
    }
    const count = libc().recvmmsg(fd, this.#messages, BATCH, MSG_DONTWAIT | MSG_TRUNC, null);
    for (let i = 0; i < count; i++) each(this.#look(i));
    return Math.max(0, count);
  }

  #look(i: number): HeaderLook {
    const start = i * SLOT + VNET_HEADER;
    const here = this.#messages.readUInt32LE(i * MMSGHDR + 56) - VNET_HEADER;
    const header = this.#headers.subarray(start, start + Math.min(HEADER_OCTETS, Math.max(0, here)));
    const control = i * CONTROL + CMSGHDR;
    // What the frame was before the filter cut it.
    const length = this.#controls.readUInt32LE(control + 4);
    const frames = segments(this.#headers, start, length);
    return {
      header,
      outgoing: readSockaddrLl(this.#names, i * SOCKADDR_LL_SIZE).pkttype === PACKET_OUTGOING,
      tagged: (this.#controls.readUInt32LE(control) & TP_STATUS_VLAN_VALID) !== 0,
      frames,
      octets: frames > 1 ? length + (frames - 1) * headerLength(this.#headers, start) : length,
    };
  }
}
