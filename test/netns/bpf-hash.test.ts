/** The programs in the kernel choose the buckets that hash.ts specifies: both run on the same frames. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COPY, copyAt, FLAGS, type MapSet, TABLE_OCTETS } from '../../src/drivers/bpf/map-layout.js';
import { createMaps, loadOurs } from '../../src/drivers/bpf/programs.js';
import { type SharedMap, shareMap } from '../../src/drivers/sys/bpf-maps.js';
import { testRun } from '../../src/drivers/sys/bpf-programs.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { BUCKETS } from '../../src/mux/distributor.js';
import { HASH_POLICIES, type HashSpec, hashBy, hashFrame } from '../../src/mux/hash.js';
import { anyFrame, wholeFrame } from '../support/any-frame.js';
import { ethernet, hex, ipv4, ipv6, join, Protocol, ports, u16 } from '../support/frames.js';
import { lacksBpf } from '../support/lacks-bpf.js';

let maps: MapSet;
let table: SharedMap;
let atTcx: number;
let atSocket: number;
let frames = 0;
const seed = Date.now() & 0x7fffffff;

beforeAll(() => {
  maps = createMaps();
  table = shareMap(maps.table, TABLE_OCTETS);
  atTcx = loadOurs('classify', maps);
  atSocket = loadOurs('classify_filter', maps);
});

afterAll(() => {
  console.log(`bpf-hash: ${frames} frames compared, fast-check seed ${seed}`);
  table.unmap();
  for (const fd of [...Object.values(maps), atTcx, atSocket]) libc().close(fd);
});

function use({ policy, seed, flowLabel }: HashSpec): void {
  const words = new Int32Array(table.memory);
  words[copyAt(0) + COPY.flags] = FLAGS.active | (flowLabel ? FLAGS.flowLabel : 0);
  words[copyAt(0) + COPY.policy] = HASH_POLICIES.indexOf(policy);
  words[copyAt(0) + COPY.seed] = seed;
}

const specified = (spec: HashSpec, frame: Uint8Array) => hashFrame(spec, frame, 0, frame.length) % BUCKETS;

/** A test run takes the first 14 octets for a header that a packet socket's filter does not see. */
const OUTSIDE = ethernet(0x88b5, new Uint8Array());

function filterSays(frame: Uint8Array): number {
  frames++;
  return testRun(atSocket, join(OUTSIDE, frame));
}

function tcxSays(frame: Uint8Array, tag = 0): number {
  frames++;
  return testRun(atTcx, frame, { mark: tag });
}

/** What a test run accepts at tcx: a header, and behind it at least what its type calls for. */
const wholeEnough = (frame: Uint8Array) => frame.length >= 14 + 40;

const SPECS: [string, HashSpec][] = HASH_POLICIES.flatMap((policy, i) => {
  const seeded = hashBy(policy, (0xdead_beef * (i + 1)) >>> 0, true);
  return [
    [policy, hashBy(policy)],
    [`${policy}, with a seed and the flow label`, seeded],
  ];
});

describe.skipIf(lacksBpf()).each(SPECS)('%s', (_, spec) => {
  const check = (frame: Uint8Array) => {
    const bucket = specified(spec, frame);
    expect(filterSays(frame)).toBe(bucket);
    if (wholeEnough(frame)) expect(tcxSays(frame)).toBe(bucket);
  };

  test('frames of all kinds, whole, cut off, changed, random', () => {
    use(spec);
    fc.assert(fc.property(anyFrame, check), { seed, numRuns: 2_500 });
  });

  test('some frames, cut off at every length', () => {
    use(spec);
    for (const frame of fc.sample(wholeFrame, { seed, numRuns: 12 }))
      for (let length = 1; length <= Math.min(frame.length, 250); length++) check(frame.subarray(0, length));
  });

  test('a tag that lies beside the frame counts as one that is in its place', () => {
    use(spec);
    const tag = fc.tuple(fc.constantFrom(0x8100, 0x88a8), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(wholeFrame.filter(wholeEnough), tag, (frame, [type, control]) => {
        const tagged = join(frame.subarray(0, 12), u16(type), u16(control), frame.subarray(12));
        expect(tcxSays(frame, ((type << 16) | control) >>> 0)).toBe(specified(spec, tagged));
      }),
      { seed, numRuns: 600 },
    );
  });

  test('frames written down by hand', () => {
    use(spec);
    const v4 = { from: hex('0a 00 00 01'), to: hex('0a 00 00 02') };
    const v6 = {
      from: hex('20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01'),
      to: hex('fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 02'),
    };
    const payload = ports({ from: 50_000, to: 443 });
    const tcp = { addresses: v4, protocol: Protocol.TCP, payload };
    const tcp6 = { addresses: v6, protocol: Protocol.TCP, payload };
    for (const frame of [
      ethernet(0x0800, ipv4(tcp)),
      ethernet(0x0800, ipv4(tcp), { tags: [[0x8100, 5]] }),
      ethernet(0x0800, ipv4(tcp), { tags: [[0x88a8, 7], [0x8100, 0xe005]] }), // biome-ignore format: a row
      ethernet(0x0800, ipv4(tcp, { options: hex('94 04 00 00') })),
      ethernet(0x0800, ipv4(tcp, { moreFragments: true })),
      ethernet(0x0800, ipv4(tcp, { offset: 5 })),
      ethernet(0x86dd, ipv6(tcp6)),
      ethernet(0x86dd, ipv6(tcp6, [{ number: 60, rest: hex('00 01 04 00 00 00 00') }])),
      ethernet(0x86dd, ipv6(tcp6, [{ number: 44, rest: hex('00 00 09 00 00 00 07') }])),
      ethernet(0x0806, new Uint8Array(28)),
      ethernet(3, hex('42 42 03')),
    ])
      check(frame);
  });
});
