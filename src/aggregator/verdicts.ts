/** What stands between a port and its use, most important first. The status notes are the words of these. */
import type { Aggregator } from './aggregator.js';
import type { Fault } from './fault.js';
import { isIndividual, noPartner } from './lag-id.js';
import type { Member } from './member.js';
import { remarks } from './remarks.js';
import type { KeptOut } from './selection.js';
import type { Side, Verdict } from './verdict.js';
import { blocked } from './verdict-bridge.js';
import { difference } from './verdict-difference.js';
import { notCollecting, notInSync } from './verdict-mux.js';
import { backingUp, granted } from './verdict-static.js';

type Of = readonly [aggregator: Aggregator, member: Member];

export function verdicts(aggregator: Aggregator, member: Member, faults: readonly Fault[], now: number): Verdict[] {
  const of: Of = [aggregator, member];
  // Of several partners, and of one that speaks LACP in vain, the port tells in its own words.
  const own = faults.filter(isOwn).filter(({ ports }) => ports.includes(member.facts.name));
  return [
    ...own.map((fault) => ofFault(fault, member)),
    ...(member.fallback ? [fallenBack(...of)] : [...obstacle(...of), ...assumed(member)]),
    ...granted(...of, now),
    ...doubtful(...of),
    ...individual(member),
    ...churned(member),
    ...admission(member),
    ...remarks(aggregator, member, now),
  ];
}

/** Without what only follows from another of them: the ones that need a repair of their own. */
export function explained(all: readonly Verdict[]): Verdict[] {
  const [first] = all;
  const has = (cause: Verdict['cause']) => all.some((each) => each.cause === cause);
  const [oneWay, damped, asSet] = [has('one-way'), has('damped'), has('partner-assumed')];
  const keptOut = all.some(({ cause, weight }) => cause === 'individual' && weight === 'obstacle');
  return all.filter(({ cause, machine, weight }) => {
    if (keptOut && cause === 'individual' && weight === 'condition') return false;
    if (cause === 'actor-churn' || cause === 'partner-churn') return first?.cause === cause;
    if (damped && cause === 'flapping') return false;
    if (cause === 'static' && has('lacp-ignored')) return false;
    if (has('partner-set-is-us') && cause === 'partner-assumed') return false;
    if (asSet && (cause === 'nothing-heard' || cause === 'nobody-speaks')) return false;
    return !(oneWay && machine === 'Mux');
  });
}

type OwnFault = Fault & { readonly kind: Exclude<Fault['kind'], 'two-partners' | 'lacp-ignored'> };
const isOwn = (fault: Fault): fault is OwnFault => fault.kind !== 'two-partners' && fault.kind !== 'lacp-ignored';

const FAULT_REPAIRS: Readonly<Record<OwnFault['kind'], readonly [repair: string, side: Side]>> = {
  loop: ['move one end of the cable to the other device', 'link'],
  reflected: ['take out what reflects: a loopback plug, a media converter or a port in loopback mode', 'link'],
  'duplicate-system': ['give one of the two devices another system identifier (system-id here)', 'here'],
  'duplicate-partner': ['take the hub out, or give one of the two devices another system identifier', 'partner'],
  'one-way': ['mend the direction from here to there: fibre, transceiver, or a filter of slow protocols there', 'link'],
};

function ofFault({ kind, text }: OwnFault, { hearing, since }: Member): Verdict {
  const [repair, side] = FAULT_REPAIRS[kind];
  const began = kind === 'one-way' ? hearing.deafSince : since.partner;
  return { cause: kind, text, weight: 'obstacle', machine: 'Selection', clause: 'x.4.14', since: began, repair, side };
}

function obstacle(aggregator: Aggregator, member: Member): Verdict[] {
  const { variables, states } = member.port;
  const keptOut = member.decision?.keptOut;
  if (!variables.port_enabled) return member.admission.admitted ? [disabled(aggregator, member)] : [];
  if (keptOut !== undefined && keptOut !== 'link-down') return ofKeptOut(keptOut, aggregator, member);
  if (noPartner(variables.Partner_Oper) && !variables.static_group) return [nothingHeard(aggregator, member)];
  if (states.receive === 'EXPIRED') {
    const { System } = variables.Partner_Oper;
    const text = 'partner silent: its information has expired';
    const repair = `see whether ${System} runs and whether its LACPDUs get here`;
    const since = member.since.machine('receive');
    return [{ cause: 'partner-silent', ...ofReceive, text, since, repair, side: 'partner' }];
  }
  const since = member.since.machine('mux');
  switch (states.mux) {
    case 'WAITING':
      return variables.Ready_N
        ? [waits('waits-for-others', 'waiting for the other ports of the aggregator', since)]
        : [waits('wait-while', 'waiting 2 s for other ports of the aggregator (wait_while)', since)];
    case 'ATTACHED':
      return [notInSync(member)];
    case 'COLLECTING':
      return [notCollecting(member)];
    default:
      return [];
  }
}

