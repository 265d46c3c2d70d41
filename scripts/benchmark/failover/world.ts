/** Two hosts with two links, numbered streams in both directions, and one link that something happens to. */
import { type Daemon, distributing } from '../../lab/daemon.js';
import type { Host, Lab } from '../../lab/lab.js';
import { type StreamResult, UdpStream } from '../../lab/traffic.js';
import type { FailoverPath } from '../results.js';
import { buildGroup } from '../variants/group.js';
import { buildOvs } from '../variants/open-vswitch.js';
import { ADDRESSES, address, twoHosts } from '../variants/variant.js';

export const LINKS = 2;
const FLOWS = 16;

export interface World {
  readonly path: FailoverPath;
  readonly from: Host;
  readonly to: Host;
  readonly ports: readonly string[];
  /** Of both hosts; none for Open vSwitch. */
  readonly daemons: readonly Daemon[];
  /** Waits until exactly these ports are in use at both ends. */
  distributes(ports: readonly string[]): Promise<void>;
}

export async function buildWorld(lab: Lab, prefix: string, path: FailoverPath): Promise<World> {
  if (path === 'raw') {
    const hosts = await twoHosts(lab, prefix, 1);
    await address(hosts, 'eth0');
    return { path, ...hosts, ports: [], daemons: [], distributes: async () => {} };
  }
  if (path === 'ovs') {
    const { from, to, ports, switches } = await buildOvs(lab, prefix, false, LINKS);
    const distributes = async (used: readonly string[]) => {
      for (const ovs of switches) await ovs.distributes(used);
    };
    return { path, from, to, ports, daemons: [], distributes };
  }
  const { from, to, ports, daemons } = await buildGroup(lab, prefix, path, LINKS, 'debug');
  return {
    path,
    from,
    to,
    ports,
    daemons,
    distributes: async (used) => {
      await distributing(daemons, used);
    },
  };
}

/** Frames of both directions: [from the first host, from the second]. */
export async function underTraffic(
  { from, to }: World,
  rate: number,
  act: () => Promise<void>,
): Promise<readonly [StreamResult, StreamResult]> {
  const streams = await Promise.all([
    UdpStream.start(from, to, ADDRESSES.to, { rate, flows: FLOWS, port: 7000 }),
    UdpStream.start(to, from, ADDRESSES.from, { rate, flows: FLOWS, port: 7100 }),
  ]);
  await act();
  const [out, back] = await Promise.all(streams.map((stream) => stream.stop()));
  if (out === undefined || back === undefined) throw new Error('two streams have two results');
  return [out, back];
}
