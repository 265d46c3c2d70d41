/** How many frames a system call should bring. */
import { BATCH } from './sys/batch.js';

/**
 * Octets that a batch should not much exceed: what was just copied in is then still in the processor's cache when it
 * is copied out.
 */
const BATCH_OCTETS = 512 << 10;
const LEAST_BATCH = 8;

/** Frames to ask for next, from the mean length of those just read. */
export function nextBatch(frames: number, octets: number): number {
  const fitting = Math.floor((BATCH_OCTETS * frames) / Math.max(octets, 1));
  return Math.min(BATCH, Math.max(LEAST_BATCH, fitting));
}
