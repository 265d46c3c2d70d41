/** How far a long reading is, on a terminal; elsewhere nothing. */
import type { World } from './world.js';

const WIDTH = 30;
const EVERY_MS = 200;

export interface ProgressBar {
  /** To be called often. */
  at(read: number): void;
  /** Takes the bar away, so that something can be printed in its place. */
  clear(): void;
}

/** `total` in octets; undefined: not known, only what was read is shown. */
export function progressBar(
  { terminal, stderr }: Pick<World, 'terminal' | 'stderr'>,
  total: number | undefined,
): ProgressBar {
  if (!terminal) return { at: () => {}, clear: () => {} };
  const begun = performance.now();
  let last = begun;
  let shown = false;
  return {
    at: (read) => {
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      const speed = `${mb(read)} MB, ${mb((read * 1_000) / (now - begun))} MB/s`;
      stderr(`\r\u001b[K${total === undefined ? '' : `${bar(read / total)} `}${speed}`);
      shown = true;
    },
    clear: () => {
      if (shown) stderr('\r\u001b[K');
      shown = false;
    },
  };
}

const mb = (octets: number): string => (octets / 1e6).toFixed(0);

function bar(part: number): string {
  const filled = Math.min(WIDTH, Math.round(part * WIDTH));
  return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.floor(100 * part)).padStart(3)} %`;
}
