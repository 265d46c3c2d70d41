/** Waiting for something that happens in the kernel or in another process. */
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is truthy, and gives it. Throws after `timeoutMs` with `what` and, where given,
 * the text of `seen`, so that a failure shows how far things got.
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T> | T,
  { timeoutMs = 15_000, everyMs = 50, seen }: { timeoutMs?: number; everyMs?: number; seen?: () => unknown } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > deadline) {
      const last = seen === undefined ? '' : `\nlast seen:\n${text(await seen())}`;
      throw new Error(`waited ${timeoutMs} ms for ${what}${last}`);
    }
    await delay(everyMs);
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 1));

/** Seconds with two digits, for people. */
export const seconds = (ms: number): string => (ms / 1000).toFixed(2);
