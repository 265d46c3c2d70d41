/** Why a port is not in use, or on what condition it is, in plain words. Most important first. */
import type { Aggregator } from './aggregator.js';
import type { Fault } from './fault.js';
import { hexKey as key, partnerName as system } from './faults.js';
import { isIndividual, noPartner } from './lag-id.js';
import type { Member } from './member.js';
import type { KeptOut } from './selection.js';

export function portNotes(aggregator: Aggregator, member: Member, faults: readonly Fault[]): string[] {
  // That there are several partners, the port says in its own words.
  const own = faults.filter(({ kind, ports }) => kind !== 'two-partners' && ports.includes(member.facts.name));
  return [
    ...own.map(({ text }) => text),
    ...(member.fallback ? fallenBack(aggregator, member) : [...obstacle(aggregator, member), ...assumed(member)]),
    ...doubtful(aggregator, member),
    ...individual(member),
    ...churned(member),
    ...member.admission.notes,
  ];
}

function obstacle(aggregator: Aggregator, member: Member): string[] {
  const { variables, states } = member.port;
  const keptOut = member.decision?.keptOut;
  if (!variables.port_enabled) return member.admission.admitted ? [disabled(aggregator, member)] : [];
  if (keptOut !== undefined && keptOut !== 'link-down') return keptOutWords(keptOut, aggregator, member);
  if (noPartner(variables.Partner_Oper)) return ['no LACP partner: no LACPDU heard'];
  if (states.receive === 'EXPIRED') return ['partner silent: its information has expired'];
  switch (states.mux) {
    case 'WAITING':
      return variables.Ready_N
        ? ['waiting for the other ports of the aggregator']
        : ['waiting 2 s for other ports of the aggregator (wait_while)'];
    case 'ATTACHED':
      return [`partner ${system(variables.Partner_Oper)} is not in sync`];
    case 'COLLECTING':
      return [
        variables.may_distribute
          ? 'collecting; partner is not collecting yet'
          : 'collecting, not distributing (gate=collect-only)',
      ];
    default:
      return [];
  }
}

function disabled({ settings: { damping, upDelay } }: Aggregator, { hold }: Member): string {
  if (hold.told === 'down' || hold.link !== 'down') return 'link down';
  return hold.damped && damping !== undefined
    ? `kept out until it has been up for ${damping.seconds} s: the link failed ${hold.failures.length} times within as long (damping)`
    : `link up, and must stay up for ${upDelay} ms before it is used (up-delay)`;
}

/** The link is down, and not yet taken to be. */
const doubtful = ({ settings }: Aggregator, { hold }: Member): string[] =>
  hold.told === 'down' && hold.link !== 'down'
    ? [`link down, given up when that has lasted ${settings.downDelay} ms (down-delay)`]
    : [];

function keptOutWords(reason: KeptOut, aggregator: Aggregator, member: Member): string[] {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  switch (reason) {
    case 'leaving':
      return ['being removed'];
    case 'lacp-disabled':
      return member.admission.admitted ? ['LACP is off (lacp=off)'] : [];
    case 'gate':
      return ['kept out by its operator (gate=closed)'];
    case 'reflected':
    case 'loop':
      // Heard: a fault, which is told before. Else it was set so.
      return Actor_Oper.State.Defaulted ? ['the partner as set (partner-...) is this system itself'] : [];
    case 'max-links':
      return [`standby: max-links=${aggregator.settings.maxLinks} ports are in use`];
    case 'other-aggregator':
      return noPartner(Partner_Oper)
        ? ['no LACP partner: no LACPDU heard']
        : [`kept out: ${difference(member, activeMember(aggregator), aggregator.adminKey)}`];
    case 'link-down':
      return ['link down'];
  }
}

const fallenBack = ({ settings }: Aggregator, member: Member): string[] => [
  `no LACPDU heard: ${member.port.variables.distributing ? 'used' : 'to be used'} without a partner (fallback=${settings.fallback})`,
];

/** Nobody was heard, and yet there is a partner. */
const assumed = (member: Member): string[] => {
  const { Actor_Oper, Partner_Oper, port_enabled } = member.port.variables;
  const { Defaulted, Expired } = Actor_Oper.State;
  const asSet = !noPartner(Partner_Oper) || Partner_Oper.State.Synchronization;
  return port_enabled && Defaulted && !Expired && asSet ? ['no LACPDU heard: the partner is as set (partner-...)'] : [];
};

const individual = (member: Member): string[] => {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  if (noPartner(Partner_Oper) || !isIndividual(Actor_Oper, Partner_Oper)) return [];
  return [
    `individual link: ${Actor_Oper.State.Aggregation ? 'the partner' : 'aggregation=0 here'} does not aggregate it`,
  ];
};

const churned = (member: Member): string[] => [
  ...(member.port.variables.actor_churn ? ['actor churn: not in sync for 60 s'] : []),
  ...(member.port.variables.partner_churn ? ['partner churn: partner not in sync for 60 s'] : []),
];

const activeMember = (aggregator: Aggregator): Member | undefined =>
  [...aggregator.members.values()].find((member) => member.decision?.selected === 'SELECTED');

/** What parts a port from the active ones of its interface. */
function difference(member: Member, active: Member | undefined, aggregatorKey: number): string {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  if (active === undefined) return `partner ${system(Partner_Oper)} is not that of the active ports`;
  const { Actor_Oper: activeActor, Partner_Oper: activePartner } = active.port.variables;
  if (system(Partner_Oper) !== system(activePartner))
    return `partner ${system(Partner_Oper)} differs from ${system(activePartner)} of the active ports`;
  if (isIndividual(Actor_Oper, Partner_Oper) || isIndividual(activeActor, activePartner))
    return 'an individual link is alone in its aggregator';
  if ((member.settings.key ?? aggregatorKey) !== (active.settings.key ?? aggregatorKey))
    return `key ${key(Actor_Oper.Key)} of the port differs from ${key(activeActor.Key)} of the active ports`;
  if (member.speed !== active.speed)
    return `speed ${speed(member)} differs from ${speed(active)} of the active ports (agg_wc=1 would allow it)`;
  return `system priority ${Partner_Oper.System_Priority} of the partner differs from ${activePartner.System_Priority} on the active ports`;
}

const speed = (member: Member): string => (member.speed === undefined ? 'unknown' : `${member.speed} Mbit/s`);
