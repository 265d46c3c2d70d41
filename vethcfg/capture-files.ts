/** Captures from files and from standard input, in pieces, and several of them in one order of time. */
import { createReadStream, statSync } from 'node:fs';
import type { CapturedFrame } from '../src/replay/capture/capture.js';
import { CaptureReader } from '../src/replay/capture/capture-reader.js';
import { FileError } from './configuration-file.js';

/** Octets of a piece. */
const PIECE = 1 << 20;

export class CaptureFile {
  /** Of the file; undefined: standard input, or a pipe. */
  readonly size: number | undefined;
  /** Octets read so far. */
  read = 0;
  /** What the reader says at the end of the file. */
  notes: readonly string[] = [];
  readonly reader: CaptureReader;
  onPiece: () => void = () => {};
  readonly #frames: CapturedFrame[] = [];
  readonly #pieces: AsyncIterator<Uint8Array>;
  #next = 0;
  #ended = false;

  /** `-` is standard input. Throws a FileError. */
  constructor(readonly name: string) {
    const stat = name === '-' ? undefined : orFileError(name, () => statSync(name));
    if (stat?.isDirectory() === true) throw new FileError(`${name}: is a directory`);
    this.size = stat?.isFile() === true ? stat.size : undefined;
    const stream = name === '-' ? process.stdin : createReadStream(name, { highWaterMark: PIECE });
    this.#pieces = stream[Symbol.asyncIterator]();
    this.reader = new CaptureReader((frame) => this.#frames.push(frame));
  }

  /** The next frame of slow protocols; undefined: there are no more. Throws a FileError. */
  async next(): Promise<CapturedFrame | undefined> {
    while (this.#next === this.#frames.length && !this.#ended) {
      this.#frames.length = 0;
      this.#next = 0;
      await this.#readPiece();
    }
    return this.#frames[this.#next++];
  }

  async #readPiece(): Promise<void> {
    const { done, value } = await this.#pieces.next().catch((error: unknown) => fail(this.name, error));
    if (done === true || this.reader.damage !== undefined) {
      this.#ended = true;
      this.notes = this.reader.end();
      await this.#pieces.return?.();
      return;
    }
    this.read += value.length;
    this.reader.push(value);
    this.onPiece();
  }
}

/** The frames of all files, the earliest first. Each file is taken to be in order. `onPiece`: more has been read. */
export async function* framesOf(
  files: readonly CaptureFile[],
  onPiece: () => void,
): AsyncGenerator<{ readonly file: CaptureFile; readonly frame: CapturedFrame }> {
  const heads: { file: CaptureFile; frame: CapturedFrame }[] = [];
  for (const file of files) {
    file.onPiece = onPiece;
    const frame = await file.next();
    if (frame !== undefined) heads.push({ file, frame });
  }
  while (heads.length > 0) {
    const first = heads.reduce((a, b) => (b.frame.at < a.frame.at ? b : a));
    yield { ...first };
    const frame = await first.file.next();
    if (frame === undefined) heads.splice(heads.indexOf(first), 1);
    else first.frame = frame;
  }
}

function orFileError<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    return fail(name, error);
  }
}

function fail(name: string, error: unknown): never {
  throw new FileError(`${name}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
}
