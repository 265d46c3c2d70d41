/** The programs themselves, by test runs: verdicts, counters, and which frames the filters give to user space. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  COPY,
  COUNTER_WORDS,
  copyAt,
  FLAGS,
  INTERFACE_COUNTERS,
  INTERFACE_ENTRY,
  type MapSet,
  MODES,
  PENDING,
  PENDING_OCTETS,
  PORT_COUNTERS,
  PORT_FLAGS,
  TABLE,
  TABLE_OCTETS,
} from '../../src/drivers/bpf/map-layout.js';
import { createMaps, loadOurs, type ProgramName } from '../../src/drivers/bpf/programs.js';
import { lookupMap, possibleCpus, type SharedMap, shareMap, updateMap, word } from '../../src/drivers/sys/bpf-maps.js';
import { TCX_DROP, TCX_NEXT, TCX_REDIRECT, type TestContext, testRun } from '../../src/drivers/sys/bpf-programs.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { BUCKETS } from '../../src/mux/distributor.js';
import { HASH_POLICIES, hashBy, hashFrame } from '../../src/mux/hash.js';
import { ethernet, hex, ipv4, join, Protocol, ports } from '../support/frames.js';
import { lacksBpf } from '../support/lacks-bpf.js';

/** Test runs come in on lo. */
const LO = 1;
const SLOT = 3;
const LEFT = 0;
const TAKEN = 0xffffffff;
const NEXT = TCX_NEXT >>> 0;

const ENDS = { from: hex('0a 00 00 01'), to: hex('0a 00 00 02') };
const packet = (payload: number, protocol: number = Protocol.TCP) =>
  ipv4({
    addresses: ENDS,
    protocol,
    // A TCP header has its length in the upper half of octet 12; here 32 octets.
    payload: ports({ from: 50_000, to: 443 }, join(new Uint8Array(8), [0x80], new Uint8Array(payload - 13))),
  });
const TCP = ethernet(0x0800, packet(100));
const SLOW = ethernet(0x8809, new Uint8Array(46));
const BUCKET = hashFrame(hashBy('layer3+4'), TCP, 0, TCP.length) % BUCKETS;

let maps: MapSet;
let memory: SharedMap[];
let table: Int32Array;
let pending: Int32Array;
let loaded: Map<ProgramName, number>;

beforeEach(() => {
  maps = createMaps();
  memory = [shareMap(maps.table, TABLE_OCTETS), shareMap(maps.pending, PENDING_OCTETS)];
  [table, pending] = memory.map((each) => new Int32Array(each.memory)) as [Int32Array, Int32Array];
  loaded = new Map();
  set({ flags: FLAGS.active, policy: HASH_POLICIES.indexOf('layer3+4') });
  table[TABLE.hostIfindex] = 77;
});

afterEach(() => {
  for (const each of memory) each.unmap();
  for (const fd of [...Object.values(maps), ...loaded.values()]) libc().close(fd);
});

/** Words of the copy in force. */
function set(words: Partial<Record<'mode' | 'policy' | 'flags', number>>): void {
  for (const [name, value] of Object.entries(words)) {
    table[copyAt(table[TABLE.generation] ?? 0) + COPY[name as keyof typeof words]] = value;
  }
}

/** lo is the port of SLOT. */
function lends(options: { entry?: number; flags?: number; ifindex?: number; generation?: number }): void {
  const at = copyAt(options.generation ?? 0);
  if (options.entry !== undefined) table[at + COPY.buckets + BUCKET] = options.entry;
  table[at + COPY.ifindex + SLOT] = options.ifindex ?? 55;
  table[at + COPY.portFlags + SLOT] = options.flags ?? 0;
  updateMap(maps.slots, word(LO), word(SLOT));
}

function run(name: ProgramName, frame: Uint8Array, context: TestContext = {}): number {
  const program = loaded.get(name) ?? loadOurs(name, maps);
  loaded.set(name, program);
  // A test run of a filter takes the first 14 octets for a header that the filter does not see; the type stays known.
  const outside = name.startsWith('capture') ? frame.subarray(0, 14) : new Uint8Array();
  return testRun(program, join(outside, frame), context);
}

/** A value of a per-CPU map by CPU, as whole words of 64 bits. */
function perCpu(map: number, key: number, words = 1): bigint[][] {
  const cpus = possibleCpus();
  const values = new BigUint64Array(cpus * words);
  lookupMap(map, word(key), new Uint8Array(values.buffer));
  return Array.from({ length: cpus }, (_, cpu) => [...values.subarray(cpu * words, (cpu + 1) * words)]);
}

