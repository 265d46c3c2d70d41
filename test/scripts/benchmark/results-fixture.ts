/** Results of a run that never was: three repetitions, every value chosen. */
import type { Failover, FailoverSample, Measure, Results, Sample, Speed } from '../../../scripts/benchmark/results.js';
import type { VariantId } from '../../../scripts/benchmark/variants/variant.js';

/** Values by repetition. */
export type Values = Partial<Record<VariantId, Partial<Record<Measure, readonly number[]>>>>;

export function speed(values: Values, differences: Partial<Speed> = {}): Speed {
  const variants = Object.keys(values) as VariantId[]; // its own keys
  const samples = variants.flatMap((variant) =>
    (Object.entries(values[variant] ?? {}) as [Measure, readonly number[]][]).flatMap(([measure, those]) =>
      those.map((value, index): Sample => ({ variant, measure, repetition: index + 1, turn: 1, value })),
    ),
  );
  return {
    repetitions: 3,
    seconds: 1,
    variants: variants.map((id) => ({ id, title: `the ${id}` })),
    leftOut: [],
    samples,
    failures: [],
    bpf: [],
    ...differences,
  };
}

export function failover(samples: readonly Partial<FailoverSample>[]): Failover {
  return {
    repetitions: 1,
    rate: 10_000,
    samples: samples.map((sample, index) => ({
      path: 'user',
      case: 'linkDown',
      repetition: index + 1,
      tableMs: undefined,
      sent: 1000,
      lost: 0,
      reordered: 0,
      duplicates: 0,
      longestGapMs: 1,
      ...sample,
    })),
    leftOut: [],
    failures: [],
  };
}

export function results(parts: Pick<Results, 'speed' | 'slaves' | 'failover' | 'control'>): Results {
  return {
    format: 1,
    quick: true,
    startedAt: '2026-01-02T03:04:05.678Z',
    tookS: 60,
    failures: [],
    machine: {
      processor: 'Abacus',
      cores: 2,
      memoryGiB: 4,
      kernel: '6.12.0',
      system: 'Debian',
      versions: { node: 'v20' },
      load: [0, 0.1, 0.2],
      congestionControl: 'reno',
    },
    ...parts,
  };
}
