/** What parts a port from the active ones of its interface. */
import type { Aggregator } from './aggregator.js';
import { hexKey as key, partnerName as system } from './faults.js';
import { isIndividual } from './lag-id.js';
import type { Member } from './member.js';
import type { Side, Verdict } from './verdict.js';

export function difference(aggregator: Aggregator, member: Member): Verdict {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  const active = [...aggregator.members.values()].find((each) => each.decision?.selected === 'SELECTED');
  const since = member.since.partner;
  const kept = (
    cause: Verdict['cause'],
    text: string,
    [field, own, other]: readonly [field: string, own: string, other: string | undefined],
    [repair, side]: readonly [repair: string, side: Side],
  ): Verdict => {
    const of = { weight: 'obstacle', machine: 'Selection', clause: 'x.4.14' } as const;
    return { cause, ...of, text: `kept out: ${text}`, since, field, own, other, repair, side };
  };
  const cables = ['move the cable to the device and group of the active ports', 'link'] as const;
  if (active === undefined) {
    const text = `partner ${system(Partner_Oper)} is not that of the active ports`;
    return kept('other-partner', text, ['Partner_System', system(Partner_Oper), undefined], cables);
  }
  const { Actor_Oper: activeActor, Partner_Oper: activePartner } = active.port.variables;
  if (system(Partner_Oper) !== system(activePartner)) {
    const text = `partner ${system(Partner_Oper)} differs from ${system(activePartner)} of the active ports`;
    const same = Partner_Oper.System === activePartner.System;
    return same
      ? kept(
          'other-key',
          text,
          ['Partner_Key', key(Partner_Oper.Key), key(activePartner.Key)],
          ['put the links into one group at the far end', 'partner'],
        )
      : kept('other-partner', text, ['Partner_System', Partner_Oper.System, activePartner.System], cables);
  }
  if (isIndividual(Actor_Oper, Partner_Oper) || isIndividual(activeActor, activePartner)) {
    const [it, actor] = isIndividual(Actor_Oper, Partner_Oper) ? [member, Actor_Oper] : [active, activeActor];
    const text = 'an individual link is alone in its aggregator';
    const here = !actor.State.Aggregation;
    const repair = here ? `vethcfg set ${it.facts.name} aggregation=1` : `let the far end aggregate ${it.facts.name}`;
    return kept('individual', text, ['Aggregation', ...words(it)], [repair, here ? 'here' : 'partner']);
  }
  if ((member.settings.key ?? aggregator.adminKey) !== (active.settings.key ?? aggregator.adminKey)) {
    const text = `key ${key(Actor_Oper.Key)} of the port differs from ${key(activeActor.Key)} of the active ports`;
    const repair = [`vethcfg set ${member.facts.name} key=auto`, 'here'] as const;
    return kept('other-key', text, ['Actor_Key', key(Actor_Oper.Key), key(activeActor.Key)], repair);
  }
  if (member.speed !== active.speed) {
    const text = `speed ${speed(member)} differs from ${speed(active)} of the active ports (agg_wc=1 would allow it)`;
    const repair = ['use links of one speed, or agg_wc=1', 'link'] as const;
    return kept('other-speed', text, ['speed', speed(member), speed(active)], repair);
  }
  const [own, other] = [`${Partner_Oper.System_Priority}`, `${activePartner.System_Priority}`];
  const text = `system priority ${own} of the partner differs from ${other} on the active ports`;
  const repair = ['give the far end one system priority for all its links', 'partner'] as const;
  return kept('other-system-priority', text, ['Partner_System_Priority', own, other], repair);
}

const words = ({ port: { variables: v } }: Member): [own: string, other: string] => {
  const [own, other] = [v.Actor_Oper, v.Partner_Oper].map((info) =>
    info.State.Aggregation ? 'aggregatable' : 'individual',
  );
  return [own ?? '', other ?? ''];
};

const speed = (member: Member): string => (member.speed === undefined ? 'unknown' : `${member.speed} Mbit/s`);
