import type { LatenessReport } from '../../src/daemon/messages.js';

/** Medians and ranges of what was measured. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** `median [lowest-highest]`. */
export function range(values: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} [${low}-${high}]`;
}

/** How late a control loop ran: what is above the usual, and the worst. */
export function lateText({ served, worst, classes }: LatenessReport): string {
  const inTime = classes
    .filter(({ upTo }) => upTo !== undefined && upTo <= 10)
    .reduce((sum, { count }) => sum + count, 0);
  return `${((100 * inTime) / served).toFixed(2)} % of ${served} timers within 10 ms, the worst ${worst.toFixed(1)} ms late`;
}
