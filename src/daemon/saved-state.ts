/**
 * What must survive a crash: interfaces, ports, their settings, and what was changed on the ports so that it can be
 * undone. The file `state.json` in the run directory is replaced whenever one of these changes, before the change is
 * acknowledged, and removed at an orderly stop. Finding it at start means that the last daemon was killed.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { MemberRecord } from '../aggregator/io.js';
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import type { Mac } from '../lacp/variables.js';
import { complaint } from './messages.js';
import { aggregatorSettings, macSchema, portSettings } from './status-schema.js';
import { writeAtomically } from './write-atomically.js';

export interface SavedPort {
  readonly number: number;
  readonly settings: PortSettings;
  readonly record: MemberRecord;
}

export interface SavedInterface {
  readonly name: string;
  readonly index: number;
  readonly mac: Mac;
  readonly settings: AggregatorSettings;
  readonly ports: readonly SavedPort[];
}

const FORMAT = 1;

const schema = z.object({
  format: z.literal(FORMAT),
  interfaces: z.array(
    z.object({
      name: z.string(),
      index: z.int(),
      mac: macSchema,
      settings: aggregatorSettings,
      ports: z.array(
        z.object({
          number: z.int().positive(),
          settings: portSettings,
          record: z.object({
            ifindex: z.int().positive(),
            name: z.string(),
            noarp: z.boolean(),
            adminUp: z.boolean(),
            mtu: z.int().positive(),
            sysctls: z.record(z.string(), z.string()),
            addresses: z.array(z.string()).optional(),
          }),
        }),
      ),
    }),
  ),
});

export class SavedState {
  readonly #path: string;

  constructor(directory: string) {
    this.#path = join(directory, 'state.json');
  }

  /** What the last daemon left; nothing after an orderly stop. An unreadable file is put aside and `warn` told. */
  load(warn: (text: string) => void): readonly SavedInterface[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch {
      return [];
    }
    const problem = (why: string): readonly SavedInterface[] => {
      const aside = `${this.#path}.damaged`;
      renameSync(this.#path, aside);
      warn(`${this.#path} cannot be used (${why}); put aside as ${aside}, starting without it`);
      return [];
    };
    try {
      const read = schema.safeParse(JSON.parse(text));
      return read.success ? read.data.interfaces : problem(complaint(read.error));
    } catch (error) {
      return problem(error instanceof Error ? error.message : String(error));
    }
  }

  /** Resolves when the file holds the new state. */
  async save(interfaces: readonly SavedInterface[]): Promise<void> {
    await writeAtomically(this.#path, `${JSON.stringify({ format: FORMAT, interfaces }, null, 2)}\n`);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}
