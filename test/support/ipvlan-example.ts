/** The example of docs/interfaces/ipvlan.md, run as it is written there. */
import type { Daemon } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { runBlock, shellBlocks } from './page.js';

/** The router, and the addresses of both slaves. */
export const ROUTER = '192.0.2.1';
export const [A, B] = ['192.0.2.10', '192.0.2.11'];

/** Runs it, with these namespaces in the place of those in the page. */
export async function runExample(daemon: Daemon, master: string, spaces: readonly Host[]): Promise<void> {
  const [make = '', configure = ''] = shellBlocks('interfaces/ipvlan.md');
  const named = (block: string) =>
    block
      .replace(/^ip netns add .*\n/gm, '')
      .replace(/\bns([01])\b/g, (_, i) => spaces[Number(i)]?.namespace ?? '')
      .replaceAll('link eth0', `link ${master}`);
  await runBlock(named(make), daemon);
  await runBlock(named(configure), daemon);
  await learned(daemon, A, B);
}

export const learned = (daemon: Daemon, ...addresses: readonly string[]) =>
  waitFor(`${addresses.join(' ')} learned`, async () => {
    const text = await daemon.mustCfg('link show');
    return addresses.every((address) => text.includes(`${address}\n`));
  });
