/** What a replay tells: history while it goes on, the rest at its end. Plain data. */
import type { HappeningOf } from '../aggregator/journal/happening.js';
import type { Marker } from '../lacp/marker.pdu.js';
import type { Mac, PortInformation } from '../lacp/variables.js';
import type { EndExplanation } from './explanation.js';
import type { TimingReport } from './intervals.js';

interface Moment {
  /** Milliseconds since the first packet of the capture. */
  readonly at: number;
  /** Packet in its file; undefined: nothing was captured at this moment, a timer has expired. */
  readonly packet: number | undefined;
}

export type HistoryEvent = Moment &
  (
    | {
        readonly kind: 'end';
        readonly end: string;
        readonly place: string;
        readonly source: Mac;
        readonly actor: PortInformation;
      }
    /** An end announces something else than before. `partnerName`: whom it describes; undefined: nobody. */
    | {
        readonly kind: 'says';
        readonly end: string;
        readonly actor: PortInformation;
        readonly partner: PortInformation;
        readonly partnerName: string | undefined;
        /** Identity or version has changed, not only state bits. */
        readonly renamed: boolean;
      }
    /** A machine of ours, in the place of this end, has moved. */
    | { readonly kind: 'machine'; readonly end: string; readonly step: HappeningOf<'transition'> }
    | { readonly kind: 'marker'; readonly end: string; readonly marker: Marker }
    /** A frame that is not read; the first of its kind from this address. */
    | { readonly kind: 'malformed'; readonly source: Mac; readonly place: string; readonly reason: string }
    | ({ readonly kind: 'disagreement'; readonly end: string } & Disagreement)
  );

export interface Disagreement {
  readonly rule: string;
  readonly clause: string;
  /** In words, as of the first time; follows the label of the end. */
  readonly text: string;
}

export interface CountedDisagreement extends Disagreement {
  readonly end: string;
  readonly count: number;
  readonly first: Moment;
  readonly last: Moment;
}

export interface EndReport {
  readonly end: string;
  readonly place: string;
  readonly source: Mac;
  readonly version: number;
  /** As last announced. */
  readonly actor: PortInformation;
  readonly partner: PortInformation;
  /** The end at the other side of the link; undefined: it is not in the capture. */
  readonly far: string | undefined;
  readonly first: Moment;
  readonly last: Moment;
  readonly lacpdus: number;
  readonly timing: TimingReport;
  /** Why it is not in use, as far as a capture tells. */
  readonly explanation: EndExplanation;
}

export interface Report {
  /** End of the capture, milliseconds since its first packet. */
  readonly until: number;
  readonly ends: readonly EndReport[];
  readonly disagreements: readonly CountedDisagreement[];
  /** Frames of slow protocols that were not read, by reason and source. */
  readonly malformed: readonly {
    readonly source: Mac;
    readonly place: string;
    readonly reason: string;
    readonly count: number;
  }[];
  readonly markers: number;
  /** Other slow protocols (OAM, OSSP ...). */
  readonly others: number;
  /** The same frame at a second place, or a second time at once. */
  readonly duplicates: number;
  /** Packets whose time stamp is before that of an earlier one. */
  readonly backwards: number;
  /** LACPDUs of ends that were too many to follow. */
  readonly unfollowed: number;
}
