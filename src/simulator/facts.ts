import type { LinkFacts } from '../aggregator/io.js';

/** What the kernel says of an Ethernet interface that is up at 1 Gbit/s, full duplex. */
export function linkFacts(
  ifindex: number,
  name: string,
  mac: LinkFacts['mac'],
  differences: Partial<LinkFacts> = {},
): LinkFacts {
  return {
    ifindex,
    name,
    mac,
    mtu: 1500,
    adminUp: true,
    link: 'up',
    speed: 1000,
    duplex: 'full',
    loopback: false,
    ethernet: true,
    promiscuous: false,
    master: undefined,
    lower: undefined,
    ...differences,
  };
}
