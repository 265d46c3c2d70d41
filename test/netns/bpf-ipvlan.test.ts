/** The programs in the kernel say of each frame what decide.ts says, which is the specification of both. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { ipvlanObject } from '../../src/drivers/bpf/ipvlan-layout.js';
import { KernelSlaveTable } from '../../src/drivers/ipvlan/kernel-slave-table.js';
import { testRun } from '../../src/drivers/sys/bpf-programs.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { Decider, FROM_WIRE } from '../../src/layers/ipvlan/decide.js';
import { describeVerdict } from '../../src/layers/ipvlan/verdict.js';
import { join } from '../support/frames.js';
import { lacksBpf } from '../support/lacks-bpf.js';
import { slaveFrame, tableOf } from '../support/slave-frames.js';

const seed = Date.now() & 0x7fffffff;
let frames = 0;
const said = new Map<string, number>();

afterAll(() => {
  console.log(`bpf-ipvlan: ${frames} verdicts compared, fast-check seed ${seed}`);
});

const CASES = (['l2', 'l3', 'l3s'] as const).flatMap((mode) =>
  (['bridge', 'private', 'vepa'] as const).map((flag) => ({ mode, flag })),
);
const origin = fc.constantFrom(FROM_WIRE, 0, 1, 2);
/** A test run at tcx takes no frame shorter than this; on a wire there are none. */
const SHORTEST = 60;
const onWire = slaveFrame.map((frame) =>
  frame.length < SHORTEST ? join(frame, new Uint8Array(SHORTEST - frame.length)) : frame,
);

describe.skipIf(lacksBpf())('both paths', () => {
  test.each(CASES)('IV-1 IV-6 IV-7 IV-9 IV-11 agree on every frame: $mode $flag', ({ mode, flag }) => {
    const maps = ipvlanObject.createMaps();
    const fds = Object.values(maps);
    try {
      const fromSlave = ipvlanObject.load('classify_slave', maps);
      const fromWire = ipvlanObject.load('classify_wire', maps);
      fds.push(fromSlave, fromWire);
      const table = tableOf({ mode, flag });
      new KernelSlaveTable(maps).write(table);
      const decider = new Decider(table);
      const agree = (frame: Uint8Array, from: number) => {
        const verdict = from === FROM_WIRE ? testRun(fromWire, frame) : testRun(fromSlave, frame, { mark: from });
        const words = describeVerdict(decider.decide(frame, 0, frame.length, from));
        expect(describeVerdict(verdict)).toBe(words);
        frames++;
        said.set(words, (said.get(words) ?? 0) + 1);
      };
      fc.assert(fc.property(onWire, origin, agree), { seed, numRuns: 1_500 });
    } finally {
      for (const fd of fds) libc().close(fd);
    }
  });

  test('the frames had each kind of verdict', () => {
    for (const words of ['left to the host', 'to the wire', 'to the host', 'routed by the host', 'to every slave'])
      expect(said.get(words), words).toBeGreaterThan(0);
    for (const reason of ['mac', 'type', 'source', 'arp', 'nd', 'multicast', 'private', 'self', 'destination'])
      expect(said.get(`dropped: ${reason}`), reason).toBeGreaterThan(0);
    for (const slave of [0, 1, 2]) expect(said.get(`to slave ${slave}`)).toBeGreaterThan(0);
  });
});
