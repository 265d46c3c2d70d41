/**
 * Metrics by the names of the IEEE8023-LAG-MIB (802.1AX clause 7 and annex): its dot3adAggPortStatsLACPDUsRx is
 * dot3ad_agg_port_stats_lacpdus_rx_total here. Enumerations are one series for each value, 1 where it is so.
 */
import type { PortState } from '../../lacp/variables.js';
import type { ShownAggregator, ShownPort } from '../messages.js';
import type { Family, Labels, Sample } from './text.js';

type Of<T> = readonly [name: string, help: string, value: (thing: T) => number];
type LabelsOf<T> = readonly [name: string, help: string, labels: (thing: T) => Labels];

export function mibFamilies(aggregators: readonly ShownAggregator[]): Family[] {
  const ports = aggregators.flatMap((aggregator) => aggregator.ports);
  return [
    ...AGGREGATOR_INFO.map(([name, help, labels]) => info(name, help, aggregators, vethLabels, labels)),
    ...AGGREGATOR_GAUGES.map((of) => numbers('gauge', of, aggregators, vethLabels)),
    ...PORT_INFO.map(([name, help, labels]) => info(name, help, ports, portLabels, labels)),
    ...PORT_GAUGES.map((of) => numbers('gauge', of, ports, portLabels)),
    ...PORT_BITS.map(([name, help, state]): Family => {
      const samples = ports.flatMap((port) =>
        BITS.map(([label, bit]) => ({ labels: { ...portLabels(port), bit: label }, value: Number(state(port)[bit]) })),
      );
      return { name, type: 'gauge', help, samples };
    }),
    ...PORT_STATES.map(([name, help, values, state]): Family => {
      const samples = ports.flatMap((port) =>
        values.map((value) => ({
          labels: { ...portLabels(port), state: value },
          value: Number(state(port) === value),
        })),
      );
      return { name, type: 'gauge', help, samples };
    }),
    ...PORT_COUNTERS.map((of) => numbers('counter', of, ports, portLabels)),
  ];
}

export const portLabels = ({ aggregator, name }: ShownPort): Labels => ({ veth: aggregator, port: name });
export const vethLabels = ({ name }: ShownAggregator): Labels => ({ veth: name });

export function numbers<T>(
  type: 'counter' | 'gauge',
  [name, help, value]: Of<T>,
  things: readonly T[],
  labels: (thing: T) => Labels,
): Family {
  return { name, type, help, samples: things.map((thing) => ({ labels: labels(thing), value: value(thing) })) };
}

function info<T>(
  name: string,
  help: string,
  things: readonly T[],
  labels: (thing: T) => Labels,
  more: (thing: T) => Labels,
): Family {
  const samples = things.map((thing): Sample => ({ labels: { ...labels(thing), ...more(thing) }, value: 1 }));
  return { name, type: 'gauge', help, samples };
}

const NOBODY = '00:00:00:00:00:00';

const AGGREGATOR_INFO: readonly LabelsOf<ShownAggregator>[] = [
  [
    'dot3ad_agg_info',
    'Identities of an Aggregator: dot3adAggMACAddress, ActorSystemID, PartnerSystemID; zeros: no partner.',
    ({ mac, systemId, partnerSystem }) => ({
      mac_address: mac,
      actor_system_id: systemId,
      partner_system_id: partnerSystem ?? NOBODY,
    }),
  ],
];

const AGGREGATOR_GAUGES: readonly Of<ShownAggregator>[] = [
  ['dot3ad_agg_actor_system_priority', 'dot3adAggActorSystemPriority.', ({ systemPriority }) => systemPriority],
  ['dot3ad_agg_actor_admin_key', 'dot3adAggActorAdminKey.', ({ key }) => key],
  ['dot3ad_agg_partner_oper_key', 'dot3adAggPartnerOperKey; 0: no partner.', ({ partnerKey }) => partnerKey ?? 0],
];

const PORT_INFO: readonly LabelsOf<ShownPort>[] = [
  [
    'dot3ad_agg_port_info',
    'Identities of a port: dot3adAggPortActorSystemID, PartnerOperSystemID, and its own MAC address.',
    ({ mac, actor, partner }) => ({
      mac_address: mac,
      actor_system_id: actor.System,
      partner_oper_system_id: partner.System,
    }),
  ],
];

const PORT_GAUGES: readonly Of<ShownPort>[] = [
  ['dot3ad_agg_port_actor_system_priority', 'dot3adAggPortActorSystemPriority.', ({ actor }) => actor.System_Priority],
  ['dot3ad_agg_port_actor_oper_key', 'dot3adAggPortActorOperKey.', ({ actor }) => actor.Key],
  ['dot3ad_agg_port_actor_port', 'dot3adAggPortActorPort.', ({ actor }) => actor.Port],
  ['dot3ad_agg_port_actor_port_priority', 'dot3adAggPortActorPortPriority.', ({ actor }) => actor.Port_Priority],
  [
    'dot3ad_agg_port_partner_oper_system_priority',
    'dot3adAggPortPartnerOperSystemPriority.',
    ({ partner }) => partner.System_Priority,
  ],
  ['dot3ad_agg_port_partner_oper_key', 'dot3adAggPortPartnerOperKey.', ({ partner }) => partner.Key],
  ['dot3ad_agg_port_partner_oper_port', 'dot3adAggPortPartnerOperPort.', ({ partner }) => partner.Port],
  [
    'dot3ad_agg_port_partner_oper_port_priority',
    'dot3adAggPortPartnerOperPortPriority.',
    ({ partner }) => partner.Port_Priority,
  ],
];

