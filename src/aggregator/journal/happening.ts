/**
 * The vocabulary of the journal: everything that comes to the engine (stimuli) and everything that it does about it
 * (consequences), as plain data. The stimuli of a journal, given again to a new engine, give the same journal
 * (replay.ts).
 */
import type { Lacpdu } from '../../lacp/lacpdu.pdu.js';
import type { Marker } from '../../lacp/marker.pdu.js';
import type { DropReason } from '../../lacp/slow-protocols.js';
import type { Mac, TimerName } from '../../lacp/variables.js';
import type { LinkFacts } from '../io.js';
import type { MachineStates } from '../machine-states.js';
import type { AggregatorSettings, PortSettings } from '../settings.js';
import type { AggregatorSnapshot, PortSnapshot } from '../snapshot.js';

/** Which port: its interface, its name, its Port Number. */
export interface OfPort {
  readonly veth: string;
  readonly port: string;
  readonly number: number;
}

export type Stimulus =
  /** An LACPDU was received. `malformedTlvs`: how many of its version 2 TLVs were dropped. */
  | (OfPort & { readonly event: 'lacpdu'; readonly source: Mac; readonly pdu: Lacpdu; readonly malformedTlvs?: number })
  /** A Marker, or a response to one of ours, was received. */
  | (OfPort & { readonly event: 'marker'; readonly source: Mac; readonly marker: Marker })
  /** A slow protocol that is not ours. */
  | (OfPort & { readonly event: 'other-protocol'; readonly subtype: number })
  /** A frame that could not be read. `octets`: how it begins, in hex. */
  | (OfPort & { readonly event: 'malformed'; readonly reason: DropReason; readonly octets: string })
  /** What the kernel says of the link. */
  | (OfPort & { readonly event: 'link'; readonly facts: LinkFacts })
  /** A timer of the standard expired. */
  | (OfPort & { readonly event: 'timer'; readonly timer: TimerName })
  /** A deadline of ours for a whole interface: up-delay, down-delay, damping, fallback, hand-over, one-way link. */
  | { readonly event: 'interface-timer'; readonly veth: string }
  /** A deadline of conversations that move, or of a port that leaves in order. */
  | { readonly event: 'moves-timer' }
  | {
      readonly event: 'interface-added';
      readonly veth: string;
      readonly index: number;
      readonly mac: Mac;
      readonly settings: AggregatorSettings;
    }
  | { readonly event: 'interface-set'; readonly veth: string; readonly mac: Mac; readonly settings: AggregatorSettings }
  | { readonly event: 'interface-removed'; readonly veth: string }
  | (OfPort & { readonly event: 'port-added'; readonly facts: LinkFacts; readonly settings: PortSettings })
  | (OfPort & { readonly event: 'port-set'; readonly settings: PortSettings })
  | (OfPort & { readonly event: 'port-removed'; readonly atOnce: boolean })
  /** The interface of the port has vanished. */
  | (OfPort & { readonly event: 'port-gone' })
  /** Ports of an earlier process, in the states that they had. */
  | {
      readonly event: 'resumed';
      readonly veth: string;
      readonly former: Pick<AggregatorSnapshot, 'active' | 'moved'>;
      readonly ports: readonly { readonly snapshot: PortSnapshot; readonly settings: PortSettings }[];
    }
  /** Every port repeats what it says: a restart is to come. */
  | { readonly event: 'say-again' }
  /** What each bucket of conversations had carried when rebalancing asked; undefined: nobody knows. */
  | { readonly event: 'load'; readonly veth: string; readonly octets: readonly number[] | undefined }
  /** The control loop ran late, by so many milliseconds. */
  | { readonly event: 'late'; readonly ms: number };

export type Consequence =
  /** A machine moved. `cause`: what came, and the condition of the standard's figure that it fulfilled. */
  | (OfPort & {
      readonly event: 'transition';
      readonly machine: keyof MachineStates;
      readonly from: string;
      readonly to: string;
      readonly cause: string;
    })
  /** An LACPDU was sent. */
  | (OfPort & { readonly event: 'sent'; readonly pdu: Lacpdu })
  /** A Marker of ours was sent. */
  | (OfPort & { readonly event: 'marker-sent'; readonly transaction: number })
  /** A Marker was answered; the answer waits for the data frames before it. */
  | (OfPort & { readonly event: 'marker-answered' })
  /** Ports, by number, that collect and distribute from now on, and the carrier of the interface. */
  | {
      readonly event: 'forwarding';
      readonly veth: string;
      readonly collecting: readonly number[];
      readonly distributing: readonly number[];
      readonly carrier: boolean;
    };

export type Happening = Stimulus | Consequence;

/** What an event says, by its name. */
export type HappeningOf<Name extends Happening['event']> = Extract<Happening, { readonly event: Name }>;
