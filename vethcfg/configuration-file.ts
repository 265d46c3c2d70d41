/** The files of `apply` and `save`, on the side of the user: with the user's rights and working directory. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LONGEST_REQUEST } from '../src/daemon/messages.js';

/** The user's file cannot be read, sent or written. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** Room in a request for what is not the text. */
const REST_OF_REQUEST = 10_000;

/** `-` is standard input. */
export function readForApply(file: string): { readonly file: string; readonly path: string; readonly text: string } {
  const text = orFileError(file, 'read', () => readFileSync(file === '-' ? 0 : file, 'utf8'));
  if (Buffer.byteLength(JSON.stringify(text)) > LONGEST_REQUEST - REST_OF_REQUEST) {
    throw new FileError(`${file}: longer than the ${(LONGEST_REQUEST - REST_OF_REQUEST) / 1_000} kB that vethd takes`);
  }
  return file === '-' ? { file: 'standard input', path: 'standard input', text } : { file, path: resolve(file), text };
}

/** Replaces the file as a whole; what was there, if it is different, is kept with `~` after its name. */
export function writeSaved(file: string, text: string): void {
  orFileError(file, 'written', () => {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    const former = readFormer(file);
    if (former === text) return;
    const temporary = `${file}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, text, { mode: 0o644, flag: 'wx', flush: true });
      if (former !== undefined) writeFileSync(`${file}~`, former, { mode: 0o644 });
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

function readFormer(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // fs throws system errors only
    throw error;
  }
}

function orFileError<T>(file: string, done: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new FileError(`${file}: cannot be ${done} (${error instanceof Error ? error.message : String(error)})`);
  }
}
