/**
 * The benchmark: what a group of links costs beside the bare link and beside other software, what a failure costs, and
 * what the control plane costs. Its words are in benchmark/options.ts.
 */
import { benchControl } from './benchmark/control/control.js';
import { benchFailover } from './benchmark/failover/failover.js';
import { describeMachine } from './benchmark/machine.js';
import { HELP, type Plan, readOptions } from './benchmark/options.js';
import { messageOf, say } from './benchmark/progress.js';
import { machineText } from './benchmark/report/document.js';
import { sections } from './benchmark/report/sections.js';
import { publish, writeResults } from './benchmark/report/write.js';
import type { Results } from './benchmark/results.js';
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
  const { speed, failover, control } = results;
  const failures = [speed, failover, control].flatMap((part) => part?.failures ?? []);
  for (const failure of failures) console.error(`bench: failed: ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

async function measure(plan: Plan): Promise<Results> {
  const from = performance.now();
  const startedAt = new Date().toISOString();
  const machine = await describeMachine();
  say(machineText(machine));
  const parts = {
    ...(plan.parts.includes('speed') ? { speed: await benchSpeed(plan) } : {}),
    ...(plan.parts.includes('failover') ? { failover: await benchFailover(plan) } : {}),
    ...(plan.parts.includes('control') ? { control: await benchControl(plan) } : {}),
  };
  return { format: 1, quick: plan.quick, startedAt, tookS: (performance.now() - from) / 1000, machine, ...parts };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`bench: ${messageOf(error)}`);
  process.exitCode = 1;
}
process.exit();
