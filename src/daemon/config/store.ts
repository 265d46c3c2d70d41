/**
 * The file `configuration.json` in the run directory: what is configured beyond what `state.json` holds, kept over a
 * crash and removed at an orderly stop.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { KeptFile } from '../kept-file.js';
import type { Log } from '../log.js';
import { writeAtomically } from '../write-atomically.js';
import { originsSchema } from './origins.js';
import { waitingSchema } from './waiting.js';

const FORMAT = 2;

const schema = z.object({
  /** Names of the interfaces that were made: without them in `state.json` that file was lost. */
  made: z.array(z.string()),
  waiting: waitingSchema,
  origins: originsSchema,
});
export type Stored = z.infer<typeof schema>;

export class ConfigurationStore {
  readonly #file: KeptFile<Stored>;
  #written = '';

  constructor(directory: string, identity: string) {
    this.#file = new KeptFile({
      path: join(directory, 'configuration.json'),
      format: FORMAT,
      identity,
      schema,
      otherwise: 'where values came from, and which ports are waited for, is forgotten',
    });
  }

  /** Undefined: the last daemon ended in order, or what it left is of no use; that is told. */
  load(log: Pick<Log, 'warn'>): Stored | undefined {
    return this.#file.load(log);
  }

  /** Throws `Unusable` where `load` would put the file aside. */
  check(): void {
    this.#file.peek();
  }

  /** Writes only what has changed. */
  async save(stored: Stored): Promise<void> {
    const text = this.#file.text(stored, 2);
    if (text === this.#written) return;
    await writeAtomically(this.#file.path, text);
    this.#written = text;
  }

  remove(): void {
    rmSync(this.#file.path, { force: true });
  }
}
