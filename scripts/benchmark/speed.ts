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
import { ADDRESSES, type Built, checkNeighbours, type Variant } from './variants/variant.js';

type Value = Pick<Sample, 'value' | 'p99' | 'machineSecondsPerGbit' | 'engineSecondsPerGbit'>;
interface Entrant {
  readonly variant: Variant;
  readonly built: Built;
}

export async function benchSpeed(plan: Plan): Promise<Speed> {
  const lab = new Lab();
  const failures: string[] = [];
  const leftOut: { title: string; reason: string }[] = [];
  const samples: Sample[] = [];
  try {
    const entrants = await buildAll(lab, leftOut, failures);
    const measures = measuresOf(plan);
    let turn = 0;
    let repetitions = 0;
    const from = performance.now();
    const total = plan.repetitions * Object.keys(measures).length * entrants.length;
    for (let repetition = 1; repetition <= plan.repetitions; repetition += 1) {
      const each = (performance.now() - from) / 1000 / Math.max(repetitions, 1);
      if (repetition > 2 && each * repetition > plan.speedLimitS) {
        say(`speed: ${repetitions} of ${plan.repetitions} repetitions: another would take too long`);
        break;
      }
      repetitions = repetition;
      say(`speed: repetition ${repetition} of ${plan.repetitions}, ${entrants.length} variants in random order`);
      for (const [measure, take] of Object.entries(measures) as [Measure, (built: Built) => Promise<Value>][]) {
        for (const { variant, built } of shuffled(entrants)) {
          turn += 1;
          passing(`speed: ${turn} of ${total}: ${variant.title}: ${measure}`);
          try {
            const value = await take(built);
            await checkNeighbours(built);
            samples.push({ variant: variant.id, measure, repetition, turn, ...value });
          } catch (error) {
            failures.push(`${variant.title}: ${measure}, repetition ${repetition}: ${messageOf(error)}`);
            say(`speed: FAILED: ${failures.at(-1)}`);
          }
        }
      }
    }
    const kernel = entrants.filter(({ variant }) => variant.id.startsWith('kernel'));
    const bpf = await measureBpf(kernel, plan).catch((error: unknown) => {
      leftOut.push({ title: 'cost of the BPF programs', reason: messageOf(error) });
      return [];
    });
    return {
      repetitions,
      seconds: plan.seconds,
      variants: entrants.map(({ variant: { id, title }, built: { note } }) => ({
        id,
        title,
        ...(note === undefined ? {} : { note }),
      })),
      leftOut,
      samples,
      failures,
      bpf,
    };
  } finally {
    await lab.dispose();
  }
}

/** All at once: most of the time is spent waiting for LACP. */
async function buildAll(
  lab: Lab,
  leftOut: { title: string; reason: string }[],
  failures: string[],
): Promise<Entrant[]> {
  say(`speed: building ${VARIANTS.length} variants`);
  const built = await Promise.all(
    VARIANTS.map(async (variant, index): Promise<Entrant[]> => {
      const reason = await variant.missing();
      if (reason !== undefined) {
        leftOut.push({ title: variant.title, reason });
        say(`speed: without ${variant.title}: ${reason}`);
        return [];
      }
      try {
        const entrant = { variant, built: await variant.build(lab, `v${index}`) };
        for (const [from, address] of [
          [entrant.built.from, ADDRESSES.to],
          [entrant.built.to, ADDRESSES.from],
        ] as const) {
          const { received } = await ping(from, address, 5);
          if (received === 0) throw new Error(`${address} does not answer`);
        }
        await checkNeighbours(entrant.built);
        return [entrant];
      } catch (error) {
        failures.push(`${variant.title}: not built: ${messageOf(error)}`);
        say(`speed: FAILED: ${failures.at(-1)}`);
        return [];
      }
    }),
  );
  return built.flat();
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
