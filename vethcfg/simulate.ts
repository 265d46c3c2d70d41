/** `vethcfg simulate`: scenarios in virtual time. Needs no vethd and no privileges. */
import { readFileSync } from 'node:fs';
import { FileRefusal } from '../src/daemon/config/problems.js';
import { md5 } from '../src/daemon/md5.js';
import { whole } from '../src/daemon/option-kinds.js';
import { TIME } from '../src/scenario-file/quantities.js';
import { readScenario, type ScenarioFile } from '../src/scenario-file/read.js';
import { simulate as run } from '../src/simulator/simulate.js';
import { FileError } from './configuration-file.js';
import { WrongChoice } from './conform-errors.js';
import { EXIT, type ExitCode } from './exit.js';
import { type Choice, entryJson, entryLine, isShown, outcomeJson, outcomeText } from './simulate-view.js';
import type { World } from './world.js';

export interface SimulateRun {
  /** `-` is standard input. */
  readonly files: readonly string[];
  /** Over that of the file; undefined: that of the file, or 1. */
  readonly seed: string | undefined;
  /** Which part of the journals is printed. */
  readonly port: string | undefined;
  readonly system: string | undefined;
  readonly since: string | undefined;
  /** No journal at all. */
  readonly quiet: boolean;
  readonly json: boolean;
  readonly world: World;
}

/** All files, also after one in which something was not as expected. Throws FileError and WrongChoice. */
export function simulate({ files, seed, json, world, ...rest }: SimulateRun): ExitCode {
  const choice: Choice = { ...rest, since: sinceMs(rest.since) };
  const chosenSeed = seedOf(seed);
  const scenarios = files.map((file) => readFile(file));
  const documents: object[] = [];
  let failed = false;
  for (const { file, scenario, description, seed: ownSeed } of scenarios) {
    const seed = chosenSeed ?? ownSeed ?? 1;
    const journal: object[] = [];
    if (!json) world.stdout(`${scenarios.length > 1 ? `${file}: ` : ''}${description ?? file}, seed ${seed}\n\n`);
    const outcome = run(scenario, {
      md5,
      seed,
      journal: (system, entry) => {
        if (!isShown(choice, system, entry)) return;
        if (json) journal.push(entryJson(system, entry));
        else world.stdout(entryLine(system, entry));
      },
    });
    failed ||= outcome.verifications.some(({ held }) => !held);
    if (json) documents.push({ file, description, seed, journal, ...outcomeJson(scenario, outcome) });
    else world.stdout(outcomeText(scenario, outcome, file, world.coloured));
  }
  if (json) world.stdout(`${JSON.stringify({ files: documents }, null, 2)}\n`);
  return failed ? EXIT.unexpected : EXIT.done;
}

function readFile(name: string): ScenarioFile & { readonly file: string } {
  const file = name === '-' ? 'standard input' : name;
  let text: string;
  try {
    text = readFileSync(name === '-' ? 0 : name, 'utf8');
  } catch (error) {
    throw new FileError(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  try {
    return { file, ...readScenario(text, file) };
  } catch (error) {
    if (error instanceof FileRefusal) throw new FileError(error.message);
    throw error;
  }
}

function seedOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = whole('a seed', 0, 0xffff_ffff).read(text);
  if (seed.ok) return seed.value;
  throw new WrongChoice(`--seed ${text}: ${seed.problem}; say 0 to 4294967295`);
}

function sinceMs(text: string | undefined): number {
  if (text === undefined) return 0;
  const time = TIME.read(text);
  if (time.ok) return time.value;
  throw new WrongChoice(`--since ${text}: ${time.problem}; say 10s, 200ms or 2m from the start`);
}
