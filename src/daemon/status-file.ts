/**
 * Keeps a file equal to the newest status text, so that `cat /run/veth/status` works as `cat /proc/net/veth` did.
 * Texts that come while one is being written are coalesced: only the newest of them is written.
 */
import { rm } from 'node:fs/promises';
import type { Log } from './log.js';
import { writeAtomically } from './write-atomically.js';

export interface StatusFile {
  /** Returns at once; a text equal to the last one costs nothing. */
  update(text: string): void;
  /** Resolves when the file holds the newest text, or its writing failed (the reason is logged). */
  settled(): Promise<void>;
  /** Removes the file; later updates are ignored. */
  close(): Promise<void>;
}

export function createStatusFile(path: string, log: Log, write = writeAtomically): StatusFile {
  let wanted: string | undefined;
  let inFile: string | undefined;
  let closed = false;
  let writing: Promise<void> | undefined;

  async function writeNewest(): Promise<void> {
    // One turn of the loop: a chain of transitions leaves one text.
    await new Promise((resolve) => setImmediate(resolve));
    while (!closed && wanted !== undefined && wanted !== inFile) {
      const text = wanted;
      inFile = await attempt(text);
      // Not written: tried again at the next change.
      if (inFile === undefined && wanted === text) break;
    }
    // In the same turn as the last look at `wanted`, so that no update falls between.
    writing = undefined;
  }

  async function attempt(text: string): Promise<string | undefined> {
    try {
      await write(path, text);
      return text;
    } catch (error) {
      log.warn(`status file ${path} not written: ${String(error)}`);
      return undefined;
    }
  }

  return {
    update(text) {
      wanted = text;
      if (closed || text === inFile) return;
      writing ??= writeNewest();
    },
    settled: () => writing ?? Promise.resolve(),
    async close() {
      closed = true;
      await writing;
      await rm(path, { force: true });
    },
  };
}
