/**
 * The status view as it travels over the control socket. `wire` holds each schema against its type, so that a field
 * added to `aggregator/status.ts` or `aggregator/io.ts` is a compile error here until it is described.
 */
import { z } from 'zod';
import { PRIMARY_RESELECTS } from '../aggregator/backup-order.js';
import { DIFFERENCES } from '../aggregator/conversations.js';
import { FALLBACKS } from '../aggregator/fallback.js';
import { FAULTS, type Fault } from '../aggregator/fault.js';
import {
  BRIDGE_PORT_STATES,
  type BridgePort,
  type DatapathCounters,
  type LearnedAddress,
  type PortCounters,
} from '../aggregator/io.js';
import type { Damping } from '../aggregator/link-hold.js';
import { MODES, MODES_IN_FORCE } from '../aggregator/mode.js';
import { POLICIES } from '../aggregator/policy.js';
import {
  type AggregatorSettings,
  DEFAULT_AGGREGATOR,
  FAREWELLS,
  type PortSettings,
  WEIGHTS,
} from '../aggregator/settings.js';
import type {
  AggregatorStatus,
  ConversationStatus,
  PortConversationStatus,
  PortEvents,
  PortStatus,
  PortTimeouts,
  ProtocolCounters,
  SystemStatus,
} from '../aggregator/status.js';
import type { PortInformation, PortState } from '../lacp/variables.js';
import type { BalanceStatus } from '../mux/balancer.js';
import type { ConversationRange } from '../mux/conversations.js';
import { HASH_POLICIES } from '../mux/hash.js';

/**
 * An object schema for `T`. Unknown keys pass, so that an older client reads a newer daemon. The cast is for keys
 * whose value is undefined: JSON leaves them out, and reading them gives undefined again.
 */
export function wire<T>(shape: { [Key in keyof T]-?: z.ZodType<T[Key]> }): z.ZodType<T> {
  return z.looseObject(shape) as unknown as z.ZodType<T>;
}

const text = z.string();
const word = z.boolean();
const count = z.number();
/** A `Mac`. */
export const macSchema = z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
const notes = z.array(text);

export const bridgePort = wire<BridgePort>({
  state: z.enum(BRIDGE_PORT_STATES),
  loop: wire<NonNullable<BridgePort['loop']>>({ other: count.optional() }).optional(),
});

const portState = wire<PortState>({
  LACP_Activity: word,
  LACP_Timeout: word,
  Aggregation: word,
  Synchronization: word,
  Collecting: word,
  Distributing: word,
  Defaulted: word,
  Expired: word,
});

export const portInformation = wire<PortInformation>({
  System_Priority: count,
  System: macSchema,
  Key: count,
  Port_Priority: count,
  Port: count,
  State: portState,
});

export const aggregatorSettings = wire<AggregatorSettings>({
  // State of a program that had none is read as well, here and below.
  mode: z.enum(MODES).default('lacp'),
  lacp: z.enum(['active', 'passive', 'off']),
  rate: z.enum(['fast', 'slow']),
  systemPriority: count,
  systemId: macSchema.optional(),
  key: count.optional(),
  mux: z.enum(['independent', 'coupled']),
  hash: z.enum(HASH_POLICIES).optional(),
  hashSeed: count.default(DEFAULT_AGGREGATOR.hashSeed),
  hashFlowLabel: word.default(DEFAULT_AGGREGATOR.hashFlowLabel),
  weights: z.enum(WEIGHTS).default('speed'),
  rebalance: count.default(0),
  minLinks: count,
  maxLinks: count,
  primary: text.optional(),
  primaryReselect: z.enum(PRIMARY_RESELECTS).default(DEFAULT_AGGREGATOR.primaryReselect),
  // State of a program that had no bridge is read as well.
  bridgeStp: word.default(DEFAULT_AGGREGATOR.bridgeStp),
  bridgePriority: count.default(DEFAULT_AGGREGATOR.bridgePriority),
  bridgeForwardDelay: count.default(DEFAULT_AGGREGATOR.bridgeForwardDelay),
  bridgeAgeing: count.default(DEFAULT_AGGREGATOR.bridgeAgeing),
  bridgeMulticastSnooping: word.default(DEFAULT_AGGREGATOR.bridgeMulticastSnooping),
  bridgeLoopGuard: word.default(DEFAULT_AGGREGATOR.bridgeLoopGuard),
  peerNotify: count.default(DEFAULT_AGGREGATOR.peerNotify),
  policy: z.enum(POLICIES),
  fallback: z.enum(FALLBACKS),
  fallbackDelay: count,
  upDelay: count,
  downDelay: count,
  damping: wire<Damping>({ failures: count, seconds: count }).optional(),
  farewell: z.enum(FAREWELLS),
  lacpVersion: count,
  conversationLinks: z.array(wire<ConversationRange>({ first: count, last: count, links: z.array(count) })).optional(),
  discardWrongConversation: word,
  agg_wc: word,
  mac: macSchema.or(z.literal('random')).optional(),
  mtu: count.optional(),
});

