/** ipvlan slaves of vethd, each in a namespace of its own, in l2: to the outside of their master, and to one another. */
import { Daemon } from '../../lab/daemon.js';
import type { Host, Lab } from '../../lab/lab.js';
import { buildGroup, type Datapath, missingDatapath } from './group.js';
import { ADDRESSES, type Built, twoHosts, type Variant, type VariantId } from './variant.js';

/** The master is a link, or a group of one link. */
export const slaveOut = (id: VariantId, datapath: Datapath): Variant => ({
  id,
  title: `slave to outside, ${datapath} path`,
  missing: () => missingDatapath(datapath),
  build: async (lab, prefix) => {
    const hosts = await twoHosts(lab, prefix, 1);
    const daemon = await started(lab, hosts.from, datapath);
    const from = await slave(lab, daemon, 'eth0', `${prefix}s`, ADDRESSES.from);
    await hosts.to.ip(`addr add ${ADDRESSES.to}/24 dev eth0`);
    return { ...ends(from, hosts.to, 'eth0'), pids: [daemon.process.pid] };
  },
});

export const slaveToSlave = (id: VariantId, datapath: Datapath): Variant => ({
  id,
  title: `slave to slave, ${datapath} path`,
  missing: () => missingDatapath(datapath),
  build: async (lab, prefix) => {
    const { from: host } = await twoHosts(lab, prefix, 1);
    const daemon = await started(lab, host, datapath);
    const from = await slave(lab, daemon, 'eth0', `${prefix}s`, ADDRESSES.from);
    const to = await slave(lab, daemon, 'eth0', `${prefix}t`, ADDRESSES.to);
    return { ...ends(from, to, SLAVE), pids: [daemon.process.pid] };
  },
});

export const slaveOfGroup = (id: VariantId, datapath: Datapath): Variant => ({
  id,
  title: `slave of a group of 1 link to outside, ${datapath} path`,
  missing: () => missingDatapath(datapath),
  build: async (lab, prefix) => {
    const group = await buildGroup(lab, prefix, datapath, 1);
    const [daemon] = group.daemons;
    await group.from.ip(`addr del ${ADDRESSES.from}/24 dev veth0`);
    const from = await slave(lab, daemon, 'veth0', `${prefix}s`, ADDRESSES.from);
    return { ...ends(from, group.to, 'veth0'), pids: group.pids };
  },
});

/** Name of a slave in its namespace. */
const SLAVE = 'slave';

const ends = (from: Host, to: Host, toInterface: string): Omit<Built, 'pids'> => ({
  from,
  to,
  address: ADDRESSES.to,
  interface: SLAVE,
  toInterface,
});

async function started(lab: Lab, host: Host, datapath: Datapath): Promise<Daemon> {
  const daemon = new Daemon(lab, host, 'info');
  daemon.words = [`--datapath=${datapath}`];
  await daemon.start();
  return daemon;
}

/** Makes a slave, moves it into a new host, and gives it its address. */
async function slave(lab: Lab, daemon: Daemon, master: string, name: string, address: string): Promise<Host> {
  const host = await lab.host(name);
  await daemon.mustCfg(`link add link ${master} ${name} type ipvlan mode l2`);
  await daemon.host.ip(`link set ${name} netns ${host.namespace}`);
  await host.ip(`link set ${name} name ${SLAVE}`);
  await host.ip(`addr add ${address}/24 dev ${SLAVE}`);
  await host.ip(`link set ${SLAVE} up`);
  return host;
}
