/** The configuration file at the start of the daemon. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Refusal } from '../refusal.js';
import { checkLimits, type Limits } from './check.js';
import type { FileConfiguration } from './model.js';
import { readConfiguration } from './read.js';

/** Where the configuration is when `--config` does not say it. */
export const DEFAULT_FILE = '/etc/veth/vethd.yaml';

/**
 * Reads the file that was named, or the default one where it exists. Throws a `Refusal` that says what is wrong with
 * it: a daemon that starts with half a configuration would be worse than one that does not start.
 */
export function readBootFile(named: string | undefined, limits: Limits): FileConfiguration | undefined {
  const file = resolve(named ?? DEFAULT_FILE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException; // readFileSync throws system errors only
    if (named === undefined && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw new Refusal({ thing: file, problem: `cannot be read (${message})`, repair: 'name another with --config' });
  }
  const configuration = readConfiguration(text, file);
  checkLimits(configuration, limits);
  return configuration;
}
