/**
 * Throughput, packets and round trips of all variants. All are built before anything is measured; each repetition takes
 * one measure after the other, and each measure the variants in a new random order, so that neither a place in the order
 * nor a slow minute of the machine belongs to one of them.
 */
import { Lab } from '../lab/lab.js';
import { ping, tcp } from '../lab/traffic.js';
import { measureBpf } from './measure/bpf-cost.js';
import { packets, packetsOfIperf } from './measure/packets.js';
import { type Processor, withProcessor } from './measure/processor.js';
import { roundTrip } from './measure/round-trip.js';
import type { Plan } from './options.js';
import { messageOf, passing, say } from './progress.js';
import type { Measure, Sample, Speed } from './results.js';
import { shuffled } from './statistics.js';
import { VARIANTS } from './variants/all.js';
import { dpdk } from './variants/dpdk.js';
import { ADDRESSES, type Built, checkNeighbours, type Variant } from './variants/variant.js';

type Value = Pick<Sample, 'value' | 'p99' | 'machineSecondsPerGbit' | 'engineSecondsPerGbit'>;
interface Entrant {
  readonly variant: Variant;
  readonly built: Built;
}
type LeftOut = Speed['leftOut'][number];

export async function benchSpeed(plan: Plan): Promise<Speed> {
  const together = await measureTogether(plan);
  const apart = await measureApart(dpdk, plan, together.repetitions);
  return {
    ...together,
    variants: [...together.variants, ...apart.variants],
    leftOut: [...together.leftOut, ...apart.leftOut],
    samples: [...together.samples, ...apart.samples],
  };
}

async function measureTogether(plan: Plan): Promise<Speed> {
  const lab = new Lab();
  const failures: string[] = [];
  const leftOut: LeftOut[] = [];
  const failed = (what: string) => {
    failures.push(what);
    say(`speed: FAILED: ${what}`);
  };
  try {
    say(`speed: building ${VARIANTS.length} variants`);
    // All at once: most of the time is spent waiting for LACP.
    const built = await Promise.all(
      VARIANTS.map((variant, index) => build(variant, lab, `v${index}`, leftOut, failed)),
    );
    const entrants = built.flat();
    const { samples, repetitions } = await takeAll(entrants, plan, plan.repetitions, failed);
    const kernel = entrants.filter(({ variant }) => variant.id.startsWith('kernel'));
    const bpf = await measureBpf(kernel, plan).catch((error: unknown) => {
      leftOut.push({ title: 'cost of the BPF programs', reason: messageOf(error) });
      return [];
    });
    return {
      repetitions,
      seconds: plan.seconds,
      variants: entrants.map(described),
      leftOut,
      samples,
      failures,
      bpf,
    };
  } finally {
    await lab.dispose();
  }
}

/** A variant that takes the processors from all others: when they are gone. Where it does not run, it is left out. */
async function measureApart(
  variant: Variant,
  plan: Plan,
  repetitions: number,
): Promise<Pick<Speed, 'variants' | 'leftOut' | 'samples'>> {
  const leftOut: LeftOut[] = [];
  const failed = (reason: string) => {
    leftOut.push({ title: variant.title, reason });
    say(`speed: without ${variant.title}: ${reason}`);
  };
  if (plan.quick) {
    failed('it takes a minute to begin with: in the full run');
    return { variants: [], leftOut, samples: [] };
  }
  const lab = new Lab();
  try {
    const entrants = await build(variant, lab, 'p', leftOut, failed);
    const { samples } = await takeAll(entrants, plan, repetitions, failed);
    return { variants: entrants.map(described), leftOut, samples };
  } finally {
    await lab.dispose();
  }
}

const described = ({ variant: { id, title }, built: { note } }: Entrant): Speed['variants'][number] => ({
  id,
  title,
  ...(note === undefined ? {} : { note }),
});

/** The variant, ready; none where it cannot be. */
async function build(
  variant: Variant,
  lab: Lab,
  prefix: string,
  leftOut: LeftOut[],
  failed: (what: string) => void,
): Promise<Entrant[]> {
  const reason = await variant.missing();
  if (reason !== undefined) {
    leftOut.push({ title: variant.title, reason });
    say(`speed: without ${variant.title}: ${reason}`);
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

/** Each repetition, one measure after the other; each measure, all variants in random order. */
async function takeAll(
  entrants: readonly Entrant[],
  plan: Plan,
  wanted: number,
  failed: (what: string) => void,
): Promise<{ samples: Sample[]; repetitions: number }> {
  const samples: Sample[] = [];
  const measures = Object.entries(measuresOf(plan)) as [Measure, (built: Built) => Promise<Value>][];
  const total = wanted * measures.length * entrants.length;
  const from = performance.now();
  let turn = 0;
  for (let repetition = 1; repetition <= wanted; repetition += 1) {
    const each = (performance.now() - from) / 1000 / Math.max(repetition - 1, 1);
    if (repetition > 2 && each * repetition > plan.speedLimitS) {
      say(`speed: ${repetition - 1} of ${wanted} repetitions: another would take too long`);
      return { samples, repetitions: repetition - 1 };
    }
    if (entrants.length > 0) say(`speed: repetition ${repetition} of ${wanted}, ${entrants.length} in random order`);
    for (const [measure, take] of measures) {
      for (const { variant, built } of shuffled(entrants)) {
        turn += 1;
        passing(`speed: ${turn} of ${total}: ${variant.title}: ${measure}`);
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
