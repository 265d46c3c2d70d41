/** Octets for tests: literal hex, and Ethernet frames put together header by header. */

/** Literal octets; blanks and line ends are only for the reader. Throws on anything else that is not hex. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s+/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new Error(`not whole octets in hex: ${text}`);
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** One array of all octets, in order. */
export function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Big-endian 16 bits. */
export function u16(value: number): readonly number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

/** Two ends; `swapped` is the same conversation seen the other way. */
export interface Ends<T> {
  readonly from: T;
  readonly to: T;
}

export function swapped<T>(ends: Ends<T>): Ends<T> {
  return { from: ends.to, to: ends.from };
}

export const Protocol = { TCP: 6, UDP: 17, DCCP: 33, ICMP: 1, SCTP: 132, UDPLite: 136 } as const;

const SOME_MACS: Ends<Uint8Array> = { from: hex('02 00 00 00 00 0a'), to: hex('02 00 00 00 00 0b') };

/** An Ethernet frame. `tags` are [type, VLAN id] from the outermost inwards. */
export function ethernet(
  type: number,
  body: Uint8Array,
  options: { readonly macs?: Ends<Uint8Array>; readonly tags?: readonly (readonly [type: number, id: number])[] } = {},
): Uint8Array {
  const { macs = SOME_MACS, tags = [] } = options;
  return join(macs.to, macs.from, ...tags.flatMap(([tag, id]) => [u16(tag), u16(id)]), u16(type), body);
}

export interface Packet {
  /** Four or sixteen octets each. */
  readonly addresses: Ends<Uint8Array>;
  readonly protocol: number;
  readonly payload: Uint8Array;
}

/** An IPv4 packet (no checksum). `options` must be whole 32-bit words; `offset` counts eight octets, as on the wire. */
export function ipv4(
  { addresses, protocol, payload }: Packet,
  more: { readonly options?: Uint8Array; readonly moreFragments?: boolean; readonly offset?: number } = {},
): Uint8Array {
  const { options = new Uint8Array(), moreFragments = false, offset = 0 } = more;
  const headerWords = 5 + options.length / 4;
  return join(
    [0x40 | headerWords, 0],
    u16(headerWords * 4 + payload.length),
    u16(0x1234),
    u16((moreFragments ? 0x2000 : 0) | offset),
    [64, protocol, 0, 0],
    addresses.from,
    addresses.to,
    options,
    payload,
  );
}

/** An extension header: its own number, and its octets with the first (the next header) left out. */
export interface Extension {
  readonly number: number;
  readonly rest: Uint8Array;
}

/** An IPv6 packet, with its extension headers in order. */
export function ipv6({ addresses, protocol, payload }: Packet, extensions: readonly Extension[] = []): Uint8Array {
  const chain = [...extensions.map(({ number }) => number), protocol];
  const headers = extensions.map(({ rest }, i) => join([chain[i + 1] ?? 0], rest));
  const length = headers.reduce((sum, header) => sum + header.length, payload.length);
  return join([0x60, 0, 0, 0], u16(length), [chain[0] ?? 0, 64], addresses.from, addresses.to, ...headers, payload);
}

/** The beginning of any transport header with ports, and some payload. */
export function ports({ from, to }: Ends<number>, payload: Uint8Array = hex('00 11 22 33 44 55 66 77')): Uint8Array {
  return join(u16(from), u16(to), payload);
}
