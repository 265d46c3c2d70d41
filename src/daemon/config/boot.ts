/** The configuration file at the start of the daemon. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Limits } from '../checks.js';
import { DEFAULT_RUN_DIR } from '../messages.js';
import { Refusal } from '../refusal.js';
import { checkLimits } from './check.js';
import type { FileConfiguration } from './model.js';
import { readConfiguration } from './read.js';

/** Where the configuration of a host is when `--config` does not say it. */
export const DEFAULT_FILE = '/etc/veth/vethd.yaml';
/** In place of a file: no configuration file at all. */
export const NO_FILE = 'none';

export interface ConfigurationFile {
  /** Absolute. */
  readonly path: string;
  /** A file that was named must be there. */
  readonly required: boolean;
}

/**
 * The file of this daemon; undefined: it has none. The default file is the host's: a daemon with another run directory
 * (a test, a container) does not read it unless it is told to, and `vethcfg save` does not write it.
 */
export function configurationFile(named: string | undefined, runDir: string): ConfigurationFile | undefined {
  if (named === NO_FILE) return undefined;
  if (named !== undefined) return { path: resolve(named), required: true };
  return resolve(runDir) === DEFAULT_RUN_DIR ? { path: DEFAULT_FILE, required: false } : undefined;
}

/**
 * Reads the file. Throws a `Refusal` that says all that is wrong with it: a daemon that starts with half a configuration
 * would be worse than one that does not start.
 */
export function readBootFile(file: ConfigurationFile | undefined, limits: Limits): FileConfiguration | undefined {
  if (file === undefined) return undefined;
  const { path, required } = file;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // readFileSync throws system errors only
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new Refusal({ thing: path, problem: `cannot be read (${message})`, repair: 'name another with --config' });
  }
  const configuration = readConfiguration(text, path);
  checkLimits(configuration, limits);
  return configuration;
}
