/** What is asked of the samples of the part `speed`. */
import type { Measure, Speed } from '../results.js';
import { type ByRepetition, ratios, type Spread, spread } from '../statistics.js';
import type { VariantId } from '../variants/variant.js';

/** One value a repetition. */
export function byRepetition(speed: Speed, variant: VariantId, measure: Measure): ByRepetition {
  return new Map(
    speed.samples
      .filter((sample) => sample.variant === variant && sample.measure === measure)
      .map(({ repetition, value }) => [repetition, value]),
  );
}

export const values = (speed: Speed, variant: VariantId, measure: Measure): number[] => [
  ...byRepetition(speed, variant, measure).values(),
];

/** Each repetition's value as a ratio to that of another variant in the same repetition. */
export const ratiosTo = (speed: Speed, variant: VariantId, base: VariantId, measure: Measure): number[] =>
  ratios(byRepetition(speed, variant, measure), byRepetition(speed, base, measure));

/** How far the raw link is from itself: what is inside says nothing. */
export const noise = (speed: Speed, measure: Measure): Spread | undefined =>
  spread(ratiosTo(speed, 'raw2', 'raw', measure));

/** Of the samples of TCP, one a repetition. */
export function secondsPerGbit(
  speed: Speed,
  variant: VariantId,
  measure: 'tcp1' | 'tcp8',
  which: 'machineSecondsPerGbit' | 'engineSecondsPerGbit',
): number[] {
  return speed.samples
    .filter((sample) => sample.variant === variant && sample.measure === measure)
    .flatMap((sample) => sample[which] ?? []);
}

/** Nanoseconds a packet of a program; the same program at both ends is counted once for each. */
export const bpfNs = (speed: Speed, variant: VariantId, program: string): number[] =>
  speed.bpf
    .filter((cost) => cost.variant === variant && cost.load === 'packets' && cost.program === program)
    .map(({ nsPerRun }) => nsPerRun);
