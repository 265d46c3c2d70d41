/** What is going on, for who waits: on a terminal one line that changes, else a line now and then. */
const started = performance.now();
const clock = (): string => {
  const seconds = Math.floor((performance.now() - started) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

/** A line that stays. */
export function say(text: string): void {
  clear();
  console.log(`[${clock()}] ${text}`);
}

/** A line that the next one takes the place of; only on a terminal. */
export function passing(text: string): void {
  if (!process.stdout.isTTY) return;
  clear();
  process.stdout.write(`[${clock()}] ${text}`.slice(0, (process.stdout.columns ?? 80) - 1));
}

function clear(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K');
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
