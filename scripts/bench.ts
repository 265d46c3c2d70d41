/**
 * The benchmark: what a group of links costs beside the bare link and beside other software, what a failure costs, and
 * what the control plane costs. Its words are in benchmark/options.ts.
 */
import { benchControl } from './benchmark/control/control.js';
import { benchFailover } from './benchmark/failover/failover.js';
import { describeMachine } from './benchmark/machine.js';
import { HELP, type Part, type Plan, readOptions } from './benchmark/options.js';
import { messageOf, say } from './benchmark/progress.js';
import { machineText } from './benchmark/report/document.js';
import { sections } from './benchmark/report/sections.js';
import { publish, writeResults } from './benchmark/report/write.js';
import type { Results } from './benchmark/results.js';
import { benchSlaves } from './benchmark/slaves.js';
import { benchSpeed } from './benchmark/speed.js';

async function main(): Promise<number> {
  const plan = readOptions(process.argv.slice(2));
  if (plan === 'help') {
    console.log(HELP);
    return 0;
  }
  if ('wrong' in plan) {
    console.error(`bench: ${plan.wrong}\n\n${HELP}`);
    return 2;
  }
  // Labs remove themselves at exit.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(1));
  const results = await measure(plan);
  for (const { title, text } of sections(results)) console.log(`\n${title}\n${'='.repeat(title.length)}\n${text}`);
  console.log(`\nwritten: ${writeResults(results)}/`);
  if (plan.publish) {
    publish(results);
    console.log('written: docs/benchmarks.md, docs/benchmarks/');
  }
  return results.failures.length === 0 ? 0 : 1;
}

async function measure(plan: Plan): Promise<Results> {
  const from = performance.now();
  const startedAt = new Date().toISOString();
  const machine = await describeMachine();
  say(machineText(machine));
  const failures: string[] = [];
  // One part that breaks off must not take with it what the others have measured.
  const part = async <T extends { readonly failures: readonly string[] }>(
    name: Part,
    bench: (plan: Plan) => Promise<T>,
  ) => {
    if (!plan.parts.includes(name)) return {};
    try {
      const done = await bench(plan);
      failures.push(...done.failures);
      return { [name]: done };
    } catch (error) {
      failures.push(`${name}: broken off: ${messageOf(error)}`);
      say(`FAILED: ${failures.at(-1)}`);
      return {};
    }
  };
  const parts = {
    ...(await part('speed', benchSpeed)),
    ...(await part('slaves', benchSlaves)),
    ...(await part('failover', benchFailover)),
    ...(await part('control', benchControl)),
  };
  const tookS = (performance.now() - from) / 1000;
  return { format: 1, quick: plan.quick, startedAt, tookS, machine, failures, ...parts };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench: ${messageOf(error)}`);
  process.exitCode = 1;
}
process.exit();
