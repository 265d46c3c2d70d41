/** What a test needs and this machine does not have. */
import { spawnSync } from 'node:child_process';

/** For `skipIf`: true, with the reason printed, when a command is not there. `npm run setup` installs them all. */
export function lacks(command: string): boolean {
  return lacking(`no ${command} here; see scripts/setup`, ['sh', '-c', `command -v ${command}`]);
}

/** For `skipIf`: true, with the reason and what was said printed, when a trial fails. */
export function lacking(reason: string, trial: readonly string[]): boolean {
  const [file = '', ...words] = trial;
  const { status, stderr, error } = spawnSync(file, words, { encoding: 'utf8' });
  if (status === 0) return false;
  process.stdout.write(`skipped: ${reason} (${(error?.message ?? stderr.trim()) || `exit ${status}`})\n`);
  return true;
}