function counters(entry: number, names: readonly string[]): Record<string, number> {
  const each = perCpu(maps.counters, entry, COUNTER_WORDS);
  const sums = names.map((name, i) => [name, each.reduce((sum, cpu) => sum + Number(cpu[i] ?? 0n), 0)] as const);
  return Object.fromEntries(sums.filter(([, sum]) => sum > 0));
}
const ofPort = () => counters(SLOT, PORT_COUNTERS);
const ofInterface = () => counters(INTERFACE_ENTRY, INTERFACE_COUNTERS);

/** What a filter has said last, on whichever CPU it ran. */
const said = () => perCpu(maps.captured, 0).flatMap((cpu) => cpu.map(Number));
const saysOnEveryCpu = (ifindex: number) =>
  updateMap(maps.captured, word(0), Buffer.concat(said().map(() => Buffer.concat([word(ifindex), word(0)]))));

const noBpf = lacksBpf();

describe.skipIf(noBpf)('transmit', () => {
  test('no port distributes: dropped and counted', () => {
    lends({});
    set({ flags: 0 });
    expect(run('transmit', TCP)).toBe(TCX_DROP);
    expect(ofInterface()).toEqual({ txNoPort: 1 });
  });

  test('to the port of its bucket, counted by port and bucket', () => {
    lends({ entry: SLOT + 1 });
    expect([run('transmit', TCP), run('transmit', TCP)]).toEqual([TCX_REDIRECT, TCX_REDIRECT]);
    expect(ofPort()).toEqual({ txFrames: 2, txBytes: 2 * TCP.length });
    const octets = perCpu(maps.bucket_bytes, 0, BUCKETS).reduce((sum, cpu) => sum + Number(cpu[BUCKET]), 0);
    expect(octets).toBe(2 * TCP.length);
  });

  test('a held bucket that nobody takes goes to the port that it is held for', () => {
    lends({ entry: -(SLOT + 1) });
    expect(run('transmit', TCP)).toBe(TCX_REDIRECT);
    expect(ofPort()).toMatchObject({ txFrames: 1 });
  });

  test('a bucket whose port has no interface: dropped and counted', () => {
    lends({ entry: SLOT + 1, ifindex: 0 });
    expect(run('transmit', TCP)).toBe(TCX_DROP);
    expect(ofInterface()).toEqual({ txNoPort: 1 });
  });

  test('another generation brings the other copy of the table into force', () => {
    lends({ entry: 0 });
    lends({ entry: SLOT + 1, generation: 1 });
    expect(run('transmit', TCP)).toBe(TCX_DROP);
    table[TABLE.generation] = 1;
    set({ flags: FLAGS.active, policy: HASH_POLICIES.indexOf('layer3+4') });
    expect(run('transmit', TCP)).toBe(TCX_REDIRECT);
  });

  test('slow protocols stay here; with a tag they are frames like any other', () => {
    table.fill(SLOT + 1, copyAt(0) + COPY.buckets, copyAt(0) + COPY.buckets + BUCKETS);
    lends({});
    expect(run('transmit', SLOW)).toBe(TCX_DROP);
    expect(ofInterface()).toEqual({ txSlowProtocols: 1 });
    const tagged = ethernet(0x8809, new Uint8Array(46), { tags: [[0x8100, 0]] });
    expect(run('transmit', tagged)).toBe(TCX_REDIRECT);
  });

  test.each([
    ['TCP', Protocol.TCP, 14 + 20 + 32],
    ['UDP', Protocol.UDP, 14 + 20 + 8],
  ])('a super-frame of %s counts as the frames that it becomes', (_, protocol, header) => {
    const frame = ethernet(0x0800, packet(1_000 + header - 34, protocol));
    expect(frame.length).toBe(1_000 + header);
    const bucket = hashFrame(hashBy('layer3+4'), frame, 0, frame.length) % BUCKETS;
    table[copyAt(0) + COPY.buckets + bucket] = SLOT + 1;
    lends({});
    run('transmit', frame, { gsoSize: 300 });
    expect(ofPort()).toEqual({ txFrames: 4, txBytes: 1_000 + 4 * header });
  });
});

