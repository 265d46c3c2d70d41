/** Maps, links and pins through bpf(2), in a network namespace that this test process makes for itself. */
import { mkdirSync, rmSync, unlinkSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COPY, copyAt, MAPS, TABLE_OCTETS } from '../../src/drivers/bpf/map-layout.js';
import { bpf } from '../../src/drivers/sys/bpf.js';
import { detachLink, linkInfo, linkTcxIngress, updateLink } from '../../src/drivers/sys/bpf-links.js';
import {
  createMap,
  deleteFromMap,
  hasShape,
  lookupMap,
  shareMap,
  updateMap,
  word,
} from '../../src/drivers/sys/bpf-maps.js';
import { openPin, pin } from '../../src/drivers/sys/bpf-pins.js';
import {
  assemble,
  BPF_EXIT,
  BPF_MOV64_IMM,
  loadProgram,
  programInfo,
  TCX_DROP,
  TCX_NEXT,
} from '../../src/drivers/sys/bpf-programs.js';
import { CLONE_NEWNET } from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';
import { SysError } from '../../src/drivers/sys/sys-error.js';
import { lacksBpf } from '../support/lacks-bpf.js';

const noBpf = lacksBpf();
const LO = 1;
const DIRECTORY = `/sys/fs/bpf/veth-test-${process.pid}`;

beforeAll(() => {
  check(libc().unshare(CLONE_NEWNET), 'unshare', 'make a network namespace');
  mkdirSync(DIRECTORY);
});
afterAll(() => rmSync(DIRECTORY, { recursive: true }));

const verdict = (name: string, value: number) =>
  loadProgram(
    'classifier',
    name,
    assemble([
      [BPF_MOV64_IMM, 0, 0, 0, value],
      [BPF_EXIT, 0, 0, 0, 0],
    ]),
  );

test.skipIf(noBpf)('a map keeps, gives and forgets values', () => {
  const map = createMap('veth_test', MAPS.slots);
  const value = Buffer.alloc(4);
  expect(lookupMap(map, word(7), value)).toBe(false);
  updateMap(map, word(7), word(42));
  expect([lookupMap(map, word(7), value), value.readUInt32LE()]).toEqual([true, 42]);
  deleteFromMap(map, word(7));
  deleteFromMap(map, word(7));
  expect(lookupMap(map, word(7), value)).toBe(false);
  libc().close(map);
});

test.skipIf(noBpf)('shared memory of a map is the map: both mappings and bpf(2) see a store', () => {
  const map = createMap('veth_test', MAPS.table);
  const one = shareMap(map, TABLE_OCTETS);
  const other = shareMap(map, TABLE_OCTETS);
  const at = copyAt(1) + COPY.portFlags + 255; // the last word
  Atomics.store(new Int32Array(one.memory), at, -5);
  expect(Atomics.add(new Int32Array(other.memory), at, 2)).toBe(-5);
  const value = Buffer.alloc(TABLE_OCTETS);
  lookupMap(map, word(0), value);
  expect(value.readInt32LE(at * 4)).toBe(-3);
  one.unmap();
  other.unmap();
  libc().close(map);
});

test.skipIf(noBpf)('a kept map is told by its shape', () => {
  const map = createMap('veth_test', MAPS.pending);
  expect([hasShape(map, MAPS.pending), hasShape(map, MAPS.table), hasShape(map, MAPS.counters)]).toEqual([
    true,
    false,
    false,
  ]);
  libc().close(map);
});

test.skipIf(noBpf)('what the verifier refuses is told in its words', () => {
  const endless = assemble([[BPF_MOV64_IMM, 0, 0, 0, 0]]); // no exit
  expect(() => loadProgram('classifier', 'endless', endless)).toThrow(/cannot load the program endless.*EINVAL.*\S/s);
});

test.skipIf(noBpf)('a link can be first, change its program, be asked, be pinned and taken off', () => {
  const [next, drop] = [verdict('next', TCX_NEXT), verdict('drop', TCX_DROP)];
  const last = verdict('last', TCX_DROP); // a program can be at a hook once only
  const behind = linkTcxIngress(last, LO);
  const link = linkTcxIngress(next, LO, 'first');
  expect(linkInfo(link)).toMatchObject({ ifindex: LO, programId: programInfo(next).id });
  updateLink(link, drop);
  expect(linkInfo(link)).toMatchObject({ programId: programInfo(drop).id });
  pin(link, `${DIRECTORY}/link`);
  expect(() => pin(link, `${DIRECTORY}/link`)).toThrow(SysError);
  libc().close(link);
  const again = openPin(`${DIRECTORY}/link`);
  expect(linkInfo(again)).toMatchObject({ ifindex: LO });
  detachLink(again);
  expect(linkInfo(again)).toMatchObject({ ifindex: 0 });
  unlinkSync(`${DIRECTORY}/link`);
  for (const fd of [next, drop, last, behind, again]) libc().close(fd);
});

test.skipIf(noBpf)('a link of a type that the kernel does not know is answered as VETH_WITHOUT_TCX has it', () => {
  const program = verdict('next', TCX_NEXT);
  const attr = Buffer.alloc(32);
  attr.writeUInt32LE(program, 0);
  attr.writeUInt32LE(LO, 4);
  attr.writeUInt32LE(0xffff, 8);
  expect(() => bpf('BPF_LINK_CREATE', attr, 'try')).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  process.env.VETH_WITHOUT_TCX = '1';
  try {
    expect(() => linkTcxIngress(program, LO)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  } finally {
    delete process.env.VETH_WITHOUT_TCX;
  }
  libc().close(program);
});

test.skipIf(noBpf)('a pin that is not there, and a place that keeps none, say so', () => {
  expect(() => openPin(`${DIRECTORY}/nothing`)).toThrow(/ENOENT/);
  const map = createMap('veth_test', MAPS.captured);
  expect(() => pin(map, `/run/veth-test-${process.pid}`)).toThrow(/EPERM/);
  libc().close(map);
});
