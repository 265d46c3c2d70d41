/**
 * The journal on disk: JSON lines, appended outside the event loop. When the file has half of the room it becomes
 * `FILE.1`, and the one of that name before goes. A disk that hangs or is full holds up nothing: lines that find no
 * room to wait are counted, and the count is told in their place.
 */

import { closeSync, openSync } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import type { Log } from './log.js';
import { Refusal } from './refusal.js';

/** Characters that wait at most. */
const MOST_WAITING = 4 * 1024 * 1024;

export interface JournalFileOptions {
  readonly path: string;
  /** Octets of both files together, at most. */
  readonly size: number;
  readonly log: Log;
  readonly append?: (path: string, text: string) => Promise<void>;
}

export class JournalFile {
  #waiting: string[] = [];
  #length = 0;
  #lost = 0;
  #failing = false;
  #writing: Promise<void> | undefined;
  readonly #append: (path: string, text: string) => Promise<void>;

  /** Throws a `Refusal` when the file cannot be written. */
  constructor(private readonly options: JournalFileOptions) {
    this.#append = options.append ?? ((path, text) => appendFile(path, text, { mode: 0o640 }));
    try {
      closeSync(openSync(options.path, 'a', 0o640));
    } catch (error) {
      throw new Refusal({
        thing: `journal ${options.path}`,
        problem: `cannot be written (${error instanceof Error ? error.message : String(error)})`,
        repair: 'name another file with --journal, or give vethd the right to write it',
        value: options.path,
      });
    }
  }

  /** Takes one line without its newline; returns at once. */
  readonly write = (line: string): void => {
    if (this.#length > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#waiting.push(line);
    this.#length += line.length;
    this.#writing ??= this.#writeOn();
  };

  /** Resolves when nothing waits any more, or its writing failed. */
  settled(): Promise<void> {
    return this.#writing ?? Promise.resolve();
  }

  async #writeOn(): Promise<void> {
    // One turn of the loop: what belongs together makes one write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#length = 0;
      const lost = this.#lost;
      const told = lost > 0 ? [JSON.stringify({ time: new Date().toISOString(), event: 'lost', lines: lost })] : [];
      try {
        await this.#makeRoom();
        await this.#append(this.options.path, `${[...told, ...lines].join('\n')}\n`);
        this.#lost -= lost;
        this.#failing = false;
      } catch (error) {
        this.#lost += lines.length;
        if (!this.#failing) this.options.log.warn(`journal ${this.options.path} not written: ${String(error)}`);
        this.#failing = true;
      }
    }
    // In the same turn as the last look at `#waiting`, so that no line falls between.
    this.#writing = undefined;
  }

  async #makeRoom(): Promise<void> {
    const { path, size } = this.options;
    const now = await stat(path).catch(() => undefined);
    if (now !== undefined && now.size >= size / 2) await rename(path, `${path}.1`);
  }
}
