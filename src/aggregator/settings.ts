/** Settings of an aggregator (virtual interface) and of a port, with their defaults. Values are validated by the daemon. */
import type { Mac } from '../lacp/variables.js';
import type { ConversationRange } from '../mux/conversations.js';
import type { HashPolicy, HashSpec } from '../mux/hash.js';
import type { PrimaryReselect } from './backup-order.js';
import type { Fallback } from './fallback.js';
import type { BridgeRules } from './io.js';
import type { Damping } from './link-hold.js';
import type { Mode } from './mode.js';
import type { Policy } from './policy.js';

export const WEIGHTS = ['speed', 'equal'] as const;
/** speed: a port gets conversations in proportion to its speed; one of unknown speed counts as the slowest of the others. */
export type Weights = (typeof WEIGHTS)[number];

export const FAREWELLS = ['out-of-sync', 'individual', 'none'] as const;

export interface AggregatorSettings {
  readonly mode: Mode;
  /** `off`: LACP_Enabled = FALSE on every port. */
  readonly lacp: 'active' | 'passive' | 'off';
  /** What we ask of the partner (our LACP_Timeout): fast = short timeout, one LACPDU a second. */
  readonly rate: 'fast' | 'slow';
  readonly systemPriority: number;
  /** Undefined: the MAC address of the virtual interface. */
  readonly systemId: Mac | undefined;
  /** Actor_Admin_Key; undefined: 0x0100 times (interface number + 1), see key.ts. */
  readonly key: number | undefined;
  readonly mux: 'independent' | 'coupled';
  /** Undefined: what is usual for the mode, see `hashSpec`. */
  readonly hash: HashPolicy | undefined;
  /** 32 bits that make the same frames fall otherwise. */
  readonly hashSeed: number;
  /** The flow label of IPv6 tells conversations apart too, where `hash` looks at ports. */
  readonly hashFlowLabel: boolean;
  /** How much each port gets of the conversations. */
  readonly weights: Weights;
  /** Seconds between two rounds that move heavy conversations to less loaded ports; 0: none. */
  readonly rebalance: number;
  /** Carrier is off while fewer ports are DISTRIBUTING. */
  readonly minLinks: number;
  /** More ports than this become STANDBY. */
  readonly maxLinks: number;
  /** mode=active-backup: name of the port that carries when it can; undefined: none is preferred. */
  readonly primary: string | undefined;
  /** When it takes over again. */
  readonly primaryReselect: PrimaryReselect;
  /** mode=bridge, see BridgeRules. */
  readonly bridgeStp: boolean;
  readonly bridgePriority: number;
  /** Seconds, as the next one. */
  readonly bridgeForwardDelay: number;
  readonly bridgeAgeing: number;
  readonly bridgeMulticastSnooping: boolean;
  readonly bridgeLoopGuard: boolean;
  /** How often neighbours are told when another port begins to carry. */
  readonly peerNotify: number;
  /** Which of several candidate aggregators is used. */
  readonly policy: Policy;
  /** Which ports are used without an LACP partner. */
  readonly fallback: Fallback;
  /** Seconds for which nobody must have been heard before that. */
  readonly fallbackDelay: number;
  /** A link must have been up, or down, for so many milliseconds before that counts. */
  readonly upDelay: number;
  readonly downDelay: number;
  /** Undefined: none. */
  readonly damping: Damping | undefined;
  /**
   * The last LACPDU of a port that is taken out of service. `out-of-sync`: Synchronization cleared, Aggregation kept;
   * `individual`: Aggregation cleared as well, as Linux bonding does, for which some switches shut the port; `none`:
   * nothing is said, the partner learns it by its time-out or by the link.
   */
  readonly farewell: (typeof FAREWELLS)[number];
  /** Version_Number that we speak: 1, or 2 with conversations (conversations.ts). */
  readonly lacpVersion: number;
  /** Version 2: which links some conversations prefer. Undefined: none; all follow the order of mux/conversations.ts. */
  readonly conversationLinks: readonly ConversationRange[] | undefined;
  /** Version 2, Discard_Wrong_Conversation: while both ends agree, drop frames that arrive on another link than theirs. */
  readonly discardWrongConversation: boolean;
  /** The seed's wildcard: admit unknown (or different) speed, duplex and link. */
  readonly agg_wc: boolean;
  /** Undefined: the MAC address of the first port that was added. `random`: made up once for the interface. */
  readonly mac: Mac | 'random' | undefined;
  /** Undefined: the smallest MTU of the ports. */
  readonly mtu: number | undefined;
}