const PORT_BITS: readonly (readonly [name: string, help: string, state: (port: ShownPort) => PortState])[] = [
  ['dot3ad_agg_port_actor_oper_state', 'dot3adAggPortActorOperState, bit by bit.', ({ actor }) => actor.State],
  ['dot3ad_agg_port_partner_oper_state', 'dot3adAggPortPartnerOperState, bit by bit.', ({ partner }) => partner.State],
];

/** LacpState of the MIB, bit 0 first. */
const BITS: readonly (readonly [label: string, bit: keyof PortState])[] = [
  ['lacp_activity', 'LACP_Activity'],
  ['lacp_timeout', 'LACP_Timeout'],
  ['aggregation', 'Aggregation'],
  ['synchronization', 'Synchronization'],
  ['collecting', 'Collecting'],
  ['distributing', 'Distributing'],
  ['defaulted', 'Defaulted'],
  ['expired', 'Expired'],
];

const RECEIVE: readonly ShownPort['receive'][] = [
  'CURRENT',
  'EXPIRED',
  'DEFAULTED',
  'INITIALIZE',
  'LACP_DISABLED',
  'PORT_DISABLED',
];
const MUX: readonly ShownPort['mux'][] = [
  'DETACHED',
  'WAITING',
  'ATTACHED',
  'COLLECTING',
  'DISTRIBUTING',
  'COLLECTING_DISTRIBUTING',
];
const CHURN: readonly ShownPort['actorChurn'][] = ['NO_CHURN', 'CHURN', 'CHURN_MONITOR'];

const PORT_STATES: readonly (readonly [
  name: string,
  help: string,
  values: readonly string[],
  state: (port: ShownPort) => string,
])[] = [
  ['dot3ad_agg_port_debug_rx_state', 'dot3adAggPortDebugRxState.', RECEIVE, ({ receive }) => receive],
  ['dot3ad_agg_port_debug_mux_state', 'dot3adAggPortDebugMuxState.', MUX, ({ mux }) => mux],
  [
    'dot3ad_agg_port_debug_actor_churn_state',
    'dot3adAggPortDebugActorChurnState.',
    CHURN,
    ({ actorChurn }) => actorChurn,
  ],
  [
    'dot3ad_agg_port_debug_partner_churn_state',
    'dot3adAggPortDebugPartnerChurnState.',
    CHURN,
    ({ partnerChurn }) => partnerChurn,
  ],
];

const STATS = 'dot3ad_agg_port_stats';
const DEBUG = 'dot3ad_agg_port_debug';

const PORT_COUNTERS: readonly Of<ShownPort>[] = [
  [`${STATS}_lacpdus_rx_total`, 'dot3adAggPortStatsLACPDUsRx.', ({ counters }) => counters.lacpdusRx],
  [`${STATS}_lacpdus_tx_total`, 'dot3adAggPortStatsLACPDUsTx.', ({ counters }) => counters.lacpdusTx],
  [`${STATS}_marker_pdus_rx_total`, 'dot3adAggPortStatsMarkerPDUsRx.', ({ counters }) => counters.markersRx],
  [`${STATS}_marker_pdus_tx_total`, 'dot3adAggPortStatsMarkerPDUsTx.', ({ counters }) => counters.markersTx],
  [
    `${STATS}_marker_response_pdus_rx_total`,
    'dot3adAggPortStatsMarkerResponsePDUsRx.',
    ({ counters }) => counters.markerResponsesRx,
  ],
  [
    `${STATS}_marker_response_pdus_tx_total`,
    'dot3adAggPortStatsMarkerResponsePDUsTx.',
    ({ counters }) => counters.markerResponsesTx,
  ],
  [`${STATS}_unknown_rx_total`, 'dot3adAggPortStatsUnknownRx.', ({ counters }) => counters.unknownRx],
  [
    `${STATS}_illegal_rx_total`,
    'dot3adAggPortStatsIllegalRx.',
    ({ counters }) => Object.values(counters.illegalRx).reduce((sum, frames) => sum + frames, 0),
  ],
  [`${DEBUG}_actor_churn_count_total`, 'dot3adAggPortDebugActorChurnCount.', ({ events }) => events.actorChurn],
  [`${DEBUG}_partner_churn_count_total`, 'dot3adAggPortDebugPartnerChurnCount.', ({ events }) => events.partnerChurn],
  [
    `${DEBUG}_actor_sync_transition_count_total`,
    'dot3adAggPortDebugActorSyncTransitionCount.',
    ({ events }) => events.actorInSync,
  ],
  [
    `${DEBUG}_partner_sync_transition_count_total`,
    'dot3adAggPortDebugPartnerSyncTransitionCount.',
    ({ events }) => events.partnerInSync,
  ],
  [`${DEBUG}_actor_change_count_total`, 'dot3adAggPortDebugActorChangeCount.', ({ events }) => events.actorChanged],
  [
    `${DEBUG}_partner_change_count_total`,
    'dot3adAggPortDebugPartnerChangeCount.',
    ({ events }) => events.partnerChanged,
  ],
];
