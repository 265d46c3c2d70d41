/** The stage of the demonstration: hosts alpha and beta, four links for the LAG, one beside it to compare with. */
import { Daemon } from '../lab/daemon.js';
import type { Host, Lab } from '../lab/lab.js';

export const PORTS = ['eth0', 'eth1', 'eth2', 'eth3'] as const;
/** Addresses on veth0. */
export const LAG = { alpha: '192.0.2.1', beta: '192.0.2.2' } as const;
/** Addresses on the link beside the LAG. */
export const RAW = { alpha: '198.51.100.1', beta: '198.51.100.2' } as const;

export interface World {
  readonly alpha: Host;
  readonly beta: Host;
  /** vethd on alpha and on beta. */
  readonly daemons: readonly [Daemon, Daemon];
}

export async function buildWorld(lab: Lab): Promise<World> {
  const alpha = await lab.host('alpha');
  const beta = await lab.host('beta');
  for (const port of PORTS) await lab.link(alpha, port, beta, port, { up: false });
  await lab.link(alpha, 'raw0', beta, 'raw0');
  await alpha.ip(`addr add ${RAW.alpha}/24 dev raw0`);
  await beta.ip(`addr add ${RAW.beta}/24 dev raw0`);
  const daemons = [new Daemon(lab, alpha), new Daemon(lab, beta)] as const;
  await Promise.all(daemons.map((daemon) => daemon.start()));
  return { alpha, beta, daemons: [...daemons] };
}