export const portSettings = wire<PortSettings>({
  key: count.optional(),
  portPriority: count,
  speed: count.optional(),
  aggregation: word,
  agg_wc: word.optional(),
  gate: z.enum(['open', 'collect-only', 'closed']),
  partnerSystem: macSchema.optional(),
  partnerSystemPriority: count,
  partnerKey: count,
  partnerPort: count,
  partnerPortPriority: count,
  partnerState: text,
});

const protocolCounters = wire<ProtocolCounters>({
  lacpdusRx: count,
  lacpdusTx: count,
  markersRx: count,
  markerResponsesTx: count,
  markerResponsesRx: count,
  markersTx: count,
  markerTimeouts: count,
  markerResponsesUnexpected: count,
  unknownRx: count,
  illegalRx: z.record(text, count),
});

const portEvents = wire<PortEvents>({
  linkFailures: count,
  expired: count,
  defaulted: count,
  actorChurn: count,
  partnerChurn: count,
  actorInSync: count,
  partnerInSync: count,
  actorChanged: count,
  partnerChanged: count,
});

const portShape = {
  name: text,
  aggregator: text,
  number: count,
  mac: macSchema,
  selected: z.enum(['SELECTED', 'UNSELECTED', 'STANDBY']),
  receive: z.enum(['INITIALIZE', 'PORT_DISABLED', 'EXPIRED', 'LACP_DISABLED', 'DEFAULTED', 'CURRENT']),
  periodic: z.enum(['NO_PERIODIC', 'FAST_PERIODIC', 'SLOW_PERIODIC', 'PERIODIC_TX']),
  mux: z.enum(['DETACHED', 'WAITING', 'ATTACHED', 'COLLECTING', 'DISTRIBUTING', 'COLLECTING_DISTRIBUTING']),
  actorChurn: z.enum(['CHURN_MONITOR', 'NO_CHURN', 'CHURN']),
  partnerChurn: z.enum(['CHURN_MONITOR', 'NO_CHURN', 'CHURN']),
  actor: portInformation,
  partner: portInformation,
  settings: portSettings,
  link: z.enum(['up', 'down', 'unknown']),
  speed: count.optional(),
  duplex: z.enum(['full', 'half']).optional(),
  lagId: text,
  collecting: word,
  distributing: word,
  partnerVersion: count,
  conversations: wire<PortConversationStatus>({
    linkNumber: count,
    partnerLinkNumber: count.optional(),
    sent: count,
    inStep: word.optional(),
    discardsWrong: word,
  }).optional(),
  notes,
  counters: protocolCounters,
  events: portEvents,
  // An older vethd does not tell.
  timeouts: wire<PortTimeouts>({ changes: count, lastAt: count.optional() }).default({ changes: 0, lastAt: undefined }),
};

const portStatus = wire<PortStatus>(portShape);

