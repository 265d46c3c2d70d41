/** The clock of a running daemon. */
import { readFileSync } from 'node:fs';
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

/** Tells one run of the machine, and so of CLOCK_MONOTONIC, from another. Undefined where /proc does not say. */
export function bootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
