/**
 * Standard error that never holds up the protocol. A pipe whose reader has stopped, a terminal on hold or a disk that
 * hangs block write(2) for as long as they like; so lines are written one after the other outside the event loop, and
 * when too many wait, further ones are counted instead, and the count is told in their place.
 */
import { write as systemWrite } from 'node:fs';

/** Lines that wait at most. */
const MOST_WAITING = 1000;

/** Writes `text` to the descriptor and calls back when it is done, well or badly. */
export type WriteSomewhere = (text: string, done: () => void) => void;

export interface LogOutput {
  /** Takes one line with its newline; returns at once. */
  write(line: string): void;
  /** True when all lines are written; false when some still are not after `graceMs` milliseconds. */
  flushed(graceMs: number): Promise<boolean>;
}

export function createLogOutput(write: WriteSomewhere = toStandardError): LogOutput {
  const waiting: string[] = [];
  const idle: (() => void)[] = [];
  let dropped = 0;
  let writing = false;

  function next(): void {
    if (waiting.length === 0 && dropped > 0) {
      waiting.push(`vethd: warn ${dropped} log lines were dropped: nobody took them\n`);
      dropped = 0;
    }
    const text = waiting.splice(0).join('');
    writing = text !== '';
    if (writing) write(text, next);
    else for (const resolve of idle.splice(0)) resolve();
  }

  return {
    write(line) {
      if (waiting.length >= MOST_WAITING) dropped += 1;
      else waiting.push(line);
      if (!writing) next();
    },
    flushed: (graceMs) =>
      new Promise((resolve) => {
        if (!writing) return resolve(true);
        const timer = setTimeout(() => resolve(false), graceMs);
        idle.push(() => {
          clearTimeout(timer);
          resolve(true);
        });
      }),
  };
}

function toStandardError(text: string, done: () => void): void {
  // An error (nobody there any more) is of no use to anybody; losing a line is better than stopping the protocol.
  systemWrite(2, text, () => done());
}
