/** The data path that an interface has by its mode. */
import type { Datapath, VirtualInterface } from '../aggregator/io.js';
import { type AggregatorSettings, bridgeRules } from '../aggregator/settings.js';
import type { Mac } from '../lacp/variables.js';
import type { Drivers } from './drivers.js';

export interface DatapathWanted {
  readonly virtual: VirtualInterface;
  readonly name: string;
  readonly mac: Mac;
  readonly settings: AggregatorSettings;
  /** Frames wait where they are until the first table is given. */
  readonly hold: boolean;
  /** Ports of a bridge have other states. */
  readonly bridgeChanged: () => void;
}

export function datapathOf(drivers: Drivers, wanted: DatapathWanted): Promise<Datapath> {
  const { name, mac, settings, hold, bridgeChanged } = wanted;
  const peer = wanted.virtual.peerIfindex;
  if (!bridges(settings)) return drivers.openDatapath(peer, name, hold);
  return drivers.openBridge(peer, name, { mac, rules: bridgeRules(settings) }, bridgeChanged);
}

/** One kind of data path cannot become the other. */
export const bridges = ({ mode }: AggregatorSettings): boolean => mode === 'bridge';
