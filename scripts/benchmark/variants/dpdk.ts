/**
 * DPDK's testpmd at both ends: bonding mode 4 over af_packet, joined to a TAP. It polls: each end takes a core whole, from
 * whatever else runs too. So it is built and measured apart, after all others.
 */
import type { Host, Lab } from '../../lab/lab.js';
import { run } from '../../lab/processes.js';
import { ping } from '../../lab/traffic.js';
import { waitFor } from '../../lab/wait.js';
import { ADDRESSES, address, type Built, twoHosts, type Variant } from './variant.js';

const LINKS = 2;
const TAP = 'dtap0';
/** testpmd numbers its devices in the order of the command line: the links, the TAP, the bond. */
const FORWARDED = (1 << LINKS) | (1 << (LINKS + 1));

export const dpdk: Variant = {
  id: 'dpdk',
  title: 'DPDK testpmd, bonding mode 4',
  missing: async () => {
    const there = (await run(['sh', '-c', 'command -v dpdk-testpmd'])).code === 0;
    return there ? undefined : 'dpdk-testpmd is not installed (Debian: dpdk-dev, with some 200 packages)';
  },
  build,
};

async function build(lab: Lab, prefix: string): Promise<Built> {
  const hosts = await twoHosts(lab, prefix, LINKS);
  const pids: number[] = [];
  for (const [core, host] of [hosts.from, hosts.to].entries()) {
    for (let link = 0; link < LINKS; link += 1) {
      // Else the ports' own stacks answer for the address of the TAP.
      await host.ip(`link set eth${link} arp off`);
      await host.must(['sysctl', '-q', '-w', `net.ipv6.conf.eth${link}.disable_ipv6=1`]);
    }
    pids.push(startTestpmd(lab, host, core));
  }
  for (const host of [hosts.from, hosts.to]) {
    await waitFor(`the TAP of testpmd on ${host.name}`, async () => (await host.interfaces()).includes(TAP), {
      timeoutMs: 30_000,
    });
  }
  await address(hosts, TAP);
  // Its LACP takes half a minute, and nobody can be asked how far it is.
  await waitFor('an answer through testpmd', async () => (await ping(hosts.from, ADDRESSES.to, 3)).received === 3, {
    timeoutMs: 90_000,
    everyMs: 500,
  });
  return { ...hosts, address: ADDRESSES.to, interface: TAP, pids, note: 'polls a core at each end; measured apart' };
}

function startTestpmd(lab: Lab, host: Host, core: number): number {
  const links = Array.from({ length: LINKS }, (_, link) => `net_af_packet${link}`);
  const devices = [
    ...links.map((name, link) => `${name},iface=eth${link}`),
    `net_tap0,iface=${TAP}`,
    `net_bonding0,mode=4,${links.map((name) => `slave=${name}`).join(',')}`,
  ];
  const environment = ['-l', '0,1', '--main-lcore', `${core}`, '--no-huge', '-m', '512', '--no-pci', '--no-telemetry'];
  const { pid } = host.start(
    [
      'dpdk-testpmd',
      ...environment,
      `--file-prefix=${host.namespace}`,
      ...devices.map((device) => `--vdev=${device}`),
      '--',
      `--portmask=0x${FORWARDED.toString(16)}`,
      '--nb-cores=1',
      '--forward-mode=io',
      '--port-topology=paired',
      '--total-num-mbufs=16384',
      // Without it testpmd waits for a key, finds no terminal, and ends.
      '--stats-period=60',
    ],
    { log: `${lab.directory}/testpmd-${host.name}.log`, env: { RUNTIME_DIRECTORY: lab.directory } },
  );
  return pid;
}
