/**
 * What a killed vethd leaves of its slaves beside their configuration: which of them were made, and what was changed on
 * masters and must be put back. The file `links.json` in the run directory, written before the change itself.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** In the run directory. */
export const LINKS_RECORD = 'links.json';

const masterChanges = z.object({
  ifindex: z.int(),
  /** We let frames to all groups in. */
  allMulticast: z.boolean(),
  /** Settings before us, where it forwards for us. */
  forwarding: z.record(z.string(), z.string()),
});
/** Of one master, by its name. */
export type MasterChanges = z.infer<typeof masterChanges>;

const schema = z.object({ made: z.array(z.string()), masters: z.record(z.string(), masterChanges) });

export class LinksRecord {
  readonly #path: string;
  readonly #made: Set<string>;
  readonly #masters: Map<string, MasterChanges>;

  constructor(runDirectory: string) {
    this.#path = join(runDirectory, LINKS_RECORD);
    const { made, masters } = read(this.#path);
    this.#made = new Set(made);
    this.#masters = new Map(Object.entries(masters));
  }

  /** Names of the slaves whose interfaces there are. */
  get made(): ReadonlySet<string> {
    return this.#made;
  }

  get masters(): ReadonlyMap<string, MasterChanges> {
    return this.#masters;
  }

  noteMade(name: string, made: boolean): void {
    if (made === this.#made.has(name)) return;
    if (made) this.#made.add(name);
    else this.#made.delete(name);
    this.#write();
  }

  /** Undefined: all has been put back. */
  noteMaster(name: string, changes: MasterChanges | undefined): void {
    if (changes === undefined && !this.#masters.has(name)) return;
    if (changes === undefined) this.#masters.delete(name);
    else this.#masters.set(name, changes);
    this.#write();
  }

  /** Small, and written rarely: at once, so that it is there before what it tells of. */
  #write(): void {
    if (this.#made.size + this.#masters.size === 0) {
      rmSync(this.#path, { force: true });
      return;
    }
    const text = JSON.stringify({ made: [...this.#made], masters: Object.fromEntries(this.#masters) });
    writeFileSync(this.#path, `${text}\n`, { mode: 0o600 });
  }
}

/** A file that cannot be read tells nothing. */
function read(path: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return { made: [], masters: {} };
  }
}
