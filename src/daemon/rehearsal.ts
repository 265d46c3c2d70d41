/**
 * Before a vethd makes way for the program that is on disk now, that program is tried out: run beside it with the same
 * arguments, it loads everything that it will need and reads what it will find, changes nothing, and says so. What does
 * not start then is refused while the old vethd still runs.
 */
import { spawn } from 'node:child_process';
import { libc } from '../drivers/sys/libc.js';
import { HERITAGE_FORMAT } from './heritage.js';
import { VERSION } from './messages.js';
import { ownArguments } from './privileges.js';
import { Refusal } from './refusal.js';

/** Word of the command line that asks for a rehearsal. */
export const REHEARSE = '--rehearse';
const TIMEOUT_MS = 30_000;
/** Of what the program says when it fails, for the message. */
const LONGEST_COMPLAINT = 600;

/** The last line of a rehearsal that went well. */
const passedLine = (version: string) => `vethd: rehearsed, version ${version}, heritage ${HERITAGE_FORMAT}`;
const PASSED = new RegExp(`^${passedLine('(\\S+)')}$`, 'm');

/** In the program that is tried out. `check` throws what stands in the way of a start. */
export async function rehearse(check: () => void): Promise<void> {
  libc();
  // The worker's own code; the worker itself would begin to forward.
  await import('../drivers/user-datapath-engine.js');
  check();
  process.stdout.write(`${passedLine(VERSION)}\n`);
}

/** In the program that makes way. Gives the version of its successor; throws a `Refusal` when there can be none. */
export async function tryOutSuccessor(
  command: readonly string[] = [process.execPath, ...ownArguments(), REHEARSE],
): Promise<string> {
  const { said, complained, how } = await runToEnd(command);
  const version = PASSED.exec(said)?.[1];
  if (version !== undefined && how === undefined) return version;
  const why = (complained || said).trim().slice(0, LONGEST_COMPLAINT) || 'it says nothing';
  throw new Refusal({
    thing: 'restart',
    problem: `the program that would follow does not start (${how ?? 'it does not know how to follow this one'}): ${why}`,
    repair: 'nothing was changed, vethd goes on as it is',
  });
}

function runToEnd([file = '', ...words]: readonly string[]) {
  return new Promise<{ said: string; complained: string; how: string | undefined }>((resolve) => {
    const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
    let said = '';
    let complained = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complained += text;
    });
    child.on('error', (error) => resolve({ said, complained, how: error.message }));
    child.on('close', (code, signal) => {
      const how = signal === null ? `exit ${code}` : `ended by ${signal}, within ${TIMEOUT_MS / 1000} s`;
      resolve({ said, complained, how: code === 0 ? undefined : how });
    });
  });
}
