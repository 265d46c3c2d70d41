/** Log lines for the operator, one a message: `vethd: LEVEL text`, on standard error for journald or a terminal. */
import { systemClock } from '../drivers/clock.js';

/** Most severe first; a log passes its own level and all before it. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type Log = Readonly<Record<LogLevel, (text: string) => void>>;

export function isLogLevel(word: string): word is LogLevel {
  return LOG_LEVELS.some((level) => level === word);
}

/**
 * A log that passes `level` and what is more severe. `write` takes one line with its newline. At level `debug` each line
 * says when, in milliseconds of CLOCK_MONOTONIC (`vethd: info 81234.567 text`), so that what other processes saw can be
 * put beside it.
 */
export function createLog(level: LogLevel, write: (line: string) => void, now = systemClock.now): Log {
  const passes = LOG_LEVELS.indexOf(level);
  const time = level === 'debug' ? () => `${now().toFixed(3)} ` : () => '';
  const method = (rank: LogLevel) =>
    LOG_LEVELS.indexOf(rank) > passes
      ? () => {}
      : (text: string) => write(`vethd: ${rank} ${time()}${oneLine(text)}\n`);
  return { error: method('error'), warn: method('warn'), info: method('info'), debug: method('debug') };
}

/** Names and messages come from outside: no control character may forge a line or drive a terminal. */
function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' | ').replace(/\p{Cc}/gu, ' ');
}
