/** `vethcfg show`: the engine's status joined with what the kernel side knows. */
import type { SystemStatus } from '../aggregator/status.js';
import { NO_FRAMES } from '../drivers/counter-sums.js';
import type { Bundle, BundlePort } from './bundle.js';
import { type ShownAggregator, type ShownPort, type ShowResult, VERSION } from './messages.js';
import type { Lately } from './recent-traffic.js';

/** `only`: an interface, or a port, which is shown as its interface with this port alone. */
export function showResult(
  status: SystemStatus,
  bundles: ReadonlyMap<string, Bundle>,
  addresses: (ifindex: number) => readonly string[],
  process: Pick<ShowResult, 'lateness' | 'reduced' | 'datapath' | 'clock'>,
  lately: (veth: string) => Lately | undefined,
  only: string | undefined,
  withAddresses: boolean,
): ShowResult {
  const aggregators = status.aggregators.flatMap((aggregator): ShownAggregator[] => {
    const bundle = bundles.get(aggregator.name);
    if (bundle === undefined) return [];
    const { ports: byPort, ...counters } = bundle.datapath.counters();
    const { seconds, octets } = lately(bundle.name) ?? {};
    const sent = [...(octets?.values() ?? [])].reduce((sum, each) => sum + each, 0);
    const ports = aggregator.ports.flatMap((port) => {
      const entry = bundle.ports.find((candidate) => candidate.number === port.number);
      if (entry === undefined || (only !== undefined && only !== bundle.name && only !== port.name)) return [];
      return [
        {
          ...port,
          dataCounters: byPort.get(entry.ifindex) ?? NO_FRAMES,
          reduced: entry.member.reduced,
          addresses: addresses(entry.ifindex),
          share: bundle.share(entry),
          bridge: bridgePortOf(bundle, entry),
          octetShare: sent === 0 ? undefined : (octets?.get(entry.ifindex) ?? 0) / sent,
        },
      ];
    });
    if (only !== undefined && only !== bundle.name && ports.length === 0) return [];
    const bridge = bridgeOf(bundle, only === bundle.name ? undefined : only, withAddresses);
    const { ifindex } = bundle.virtual;
    return [{ ...aggregator, ifindex, mtu: bundle.mtu, counters, lately: seconds, bridge, ports }];
  });
  return { version: VERSION, ...process, aggregators };
}

/** `port`: only what is behind it. */
function bridgeOf(bundle: Bundle, port: string | undefined, withAddresses: boolean): ShownAggregator['bridge'] {
  const { bridge, kind } = bundle.datapath;
  if (bridge === undefined) return undefined;
  const addresses = bridge
    .addresses()
    .map((each) => ({ ...each, port: bundle.portByIndex(each.port)?.facts.name ?? String(each.port) }))
    .filter((each) => port === undefined || each.port === port)
    .sort((a, b) => a.port.localeCompare(b.port) || a.mac.localeCompare(b.mac) || a.vlan - b.vlan);
  return { in: kind === 'kernel' ? 'kernel' : 'user', learned: addresses.length, ...(withAddresses && { addresses }) };
}

function bridgePortOf(bundle: Bundle, { ifindex }: BundlePort): ShownPort['bridge'] {
  const port = bundle.datapath.bridge?.ports().get(ifindex);
  if (port === undefined) return undefined;
  const { state, loop } = port;
  return { state, ...(loop && { loop: bundle.portByIndex(loop.other ?? 0)?.facts.name ?? '' }) };
}

/** Of all interfaces; one about which there is something to be said stands for them, by name where others differ. */
export function dataPathOf(bundles: ReadonlyMap<string, Bundle>, choice: string): ShowResult['datapath'] {
  const all = [...bundles.values()].map(({ name, datapath }) => ({ name, datapath }));
  const spokesman = all.find(({ datapath }) => datapath.reason !== undefined) ?? all[0];
  if (spokesman === undefined) return { kind: choice, choice };
  const { name, datapath } = spokesman;
  const { kind, reason } = datapath;
  if (reason === undefined) return { kind, choice };
  const differs = all.some((each) => each.datapath.reason !== reason);
  return { kind, choice, reason: differs ? `${name}: ${reason}` : reason };
}
