/** What is compared: ways from one host to another, each in network namespaces of its own. */
import type { Host, Lab } from '../../lab/lab.js';

/** Two hosts and how the first reaches the second. */
export interface Path {
  readonly from: Host;
  readonly to: Host;
  /** Of the second. */
  readonly address: string;
}

/** A way that was built and carries traffic. */
export interface Built extends Path {
  /** Interface that has the address, on both hosts, or on the first alone. */
  readonly interface: string;
  /** That of the second, where it has another name. */
  readonly toInterface?: string;
  /** Processes that move its frames or control them. */
  readonly pids: readonly number[];
  /** A line for the machine's description, like a version. */
  readonly note?: string;
}

export interface Variant {
  readonly id: VariantId;
  readonly title: string;
  /** Why it cannot run here; undefined when it can. */
  missing(): Promise<string | undefined>;
  /** `prefix` makes the names of its hosts. */
  build(lab: Lab, prefix: string): Promise<Built>;
}

export const VARIANT_IDS = ['raw', 'raw2', 'kernel1', 'kernel4', 'user1', 'user4', 'ovs', 'ovs-tso', 'dpdk'] as const;
/** Of the part `slaves`: from an ipvlan slave to the outside, to another slave, to the outside of a group. */
export const SLAVE_VARIANT_IDS = [
  'out-kernel',
  'out-user',
  'slave-kernel',
  'slave-user',
  'group-kernel',
  'group-user',
] as const;
export type VariantId = (typeof VARIANT_IDS)[number] | (typeof SLAVE_VARIANT_IDS)[number];

export const ADDRESSES = { from: '192.0.2.1', to: '192.0.2.2' } as const;

/** Two hosts joined by so many links, eth0 and on. */
export async function twoHosts(lab: Lab, prefix: string, links: number): Promise<{ from: Host; to: Host }> {
  const [from, to] = [await lab.host(`${prefix}a`), await lab.host(`${prefix}b`)];
  // Else both ends of a cable may get the same index, and the kernel then tells of a lost carrier up to 1 s late.
  await to.ip('link add spare0 type veth peer name spare1');
  await to.ip('link del spare0');
  for (let link = 0; link < links; link += 1) await lab.link(from, `eth${link}`, to, `eth${link}`);
  return { from, to };
}

/** Gives both hosts their address on an interface. */
export async function address({ from, to }: { from: Host; to: Host }, name: string): Promise<void> {
  await from.ip(`addr add ${ADDRESSES.from}/24 dev ${name}`);
  await to.ip(`addr add ${ADDRESSES.to}/24 dev ${name}`);
  for (const host of [from, to]) await host.ip(`link set ${name} up`);
}

/**
 * The neighbour that each host has found must be the other's interface. A port whose own stack answers ARP would let
 * the traffic pass by what is measured, silently.
 */
export async function checkNeighbours({ from, to, interface: fromName, toInterface = fromName }: Built): Promise<void> {
  for (const [here, name, there, itsName, address] of [
    [from, fromName, to, toInterface, ADDRESSES.to],
    [to, toInterface, from, fromName, ADDRESSES.from],
  ] as const) {
    const [link]: { address: string }[] = JSON.parse(await there.ip(`-json link show ${itsName}`));
    const found: { dst: string; lladdr?: string; dev: string }[] = JSON.parse(
      await here.ip(`-json neigh show to ${address}`),
    );
    const wrong = found.filter(({ lladdr, dev }) => lladdr !== link?.address || dev !== name);
    if (found.length === 0 || wrong.length > 0) {
      throw new Error(
        `${here.name}: neighbour ${address} should be ${link?.address} on ${name}, is ${JSON.stringify(found)}`,
      );
    }
  }
}
