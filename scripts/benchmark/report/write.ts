/** Where a run goes: a folder of its own, and the documents when it is published. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Results } from '../results.js';
import { document } from './document.js';
import { plots } from './plots.js';

/** The checkout, seen from the compiled file. */
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** Gives the folder, relative to the checkout. */
export function writeResults(results: Results): string {
  const folder = join('bench-results', results.startedAt.slice(0, 19).replaceAll(':', ''));
  const path = join(ROOT, folder);
  writeFiles(results, path);
  writeFileSync(
    join(path, 'benchmarks.md'),
    document(results, new Set(plots(results).keys())).replaceAll('(benchmarks/', '('),
  );
  return folder;
}

/** Rewrites docs/benchmarks.md and what belongs to it. */
export function publish(results: Results): void {
  writeFiles(results, join(ROOT, 'docs', 'benchmarks'));
  writeFileSync(join(ROOT, 'docs', 'benchmarks.md'), document(results, new Set(plots(results).keys())));
}

function writeFiles(results: Results, directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const [name, svg] of plots(results)) writeFileSync(join(directory, name), svg);
  writeFileSync(join(directory, 'results.json'), `${JSON.stringify(results, undefined, 1)}\n`);
}
