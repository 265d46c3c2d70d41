/** What a layer may use of its daemon. */
import type { LinkFacts } from '../../aggregator/io.js';
import type { Bundle } from '../bundle.js';
import type { Drivers } from '../drivers.js';
import type { Log } from '../log.js';

export interface LayerContext {
  readonly drivers: Drivers;
  readonly log: Log;
  readonly bundles: ReadonlyMap<string, Bundle>;
  links(): readonly LinkFacts[];
  /** Addresses (`192.0.2.1/24`) of an interface. */
  addresses(ifindex: number): readonly string[];
  readonly runDirectory: string;
  /** What must be kept over a crash has changed by an event: what remains to be done, in the daemon's turn; then it saves. */
  readonly event: (act: () => Promise<void>) => void;
}