export interface PortSettings {
  /** Actor_Admin_Key of this port; undefined: that of the aggregator. */
  readonly key: number | undefined;
  readonly portPriority: number;
  /** Declared speed in Mbit/s, overrides what the kernel reports (and counts as full duplex). */
  readonly speed: number | undefined;
  /** False: an individual link. */
  readonly aggregation: boolean;
  /** Undefined: as the aggregator says. */
  readonly agg_wc: boolean | undefined;
  /** `collect-only`: takes frames, sends none. `closed`: not in sync, out of the aggregate. LACPDUs flow on. */
  readonly gate: 'open' | 'collect-only' | 'closed';
  /** Partner_Admin_*: taken for the partner while none is heard. Undefined: no system. */
  readonly partnerSystem: Mac | undefined;
  readonly partnerSystemPriority: number;
  readonly partnerKey: number;
  readonly partnerPort: number;
  readonly partnerPortPriority: number;
  /** State bits as letters of the status table, see partner-admin.ts. */
  readonly partnerState: string;
}

export const DEFAULT_AGGREGATOR: AggregatorSettings = {
  mode: 'lacp',
  lacp: 'active',
  rate: 'slow',
  systemPriority: 32768,
  systemId: undefined,
  key: undefined,
  mux: 'independent',
  hash: undefined,
  hashSeed: 0,
  hashFlowLabel: false,
  weights: 'speed',
  rebalance: 0,
  minLinks: 1,
  maxLinks: 8,
  primary: undefined,
  primaryReselect: 'always',
  bridgeStp: false,
  bridgePriority: 32768,
  bridgeForwardDelay: 15,
  bridgeAgeing: 300,
  bridgeMulticastSnooping: true,
  bridgeLoopGuard: true,
  peerNotify: 1,
  policy: 'stable',
  fallback: 'none',
  // As long as a partner at the slow rate may take to speak.
  fallbackDelay: 30,
  upDelay: 0,
  downDelay: 0,
  damping: undefined,
  farewell: 'out-of-sync',
  lacpVersion: 1,
  conversationLinks: undefined,
  discardWrongConversation: false,
  agg_wc: true,
  mac: undefined,
  mtu: undefined,
};

export const DEFAULT_PORT: PortSettings = {
  key: undefined,
  portPriority: 32768,
  speed: undefined,
  aggregation: true,
  agg_wc: undefined,
  gate: 'open',
  partnerSystem: undefined,
  partnerSystemPriority: 0,
  partnerKey: 0,
  partnerPort: 0,
  partnerPortPriority: 0,
  // Short timeout and aggregatable, for the reason given at Default_Partner_Admin.
  partnerState: 'TA',
};

/** What the data path makes of the settings; a static group of Fast EtherChannel goes by its own hash. */
export const hashSpec = ({
  mode,
  hash = mode === 'fec' ? 'mac-xor' : 'layer3+4',
  hashSeed,
  hashFlowLabel,
}: Pick<AggregatorSettings, 'mode' | 'hash' | 'hashSeed' | 'hashFlowLabel'>): HashSpec => ({
  policy: hash,
  seed: hashSeed,
  flowLabel: hashFlowLabel,
});

/** What the bridge makes of the settings. */
export const bridgeRules = (settings: AggregatorSettings): BridgeRules => ({
  stp: settings.bridgeStp,
  priority: settings.bridgePriority,
  forwardDelay: settings.bridgeForwardDelay,
  ageing: settings.bridgeAgeing,
  multicastSnooping: settings.bridgeMulticastSnooping,
  loopGuard: settings.bridgeLoopGuard,
});
