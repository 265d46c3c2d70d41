/**
 * C structures of the Linux user interface as explicit writers and readers: the place where offsets stand
 * (those of batched frames are in batch.ts, beside the arenas that they describe).
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

/** struct ifreq with a pointer in its union: name, data. */
export const IFREQ_SIZE = 40;

export function ifreqWithPointer(name: string, data: bigint): Buffer {
  const buffer = Buffer.alloc(IFREQ_SIZE);
  buffer.write(name, 0, 15, 'utf8');
  buffer.writeBigUInt64LE(data, 16);
  return buffer;
}
