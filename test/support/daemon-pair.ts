/** Two hosts with a vethd each, and one group over all links between them. */
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import type { Host, Lab } from '../../scripts/lab/lab.js';
import { joinedBy, type Pair } from './netns.js';

export interface DaemonPair extends Pair {
  readonly left: Daemon;
  readonly right: Daemon;
  readonly daemons: readonly [Daemon, Daemon];
}

export interface PairOptions {
  readonly links: number;
  /** Options of `vethcfg add` for the first host, for the second. Default `rate=fast`. */
  readonly left?: string;
  readonly right?: string;
}

/** Starts both daemons and adds all links; does not wait for the group. */
export async function daemonPair(lab: Lab, options: PairOptions): Promise<DaemonPair> {
  const pair = await joinedBy(lab, options.links);
  const left = new Daemon(lab, pair.a);
  const right = new Daemon(lab, pair.b);
  await Promise.all([left.start(), right.start()]);
  await Promise.all([
    addAll(left, pair.ports, options.left ?? 'rate=fast'),
    addAll(right, pair.ports, options.right ?? 'rate=fast'),
  ]);
  return { ...pair, left, right, daemons: [left, right] };
}

/** Adds ports to veth0; the options go with the first. */
export async function addAll(daemon: Daemon, ports: readonly string[], options: string): Promise<void> {
  for (const [index, port] of ports.entries()) {
    await daemon.mustCfg(`add ${port} veth0${index === 0 && options !== '' ? ` ${options}` : ''}`);
  }
}

/** As daemonPair, and waits for the group; `10.0.0.1` and `10.0.0.2` are on veth0. */
export async function formedPair(lab: Lab, options: PairOptions): Promise<DaemonPair> {
  const pair = await daemonPair(lab, options);
  await distributing(pair.daemons, pair.ports);
  await address(pair.a, '10.0.0.1/24');
  await address(pair.b, '10.0.0.2/24');
  return pair;
}

/** Gives veth0 of a host an address and sets it up. */
export async function address(host: Host, cidr: string): Promise<void> {
  await host.ip(`addr add ${cidr} dev veth0`);
  await host.ip('link set veth0 up');
}
