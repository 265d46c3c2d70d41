import type { ForwardingTable } from '../mux/distributor.js';
import type { Forwarding } from './aggregator.js';
import type { Md5 } from './conversations.js';
import type { Clock } from './io.js';
import type { WriteJournal } from './journal/recorder.js';
import type { Transition } from './port.js';

/** What the system does to the world. */
export interface SystemEffects {
  readonly clock: Clock;
  readonly md5: Md5;
  /** Send a whole Ethernet frame from a port. */
  send(port: number, frame: Uint8Array): void;
  /** Call `receive` for every frame that has arrived already: it counts before any time-out does, however late we are. */
  drain?(): void;
  /** Send a marker, behind all data frames that tables before the newest one have sent on the port. */
  sendMarker(port: number, frame: Uint8Array): void;
  /** Send a Marker Response, once the data frames that came in on the port before now have been delivered. */
  answerMarker(port: number, frame: Uint8Array): void;
  /** The aggregator's new table for its data path; ports by Port Number. */
  table(aggregator: string, table: ForwardingTable): void;
  /** Octets that each bucket of an aggregator has carried, see `Datapath.bucketBytes`. */
  bucketBytes(aggregator: string): Float64Array | undefined;
  /** The aggregator's ports collect and distribute differently from now on; its new table was given before. */
  forwarding(aggregator: string, forwarding: Forwarding): void;
  /** A machine of a port moved. */
  transition(aggregator: string, port: string, transition: Transition): void;
  /** Everything that comes and that is done about it, where somebody keeps a journal. Must not call the system. */
  journal?: WriteJournal | undefined;
  /** Something that the status shows has changed. */
  changed(): void;
  /** A fault of ours in a port's machines: the port is dead and should be dropped. */
  failed(port: number, error: unknown): void;
}
