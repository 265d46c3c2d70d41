/**
 * Throughput, packets and round trips of all variants. All are built before anything is measured; each repetition takes
 * one measure after the other, and each measure the variants in a new random order, so that neither a place in the order
 * nor a slow minute of the machine belongs to one of them.
 */
import { Lab } from '../lab/lab.js';
import { build, described, type LeftOut, takeAll } from './entrants.js';
import { measureBpf } from './measure/bpf-cost.js';
import type { Plan } from './options.js';
import { messageOf, say } from './progress.js';
import type { Speed } from './results.js';
import { VARIANTS } from './variants/all.js';
import { dpdk } from './variants/dpdk.js';
import type { Variant } from './variants/variant.js';

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
    const { samples, repetitions } = await takeAll(
      entrants,
      { part: 'speed', plan, repetitions: plan.repetitions },
      failed,
    );
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
    const { samples } = await takeAll(entrants, { part: 'speed', plan, repetitions }, failed);
    return { variants: entrants.map(described), leftOut, samples };
  } finally {
    await lab.dispose();
  }
}
