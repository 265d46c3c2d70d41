/** From the ports' variables to the declared status view. */
import type { Aggregator } from './aggregator.js';
import type { Fault } from './fault.js';
import { faultsOf } from './faults.js';
import { lagId, noPartner } from './lag-id.js';
import type { Member } from './member.js';
import { portNotes } from './notes.js';
import { lagOf } from './selection.js';
import type { AggregatorStatus, ChurnState, PortStatus, SystemStatus } from './status.js';

export function systemStatus(aggregators: readonly Aggregator[]): SystemStatus {
  return { aggregators: aggregators.map((aggregator) => aggregatorStatus(aggregator, aggregators)) };
}

function aggregatorStatus(aggregator: Aggregator, all: readonly Aggregator[]): AggregatorStatus {
  const members = [...aggregator.members.values()];
  const faults = faultsOf(aggregator, all);
  const ports = members.map((member) => portStatus(aggregator, member, faults));
  const selected = ports.find((port) => port.selected === 'SELECTED');
  const partner = selected === undefined || noPartner(selected.partner) ? undefined : selected.partner;
  const distributing = aggregator.forwarding.distributing.length;
  const minLinks = Math.max(1, aggregator.settings.minLinks);
  return {
    name: aggregator.name,
    mac: aggregator.mac,
    systemPriority: aggregator.settings.systemPriority,
    systemId: aggregator.systemId,
    key: aggregator.adminKey,
    settings: aggregator.settings,
    activeLag: aggregator.active === undefined ? undefined : lagOf(aggregator.active),
    partnerSystem: partner?.System,
    partnerKey: partner?.Key,
    carrier: aggregator.forwarding.carrier,
    faults,
    notes: [
      ...faults.map(({ text }) => text),
      ...(aggregator.forwarding.carrier
        ? []
        : [`no carrier: ${distributing} of at least ${minLinks} ports (min-links) are DISTRIBUTING`]),
    ],
    ports,
  };
}

function portStatus(aggregator: Aggregator, member: Member, faults: readonly Fault[]): PortStatus {
  const { variables, states } = member.port;
  return {
    name: member.facts.name,
    aggregator: aggregator.name,
    number: member.number,
    mac: member.facts.mac,
    selected: variables.Selected,
    receive: states.receive,
    periodic: states.periodic,
    mux: states.mux,
    actorChurn: churn(states.actor_churn),
    partnerChurn: churn(states.partner_churn),
    actor: variables.Actor_Oper,
    partner: variables.Partner_Oper,
    settings: member.settings,
    link: member.facts.adminUp ? member.facts.link : 'down',
    speed: member.admission.speed,
    duplex: member.admission.duplex,
    lagId: lagId(variables.Actor_Oper, variables.Partner_Oper),
    collecting: variables.collecting,
    distributing: variables.distributing,
    notes: portNotes(aggregator, member, faults),
    counters: { ...member.counters, illegalRx: { ...member.counters.illegalRx } },
    events: member.events.events,
  };
}

const churn = (state: ChurnState | 'CHURN_MONITOR_HELD'): ChurnState =>
  state === 'CHURN_MONITOR_HELD' ? 'CHURN_MONITOR' : state;