const ofReceive = { weight: 'obstacle', machine: 'Receive', clause: 'x.4.12' } as const;
const ofSelection = { weight: 'obstacle', machine: 'Selection', clause: 'x.4.14' } as const;

const waits = (cause: 'wait-while' | 'waits-for-others', text: string, since: number | undefined): Verdict => {
  const repair = 'none: it goes on by itself';
  return { cause, text, weight: 'obstacle', machine: 'Mux', clause: 'x.4.15', since, repair, side: 'none' };
};

function nothingHeard({ settings: { lacp } }: Aggregator, { since, lastHeard }: Member): Verdict {
  const text = 'no LACP partner: no LACPDU heard';
  const of = { ...ofReceive, text, since: since.machine('receive') };
  // An active partner that was there once would speak by itself.
  if (lacp === 'passive' && lastHeard?.actor.State.LACP_Activity !== true) {
    const repair = 'make one end active (lacp=active here): two passive ends wait for each other for ever';
    return { cause: 'nobody-speaks', ...of, field: 'LACP_Activity', own: 'passive', repair, side: 'here' };
  }
  const repair =
    'switch LACP on at the far end and see that the cable leads there; a Linux bridge on the way swallows frames to ' +
    '01-80-C2-00-00-02 (unless group_fwd_mask of its ports lets them pass)';
  return { cause: 'nothing-heard', ...of, repair, side: 'partner' };
}

function disabled(aggregator: Aggregator, { hold, facts }: Member): Verdict {
  const { damping, upDelay } = aggregator.settings;
  const of = { weight: 'obstacle', machine: 'link', clause: 'x.4.8 port_enabled', since: hold.since } as const;
  if (hold.told === 'down' || hold.link !== 'down') {
    return facts.adminUp
      ? { cause: 'no-carrier', ...of, text: 'link down', repair: 'see to the cable and to the far end', side: 'link' }
      : {
          cause: 'administratively-down',
          ...of,
          text: 'link down',
          repair: `ip link set ${facts.name} up`,
          side: 'here',
        };
  }
  if (hold.damped && damping !== undefined) {
    const text = `kept out until it has been up for ${damping.seconds} s: the link failed ${hold.failures.length} times within as long (damping)`;
    return { cause: 'damped', ...of, text, repair: 'see to cable and transceivers: the link flaps', side: 'link' };
  }
  const text = `link up, and must stay up for ${upDelay} ms before it is used (up-delay)`;
  return { cause: 'up-delay', ...of, text, repair: 'none: it goes on by itself', side: 'none' };
}

/** The link is down, and not yet taken to be. */
const doubtful = ({ settings }: Aggregator, { hold }: Member): Verdict[] =>
  hold.told === 'down' && hold.link !== 'down'
    ? [
        {
          cause: 'down-delay',
          text: `link down, given up when that has lasted ${settings.downDelay} ms (down-delay)`,
          weight: 'condition',
          machine: 'link',
          clause: 'x.4.8 port_enabled',
          since: hold.since,
          repair: 'see to the cable and to the far end',
          side: 'link',
        },
      ]
    : [];

