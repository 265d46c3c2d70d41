/** Status objects as the seed's sample shows them; a test says only what differs. */
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../src/aggregator/settings.js';
import type { AggregatorStatus, PortStatus } from '../../src/aggregator/status.js';
import type { LatenessReport, ShownAggregator, ShownPort, ShowResult } from '../../src/daemon/messages.js';
import type { PortState } from '../../src/lacp/variables.js';

export function state(bits: Partial<PortState>): PortState {
  return {
    LACP_Activity: false,
    LACP_Timeout: false,
    Aggregation: false,
    Synchronization: false,
    Collecting: false,
    Distributing: false,
    Defaulted: false,
    Expired: false,
    ...bits,
  };
}

const inUse = state({
  LACP_Activity: true,
  Aggregation: true,
  Synchronization: true,
  Collecting: true,
  Distributing: true,
});

export function portStatus(differences: Partial<PortStatus>): PortStatus {
  return {
    name: 'eth0',
    aggregator: 'veth0',
    number: 1,
    mac: '02:00:00:00:00:01',
    selected: 'SELECTED',
    receive: 'CURRENT',
    periodic: 'SLOW_PERIODIC',
    mux: 'DISTRIBUTING',
    actorChurn: 'NO_CHURN',
    partnerChurn: 'NO_CHURN',
    actor: {
      System_Priority: 32768,
      System: '02:00:00:00:00:01',
      Key: 0x0100,
      Port_Priority: 32768,
      Port: 1,
      State: inUse,
    },
    partner: {
      System_Priority: 4096,
      System: '00:01:e6:16:87:80',
      Key: 0x001b,
      Port_Priority: 128,
      Port: 7,
      State: inUse,
    },
    settings: DEFAULT_PORT,
    link: 'up',
    speed: 1000,
    duplex: 'full',
    lagId: '[(1000,00-01-E6-16-87-80,001B,00,0000),(8000,02-00-00-00-00-01,0100,00,0000)]',
    collecting: true,
    distributing: true,
    partnerVersion: 1,
    conversations: undefined,
    notes: [],
    counters: {
      lacpdusRx: 12,
      lacpdusTx: 13,
      markersRx: 2,
      markerResponsesTx: 2,
      markerResponsesRx: 0,
      markersTx: 0,
      markerTimeouts: 0,
      markerResponsesUnexpected: 0,
      unknownRx: 0,
      illegalRx: {},
    },
    events: {
      linkFailures: 1,
      expired: 2,
      defaulted: 3,
      actorChurn: 4,
      partnerChurn: 5,
      actorInSync: 6,
      partnerInSync: 7,
      actorChanged: 8,
      partnerChanged: 9,
    },
    timeouts: { changes: 0, lastAt: undefined },
    ...differences,
  };
}

export function aggregatorStatus(differences: Partial<AggregatorStatus>): AggregatorStatus {
  return {
    name: 'veth0',
    mac: '02:00:00:00:00:01',
    systemPriority: 32768,
    systemId: '02:00:00:00:00:01',
    key: 0x0100,
    settings: DEFAULT_AGGREGATOR,
    mode: 'lacp',
    activeLag: '[(1000,00-01-E6-16-87-80,001B,00,0000),(8000,02-00-00-00-00-01,0100,00,0000)]',
    partnerSystem: '00:01:e6:16:87:80',
    partnerKey: 0x001b,
    carrier: true,
    faults: [],
    conversations: undefined,
    balance: undefined,
    notes: [],
    ports: [portStatus({})],
    ...differences,
  };
}

export function shownPort(differences: Partial<ShownPort>): ShownPort {
  return {
    ...portStatus({}),
    dataCounters: {
      rxFrames: 1000,
      rxBytes: 1_500_000,
      txFrames: 900,
      txBytes: 1_200_000,
      rxNotCollecting: 0,
      rxWrongConversation: 0,
      txRefused: 0,
      rxOverrun: 0,
      txHeld: 0,
      txHeldEarly: 0,
    },
    reduced: undefined,
    addresses: [],
    share: 0.5,
    ...differences,
  };
}

export function shownAggregator(differences: Partial<ShownAggregator>): ShownAggregator {
  return {
    ...aggregatorStatus({}),
    ifindex: 5,
    mtu: 1500,
    counters: { txNoPort: 0, txSlowProtocols: 0, rxHostRefused: 0, txOverrun: 0 },
    ports: [shownPort({})],
    ...differences,
  };
}

export function showResult(aggregators: readonly ShownAggregator[]): ShowResult {
  return { version: '0.1.0', datapath: { kind: 'user' }, reduced: [], lateness, aggregators };
}

const lateness: LatenessReport = {
  served: 1000,
  worst: 3.25,
  total: 1500,
  worstAgo: 61_200,
  classes: [{ upTo: 1, count: 990 }, { upTo: 2, count: 0 }, { upTo: 5, count: 10 }, { count: 0 }],
};
