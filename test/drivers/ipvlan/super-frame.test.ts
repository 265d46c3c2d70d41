/** Packets for raw IP sockets: finished and cut here, put together and summed again by other code. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChecksummedMemory } from '../../../src/drivers/ipvlan/checksum.js';
import { finishChecksum, isSuperFrame, SuperFrame } from '../../../src/drivers/ipvlan/super-frame.js';
import { join, u16 } from '../../support/frames.js';

/** Sum in ones' complement, octet by octet; 0xffff when a checksum among the octets is right. */
function onesSum(octets: Uint8Array): number {
  let sum = 0;
  for (const [i, octet] of octets.entries()) sum += i % 2 === 0 ? octet << 8 : octet;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

const AT = 64;
const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

interface Made {
  readonly ipv4: boolean;
  readonly tcp: boolean;
  readonly payload: Uint8Array;
  readonly addresses: Uint8Array;
  readonly options: Uint8Array;
  readonly size: number;
  readonly sequence: number;
  readonly flags: number;
}

const made: fc.Arbitrary<Made> = fc.record({
  ipv4: fc.boolean(),
  tcp: fc.boolean(),
  payload: fc.uint8Array({ minLength: 1, maxLength: 5_000, size: 'max' }),
  addresses: octets(32),
  options: fc.constantFrom(new Uint8Array(), Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2)),
  size: fc.integer({ min: 90, max: 1_500 }),
  sequence: fc.integer({ min: 0, max: 0xffff_ffff }),
  flags: fc.integer({ min: 0, max: 255 }),
});

const protocolOf = ({ tcp }: Made) => (tcp ? 6 : 17);
const pseudoOf = (what: Made, length: number): Uint8Array =>
  join(what.addresses.subarray(0, what.ipv4 ? 8 : 32), u16(length), [0, protocolOf(what)]);

/** The frame as a stack gives it to a card that cuts and sums; `gso` false: that only sums. */
function handed(what: Made, gso: boolean) {
  const { ipv4, tcp, payload, addresses, options, size, sequence, flags } = what;
  const words = (5 + options.length / 4) << 4;
  const transport = tcp
    ? join(
        u16(1),
        u16(2),
        u16(sequence >>> 16),
        u16(sequence),
        [0, 0, 0, 9],
        [words, flags],
        u16(100),
        [0, 0, 0, 0],
        options,
      )
    : join(u16(1), u16(2), u16(8 + payload.length), [0, 0]);
  const length = transport.length + payload.length;
  const ends = addresses.subarray(0, ipv4 ? 8 : 32);
  const ip = ipv4
    ? join([0x45, 0], u16(20 + length), u16(0xffff), [0x40, 0, 64, protocolOf(what), 0, 0], ends)
    : join([0x60, 0, 0, 0], u16(length), [protocolOf(what), 64], ends);
  transport.set(u16(onesSum(pseudoOf(what, length))), tcp ? 16 : 6);
  const frame = join(new Uint8Array(12), u16(ipv4 ? 0x0800 : 0x86dd), ip, transport, payload);
  const type = gso ? (tcp ? (ipv4 ? 1 : 4) : 5) : 0;
  const vnet = Uint8Array.of(1, type, 0, 0, size & 255, size >> 8, 14 + ip.length, 0, tcp ? 16 : 6, 0);
  const bytes = new Uint8Array(AT + 8_192);
  bytes.set(vnet, AT - 10);
  bytes.set(frame, AT);
  const memory = new ChecksummedMemory(bytes);
  return { bytes, memory, end: AT + frame.length, headers: ip.length + transport.length, ip: ip.length };
}

test('the sum is that of the octets, wherever they begin and end', () => {
  fc.assert(
    fc.property(octets(400), fc.nat(20), fc.nat(380), (bytes, from, length) => {
      const end = Math.min(from + length, 400);
      expect(new ChecksummedMemory(bytes).sum(from, end)).toBe(onesSum(bytes.subarray(from, end)) % 0xffff);
    }),
  );
});

test('an open checksum is finished', () => {
  fc.assert(
    fc.property(made, (what) => {
      const { bytes, memory, end, ip } = handed(what, false);
      expect(isSuperFrame(bytes, AT)).toBe(false);
      finishChecksum(memory, AT, end);
      const transport = bytes.subarray(AT + 14 + ip, end);
      expect(onesSum(join(pseudoOf(what, transport.length), transport))).toBe(0xffff);
    }),
  );
});

test('a super-frame becomes packets that hold its payload, in order, each with right lengths and checksum', () => {
  fc.assert(
    fc.property(made, (what) => {
      const { bytes, memory, end, headers, ip } = handed(what, true);
      const whole = new SuperFrame(memory);
      expect(isSuperFrame(bytes, AT)).toBe(true);
      expect(whole.open(AT, end)).toBe(true);
      expect(whole.header).toBe(headers);
      expect(whole.count).toBe(Math.ceil(what.payload.length / what.size));
      const payload: Uint8Array[] = [];
      for (let i = 0; i < whole.count; i++) {
        const header = new Uint8Array(whole.header + 3);
        whole.writeHeader(i, header, 3);
        const part = bytes.subarray(whole.payloadAt(i), whole.payloadAt(i) + whole.payloadLength(i));
        payload.push(part);
        const packet = join(header.subarray(3), part);
        const view = new DataView(packet.buffer);
        expect(view.getUint16(what.ipv4 ? 2 : 4)).toBe(packet.length - (what.ipv4 ? 0 : 40));
        if (what.ipv4) expect(view.getUint16(4)).toBe((0xffff + i) & 0xffff);
        const transport = packet.subarray(ip);
        expect(onesSum(join(pseudoOf(what, transport.length), transport))).toBe(0xffff);
        if (what.tcp) {
          expect(view.getUint32(ip + 4)).toBe((what.sequence + i * what.size) % 2 ** 32);
          const cleared = (i < whole.count - 1 ? 0x09 : 0) | (i > 0 ? 0x80 : 0);
          expect(packet[ip + 13]).toBe(what.flags & ~cleared);
        } else expect(view.getUint16(ip + 4)).toBe(transport.length);
      }
      expect(Buffer.compare(join(...payload), what.payload)).toBe(0);
    }),
  );
});

describe('what cannot be cut', () => {
  const sound: Made = {
    ipv4: true,
    tcp: true,
    payload: new Uint8Array(3_000),
    addresses: new Uint8Array(32),
    options: new Uint8Array(),
    size: 1_000,
    sequence: 0,
    flags: 0x10,
  };
  test.each<[string, (bytes: Uint8Array) => void]>([
    ['a kind that is not known', (bytes) => bytes.set([3], AT - 9)],
    ['no open checksum', (bytes) => bytes.set([0], AT - 10)],
    ['no size', (bytes) => bytes.set([0, 0], AT - 6)],
    ['a transport header within the network header', (bytes) => bytes.set([20, 0], AT - 4)],
    ['a transport header behind the end', (bytes) => bytes.set([0xff, 0x1f], AT - 4)],
  ])('%s', (_, spoil) => {
    const { bytes, memory, end } = handed(sound, true);
    spoil(bytes);
    expect(new SuperFrame(memory).open(AT, end)).toBe(false);
  });
});
