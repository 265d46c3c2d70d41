/** `vethcfg alias` and `vethcfg import`. */

import { ALIAS_KIND, asItem } from '../src/daemon/layers/alias/alias-kind.js';
import { type Arguments, MOST_IMPORTED } from '../src/daemon/messages.js';
import { readInterfacesFile } from '../src/layers/alias/interfaces-file.js';
import { aliasList } from './alias-view.js';
import { changeView } from './change-view.js';
import { ask } from './client.js';
import { FileError } from './configuration-file.js';
import { hostFiles } from './interfaces-files.js';
import type { Run } from './run.js';

export const DEFAULT_INTERFACES = '/etc/network/interfaces';

/** Throws what `ask` throws. */
export async function alias([name, word]: readonly string[], run: Run): Promise<void> {
  const { notes, aliases } = await ask(run.address, 'alias', argumentsOf(name, word));
  const changed = word !== undefined || name?.endsWith('-') === true;
  if (run.json) return run.world.stdout(`${JSON.stringify(changed ? { ok: true, notes } : { aliases }, null, 2)}\n`);
  for (const note of notes) run.world.stderr(`vethcfg: note: ${note}\n`);
  if (!changed) run.world.stdout(aliasList(aliases));
  else if (run.verbose) run.world.stdout(`${[name, word].filter(Boolean).join(' ')} done\n`);
}

function argumentsOf(name: string | undefined, word: string | undefined): Arguments<'alias'> {
  if (name === undefined) return {};
  if (word === undefined) return { name };
  return word === 'up' || word === 'down' ? { name, state: word } : { name, address: word };
}

/** Throws what `ask` throws, and `FileError` with all that is wrong in the files. */
export async function importAliases(file: string | undefined, dryRun: boolean, run: Run): Promise<void> {
  const { aliases, notes, problems } = readInterfacesFile(file ?? DEFAULT_INTERFACES, hostFiles);
  if (problems.length > 0) {
    const lines = problems.map(
      ({ file: at, line, thing, problem, repair }) => `${at}:${line}: ${thing}: ${problem}; ${repair}`,
    );
    throw new FileError(lines.join('\n'));
  }
  if (aliases.length > MOST_IMPORTED) {
    throw new FileError(`${aliases.length} aliases are too many at once; import ${MOST_IMPORTED} at most`);
  }
  const wanted = aliases.map(({ item, file: at, line }) => ({ ...asItem(item), place: `${at}:${line}` }));
  const result = await ask(run.address, 'import', { aliases: wanted, dryRun });
  const all = [...notes, ...result.notes];
  if (run.json) return run.world.stdout(`${JSON.stringify({ ...result, notes: all }, null, 2)}\n`);
  for (const note of all) run.world.stderr(`vethcfg: note: ${note}\n`);
  if (wanted.length === 0) run.world.stdout(`no ${ALIAS_KIND.key} in ${file ?? DEFAULT_INTERFACES}\n`);
  else run.world.stdout(changeView(result));
}
