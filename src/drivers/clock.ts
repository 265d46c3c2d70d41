/** The clock of a running daemon. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '../aggregator/io.js';

/** Monotonic milliseconds since the process began, and Node's timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
