/** The files `aliases` and `alias_types` in the run directory: what /proc/net/aliases and /proc/net/alias_types were. */
import { join } from 'node:path';
import type { NetAlias } from '../../../layers/alias/net-alias.js';
import { aliasesTable, aliasTypesTable } from '../../../layers/alias/tables.js';
import type { Log } from '../../log.js';
import { createStatusFile, type StatusFile } from '../../status-file.js';

export const ALIAS_FILES = ['aliases', 'alias_types'] as const;

export class AliasFiles {
  readonly #aliases: StatusFile;
  readonly #types: StatusFile;

  constructor(directory: string, log: Log) {
    const [aliases, types] = ALIAS_FILES;
    this.#aliases = createStatusFile(join(directory, aliases), log);
    this.#types = createStatusFile(join(directory, types), log);
  }

  /** `mains`: names of interfaces in the kernel's order. */
  update(engine: NetAlias, mains: readonly string[]): void {
    this.#aliases.update(aliasesTable(engine, mains));
    this.#types.update(aliasTypesTable(engine));
  }

  async settled(): Promise<void> {
    await Promise.all([this.#aliases.settled(), this.#types.settled()]);
  }

  async remove(): Promise<void> {
    await Promise.all([this.#aliases.close(), this.#types.close()]);
  }
}
