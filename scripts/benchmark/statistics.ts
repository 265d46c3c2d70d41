/** Medians, spreads and ratios. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Of the sorted values the one at `part` of the way; between two neighbours the one or the other. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** The middle value; of an even number of values the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** Undefined where nothing was measured. */
export function spread(values: readonly number[]): Spread | undefined {
  return values.length === 0
    ? undefined
    : { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** `median [lowest-highest]`. */
export function range(values: readonly number[], digits: number): string {
  const of = spread(values);
  if (of === undefined) return '-';
  return `${of.median.toFixed(digits)} [${of.min.toFixed(digits)}-${of.max.toFixed(digits)}]`;
}

/** A value of each repetition, by its number; a repetition that failed has none. */
export type ByRepetition = ReadonlyMap<number, number>;

/** Each repetition's value as a ratio to that of the same repetition: both met the machine in the same mood. */
export function ratios(values: ByRepetition, base: ByRepetition): number[] {
  return [...values].flatMap(([repetition, value]) => {
    const divisor = base.get(repetition);
    return divisor === undefined || divisor === 0 ? [] : [value / divisor];
  });
}

/** In random order (Fisher and Yates); every order is as likely. */
export function shuffled<T>(items: readonly T[], random: () => number = Math.random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a === undefined || b === undefined) continue;
    order[last] = b;
    order[other] = a;
  }
  return order;
}
