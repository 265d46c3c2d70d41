/** Ways that were built, and their samples: what all parts that compare ways have in common. */
import type { Lab } from '../lab/lab.js';
import { ping, tcp } from '../lab/traffic.js';
import { packets, packetsOfIperf } from './measure/packets.js';
import { type Processor, withProcessor } from './measure/processor.js';
import { roundTrip } from './measure/round-trip.js';
import type { Part, Plan } from './options.js';
import { messageOf, passing, say } from './progress.js';
import type { Measure, Sample, Speed } from './results.js';
import { shuffled } from './statistics.js';
import { ADDRESSES, type Built, checkNeighbours, type Variant } from './variants/variant.js';

type Value = Pick<Sample, 'value' | 'p99' | 'machineSecondsPerGbit' | 'engineSecondsPerGbit'>;
export interface Entrant {
  readonly variant: Variant;
  readonly built: Built;
}
export type LeftOut = Speed['leftOut'][number];

export const described = ({ variant: { id, title }, built: { note } }: Entrant): Speed['variants'][number] => ({
  id,
  title,
  ...(note === undefined ? {} : { note }),
});

/** The variant, ready; none where it cannot be. */
export async function build(
  variant: Variant,
  lab: Lab,
  prefix: string,
  leftOut: LeftOut[],
  failed: (what: string) => void,
): Promise<Entrant[]> {
  const reason = await variant.missing();
  if (reason !== undefined) {
    leftOut.push({ title: variant.title, reason });
    say(`without ${variant.title}: ${reason}`);
    return [];
  }
  try {
    const built = await variant.build(lab, prefix);
    for (const [from, address] of [
      [built.from, ADDRESSES.to],
      [built.to, ADDRESSES.from],
    ] as const) {
      const { received } = await ping(from, address, 5);
      if (received === 0) throw new Error(`${address} does not answer`);
    }
    await checkNeighbours(built);
    return [{ variant, built }];
  } catch (error) {
    failed(`${variant.title}: not built: ${messageOf(error)}`);
    return [];
  }
}

export interface Taking {
  /** For messages. */
  readonly part: Part;
  readonly plan: Plan;
  readonly repetitions: number;
  /** Default: all that the plan has. */
  readonly measures?: readonly Measure[];
}

/** Each repetition, one measure after the other; each measure, all variants in random order. */
export async function takeAll(
  entrants: readonly Entrant[],
  { part, plan, repetitions: wanted, measures: some }: Taking,
  failed: (what: string) => void,
): Promise<{ samples: Sample[]; repetitions: number }> {
  const samples: Sample[] = [];
  const all = Object.entries(measuresOf(plan)) as [Measure, (built: Built) => Promise<Value>][];
  const measures = all.filter(([measure]) => some === undefined || some.includes(measure));
  const total = wanted * measures.length * entrants.length;
  const from = performance.now();
  let turn = 0;
  for (let repetition = 1; repetition <= wanted; repetition += 1) {
    const each = (performance.now() - from) / 1000 / Math.max(repetition - 1, 1);
    if (repetition > 2 && each * repetition > plan.speedLimitS) {
      say(`${part}: ${repetition - 1} of ${wanted} repetitions: another would take too long`);
      return { samples, repetitions: repetition - 1 };
    }
    if (entrants.length > 0) say(`${part}: repetition ${repetition} of ${wanted}, ${entrants.length} in random order`);
    for (const [measure, take] of measures) {
      for (const { variant, built } of shuffled(entrants)) {
        turn += 1;
        passing(`${part}: ${turn} of ${total}: ${variant.title}: ${measure}`);
        try {
          const value = await take(built);
          await checkNeighbours(built);
          samples.push({ variant: variant.id, measure, repetition, turn, ...value });
        } catch (error) {
          failed(`${variant.title}: ${measure}, repetition ${repetition}: ${messageOf(error)}`);
        }
      }
    }
  }
  return { samples, repetitions: wanted };
}

function measuresOf(plan: Plan): Partial<Record<Measure, (built: Built) => Promise<Value>>> {
  const bulk = (streams: number) => async (built: Built) => {
    const { from, to, address, pids } = built;
    const [value, cost] = await withProcessor(pids, () => tcp(from, to, address, { seconds: plan.seconds, streams }));
    return { value, ...perGbit(cost, (value * plan.seconds) / 1e9) };
  };
  return {
    tcp1: bulk(1),
    tcp8: bulk(8),
    packets: async (built) => ({ value: await packets(built, plan.packetSeconds) }),
    roundTrip: async (built) => {
      const { medianUs, p99Us } = await roundTrip(built, plan.roundTripSeconds);
      return { value: medianUs, p99: p99Us };
    },
    ...(plan.quick ? {} : { iperfPackets: async (built) => ({ value: await packetsOfIperf(built, 1) }) }),
  };
}

const perGbit = ({ machineS, engineS }: Processor, gigabits: number) => ({
  machineSecondsPerGbit: machineS / gigabits,
  engineSecondsPerGbit: engineS / gigabits,
});
