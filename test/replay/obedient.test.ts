/** Two systems of ours on a wire, captured: whatever happens to them, neither disagrees with the standard. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AggregatorSettings } from '../../src/aggregator/settings.js';
import { facts, setCable, twoSystems } from '../support/system-lab.js';
import { randomHistory, replayOf } from './random-history.js';
import { Recorder } from './record.js';

type Lab = ReturnType<typeof twoSystems>;
type Some = Partial<AggregatorSettings>;

const wait = (ms: number) => (lab: Lab) => lab.clock.advance(ms);

describe('no disagreement', () => {
  test.each<[string, Some, Some, ((lab: Lab) => void)[]]>([
    ['both fast', { rate: 'fast' }, { rate: 'fast' }, [wait(20_000)]],
    ['both slow', {}, {}, [wait(200_000)]],
    ['fast and slow', { rate: 'fast' }, {}, [wait(200_000)]],
    ['passive and active', { lacp: 'passive' }, { rate: 'fast' }, [wait(100_000)]],
    ['both passive', { lacp: 'passive' }, { lacp: 'passive' }, [wait(100_000)]],
    ['both coupled', { mux: 'coupled', rate: 'fast' }, { mux: 'coupled' }, [wait(60_000)]],
    ['coupled and independent', { mux: 'coupled', rate: 'fast' }, { rate: 'fast' }, [wait(60_000)]],
    [
      'one standby',
      { maxLinks: 1, rate: 'fast' },
      { rate: 'fast' },
      [wait(20_000), (lab) => setCable(lab, 1, false), wait(20_000)],
    ],
    [
      'a link fails and returns',
      { rate: 'fast' },
      {},
      [wait(40_000), (lab) => setCable(lab, 1, false), wait(7_000), (lab) => setCable(lab, 1, true), wait(60_000)],
    ],
    ['key changed', { rate: 'fast' }, {}, [wait(10_000), (lab) => lab.a.set({ key: 77 }), wait(40_000)]],
    [
      'rate changed',
      { rate: 'fast' },
      {},
      [
        wait(10_000),
        (lab) => lab.a.set({ rate: 'slow' }),
        wait(70_000),
        (lab) => lab.a.set({ rate: 'fast' }),
        wait(70_000),
      ],
    ],
    [
      'LACP off and on',
      { rate: 'fast' },
      { rate: 'fast' },
      [
        wait(10_000),
        (lab) => lab.a.set({ lacp: 'off' }),
        wait(20_000),
        (lab) => lab.a.set({ lacp: 'active' }),
        wait(20_000),
      ],
    ],
    [
      'a port leaves and comes again',
      { rate: 'fast' },
      { rate: 'fast' },
      [
        wait(10_000),
        (lab) => lab.b.system.removePort(1, () => {}),
        wait(5_000),
        (lab) => void lab.b.addPort(facts(1, { mac: '02:00:00:00:01:01' })),
        wait(10_000),
      ],
    ],
    ['two keys that never meet', { rate: 'fast', maxLinks: 1 }, { rate: 'fast', key: 9 }, [wait(80_000)]],
  ])('%s', (_, a, b, acts) => {
    const lab = twoSystems(2, a, b, 1);
    const recorder = new Recorder(lab, 1);
    for (const act of acts) act(lab);
    const report = recorder.replay(lab.clock.now());
    expect(report.wrong).toEqual([]);
    expect(report.malformed).toEqual([]);
  });
});

/** New ones in each run. `VETH_WALKS=3000` draws so many. */
const WALKS = Number(process.env.VETH_WALKS ?? 10);

test(`${WALKS} random histories: settings, cuts, frames lost, ports taken out and put in again`, () => {
  const seed = Number(process.env.VETH_SEED ?? Date.now() & 0x7fff_ffff);
  console.log(`obedient: ${WALKS} histories, VETH_SEED=${seed}`);
  fc.assert(
    fc.property(randomHistory, (history) => {
      expect(replayOf(history).wrong).toEqual([]);
    }),
    { numRuns: WALKS, seed },
  );
}, 36_000_000);
