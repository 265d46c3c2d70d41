/** Whole files or none: what a reader opens is always one complete text. */
import { open, rename, rm } from 'node:fs/promises';

let written = 0;

/**
 * Replaces the file at `path` (mode 0644) with `text`: a temporary file beside it is written, forced to disk and
 * renamed over it. Rejects with the system's error; the old file then stays as it was.
 */
export function writeAtomically(path: string, text: string): Promise<void> {
  return replace(path, text, true);
}

/** As `writeAtomically`, without waiting for the disk: for what is of no use after a power failure. */
export function writeAtomicallyForNow(path: string, text: string): Promise<void> {
  return replace(path, text, false);
}

async function replace(path: string, text: string, durable: boolean): Promise<void> {
  const temporary = `${path}.${process.pid}.${++written}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(text);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