const aggregatorShape = {
  name: text,
  mac: macSchema,
  systemPriority: count,
  systemId: macSchema,
  key: count,
  settings: aggregatorSettings,
  mode: z.enum(MODES_IN_FORCE).default('lacp'), // an older vethd has no other
  activeLag: text.optional(),
  partnerSystem: macSchema.optional(),
  partnerKey: count.optional(),
  carrier: word,
  faults: z.array(wire<Fault>({ kind: z.enum(FAULTS), ports: z.array(text), text })),
  conversations: wire<ConversationStatus>({
    portAlgorithm: text,
    linkListDigest: text,
    differences: z.array(z.enum(DIFFERENCES)).optional(),
  }).optional(),
  balance: wire<BalanceStatus>({ away: count, moved: count, measured: word }).optional(),
  notes,
  ports: z.array(portStatus),
};

export const systemStatus = wire<SystemStatus>({ aggregators: z.array(wire<AggregatorStatus>(aggregatorShape)) });

/** A port as `show` gives it: its protocol status, and what the data path and the kernel side know of it. */
export interface ShownPort extends PortStatus {
  readonly dataCounters: PortCounters;
  /** Why the port's own stack is only partly silent; undefined: nothing but slow protocols reaches it. */
  readonly reduced: string | undefined;
  /** Addresses (`192.0.2.1/24`) of the port that do not answer while it is attached. */
  readonly addresses: readonly string[];
  /** Part of the buckets that leave by this port, 0 to 1; undefined: not distributing. */
  readonly share: number | undefined;
  /** mode=bridge: what the bridge makes of the port; `loop`: name of the port at the other end, empty: not known. */
  readonly bridge?: { readonly state: BridgePort['state']; readonly loop?: string | undefined } | undefined;
  /** Part of the octets that all ports of the interface have sent lately; undefined: none has, or an older vethd. */
  readonly octetShare?: number | undefined;
}

/** An address that a bridge has learned, `port` by name. */
export interface ShownAddress extends Omit<LearnedAddress, 'port'> {
  readonly port: string;
}

/** Counters of the whole virtual interface, without those of its ports. */
export type InterfaceCounters = Omit<DatapathCounters, 'ports'>;

export interface ShownAggregator extends Omit<AggregatorStatus, 'ports'> {
  readonly ifindex: number;
  readonly mtu: number;
  readonly counters: InterfaceCounters;
  /** mode=bridge: the addresses that it has learned; which, only where that was asked for. */
  readonly bridge?:
    | {
        readonly in: 'kernel' | 'user';
        readonly learned: number;
        readonly addresses?: readonly ShownAddress[] | undefined;
      }
    | undefined;
  /** Seconds that the ports' `octetShare` looks back; undefined: the interface has just come, or an older vethd. */
  readonly lately?: number | undefined;
  readonly ports: readonly ShownPort[];
}

export const shownAggregator = wire<ShownAggregator>({
  ...aggregatorShape,
  ifindex: count,
  mtu: count,
  lately: count.optional(),
  bridge: z
    .looseObject({
      in: z.enum(['kernel', 'user']),
      learned: count,
      addresses: z.array(wire<ShownAddress>({ mac: macSchema, vlan: count, port: text, age: count })).optional(),
    })
    .optional(),
  counters: wire<InterfaceCounters>({
    txNoPort: count,
    txSlowProtocols: count,
    rxHostRefused: count,
    txOverrun: count,
  }),
  ports: z.array(
    wire<ShownPort>({
      ...portShape,
      dataCounters: wire<PortCounters>({
        rxFrames: count,
        rxBytes: count,
        txFrames: count,
        txBytes: count,
        rxNotCollecting: count,
        rxWrongConversation: count,
        txRefused: count,
        rxOverrun: count,
        txHeld: count,
        txHeldEarly: count,
      }),
      reduced: text.optional(),
      addresses: z.array(text),
      share: count.optional(),
      octetShare: count.optional(),
      bridge: z.looseObject({ state: z.enum(BRIDGE_PORT_STATES), loop: text.optional() }).optional(),
    }),
  ),
});
