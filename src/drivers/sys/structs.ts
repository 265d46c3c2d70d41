/**
 * C structures of the Linux user interface as explicit writers and readers: the one place where offsets stand.
 * Layouts are those of 64-bit little-endian Linux (x86-64, arm64); test/drivers/sys/structs.test.ts holds size and
 * offsets against the C declarations. Fields named `be` travel in network order.
 */
import { AF_NETLINK, AF_PACKET } from './constants.js';

/** struct sockaddr_ll: family, protocol (be), ifindex, hatype, pkttype, halen, address. */
export const SOCKADDR_LL_SIZE = 20;

export interface SockaddrLl {
  readonly protocol: number;
  readonly ifindex: number;
  /** PACKET_HOST ... PACKET_OUTGOING. */
  readonly pkttype: number;
}

/** `address`: destination for sendto on a SOCK_DGRAM socket; SOCK_RAW needs none. */
export function sockaddrLl(protocol: number, ifindex: number, address?: Uint8Array): Buffer {
  const buffer = Buffer.alloc(SOCKADDR_LL_SIZE);
  buffer.writeUInt16LE(AF_PACKET, 0);
  buffer.writeUInt16BE(protocol, 2);
  buffer.writeInt32LE(ifindex, 4);
  if (address !== undefined) {
    buffer.writeUInt8(address.length, 11);
    buffer.set(address.subarray(0, 8), 12);
  }
  return buffer;
}

export function readSockaddrLl(buffer: Buffer, offset = 0): SockaddrLl {
  return {
    protocol: buffer.readUInt16BE(offset + 2),
    ifindex: buffer.readInt32LE(offset + 4),
    pkttype: buffer.readUInt8(offset + 10),
  };
}

/** struct packet_mreq: ifindex, type, alen, address. */
export const PACKET_MREQ_SIZE = 16;

export function packetMreq(ifindex: number, type: number, address?: Uint8Array): Buffer {
  const buffer = Buffer.alloc(PACKET_MREQ_SIZE);
  buffer.writeInt32LE(ifindex, 0);
  buffer.writeUInt16LE(type, 4);
  if (address !== undefined) {
    buffer.writeUInt16LE(address.length, 6);
    buffer.set(address.subarray(0, 8), 8);
  }
  return buffer;
}

/** struct sockaddr_nl: family, pad, pid, groups. */
export const SOCKADDR_NL_SIZE = 12;

export function sockaddrNl(groups: number): Buffer {
  const buffer = Buffer.alloc(SOCKADDR_NL_SIZE);
  buffer.writeUInt16LE(AF_NETLINK, 0);
  buffer.writeUInt32LE(groups, 8);
  return buffer;
}

/** struct iovec: base, length. */
export const IOVEC_SIZE = 16;

export function writeIovec(target: Buffer, offset: number, base: bigint, length: number): void {
  target.writeBigUInt64LE(base, offset);
  target.writeBigUInt64LE(BigInt(length), offset + 8);
}

/** struct msghdr: name, namelen, iov, iovlen, control, controllen, flags. */
export const MSGHDR_SIZE = 56;
export const MSGHDR_NAMELEN = 8;
export const MSGHDR_CONTROLLEN = 40;
export const MSGHDR_FLAGS = 48;

export interface Msghdr {
  readonly name: bigint;
  readonly nameLength: number;
  readonly iov: bigint;
  readonly iovCount: number;
  readonly control: bigint;
  readonly controlLength: number;
}

export function writeMsghdr(target: Buffer, offset: number, header: Msghdr): void {
  target.writeBigUInt64LE(header.name, offset);
  target.writeUInt32LE(header.nameLength, offset + MSGHDR_NAMELEN);
  target.writeBigUInt64LE(header.iov, offset + 16);
  target.writeBigUInt64LE(BigInt(header.iovCount), offset + 24);
  target.writeBigUInt64LE(header.control, offset + 32);
  target.writeBigUInt64LE(BigInt(header.controlLength), offset + MSGHDR_CONTROLLEN);
  target.writeInt32LE(0, offset + MSGHDR_FLAGS);
}

/** struct mmsghdr: msghdr, then the length of the message, padded. */
export const MMSGHDR_SIZE = 64;
export const MMSGHDR_LEN = 56;

/** struct cmsghdr: length, level, type; data follows, each padded to 8. */
export const CMSGHDR_SIZE = 16;

/** struct tpacket_auxdata: status, len, snaplen, mac, net, vlan_tci, vlan_tpid. */
export const TPACKET_AUXDATA_SIZE = 20;
/** Room for one control message with struct tpacket_auxdata. */
export const AUXDATA_CONTROL_SIZE = 40;

export interface TpacketAuxdata {
  readonly status: number;
  readonly vlanTci: number;
  readonly vlanTpid: number;
}

/** Data of the first control message of this level and type; undefined where there is none. */
export function findControl(control: Buffer, length: number, level: number, type: number): Buffer | undefined {
  for (let at = 0; at + CMSGHDR_SIZE <= length; ) {
    const size = Number(control.readBigUInt64LE(at));
    if (size < CMSGHDR_SIZE || at + size > length) return undefined;
    if (control.readInt32LE(at + 8) === level && control.readInt32LE(at + 12) === type) {
      return control.subarray(at + CMSGHDR_SIZE, at + size);
    }
    at += (size + 7) & ~7;
  }
  return undefined;
}

export function readTpacketAuxdata(data: Buffer): TpacketAuxdata {
  return { status: data.readUInt32LE(0), vlanTci: data.readUInt16LE(16), vlanTpid: data.readUInt16LE(18) };
}

/** struct ifreq with a pointer in its union: name, data. */
export const IFREQ_SIZE = 40;

export function ifreqWithPointer(name: string, data: bigint): Buffer {
  const buffer = Buffer.alloc(IFREQ_SIZE);
  buffer.write(name, 0, 15, 'utf8');
  buffer.writeBigUInt64LE(data, 16);
  return buffer;
}
