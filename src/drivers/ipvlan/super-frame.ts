/**
 * What a slave's stack left to the network card, done here, because raw IP sockets take packets as they are on the
 * wire: open checksums are finished, super-frames (GSO) are cut. The headers of a segment are made anew, its payload
 * stays where it is.
 *
 * Offsets are those of the frame, `struct virtio_net_hdr` lies directly before it (see user-datapath-frame.ts).
 */
import { ETHERNET_HEADER } from '../../layers/ipvlan/frame.js';
import { headerLength } from '../user-datapath-frame.js';
import { type ChecksummedMemory, checksumOf } from './checksum.js';

const VNET_HEADER = 10;
const NEEDS_CSUM = 1;
const GSO_TCPV4 = 1;
const GSO_TCPV6 = 4;
const GSO_UDP_L4 = 5;
const GSO_ECN = 0x80;
const TCP = 6;
const UDP = 17;
/** In octet 13 of a TCP header: for the last segment, and for the first. */
const FIN_PSH = 0x09;
const CWR = 0x80;
/** Network and transport header of a segment. */
export const SEGMENT_HEADER = 256;

export function isSuperFrame(bytes: Uint8Array, start: number): boolean {
  return bytes[start - VNET_HEADER + 1] !== 0;
}

/** Finishes the checksum, where it is open, of the packet that ends before `end`. */
export function finishChecksum(memory: ChecksummedMemory, start: number, end: number): void {
  const { bytes } = memory;
  const vnet = start - VNET_HEADER;
  if (((bytes[vnet] ?? 0) & NEEDS_CSUM) === 0) return;
  const from = start + le16(bytes, vnet + 6);
  const field = from + le16(bytes, vnet + 8);
  if (field + 2 > end) return;
  put16(bytes, field, checksumOf(memory.sum(from, end))); // the field has the sum of the pseudo-header already
}

export class SuperFrame {
  /** How many segments it becomes. */
  count = 0;
  /** Octets of the headers of a segment. */
  header = 0;
  #start = 0;
  #end = 0;
  #transport = 0;
  #payload = 0;
  #size = 0;
  #protocol = TCP;
  #ipv4 = true;

  constructor(private readonly memory: ChecksummedMemory) {}

  /** False: a kind that cannot be cut here. */
  open(start: number, end: number): boolean {
    const { bytes } = this.memory;
    const vnet = start - VNET_HEADER;
    const type = (bytes[vnet + 1] ?? 0) & ~GSO_ECN;
    const known = type === GSO_TCPV4 || type === GSO_TCPV6 || type === GSO_UDP_L4;
    if (!known || ((bytes[vnet] ?? 0) & NEEDS_CSUM) === 0) return false;
    this.#ipv4 = (bytes[start + ETHERNET_HEADER] ?? 0) >>> 4 === 4;
    this.#start = start;
    this.#end = end;
    this.#transport = start + le16(bytes, vnet + 6);
    this.#payload = start + headerLength(bytes, start);
    this.#size = le16(bytes, vnet + 4);
    this.#protocol = type === GSO_UDP_L4 ? UDP : TCP;
    this.header = this.#payload - start - ETHERNET_HEADER;
    const network = this.#transport - start - ETHERNET_HEADER;
    if (network < (this.#ipv4 ? 20 : 40) || this.header < network + 8 || this.header > SEGMENT_HEADER) return false;
    if (this.#payload >= end || this.#size === 0) return false;
    this.count = Math.ceil((end - this.#payload) / this.#size);
    return true;
  }

  payloadAt(segment: number): number {
    return this.#payload + segment * this.#size;
  }

  payloadLength(segment: number): number {
    return Math.min(this.#size, this.#end - this.payloadAt(segment));
  }

  /** Network and transport header of a segment, into `out` from `at` on; an IPv4 header without its checksum. */
  writeHeader(segment: number, out: Uint8Array, at: number): void {
    const { bytes } = this.memory;
    const ip = this.#start + ETHERNET_HEADER;
    out.set(bytes.subarray(ip, ip + this.header), at);
    const length = this.header + this.payloadLength(segment);
    if (this.#ipv4) {
      put16(out, at + 2, length);
      put16(out, at + 4, be16(bytes, ip + 4) + segment); // identification
    } else put16(out, at + 4, length - 40);
    const transport = at + this.#transport - ip;
    if (this.#protocol === TCP) this.#tcp(segment, out, transport);
    else put16(out, transport + 4, length - (this.#transport - ip));
    const field = transport + (this.#protocol === TCP ? 16 : 6);
    put16(out, field, 0);
    put16(out, field, checksumOf(this.#sum(segment, out, at, transport)));
  }

  #tcp(segment: number, out: Uint8Array, transport: number): void {
    const sequence = be16(out, transport + 4) * 0x1_0000 + be16(out, transport + 6) + segment * this.#size;
    put16(out, transport + 4, Math.floor(sequence / 0x1_0000));
    put16(out, transport + 6, sequence);
    const flags = out[transport + 13] ?? 0;
    const notLast = segment < this.count - 1 ? FIN_PSH : 0;
    const notFirst = segment > 0 ? CWR : 0;
    out[transport + 13] = flags & ~(notLast | notFirst);
  }

  /** Of pseudo-header, transport header and payload. */
  #sum(segment: number, out: Uint8Array, at: number, transport: number): number {
    const headers = at + this.header;
    const payload = this.payloadAt(segment);
    const length = this.payloadLength(segment);
    let sum = this.#protocol + headers - transport + length;
    const addresses = at + (this.#ipv4 ? 12 : 8);
    const addressesEnd = addresses + (this.#ipv4 ? 8 : 32);
    for (let i = addresses; i < addressesEnd; i += 2) sum += be16(out, i);
    for (let i = transport; i < headers; i += 2) sum += be16(out, i);
    return sum + this.memory.sum(payload, payload + length);
  }
}

function be16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function le16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
