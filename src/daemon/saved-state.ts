/**
 * What must survive a crash: interfaces, ports, their settings, and what was changed on the ports so that it can be
 * undone. The file `state.json` in the run directory is replaced whenever one of these changes, before the change is
 * acknowledged, and removed at an orderly stop. Finding it at start means that the last daemon was killed.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { MemberRecord } from '../aggregator/io.js';
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import { DATAPATH_CHOICES, type DatapathChoice } from '../drivers/datapath-choice.js';
import type { Mac } from '../lacp/variables.js';
import { KeptFile } from './kept-file.js';
import type { LayerItems } from './layers/layers.js';
import type { Log } from './log.js';
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

export interface SavedNetAlias {
  /** Chosen by a command. */
  readonly maximum?: number | undefined;
  /** What each interface that has aliases grabbed with its first one. */
  readonly limits: Readonly<Record<string, number>>;
}

export interface Saved {
  readonly interfaces: readonly SavedInterface[];
  /** Chosen by a command; else what is said elsewhere is in force. */
  readonly datapath?: DatapathChoice | undefined;
  readonly netAlias?: SavedNetAlias | undefined;
  /** Absent: of a daemon that had none. */
  readonly layers?: LayerItems | undefined;
}

const FORMAT = 2;

const schema = z.object({
  /** Chosen by a command. */
  datapath: z.enum(DATAPATH_CHOICES).optional(),
  netAlias: z
    .object({ maximum: z.int().nonnegative().optional(), limits: z.record(z.string(), z.int().nonnegative()) })
    .optional(),
  layers: z
    .record(z.string(), z.array(z.object({ name: z.string(), options: z.record(z.string(), z.string()) })))
    .optional(),
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
            allmulti: z.boolean().optional(),
            promisc: z.boolean().optional(),
            letIn: macSchema.optional(),
          }),
        }),
      ),
    }),
  ),
});

export class SavedState {
  readonly #file: KeptFile<Saved>;

  /** `identity`: see identity.ts; interface indexes mean nothing elsewhere. */
  constructor(directory: string, identity: string) {
    this.#file = new KeptFile({
      path: join(directory, 'state.json'),
      format: FORMAT,
      identity,
      schema,
      otherwise: 'starting without the interfaces of the daemon before',
    });
  }

  /** What the last daemon left; nothing after an orderly stop, or when the file is of no use: that is told. */
  load(log: Pick<Log, 'warn'>): Saved {
    return this.#file.load(log) ?? { interfaces: [] };
  }

  /** Throws `Unusable` where `load` would put the file aside. */
  check(): void {
    this.#file.peek();
  }

  /** Resolves when the file holds the new state. */
  async save(saved: Saved): Promise<void> {
    await writeAtomically(this.#file.path, this.#file.text(saved, 2));
  }

  remove(): void {
    rmSync(this.#file.path, { force: true });
  }
}
