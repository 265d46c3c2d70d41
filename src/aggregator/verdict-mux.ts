/** Verdicts where the Mux machine waits for the partner. */
import type { PortInformation, PortState } from '../lacp/variables.js';
import { partnerName as system } from './faults.js';
import type { Member } from './member.js';
import type { Verdict } from './verdict.js';

const of = { weight: 'obstacle', machine: 'Mux', clause: 'x.4.15' } as const;

/** ATTACHED: the partner says so itself, or it is wrong about us (x.4.9 recordPDU). */
export function notInSync(member: Member): Verdict {
  const { Actor_Oper, Partner_Oper } = member.port.variables;
  const text = `partner ${system(Partner_Oper)} is not in sync`;
  const since = member.since.machine('mux');
  const heard = member.lastHeard;
  const wrong = heard?.actor.State.Synchronization === true ? wrongField(heard.partner, Actor_Oper) : undefined;
  if (wrong !== undefined) {
    const repair = `the far end has an old or a wrong picture of this port (${wrong.field}): see that it hears our LACPDUs`;
    return { cause: 'partner-wrong-about-us', ...of, text, since, ...wrong, repair, side: 'partner' };
  }
  const repair = 'see at the far end whether the link is in the same group, selected, and not standing by';
  const field = { field: 'Partner_Oper_Port_State.Synchronization', own: 'TRUE', other: 'FALSE' };
  return { cause: 'partner-not-in-sync', ...of, text, since, ...field, repair, side: 'partner' };
}

/** COLLECTING. */
export function notCollecting(member: Member): Verdict {
  const since = member.since.machine('mux');
  if (!member.port.variables.may_distribute) {
    const text = 'collecting, not distributing (gate=collect-only)';
    const repair = `vethcfg set ${member.facts.name} gate=open`;
    return { cause: 'gate-collect-only', ...of, weight: 'condition', text, since, repair, side: 'here' };
  }
  return {
    cause: 'partner-not-collecting',
    ...of,
    text: 'collecting; partner is not collecting yet',
    since,
    field: 'Partner_Oper_Port_State.Collecting',
    own: 'TRUE',
    other: 'FALSE',
    repair: 'see at the far end why the port does not collect',
    side: 'partner',
  };
}

type Wrong = Pick<Verdict, 'field' | 'own' | 'other'>;

/** The first field of what it says of us that is not so. */
function wrongField(said: PortInformation, own: PortInformation): Wrong | undefined {
  for (const field of ['System', 'Key', 'Port', 'System_Priority', 'Port_Priority'] as const) {
    if (said[field] !== own[field]) return { field: `Partner_${field}`, own: `${own[field]}`, other: `${said[field]}` };
  }
  const bit: keyof PortState = 'Aggregation';
  if (said.State[bit] === own.State[bit]) return undefined;
  return { field: `Partner_State.${bit}`, own: `${own.State[bit]}`, other: `${said.State[bit]}` };
}
