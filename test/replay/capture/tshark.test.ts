/** Our readers against tshark: the same files, packet by packet. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { expect, test, vi } from 'vitest';
import { encodeLacpdu } from '../../../src/lacp/lacpdu.pdu.js';
import { slowProtocolsFrame } from '../../../src/lacp/slow-protocols.js';
import { lacpdu } from '../../support/builders.js';
import { hex, join } from '../../support/frames.js';
import { type Packet, pcapFile, pcapngFile } from '../../support/pcap.js';
import { readFile } from './read.js';

vi.setConfig({ testTimeout: 30_000 });

const T0 = 1_767_225_600_000_000n;
const LACPDU = slowProtocolsFrame('02:00:00:00:00:01', encodeLacpdu(lacpdu()));
const IP = join(hex('ffffffffffff 020000000009 0800 45'), new Uint8Array(60));
const PACKETS: Packet[] = Array.from({ length: 40 }, (_, i) => ({
  time: T0 + BigInt(i) * 987_654n,
  data: i % 3 === 1 ? IP : LACPDU,
  interface: i % 2,
}));
const nano = PACKETS.map((packet) => ({ ...packet, time: packet.time * 1_000n + 123n }));
const interfaces = [{ name: 'eth0' }, { name: 'eth1', resolution: 9 }];
const mixed = PACKETS.map((packet, i) => (i % 2 === 0 ? packet : { ...packet, time: packet.time * 1_000n + 77n }));

const cooked = (header: string) => PACKETS.map(({ time }) => ({ time, data: join(hex(header), LACPDU.subarray(14)) }));

/** Number, time and interface of each frame of slow protocols, as tshark sees them. */
function seenByTshark(file: Uint8Array): string[] {
  const folder = mkdtempSync(joinPath(tmpdir(), 'veth-capture-'));
  const path = joinPath(folder, 'x.pcap');
  try {
    writeFileSync(path, file);
    const fields = ['frame.number', 'frame.time_epoch', 'frame.interface_name', 'lacp.actor.sysid'];
    const words = ['-n', '-r', path, '-Y', 'lacp', '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const text = execFileSync('tshark', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return text.trimEnd().split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('this test compares our readers with tshark, which is not installed: apt-get install tshark');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each<[string, Uint8Array]>([
  ['pcap, little-endian', pcapFile(PACKETS)],
  ['pcap, big-endian', pcapFile(PACKETS, { bigEndian: true })],
  ['pcap, nanoseconds', pcapFile(nano, { nanoseconds: true })],
  ['pcap, big-endian, nanoseconds', pcapFile(nano, { nanoseconds: true, bigEndian: true })],
  [
    'pcap with an FCS',
    pcapFile(
      PACKETS.map((p) => ({ ...p, data: join(p.data, [1, 2, 3, 4]) })),
      { linkType: 0x2400_0001 },
    ),
  ],
  ['Linux cooked v1', pcapFile(cooked('0002 0001 0006 020000000001 0000 8809'), { linkType: 113 })],
  ['Linux cooked v2', pcapFile(cooked('8809 0000 00000002 0001 02 06 020000000001 0000'), { linkType: 276 })],
  [
    'pcapng: sections of both orders, two interfaces of different resolution, strange blocks',
    pcapngFile([
      { interfaces, packets: mixed, strangers: [0x80000123] },
      { interfaces, packets: mixed, bigEndian: true },
    ]),
  ],
  [
    'pcapng with an offset',
    pcapngFile([{ interfaces: [{ offset: 3_600n, name: 'eth0' }, { name: 'eth1' }], packets: PACKETS }]),
  ],
])('%s: the same packets, times and interfaces as tshark', (_, file) => {
  const theirs = seenByTshark(file).map((line) => {
    const [number, time = '', name = '', system] = line.split('\t');
    return { packet: Number(number), at: Number(time).toFixed(5), name, system };
  });
  const ours = readFile(file).frames.map(({ packet, at, place }) => ({
    packet,
    at: (at / 1_000).toFixed(5),
    name: /eth\d/.exec(place)?.[0] ?? '',
    system: '02:00:00:00:00:0a',
  }));
  expect(ours).toEqual(theirs);
});
