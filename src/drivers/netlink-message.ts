/**
 * Netlink messages and attributes as bytes (include/uapi/linux/{netlink,rtnetlink,if_link}.h). Pure.
 * A message is a 16-byte header, a fixed part of its type, and attributes padded to 4 bytes. Host order is
 * little-endian here.
 */

export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_EXCL = 0x200;
export const NLM_F_CREATE = 0x400;
/** In an error reply: the request is not repeated in it. */
const NLM_F_CAPPED = 0x100;
/** In an error reply: attributes follow. */
const NLM_F_ACK_TLVS = 0x200;

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
const NLMSGHDR_SIZE = 16;
const NLMSGERR_ATTR_MSG = 1;
const NLA_TYPE_MASK = 0x3fff;
const NLA_F_NESTED = 0x8000;

const pad = (length: number): number => (length + 3) & ~3;

/** One attribute; `value` is a string (zero-terminated on the wire), a 32-bit number, bytes, or nested attributes. */
export type Attribute = readonly [type: number, value: string | number | Uint8Array | readonly Attribute[]];

export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** Everything after the header. */
  readonly payload: Buffer;
}

/** Netlink's answer to a request: 0 or an errno, and the kernel's own words where it gives any. */
export interface NetlinkOutcome {
  readonly errno: number;
  readonly text: string | undefined;
}

function encodeAttribute([type, value]: Attribute): Buffer {
  if (typeof value === 'number') {
    const data = Buffer.alloc(4);
    data.writeUInt32LE(value >>> 0);
    return attributeOf(type, data);
  }
  if (typeof value === 'string') return attributeOf(type, Buffer.from(`${value}\0`, 'utf8'));
  if (value instanceof Uint8Array) return attributeOf(type, value);
  return attributeOf(type | NLA_F_NESTED, encodeAttributes(value));
}

function attributeOf(type: number, data: Uint8Array): Buffer {
  const buffer = Buffer.alloc(pad(4 + data.length));
  buffer.writeUInt16LE(4 + data.length, 0);
  buffer.writeUInt16LE(type, 2);
  buffer.set(data, 4);
  return buffer;
}

export function encodeAttributes(attributes: readonly Attribute[]): Buffer {
  return Buffer.concat(attributes.map(encodeAttribute));
}

/** A whole message; `fixed` is the part of its type (ifinfomsg ...), `sequence` is echoed by the kernel. */
export function encodeMessage(
  type: number,
  flags: number,
  sequence: number,
  fixed: Uint8Array,
  attributes: readonly Attribute[] = [],
): Buffer {
  const body = Buffer.concat([fixed, encodeAttributes(attributes)]);
  const buffer = Buffer.alloc(NLMSGHDR_SIZE + body.length);
  buffer.writeUInt32LE(buffer.length, 0);
  buffer.writeUInt16LE(type, 4);
  buffer.writeUInt16LE(flags, 6);
  buffer.writeUInt32LE(sequence, 8);
  buffer.set(body, NLMSGHDR_SIZE);
  return buffer;
}

/** The messages of one datagram; reading stops at the first one whose length cannot be. */
export function decodeMessages(datagram: Buffer): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at + NLMSGHDR_SIZE <= datagram.length; ) {
    const length = datagram.readUInt32LE(at);
    if (length < NLMSGHDR_SIZE || at + length > datagram.length) break;
    messages.push({
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      payload: datagram.subarray(at + NLMSGHDR_SIZE, at + length),
    });
    at += pad(length);
  }
  return messages;
}

/** Attributes by type; of repeated ones the last. Reading stops at the first whose length cannot be. */
export function decodeAttributes(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4 || at + length > bytes.length) break;
    attributes.set(bytes.readUInt16LE(at + 2) & NLA_TYPE_MASK, bytes.subarray(at + 4, at + length));
    at += pad(length);
  }
  return attributes;
}

/** Text of a string attribute, without the terminating zero. */
export function attributeText(data: Buffer | undefined): string | undefined {
  if (data === undefined) return undefined;
  const end = data.indexOf(0);
  return data.toString('utf8', 0, end < 0 ? data.length : end);
}

/** Value of a 32-bit attribute; undefined where it is missing or too short. */
export function attributeU32(data: Buffer | undefined): number | undefined {
  return data !== undefined && data.length >= 4 ? data.readUInt32LE(0) : undefined;
}

/** Reads an NLMSG_ERROR message (struct nlmsgerr and the extended acknowledgement). */
export function decodeOutcome(message: NetlinkMessage): NetlinkOutcome {
  const { payload, flags } = message;
  if (payload.length < 4 + NLMSGHDR_SIZE) return { errno: 0, text: undefined };
  const errno = Math.abs(payload.readInt32LE(0)); // negative on the wire
  if ((flags & NLM_F_ACK_TLVS) === 0) return { errno, text: undefined };
  const repeated = (flags & NLM_F_CAPPED) === 0 ? payload.readUInt32LE(4) : NLMSGHDR_SIZE;
  const attributes = decodeAttributes(payload.subarray(4 + pad(repeated)));
  return { errno, text: attributeText(attributes.get(NLMSGERR_ATTR_MSG)) };
}
