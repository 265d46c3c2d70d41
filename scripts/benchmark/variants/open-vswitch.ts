/** Open vSwitch in user space at both ends: netdev datapath, a bond with balance-tcp and LACP, over one link. */

import type { Lab } from '../../lab/lab.js';
import { OpenVSwitch } from '../../lab/ovs.js';
import { must, run } from '../../lab/processes.js';
import { ADDRESSES, address, type Built, twoHosts, type Variant, type VariantId } from './variant.js';

export interface OvsGroup extends Built {
  readonly switches: readonly [OpenVSwitch, OpenVSwitch];
  readonly ports: readonly string[];
}

export const openVSwitch = (id: VariantId, tso: boolean): Variant => ({
  id,
  title: `Open vSwitch, user space${tso ? ', TSO' : ''}`,
  missing: missingOvs,
  build: (lab, prefix) => buildOvs(lab, prefix, tso, 2),
});

export async function missingOvs(): Promise<string | undefined> {
  const there = (await run(['sh', '-c', 'command -v ovs-vswitchd && command -v ovsdb-server'])).code === 0;
  return there ? undefined : 'openvswitch-switch is not installed';
}

/** A bond needs two links at least. */
export async function buildOvs(lab: Lab, prefix: string, tso: boolean, links: number): Promise<OvsGroup> {
  const hosts = await twoHosts(lab, prefix, links);
  const ports = Array.from({ length: links }, (_, index) => `eth${index}`);
  const switches = [new OpenVSwitch(lab, hosts.from, { tso }), new OpenVSwitch(lab, hosts.to, { tso })] as const;
  for (const ovs of switches) {
    await ovs.start();
    await ovs.addBond({ ports, lacp: 'active', time: 'fast' });
  }
  for (const ovs of switches) await ovs.distributes(ports);
  await address(hosts, switches[0].interface);
  return {
    ...hosts,
    address: ADDRESSES.to,
    interface: switches[0].interface,
    pids: switches.map((ovs) => ovs.pid),
    note: (await must(['ovs-vswitchd', '--version'])).split('\n')[0] ?? '',
    switches,
    ports,
  };
}
