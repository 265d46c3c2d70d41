/**
 * The file `configuration.json` in the run directory: what is configured beyond what `state.json` holds, kept over a
 * crash and removed at an orderly stop.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { complaint } from '../messages.js';
import { writeAtomically } from '../write-atomically.js';
import { originsSchema } from './origins.js';
import { waitingSchema } from './waiting.js';

const schema = z.object({
  format: z.literal(1),
  /** Names of the interfaces that were made: without them in `state.json` that file was lost. */
  made: z.array(z.string()),
  waiting: waitingSchema,
  origins: originsSchema,
});
export type Stored = Omit<z.infer<typeof schema>, 'format'>;

export class ConfigurationStore {
  readonly #path: string;
  #written = '';

  constructor(directory: string) {
    this.#path = join(directory, 'configuration.json');
  }

  /** Undefined: the last daemon ended in order, or what it left is damaged; then it is put aside and `warn` told. */
  load(warn: (text: string) => void): Stored | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return undefined;
    }
    const read = schema.safeParse(parseJson(text));
    if (read.success) return read.data;
    const aside = `${this.#path}.damaged`;
    renameSync(this.#path, aside);
    warn(`${this.#path} cannot be used (${complaint(read.error)}); put aside as ${aside}`);
    return undefined;
  }

  /** Writes only what has changed. */
  async save(stored: Stored): Promise<void> {
    const text = `${JSON.stringify({ format: 1, ...stored }, null, 2)}\n`;
    if (text === this.#written) return;
    await writeAtomically(this.#path, text);
    this.#written = text;
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
