/** A writer of capture files, small and apart from our readers: classic pcap and pcapng, every order and resolution. */

const LINKTYPE_ETHERNET = 1;

export interface Packet {
  /** Microseconds (nanoseconds where the file has them) since 1970. */
  readonly time: bigint;
  readonly data: Uint8Array;
  /** Octets on the wire; default: all are there. */
  readonly original?: number;
  /** pcapng: interface by number, default 0. */
  readonly interface?: number;
  /** pcapng: a Simple Packet Block, which has no time. */
  readonly simple?: boolean;
}

/** A capture of whole Ethernet frames, one a second apart: microseconds, little-endian. */
export function pcap(frames: readonly Uint8Array[]): Uint8Array {
  return pcapFile(frames.map((data, second) => ({ time: BigInt(second) * 1_000_000n, data })));
}

export interface PcapOptions {
  readonly bigEndian?: boolean;
  readonly nanoseconds?: boolean;
  /** With the bits above it, where there are any. */
  readonly linkType?: number;
  readonly snapshot?: number;
}

export function pcapFile(packets: readonly Packet[], options: PcapOptions = {}): Uint8Array {
  const { bigEndian = false, nanoseconds = false, linkType = LINKTYPE_ETHERNET, snapshot = 65_535 } = options;
  const u32 = (...values: number[]) => words(bigEndian, values);
  const perSecond = nanoseconds ? 1_000_000_000n : 1_000_000n;
  return Buffer.concat([
    u32(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4),
    halves(bigEndian, [2, 4]),
    u32(0, 0, snapshot, linkType),
    ...packets.flatMap(({ time, data, original }) => [
      u32(Number(time / perSecond), Number(time % perSecond), data.length, original ?? data.length),
      data,
    ]),
  ]);
}

export interface InterfaceOptions {
  readonly linkType?: number;
  readonly name?: string;
  /** if_tsresol as its octet; default: not given, which is 6 (microseconds). */
  readonly resolution?: number;
  /** if_tsoffset in seconds. */
  readonly offset?: bigint;
  readonly fcs?: number;
  readonly snapshot?: number;
}

export interface Section {
  readonly bigEndian?: boolean;
  readonly interfaces: readonly InterfaceOptions[];
  readonly packets: readonly Packet[];
  /** Blocks of these types stand among the packets; no reader knows them all. */
  readonly strangers?: readonly number[];
}

export function pcapngFile(sections: readonly Section[]): Uint8Array {
  return Buffer.concat(sections.map(section));
}

function section({ bigEndian = false, interfaces, packets, strangers = [] }: Section): Buffer {
  const u32 = (...values: number[]) => words(bigEndian, values);
  const u16 = (...values: number[]) => halves(bigEndian, values);
  const block = (type: number, ...parts: readonly Uint8Array[]) => {
    const body = Buffer.concat(parts.map(padded));
    return Buffer.concat([u32(type, body.length + 12), body, u32(body.length + 12)]);
  };
  const option = (code: number, value: Uint8Array) => Buffer.concat([u16(code, value.length), padded(value)]);
  const unknown = strangers.map((type) => block(type, Buffer.from('anything, with a length that needs padding')));
  return Buffer.concat([
    block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1, 0), u32(0xffffffff, 0xffffffff)),
    ...unknown,
    ...interfaces.map(({ linkType = LINKTYPE_ETHERNET, name, resolution, offset, fcs, snapshot = 0 }) =>
      block(
        1,
        u16(linkType, 0),
        u32(snapshot),
        ...(name === undefined ? [] : [option(2, Buffer.from(name))]),
        ...(resolution === undefined ? [] : [option(9, Uint8Array.of(resolution))]),
        ...(offset === undefined ? [] : [option(14, sixtyFour(bigEndian, offset))]),
        ...(fcs === undefined ? [] : [option(13, Uint8Array.of(fcs))]),
        option(0, new Uint8Array(0)),
      ),
    ),
    ...packets.flatMap(({ time, data, original = data.length, interface: index = 0, simple = false }) => [
      simple
        ? block(3, u32(original), data)
        : block(6, u32(index, Number(time >> 32n), Number(time & 0xffffffffn), data.length, original), data),
      ...unknown,
    ]),
  ]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

function words(bigEndian: boolean, values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) {
    if (bigEndian) bytes.writeUInt32BE(value, 4 * i);
    else bytes.writeUInt32LE(value, 4 * i);
  }
  return bytes;
}

function halves(bigEndian: boolean, values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) {
    if (bigEndian) bytes.writeUInt16BE(value, 2 * i);
    else bytes.writeUInt16LE(value, 2 * i);
  }
  return bytes;
}

function sixtyFour(bigEndian: boolean, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  if (bigEndian) bytes.writeBigInt64BE(value);
  else bytes.writeBigInt64LE(value);
  return bytes;
}
