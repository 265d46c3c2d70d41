/** From the ports' variables to the declared status view. */
import { actParSync } from '../lacp/conversations.js';
import type { Aggregator } from './aggregator.js';
import { type Difference, discardsWrong } from './conversations.js';
import type { Fault } from './fault.js';
import { faultsOf } from './faults.js';
import { lagId, noPartner } from './lag-id.js';
import { churnInStatus } from './machine-states.js';
import type { Member } from './member.js';
import { lagOf } from './selection.js';
import { hashSpec } from './settings.js';
import type { AggregatorStatus, PortConversationStatus, PortStatus, SystemStatus } from './status.js';
import type { PortExplanation } from './verdict.js';
import { explained, verdicts } from './verdicts.js';

export function systemStatus(aggregators: readonly Aggregator[], now: number): SystemStatus {
  return { aggregators: aggregators.map((aggregator) => aggregatorStatus(aggregator, aggregators, now)) };
}

/** What `vethcfg why` says of each port. */
export function explain(aggregators: readonly Aggregator[], now: number): PortExplanation[] {
  return aggregators.flatMap((aggregator) => {
    const faults = faultsOf(aggregator, aggregators, now);
    return [...aggregator.members.values()].map((member): PortExplanation => {
      const { states, variables } = member.port;
      return {
        veth: aggregator.name,
        port: member.facts.name,
        inUse: variables.distributing,
        receive: states.receive,
        mux: states.mux,
        verdicts: explained(verdicts(aggregator, member, faults, now)),
      };
    });
  });
}

function aggregatorStatus(aggregator: Aggregator, all: readonly Aggregator[], now: number): AggregatorStatus {
  const members = [...aggregator.members.values()];
  const faults = faultsOf(aggregator, all, now);
  const ports = members.map((member) => portStatus(aggregator, member, faults, now));
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
    mode: aggregator.mode,
    activeLag: aggregator.active === undefined ? undefined : lagOf(aggregator.active),
    partnerSystem: partner?.System,
    partnerKey: partner?.Key,
    carrier: aggregator.forwarding.carrier,
    conversations: conversationStatus(aggregator),
    balance: aggregator.distribution.balancer.status,
    faults,
    notes: [
      ...faults.map(({ text }) => text),
      ...(aggregator.forwarding.carrier
        ? []
        : [`no carrier: ${distributing} of at least ${minLinks} ports (min-links) are DISTRIBUTING`]),
      ...(aggregator.conversations?.differences ?? []).map((difference) => NOT_AGREED[difference]),
      ...sharingNotes(aggregator),
    ],
    ports,
  };
}

/** What one might expect of the shares of the ports, and they do not have. */
function sharingNotes({ members, settings, conversations, distribution }: Aggregator): string[] {
  const inUse = [...members.values()].filter(({ port }) => port.variables.distributing);
  const speeds = new Set(inUse.flatMap(({ admission: { speed } }) => speed ?? []));
  return [
    ...(conversations !== undefined && settings.weights === 'speed' && speeds.size > 1
      ? ['ports of different speeds have equal shares: with lacp-version=2 weights do not count']
      : []),
    ...(hashSpec(settings).policy === 'mac-xor' &&
    conversations === undefined &&
    settings.weights === 'speed' &&
    speeds.size > 1
      ? ['ports of different speeds share by the number of ports: with hash=mac-xor weights do not count']
      : []),
    ...(distribution.balancer.status?.measured === false
      ? ['rebalance does nothing: this data path does not tell what conversations carry']
      : []),
  ];
}

/** Why the ends do not agree on conversations, in plain words. */
const NOT_AGREED: Readonly<Record<Difference, string>> = {
  version: 'conversations not agreed: the partner does not speak LACP version 2',
  'port-algorithm':
    'conversations not agreed: the partner sorts frames into conversations otherwise, or may do so (hash, hash-seed)',
  'link-list': 'conversations not agreed: the partner has another list of links for them (conversation-links)',
  'service-mapping': 'conversations not agreed: the partner maps services to conversations, we do not',
};

function conversationStatus({ conversations }: Aggregator): AggregatorStatus['conversations'] {
  if (conversations === undefined) return undefined;
  const { portAlgorithm, linkListDigest, differences } = conversations;
  return { portAlgorithm, linkListDigest, differences };
}

function portConversations(
  { conversations }: Aggregator,
  { number, port: { variables } }: Member,
): PortConversationStatus | undefined {
  const { Actor_Conversations: actor, Partner_Conversations: partner } = variables;
  if (actor === undefined) return undefined;
  return {
    linkNumber: actor.linkNumber,
    partnerLinkNumber: partner?.linkNumber,
    sent: conversations?.ports.filter((port) => port === number).length ?? 0,
    inStep: partner?.mask === undefined ? undefined : actParSync(variables),
    discardsWrong: discardsWrong({ number, variables }),
  };
}

function portStatus(aggregator: Aggregator, member: Member, faults: readonly Fault[], now: number): PortStatus {
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
    actorChurn: churnInStatus(states.actor_churn),
    partnerChurn: churnInStatus(states.partner_churn),
    actor: variables.Actor_Oper,
    partner: variables.Partner_Oper,
    settings: member.settings,
    link: member.facts.adminUp ? member.facts.link : 'down',
    speed: member.admission.speed,
    duplex: member.admission.duplex,
    lagId: lagId(variables.Actor_Oper, variables.Partner_Oper),
    collecting: variables.collecting,
    distributing: variables.distributing,
    partnerVersion: variables.Partner_LACPDU_Version,
    conversations: portConversations(aggregator, member),
    notes: verdicts(aggregator, member, faults, now)
      .filter(({ weight }) => weight !== 'remark')
      .map(({ text }) => text),
    counters: { ...member.counters, illegalRx: { ...member.counters.illegalRx } },
    events: member.events.events,
    timeouts: member.events.timeouts,
  };
}
