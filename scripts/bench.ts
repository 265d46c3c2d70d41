/**
 * Benchmarks, honest and small: medians of interleaved runs in shuffled order, with the baseline measured against itself
 * (`raw again`), because a ratio inside that band says nothing.
 *
 *     npm run bench -- [REPETITIONS] [PART ...]      default: 5, all parts
 */
import { benchCode } from './benchmark/code.js';
import { benchKernelScale } from './benchmark/kernel-scale.js';
import { benchMemoryScale } from './benchmark/memory-scale.js';
import { benchTcp } from './benchmark/tcp.js';

const PARTS: Readonly<Record<string, (repetitions: number) => void | Promise<void>>> = {
  code: benchCode,
  memory: benchMemoryScale,
  kernel: benchKernelScale,
  tcp: benchTcp,
};

const words = process.argv.slice(2);
const repetitions = /^\d+$/.test(words[0] ?? '') ? Number(words.shift()) : 5;
const unknown = words.find((word) => PARTS[word] === undefined);
if (unknown !== undefined || repetitions < 1) {
  console.error(`bench: ${unknown ?? repetitions}: usage: bench [REPETITIONS] [${Object.keys(PARTS).join('|')} ...]`);
  process.exit(2);
}
// A lab removes itself at exit.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(1));
for (const [name, part] of Object.entries(PARTS)) {
  if (words.length === 0 || words.includes(name)) await part(repetitions);
}
