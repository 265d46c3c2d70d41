/** The clock of a running daemon. */
import type { Clock } from '../aggregator/io.js';

/**
 * Milliseconds of CLOCK_MONOTONIC, the same in every process until the machine is started again (so that a later
 * process can go by our deadlines), and Node's timers.
 */
export const systemClock: Clock = {
  now: () => Number(process.hrtime.bigint()) / 1e6,
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
