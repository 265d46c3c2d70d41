/** Where and when a process works: what tells whether interface indexes and clock times of an earlier one still hold. */
import { readFileSync, readlinkSync } from 'node:fs';

/**
 * One text for one network namespace during one run of one machine: its boot id (random, so that no two machines share
 * one), and the numbers of the namespaces of network and clock. What /proc does not say counts as the same everywhere.
 */
export function ownIdentity(): string {
  const boot = orUnknown(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespaces = ['net', 'time'].map((kind) => orUnknown(() => readlinkSync(`/proc/self/ns/${kind}`)));
  return [boot, ...namespaces].join(' ');
}

function orUnknown(read: () => string): string {
  try {
    return read();
  } catch {
    return 'unknown';
  }
}