function ofKeptOut(reason: KeptOut, aggregator: Aggregator, member: Member): Verdict[] {
  const { Actor_Oper, Partner_Oper, static_group } = member.port.variables;
  const { settings } = aggregator;
  const since = member.since.machine('selection');
  const out = (cause: Verdict['cause'], text: string, repair: string, side: Side = 'here'): Verdict[] => [
    { cause, ...ofSelection, text, since, repair, side },
  ];
  switch (reason) {
    case 'leaving':
      return out('leaving', 'being removed', 'none: it goes on by itself', 'none');
    case 'lacp-disabled':
      return member.admission.admitted
        ? out('lacp-off', 'LACP is off (lacp=off)', `vethcfg set ${aggregator.name} lacp=active`)
        : [];
    case 'gate':
      return out('gate-closed', 'kept out by its operator (gate=closed)', `vethcfg set ${member.facts.name} gate=open`);
    case 'blocked':
      return [blocked(aggregator, member)];
    case 'reflected':
    case 'loop':
      // Heard: a fault, which is told before. Else it was set so.
      return Actor_Oper.State.Defaulted
        ? out(
            'partner-set-is-us',
            'the partner as set (partner-...) is this system itself',
            'set another partner-system',
          )
        : [];
    case 'max-links': {
      if (aggregator.mode === 'active-backup') return [backingUp(aggregator, member)];
      const text = `standby: max-links=${settings.maxLinks} ports are in use`;
      return out('standby', text, `none needed; to use it too: vethcfg set ${aggregator.name} max-links=N`, 'none');
    }
    case 'other-aggregator':
      return noPartner(Partner_Oper) && !static_group
        ? [nothingHeard(aggregator, member)]
        : [difference(aggregator, member)];
    case 'link-down':
      return [];
  }
}

const fallenBack = ({ settings }: Aggregator, member: Member): Verdict => ({
  cause: 'fallback',
  text: `no LACPDU heard: ${member.port.variables.distributing ? 'used' : 'to be used'} without a partner (fallback=${settings.fallback})`,
  weight: 'condition',
  machine: 'Receive',
  clause: 'x.4.12 DEFAULTED',
  since: member.since.machine('receive'),
  repair: 'none where the far end has no LACP; else switch it on there',
  side: 'partner',
});

/** Nobody was heard, and yet there is a partner. */
const assumed = (member: Member): Verdict[] => {
  const { Actor_Oper, Partner_Oper, port_enabled, static_group } = member.port.variables;
  if (static_group) return [];
  const { Defaulted, Expired } = Actor_Oper.State;
  const asSet = !noPartner(Partner_Oper) || Partner_Oper.State.Synchronization;
  if (!(port_enabled && Defaulted && !Expired && asSet)) return [];
  const text = 'no LACPDU heard: the partner is as set (partner-...)';
  const of = { weight: 'condition', machine: 'Receive', clause: 'x.4.7 Partner_Admin', side: 'none' } as const;
  const repair = 'none where the far end has no LACP';
  return [{ cause: 'partner-assumed', ...of, text, since: member.since.machine('receive'), repair }];
};

const individual = (member: Member): Verdict[] => {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  if (noPartner(Partner_Oper) || !isIndividual(Actor_Oper, Partner_Oper)) return [];
  const here = !Actor_Oper.State.Aggregation;
  return [
    {
      cause: 'individual',
      text: `individual link: ${here ? 'aggregation=0 here' : 'the partner'} does not aggregate it`,
      weight: 'condition',
      machine: 'Selection',
      clause: 'x.4.14',
      since: member.since.partner,
      field: 'Aggregation',
      own: here ? 'individual' : 'aggregatable',
      other: Partner_Oper.State.Aggregation ? 'aggregatable' : 'individual',
      repair: here ? `vethcfg set ${member.facts.name} aggregation=1` : 'let the far end aggregate this link',
      side: here ? 'here' : 'partner',
    },
  ];
};

const churned = ({ port: { variables: v }, since }: Member): Verdict[] => {
  // A standby without LACP is never in sync, and there is nobody whom that would surprise.
  if (v.static_group) return [];
  const of = { weight: 'condition', machine: 'Churn', clause: 'x.4.17', repair: 'see the states of the port' } as const;
  const actor = { since: since.machine('actor_churn'), side: 'here' } as const;
  const partner = { since: since.machine('partner_churn'), side: 'partner' } as const;
  return [
    ...(v.actor_churn
      ? [{ cause: 'actor-churn', ...of, ...actor, text: 'actor churn: not in sync for 60 s' } as const]
      : []),
    ...(v.partner_churn
      ? [{ cause: 'partner-churn', ...of, ...partner, text: 'partner churn: partner not in sync for 60 s' } as const]
      : []),
  ];
};

const admission = ({ admission: { notes, admitted }, facts, hold }: Member): Verdict[] =>
  notes.map((text) => ({
    cause: admitted ? 'admitted-by-agg_wc' : 'not-admitted',
    text,
    weight: admitted ? 'condition' : 'obstacle',
    machine: 'Selection',
    clause: 'x.4.14',
    since: hold.since,
    repair: admitted ? 'none needed' : `vethcfg set ${facts.name} speed=MBIT, or agg_wc=1`,
    side: admitted ? 'none' : 'here',
  }));
