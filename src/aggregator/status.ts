/**
 * Status as one declared view: plain JSON that the file `status`, `vethcfg status`, `vethcfg show` and tests read.
 * Data-path counters are added by the daemon.
 */
import type { Mac, PortInformation } from '../lacp/variables.js';
import type { BalanceStatus } from '../mux/balancer.js';
import type { Difference } from './conversations.js';
import type { Fault } from './fault.js';
import type { ModeInForce } from './mode.js';
import type { AggregatorSettings, PortSettings } from './settings.js';

export type Selected = 'SELECTED' | 'UNSELECTED' | 'STANDBY';
export type ReceiveState = 'INITIALIZE' | 'PORT_DISABLED' | 'EXPIRED' | 'LACP_DISABLED' | 'DEFAULTED' | 'CURRENT';
export type PeriodicState = 'NO_PERIODIC' | 'FAST_PERIODIC' | 'SLOW_PERIODIC' | 'PERIODIC_TX';
export type MuxState = 'DETACHED' | 'WAITING' | 'ATTACHED' | 'COLLECTING' | 'DISTRIBUTING' | 'COLLECTING_DISTRIBUTING';
export type ChurnState = 'CHURN_MONITOR' | 'NO_CHURN' | 'CHURN';

/** Slow-protocols frames of a port; discarded ones by reason. */
export interface ProtocolCounters {
  readonly lacpdusRx: number;
  readonly lacpdusTx: number;
  readonly markersRx: number;
  readonly markerResponsesTx: number;
  readonly markerResponsesRx: number;
  /** Markers of our own, sent when conversations leave the port. */
  readonly markersTx: number;
  /** Of these, the ones that no response came to in time. */
  readonly markerTimeouts: number;
  /** Of the responses received, those that no marker was waiting for: late ones, second ones, or none of ours. */
  readonly markerResponsesUnexpected: number;
  /** Slow protocols that are not ours (OAM, OSSP, unknown subtypes). */
  readonly unknownRx: number;
  /** Discarded, by reason of `DropReason`. */
  readonly illegalRx: Readonly<Record<string, number>>;
}

/** What has happened to a port since it was added. */
export interface PortEvents {
  /** The link was taken for down. */
  readonly linkFailures: number;
  /** Receive machine CURRENT to EXPIRED: the partner fell silent. */
  readonly expired: number;
  /** Receive machine EXPIRED to DEFAULTED: the partner was given up, or never heard. */
  readonly defaulted: number;
  /** ActorChurnCount, PartnerChurnCount: CHURN was entered. */
  readonly actorChurn: number;
  readonly partnerChurn: number;
  /** ActorSyncTransitionCount, PartnerSyncTransitionCount: Synchronization became TRUE. */
  readonly actorInSync: number;
  readonly partnerInSync: number;
  /** ActorChangeCount, PartnerChangeCount: that end's system, key, port or aggregatability changed. */
  readonly actorChanged: number;
  readonly partnerChanged: number;
}

/** How often a timeout of the partner began or ended since the port was added. */
export interface PortTimeouts {
  readonly changes: number;
  /** When the last one did, in milliseconds on the engine's clock; undefined: never. */
  readonly lastAt: number | undefined;
}

export interface PortStatus {
  readonly name: string;
  readonly aggregator: string;
  readonly number: number;
  readonly mac: Mac;
  readonly selected: Selected;
  readonly receive: ReceiveState;
  readonly periodic: PeriodicState;
  readonly mux: MuxState;
  readonly actorChurn: ChurnState;
  readonly partnerChurn: ChurnState;
  readonly actor: PortInformation;
  readonly partner: PortInformation;
  readonly settings: PortSettings;
  readonly link: 'up' | 'down' | 'unknown';
  /** Mbit/s in force, declared or reported; undefined: unknown. */
  readonly speed: number | undefined;
  readonly duplex: 'full' | 'half' | undefined;
  readonly lagId: string;
  readonly collecting: boolean;
  readonly distributing: boolean;
  /** Version_Number of the partner's last LACPDU; 1 when none was heard. */
  readonly partnerVersion: number;
  /** Undefined: we speak version 1. */
  readonly conversations: PortConversationStatus | undefined;
  /** Plain words, most important first: why the port is not (yet) in use, or on what condition it is. */
  readonly notes: readonly string[];
  readonly counters: ProtocolCounters;
  readonly events: PortEvents;
  readonly timeouts: PortTimeouts;
}

/** Version 2: conversations of a port. */
export interface PortConversationStatus {
  /** By which both ends know the link; the partner's when it leads. */
  readonly linkNumber: number;
  /** As the partner says; undefined: it has not. */
  readonly partnerLinkNumber: number | undefined;
  /** How many of the 4096 conversations it sends. */
  readonly sent: number;
  /** ActPar_Sync: the partner sends the same ones; undefined: it has not said which. */
  readonly inStep: boolean | undefined;
  /** Discard_Wrong_Conversation is in force. */
  readonly discardsWrong: boolean;
}

/** Version 2: conversations of an aggregator. */
export interface ConversationStatus {
  /** Actor_Port_Algorithm in hex. */
  readonly portAlgorithm: string;
  /** Actor_Conversation_LinkList_Digest in hex. */
  readonly linkListDigest: string;
  /** In what the partner differs; empty: both ends agree; undefined: no port distributes. */
  readonly differences: readonly Difference[] | undefined;
}

export interface AggregatorStatus {
  readonly name: string;
  readonly mac: Mac;
  readonly systemPriority: number;
  readonly systemId: Mac;
  /** Actor_Admin_Key. */
  readonly key: number;
  readonly settings: AggregatorSettings;
  /** What mode=auto has come to; else as set. */
  readonly mode: ModeInForce;
  /** LAG ID of the active candidate; undefined while no port has one. */
  readonly activeLag: string | undefined;
  readonly partnerSystem: Mac | undefined;
  readonly partnerKey: number | undefined;
  readonly carrier: boolean;
  /** What LACPDUs tell of wrong cables and identities. */
  readonly faults: readonly Fault[];
  /** Undefined: we speak version 1. */
  readonly conversations: ConversationStatus | undefined;
  /** Undefined: no rebalancing. */
  readonly balance: BalanceStatus | undefined;
  readonly notes: readonly string[];
  readonly ports: readonly PortStatus[];
}

export interface SystemStatus {
  readonly aggregators: readonly AggregatorStatus[];
}
