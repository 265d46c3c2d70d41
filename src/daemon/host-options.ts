/** What a host needs of its daemon. */
import type { LinkEvent } from '../aggregator/io.js';
import type { WriteJournal } from '../aggregator/journal/recorder.js';
import type { SystemStatus } from '../aggregator/status.js';
import type { Drivers } from './drivers.js';
import type { Layers } from './layers/layers.js';
import type { Log } from './log.js';

export interface HostOptions {
  readonly drivers: Drivers;
  readonly log: Log;
  /** Something that the status shows has changed, not longer ago than a moment; see `Sparing`. */
  readonly changed: (status: SystemStatus) => void;
  /** Everything that the engine tells of itself. */
  readonly journal: WriteJournal;
  /** What lies on bundles. */
  readonly layers: () => Layers;
  /** Something that `snapshot` gives has changed. */
  readonly moved: () => void;
  /** What must be kept over a crash has changed by an event, not by a command; also what remains to be done for it. */
  readonly event: (act: () => Promise<void>) => void;
  /** The kernel has told of a link or an address, be it ours or not. */
  readonly linkSeen: (event: LinkEvent) => void;
}
