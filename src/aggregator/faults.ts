/**
 * Faults of wiring and of identity, each by its name and with the ports that it concerns: what LACPDUs tell of the
 * cables. All of them are states, judged anew whenever something changes.
 */
import type { PortInformation } from '../lacp/variables.js';
import type { Aggregator } from './aggregator.js';
import type { Fault } from './fault.js';
import { speaksInVain } from './in-vain.js';
import { isLoop, noPartner } from './lag-id.js';
import type { Member } from './member.js';

/** `all`: of the whole system, for loops between interfaces. */
export function faultsOf(aggregator: Aggregator, all: readonly Aggregator[], now: number): Fault[] {
  const heard = [...aggregator.members.values()].filter(
    ({ port: { variables: v } }) => v.port_enabled && !v.Actor_Oper.State.Defaulted && !noPartner(v.Partner_Oper),
  );
  const strangers = heard.filter((member) => !hearsOurSystem(member));
  const own = all.flatMap(({ members }) => [...members.values()]);
  return [
    ...heard.filter(hearsOurSystem).flatMap((member) => ownIdentity(member, own)),
    ...samePartnerPort(strangers),
    ...severalPartners(strangers),
    ...strangers.filter(({ hearing }) => hearing.oneWay).map(oneWay),
    ...lacpIgnored(aggregator, now),
  ];
}

const hearsOurSystem = ({ port: { variables: v } }: Member): boolean => v.Partner_Oper.System === v.Actor_Oper.System;

/**
 * Who speaks in our name is told by the source address, which a reflection keeps. Two of our interfaces that share a
 * system identifier may well be joined by a cable, as long as their keys differ.
 */
function ownIdentity(member: Member, own: readonly Member[]): Fault[] {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  const source = member.ownNameFrom ?? (Partner_Oper.Port === member.number ? member.facts.mac : undefined);
  const { name } = member.facts;
  if (source === member.facts.mac && Partner_Oper.Port === member.number) {
    const text = `our own LACPDUs come back on ${name}: something on the link reflects them`;
    return [{ kind: 'reflected', ports: [name], text }];
  }
  const other = own.find(({ number, facts }) => number === Partner_Oper.Port && (!source || facts.mac === source));
  if (other === undefined) {
    const text = `another device (${source ?? 'address unknown'}) on ${name} uses our system identifier ${Partner_Oper.System}; give one of the two another system-id`;
    return [{ kind: 'duplicate-system', ports: [name], text }];
  }
  if (!isLoop(Actor_Oper, Partner_Oper)) return [];
  return [{ kind: 'loop', ports: [name], text: `loop: ${name} leads to our own port ${other.facts.name}` }];
}

function samePartnerPort(heard: readonly Member[]): Fault[] {
  const groups = groupBy(heard, ({ port }) => {
    const { System_Priority, System, Port } = port.variables.Partner_Oper;
    return `${System_Priority} ${System} port ${Port}`;
  });
  return [...groups.values()].flatMap((members): Fault[] => {
    const [first] = members;
    if (first === undefined || members.length < 2) return [];
    const { System, Port } = first.port.variables.Partner_Oper;
    const text = `${list(members)} hear the same port ${Port} of ${System}: two devices use one system identifier, or a hub joins the links`;
    return [{ kind: 'duplicate-partner', ports: names(members), text }];
  });
}

function severalPartners(heard: readonly Member[]): Fault[] {
  // Where our own keys differ, by speed, so may the partner's.
  const ofOneKey = groupBy(heard, ({ port }) => port.variables.Actor_Oper.Key);
  return [...ofOneKey.values()].flatMap((members): Fault[] => {
    const partners = groupBy(members, ({ port }) => partnerName(port.variables.Partner_Oper));
    if (partners.size < 2) return [];
    const systems = new Set(members.map(({ port }) => port.variables.Partner_Oper.System));
    const what = systems.size > 1 ? 'several partners on one interface' : 'the partner has the links in several groups';
    const who = [...partners].map(
      ([partner, its]) => `${list(its)} ${its.length > 1 ? 'lead' : 'leads'} to ${partner}`,
    );
    return [{ kind: 'two-partners', ports: names(members), text: `${what}: ${who.join('; ')}` }];
  });
}

function lacpIgnored({ mode, members }: Aggregator, now: number): Fault[] {
  const ports = [...members.values()].filter((member) => speaksInVain(member, now));
  if (ports.length === 0) return [];
  const text = `the far end of ${list(ports)} speaks LACP, which mode=${mode} does not answer`;
  return [{ kind: 'lacp-ignored', ports: names(ports), text }];
}

const oneWay = ({ facts: { name }, port }: Member): Fault => ({
  kind: 'one-way',
  ports: [name],
  text: `one-way link: ${name} hears ${partnerName(port.variables.Partner_Oper)}, which does not hear ${name}`,
});

/** As in notes: the partner with its key. */
export const partnerName = (info: PortInformation): string => `${info.System} (key ${hexKey(info.Key)})`;

export const hexKey = (key: number): string => key.toString(16).padStart(4, '0');

const names = (members: readonly Member[]): string[] => members.map(({ facts }) => facts.name);
const list = (members: readonly Member[]): string => names(members).join(', ');

function groupBy<T>(items: readonly T[], key: (item: T) => string | number): Map<string | number, T[]> {
  const groups = new Map<string | number, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
