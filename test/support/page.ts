/** Examples in the pages of docs, run as they are written there. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Daemon, executable } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';

/** The shell blocks of a page below docs, in their order. */
export function shellBlocks(page: string): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}

/** Runs a block in a shell that ends at the first failure; `vethcfg` speaks to this daemon. Gives standard output. */
export function runBlock(block: string, at: Daemon | Host): Promise<string> {
  const [host, directory] = 'runDirectory' in at ? [at.host, at.runDirectory] : [at, '/nonexistent'];
  const path = `${dirname(executable('vethcfg'))}:${process.env.PATH ?? ''}`;
  return host.must(['env', `VETH_RUN_DIR=${directory}`, `PATH=${path}`, 'sh', '-ec', block]);
}
