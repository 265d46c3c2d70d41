/** Verdicts where no LACP is spoken because of the mode. */
import type { Aggregator } from './aggregator.js';
import { speaksInVain } from './in-vain.js';
import type { Member } from './member.js';
import type { ModeInForce } from './mode.js';
import type { Verdict } from './verdict.js';
import { bridging } from './verdict-bridge.js';

const of = { weight: 'condition', machine: 'Receive', clause: 'x.4.12 LACP_DISABLED' } as const;

/** The partner is taken for granted; and it may be one that expects more. */
export function granted(aggregator: Aggregator, member: Member, now: number): Verdict[] {
  const { name, mode } = aggregator;
  const { static_group, port_enabled, Selected } = member.port.variables;
  if (!static_group || !port_enabled) return [];
  const since = member.since.machine('receive');
  const used: Verdict =
    mode === 'bridge'
      ? bridging(aggregator, member)
      : { cause: 'static', ...of, text: IN_USE[mode], since, repair: 'none', side: 'none' };
  const text = `the far end (${member.lastHeard?.actor.System}) speaks LACP, which is not answered (mode=${mode}): it may keep the link out`;
  const repair = `configure the far end without LACP ("mode on"), or say vethcfg set ${name} mode=lacp`;
  return [
    ...(Selected === 'SELECTED' ? [used] : []),
    ...(speaksInVain(member, now)
      ? [{ cause: 'lacp-ignored', ...of, text, since, repair, side: 'partner' } as const]
      : []),
  ];
}

const IN_USE: Readonly<Record<ModeInForce, string>> = {
  lacp: '',
  fec: 'static: link up',
  bridge: '',
  'active-backup': 'active-backup: link up, it carries',
  alias: 'alias: link up',
};

export function backingUp({ name, members }: Aggregator, member: Member): Verdict {
  const carrying = [...members.values()].find(({ decision }) => decision?.selected === 'SELECTED');
  return {
    cause: 'standby',
    weight: 'obstacle',
    machine: 'Selection',
    clause: 'x.4.14',
    text: `active-backup: stands by, ${carrying?.facts.name ?? 'another port'} carries`,
    since: member.since.machine('selection'),
    repair: `none needed; to prefer it: vethcfg set ${name} primary=${member.facts.name}`,
    side: 'none',
  };
}
