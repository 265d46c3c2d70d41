import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import * as structs from '../../../src/drivers/sys/structs.js';

const sockaddr_ll = koffi.struct({
  sll_family: 'uint16',
  sll_protocol: 'uint16',
  sll_ifindex: 'int',
  sll_hatype: 'uint16',
  sll_pkttype: 'uint8',
  sll_halen: 'uint8',
  sll_addr: koffi.array('uint8', 8),
});
const packet_mreq = koffi.struct({
  mr_ifindex: 'int',
  mr_type: 'uint16',
  mr_alen: 'uint16',
  mr_address: koffi.array('uint8', 8),
});
const sockaddr_nl = koffi.struct({ nl_family: 'uint16', nl_pad: 'uint16', nl_pid: 'uint32', nl_groups: 'uint32' });
const ifreq = koffi.struct({ ifr_name: koffi.array('char', 16), ifr_data: 'void *', rest: koffi.array('uint8', 16) });

describe('layouts are those of the C declarations', () => {
  test.each([
    ['sockaddr_ll', structs.SOCKADDR_LL_SIZE, sockaddr_ll],
    ['packet_mreq', structs.PACKET_MREQ_SIZE, packet_mreq],
    ['sockaddr_nl', structs.SOCKADDR_NL_SIZE, sockaddr_nl],
    ['ifreq', structs.IFREQ_SIZE, ifreq],
  ])('size of %s', (_name, size, declared) => {
    expect(size).toBe(koffi.sizeof(declared));
  });

  test('sockaddr_ll: each field stands where C reads it, the protocol in network order', () => {
    const written = structs.sockaddrLl(0x8809, 0x01020304, Buffer.from('0180c2000002', 'hex'));
    expect(koffi.decode(written, sockaddr_ll)).toMatchObject({
      sll_family: 17,
      sll_protocol: 0x0988,
      sll_ifindex: 0x01020304,
      sll_halen: 6,
    });
    expect(written.toString('hex')).toBe('110088090403020100000006' + '0180c20000020000');
  });

  test('sockaddr_ll: what C wrote is read back', () => {
    const buffer = Buffer.alloc(structs.SOCKADDR_LL_SIZE);
    koffi.encode(buffer, sockaddr_ll, {
      sll_family: 17,
      sll_protocol: 0x0988,
      sll_ifindex: 7,
      sll_hatype: 1,
      sll_pkttype: 4,
      sll_halen: 6,
      sll_addr: Array.from({ length: 8 }, () => 0),
    });
    expect(structs.readSockaddrLl(buffer)).toEqual({ protocol: 0x8809, ifindex: 7, pkttype: 4 });
  });

  test('packet_mreq', () => {
    const written = structs.packetMreq(5, 0, Buffer.from('0180c2000002', 'hex'));
    expect(written.toString('hex')).toBe('05000000' + '0000' + '0600' + '0180c20000020000');
  });

  test('sockaddr_nl', () => {
    expect(koffi.decode(structs.sockaddrNl(0x111), sockaddr_nl)).toEqual({
      nl_family: 16,
      nl_pad: 0,
      nl_pid: 0,
      nl_groups: 0x111,
    });
  });

  test('ifreq: a name of 15 characters keeps its terminating zero', () => {
    const written = structs.ifreqWithPointer('abcdefghijklmnop', 0x1122334455667788n);
    expect(written.toString('latin1', 0, 16)).toBe('abcdefghijklmno\0');
    expect(written.readBigUInt64LE(koffi.offsetof(ifreq, 'ifr_data'))).toBe(0x1122334455667788n);
  });
});
