/** The programs of a master with slaves, by test runs: a table as the control plane writes it, and what is counted. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type IpvlanMaps, type IpvlanProgram, ipvlanObject } from '../../src/drivers/bpf/ipvlan-layout.js';
import { KernelSlaveTable } from '../../src/drivers/ipvlan/kernel-slave-table.js';
import { TCX_DROP, TCX_NEXT, TCX_REDIRECT, testRun } from '../../src/drivers/sys/bpf-programs.js';
import { libc } from '../../src/drivers/sys/libc.js';
import type { SlaveTable } from '../../src/layers/ipvlan/table.js';
import { describeVerdict } from '../../src/layers/ipvlan/verdict.js';
import { ethernet, hex, ipv4, Protocol } from '../support/frames.js';
import { lacksBpf } from '../support/lacks-bpf.js';

/** Test runs come in on lo: it is the slave with the address A. */
const LO = 1;
const MAC = hex('02 00 00 00 00 01');
const ROUTER = hex('02 00 00 00 00 02');
const [A, B, OUTSIDE] = [hex('c0 00 02 0a'), hex('c0 00 02 0b'), hex('c0 00 02 01')];

const table = (changes: Partial<SlaveTable> = {}): SlaveTable => ({
  mode: 'l2',
  flag: 'bridge',
  master: { ifindex: 7, mac: '02:00:00:00:00:01', addresses: [] },
  slaves: [
    { ifindex: LO, addresses: [A] },
    { ifindex: 9, addresses: [B] },
  ],
  ...changes,
});
const packet = (from: Uint8Array, to: Uint8Array, macs = { from: MAC, to: ROUTER }) =>
  ethernet(0x0800, ipv4({ addresses: { from, to }, protocol: Protocol.UDP, payload: new Uint8Array(30) }), { macs });

describe.skipIf(lacksBpf())('programs of a master', () => {
  let maps: IpvlanMaps;
  let written: KernelSlaveTable;
  const run = (name: IpvlanProgram, frame: Uint8Array, mark = 0) => {
    const program = ipvlanObject.load(name, maps);
    try {
      return testRun(program, frame, { mark });
    } finally {
      libc().close(program);
    }
  };

  beforeEach(() => {
    maps = ipvlanObject.createMaps();
    written = new KernelSlaveTable(maps);
  });
  afterEach(() => {
    written.close();
    for (const fd of Object.values(maps)) libc().close(fd);
  });

  test('IV-1 a packet from the wire goes to the slave that has its destination, others to the host', () => {
    written.write(table());
    const macs = { from: ROUTER, to: MAC };
    expect(describeVerdict(run('classify_wire', packet(OUTSIDE, A, macs)))).toBe('to slave 0');
    expect(describeVerdict(run('classify_wire', packet(OUTSIDE, B, macs)))).toBe('to slave 1');
    expect(run('from_wire', packet(OUTSIDE, B, macs))).toBe(TCX_REDIRECT);
    expect(run('from_wire', packet(OUTSIDE, OUTSIDE, macs))).toBe(TCX_NEXT >>> 0);
  });

  test('IV-9 what a slave sends with an address of another is dropped and counted for it', () => {
    written.write(table());
    expect(run('from_slave', packet(A, OUTSIDE))).toBe(TCX_REDIRECT);
    expect(run('from_slave', packet(B, OUTSIDE))).toBe(TCX_DROP);
    expect(run('from_slave', packet(A, OUTSIDE, { from: ROUTER, to: MAC }))).toBe(TCX_DROP);
    expect(written.counters(LO)).toMatchObject({ source: 1, mac: 1, arp: 0 });
    expect(written.counters(9)).toMatchObject({ source: 0, mac: 0 });
  });

  test('an address changes its slave, slaves keep their places, and a later process goes on with both', () => {
    written.write(table());
    written.write(table({ slaves: [{ ifindex: 9, addresses: [A] }] }));
    expect(describeVerdict(run('classify_slave', packet(A, OUTSIDE), 1))).toBe('to the wire');
    expect(describeVerdict(run('classify_slave', packet(B, OUTSIDE), 1))).toBe('dropped: source');

    const next = new KernelSlaveTable(maps);
    expect(next.unusable(7)).toBeUndefined();
    expect(next.unusable(8)).toBe('made for another interface');
    next.write(table({ slaves: [{ ifindex: 9, addresses: [B] }] }));
    expect(describeVerdict(run('classify_slave', packet(B, OUTSIDE), 1))).toBe('to the wire');
    expect(describeVerdict(run('classify_slave', packet(A, OUTSIDE), 1))).toBe('dropped: source');
    next.close();
  });
});