describe.skipIf(noBpf)('receive', () => {
  test('an interface that is no port: dropped and counted', () => {
    expect(run('receive', TCP)).toBe(TCX_DROP);
    expect(ofInterface()).toEqual({ rxNoSlot: 1 });
  });

  test('slow protocols go on to the program behind, from any port', () => {
    expect(run('receive', SLOW)).toBe(NEXT);
    lends({});
    expect(run('receive', SLOW)).toBe(NEXT);
    expect([ofPort(), ofInterface()]).toEqual([{}, {}]);
  });

  test('a port that is not COLLECTING: dropped and counted', () => {
    lends({ entry: SLOT + 1 });
    expect(run('receive', TCP)).toBe(TCX_DROP);
    expect(ofPort()).toEqual({ rxNotCollecting: 1 });
  });

  test('a COLLECTING port: to the host, whatever the bucket', () => {
    lends({ flags: PORT_FLAGS.collecting });
    expect(run('receive', TCP)).toBe(TCX_REDIRECT);
    expect(ofPort()).toEqual({ rxFrames: 1, rxBytes: TCP.length });
  });

  test.each([
    ['its own', SLOT + 1, TCX_REDIRECT],
    ['its own, held', -(SLOT + 1), TCX_REDIRECT],
    ["another port's", SLOT + 2, TCX_DROP],
    ['no port has', 0, TCX_DROP],
  ])('Discard_Wrong_Conversation, a conversation that is %s', (_, entry, verdict) => {
    lends({ entry, flags: PORT_FLAGS.collecting | PORT_FLAGS.discardWrong });
    expect(run('receive', TCP)).toBe(verdict);
    if (verdict === TCX_DROP) expect(ofPort()).toEqual({ rxWrongConversation: 1 });
  });

  test('a super-frame counts as the frames that it was', () => {
    lends({ flags: PORT_FLAGS.collecting });
    run('receive', TCP, { gsoSize: 20 });
    expect(ofPort()).toEqual({ rxFrames: 4, rxBytes: TCP.length + 3 * (14 + 20 + 32) });
  });
});

describe.skipIf(noBpf)('capture', () => {
  const waiting = (at: number) => pending[at] ?? 0;

  test('of the host: nothing in kernel mode, everything in user mode', () => {
    lends({ entry: SLOT + 1 });
    expect(run('capture_transmit', TCP)).toBe(LEFT);
    set({ mode: MODES.user });
    expect(run('capture_transmit', TCP)).toBe(TAKEN);
    expect(waiting(PENDING.buckets + BUCKET)).toBe(1);
  });

  test('of the host: a held bucket, and after that as long as frames of it are pending', () => {
    lends({ entry: -(SLOT + 1) });
    expect([run('capture_transmit', TCP), run('capture_transmit', TCP)]).toEqual([TAKEN, TAKEN]);
    lends({ entry: SLOT + 1 });
    expect(run('capture_transmit', TCP)).toBe(TAKEN);
    expect(waiting(PENDING.buckets + BUCKET)).toBe(3);
    Atomics.sub(pending, PENDING.buckets + BUCKET, 3);
    expect(run('capture_transmit', TCP)).toBe(LEFT);
    expect(pending.every((count) => count === 0)).toBe(true);
  });

  test('of a port: in user mode, and after that as long as frames of it are pending', () => {
    lends({});
    expect(run('capture_receive', TCP)).toBe(LEFT);
    set({ mode: MODES.user });
    expect(run('capture_receive', TCP)).toBe(TAKEN);
    set({ mode: MODES.kernel });
    expect(run('capture_receive', TCP)).toBe(TAKEN);
    expect(waiting(PENDING.ports + SLOT)).toBe(2);
    Atomics.sub(pending, PENDING.ports + SLOT, 2);
    expect(run('capture_receive', TCP)).toBe(LEFT);
  });

  test('never slow protocols, nor an interface that is no port', () => {
    set({ mode: MODES.user });
    expect([run('capture_transmit', SLOW), run('capture_receive', SLOW), run('capture_receive', TCP)]).toEqual([
      LEFT,
      LEFT,
      LEFT,
    ]);
    lends({});
    expect(run('capture_receive', SLOW)).toBe(LEFT);
    expect(pending.every((count) => count === 0)).toBe(true);
  });

  test('the filter says of each frame whether it was taken, by its interface', () => {
    lends({ entry: SLOT + 1 });
    saysOnEveryCpu(99);
    run('capture_transmit', TCP);
    expect(said().filter((ifindex) => ifindex !== 99)).toEqual([0]);
    set({ mode: MODES.user });
    run('capture_transmit', TCP);
    expect(said()).toContain(LO);
  });

  test.each<ProgramName>(['transmit', 'receive'])('%s drops the one frame that was taken, uncounted', (program) => {
    lends({ entry: SLOT + 1, flags: PORT_FLAGS.collecting });
    saysOnEveryCpu(LO);
    expect(run(program, TCP)).toBe(TCX_DROP);
    expect([ofPort(), ofInterface()]).toEqual([{}, {}]);
    expect(said().filter((ifindex) => ifindex === 0)).toHaveLength(1);
    saysOnEveryCpu(0);
    expect(run(program, TCP)).toBe(TCX_REDIRECT);
  });

  test.each<ProgramName>(['transmit', 'receive'])('%s minds nothing that was said of another interface', (program) => {
    lends({ entry: SLOT + 1, flags: PORT_FLAGS.collecting });
    saysOnEveryCpu(LO + 1);
    expect(run(program, TCP)).toBe(TCX_REDIRECT);
  });
});
