/**
 * A file in the run directory that one process writes and a later one goes on from. It names its format and the run of
 * the machine it belongs to; one that is damaged, of another format or of another place is put aside under
 * `NAME.aside` with a message, and the daemon starts as if there were none.
 */
import { readFileSync, renameSync } from 'node:fs';
import { z } from 'zod';
import type { Log } from './log.js';
import { complaint } from './messages.js';
import { Refusal } from './refusal.js';

export interface KeptFileOptions<T> {
  readonly path: string;
  readonly format: number;
  /** See `identity.ts`. */
  readonly identity: string;
  readonly schema: z.ZodType<T>;
  /** What follows when it cannot be used: completes "put aside as PATH; ...". */
  readonly otherwise: string;
}

/** A file that cannot be used; `peek` throws it. */
export class Unusable extends Refusal {
  constructor(
    path: string,
    readonly reason: string,
  ) {
    super({ thing: path, problem: `cannot be used (${reason})` });
  }
}

const head = z.looseObject({ format: z.unknown(), identity: z.unknown() });

export class KeptFile<T> {
  constructor(private readonly options: KeptFileOptions<T>) {}

  get path(): string {
    return this.options.path;
  }

  /** What is kept; undefined when there is no file, or none of use: then it is put aside and told. */
  load(log: Pick<Log, 'warn'>): T | undefined {
    const { path, otherwise } = this.options;
    try {
      return this.peek();
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      const aside = `${path}.aside`;
      renameSync(path, aside);
      log.warn(`${error.message}; put aside as ${aside}; ${otherwise}`);
      return undefined;
    }
  }

  /** As `load`, but changes nothing and throws `Unusable`. */
  peek(): T | undefined {
    const { path, format, identity, schema } = this.options;
    const unusable = (reason: string) => new Unusable(path, reason);
    let json: string;
    try {
      json = readFileSync(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw unusable(error instanceof Error ? error.message : String(error));
    }
    const document = parse(json);
    if (document instanceof SyntaxError) throw unusable(`damaged: ${document.message}`);
    const top = head.safeParse(document);
    if (!top.success) throw unusable('damaged: not an object');
    if (top.data.format !== format) {
      throw unusable(`of another version: format ${String(top.data.format)}, this vethd reads ${format}`);
    }
    if (top.data.identity !== identity) {
      throw unusable('foreign: of another machine, another start of this one, or another network namespace');
    }
    const read = schema.safeParse(document);
    if (!read.success) throw unusable(`damaged: ${complaint(read.error)}`);
    return read.data;
  }

  /** The text that `load` reads again. `indent` makes it for people too. */
  text(value: T, indent?: number): string {
    const { format, identity } = this.options;
    return `${JSON.stringify({ format, identity, ...value }, null, indent)}\n`;
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    return error;
  }
}
