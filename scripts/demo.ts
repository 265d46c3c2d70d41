/**
 * The demonstration behind `npm start`: two hosts, four kernel links, LACP between two vethd, traffic, a cut and a heal.
 * Exit code 0 when every step did what it should; everything is removed again, also on Ctrl-C.
 */
import { parseArgs } from 'node:util';
import { lookAround } from './demo/look-around.js';
import { Narrator } from './demo/narrator.js';
import { runSteps } from './demo/steps.js';
import { Lab, removeKept } from './lab/lab.js';

const HELP = `usage: npm start -- [--keep | --remove]

Joins two network namespaces by four veth links, runs a vethd in each, forms a link
aggregation group, measures it, cuts one link and heals it. Takes about 20 seconds.

  --keep     leave everything running afterwards, and say how to look around
  --remove   remove what an earlier --keep left
  --help     this text
`;

interface Arguments {
  readonly keep: boolean;
  readonly remove: boolean;
  readonly help: boolean;
  /** Set by scripts/start: we are root of a user namespace that ends with us. */
  readonly inside: boolean;
}

function readArguments(): Arguments | string {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values } = parseArgs({
      options: { keep: flag, remove: flag, help: { ...flag, short: 'h' }, inside: flag },
    });
    return values.keep && values.inside ? '--keep needs root: a user namespace would end with this process' : values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function main(): Promise<number> {
  const options = readArguments();
  if (typeof options === 'string') {
    console.error(`demo: ${options}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.remove) {
    const removed = await removeKept();
    console.log(removed.length === 0 ? 'Nothing was kept.' : `Removed: ${removed.join(', ')}`);
    return 0;
  }
  return demonstrate(options.keep);
}

async function demonstrate(keep: boolean): Promise<number> {
  const lab = new Lab();
  const narrator = new Narrator();
  const interrupted = new Promise<never>((_, reject) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => reject(new Error(`interrupted by ${name}`)));
    }
  });
  interrupted.catch(() => {}); // also when it comes after the last step
  try {
    const world = await Promise.race([runSteps(lab, narrator), interrupted]);
    narrator.summary();
    if (keep) {
      lab.keep();
      console.log(lookAround(world));
    }
    return 0;
  } catch (error) {
    narrator.failed(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await lab.dispose();
    if (!keep) console.log('\ncleaned up: daemons, namespaces and files are gone');
  }
}

process.exitCode = await main();
// A kept lab, or an interrupted step, must not hold us.
process.exit();
