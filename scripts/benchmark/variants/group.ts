/** A group of links between two vethd. */
import type { ShowResult } from '../../../src/daemon/messages.js';
import { Daemon, distributing, executable } from '../../lab/daemon.js';
import type { Lab } from '../../lab/lab.js';
import { run } from '../../lab/processes.js';
import { ADDRESSES, address, type Built, twoHosts, type Variant, type VariantId } from './variant.js';

export type Datapath = 'kernel' | 'user';

export interface Group extends Built {
  readonly daemons: readonly [Daemon, Daemon];
  readonly ports: readonly string[];
}

export const group = (id: VariantId, datapath: Datapath, links: number): Variant => ({
  id,
  title: `veth, ${datapath} path, ${links} link${links === 1 ? '' : 's'}`,
  missing: () => missingDatapath(datapath),
  build: (lab, prefix) => buildGroup(lab, prefix, datapath, links),
});

/** Whether vethd lets one choose, and so has a path in the kernel. */
async function hasChoice(): Promise<boolean> {
  return (await run([executable('vethd'), '--help'])).stdout.includes('--datapath');
}

export async function missingDatapath(datapath: Datapath): Promise<string | undefined> {
  if (datapath === 'user' || (await hasChoice())) return undefined;
  return 'vethd has no option --datapath';
}

export async function buildGroup(
  lab: Lab,
  prefix: string,
  datapath: Datapath,
  links: number,
  logLevel = 'info',
): Promise<Group> {
  const hosts = await twoHosts(lab, prefix, links);
  const daemons = [new Daemon(lab, hosts.from, logLevel), new Daemon(lab, hosts.to, logLevel)] as const;
  const words = (await hasChoice()) ? [`--datapath=${datapath}`] : [];
  for (const daemon of daemons) daemon.words = words;
  await Promise.all(daemons.map((daemon) => daemon.start()));
  const ports = Array.from({ length: links }, (_, index) => `eth${index}`);
  for (const daemon of daemons) {
    for (const port of ports) await daemon.mustCfg(`add ${port} veth0 rate=fast`);
  }
  await distributing(daemons, ports);
  for (const daemon of daemons) await checkDatapath(daemon, datapath);
  await address(hosts, 'veth0');
  return {
    ...hosts,
    address: ADDRESSES.to,
    interface: 'veth0',
    pids: daemons.map(({ process }) => process.pid),
    daemons,
    ports,
  };
}

/** What was asked for must be what is measured. */
async function checkDatapath(daemon: Daemon, wanted: Datapath): Promise<void> {
  const { datapath }: Pick<ShowResult, 'datapath'> = JSON.parse(await daemon.mustCfg('--json show'));
  const { kind } = datapath;
  if (kind !== wanted) throw new Error(`${daemon.host.name}: the data path is ${kind}, not ${wanted}`);
}
