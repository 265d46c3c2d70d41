import { describe, expect, test } from 'vitest';
import { headerLength, insertTag, segments, typeField } from '../../src/drivers/user-datapath-frame.js';

const ADDRESSES = 'ffffffffffff020000000099';
const START = 64;

/** An arena with virtio_net_hdr and frame where the receive batch puts them. */
function arena(vnet: string, frame: string): Uint8Array {
  const bytes = new Uint8Array(START + frame.length / 2);
  bytes.set(Buffer.from(vnet + frame, 'hex'), START - 10);
  return bytes;
}
const hex = (bytes: Uint8Array, from: number) => Buffer.from(bytes.subarray(from)).toString('hex');

describe('insertTag', () => {
  test('a tag is put between addresses and type, the vnet header moves along', () => {
    const bytes = arena('00000000000000000000', `${ADDRESSES}0800aabb`);
    expect(insertTag(bytes, START, 0x8100600a)).toBe(START - 4);
    expect(hex(bytes, START - 14)).toBe(`00000000000000000000${ADDRESSES}8100600a0800aabb`);
  });

  test('the outer tag of two keeps its TPID, the inner one stays behind it', () => {
    const bytes = arena('00000000000000000000', `${ADDRESSES}8100001e88b5`);
    const start = insertTag(bytes, START, 0x88a80014);
    expect(hex(bytes, start)).toBe(`${ADDRESSES}88a800148100001e88b5`);
    expect(typeField(bytes, start)).toBe(0x88a8);
  });

  test('checksum start and header length count the tag', () => {
    // needs_csum, TCPv4, hdr_len 54, gso_size 1448, csum_start 34, csum_offset 16
    const bytes = arena('01013600a80522001000', `${ADDRESSES}0800`);
    insertTag(bytes, START, 0x8100000a);
    expect(hex(bytes, START - 14).slice(0, 20)).toBe('01013a00a80526001000');
  });

  test('an offset beyond 255 carries', () => {
    const bytes = arena('0101fe00a805fe001000', `${ADDRESSES}0800`);
    insertTag(bytes, START, 0x8100000a);
    expect(hex(bytes, START - 14).slice(0, 20)).toBe('01010201a80502011000');
  });

  test('without an unfinished checksum no offset is made up', () => {
    const bytes = arena('02000000000000000000', `${ADDRESSES}0800`); // data_valid only
    insertTag(bytes, START, 0x8100000a);
    expect(hex(bytes, START - 14).slice(0, 20)).toBe('02000000000000000000');
  });
});

describe('segments', () => {
  const tcp = (vnet: string, dataOffset: string) =>
    arena(vnet, `${ADDRESSES}0800${'00'.repeat(20)}${'00'.repeat(12)}${dataOffset}${'00'.repeat(19)}`);

  test.each([
    ['an ordinary frame', '00000000000000000000', '50', 1514, 1],
    ['TCP, a whole number of segments', '01013600a80522001000', '50', 54 + 3 * 1448, 3],
    ['TCP, one octet more', '01013600a80522001000', '50', 54 + 3 * 1448 + 1, 4],
    ['TCP with 12 octets of options', '01013600a80522001000', '80', 66 + 2 * 1448, 2],
    ['TCP with ECN', '01813600a80522001000', '50', 54 + 2 * 1448, 2],
    ['UDP', '01050000000422000600', '50', 42 + 5 * 1024, 5],
    ['no segment size told', '01013600000022001000', '50', 9000, 1],
    ['headers only', '01013600a80522001000', '50', 54, 1],
    ['finished checksum: the kernel says the header length', '00014200a80500000000', '50', 66 + 2 * 1448, 2],
  ] as const)('%s', (_case, vnet, dataOffset, length, frames) => {
    expect(segments(tcp(vnet, dataOffset), START, length)).toBe(frames);
  });

  test('the repeated headers are link, network and transport', () => {
    expect(headerLength(tcp('01013600a80522001000', '80'), START)).toBe(14 + 20 + 32);
    expect(headerLength(tcp('01050000000422000600', '50'), START)).toBe(14 + 20 + 8);
  });
});
