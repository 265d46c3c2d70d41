/**
 * The functions of x.4.10 (x.4.9 in 802.1AX-2008 and later): pure, variables in, changed variables out.
 */
import {
  Fast_Periodic_Time,
  Long_Timeout_Time,
  Short_Timeout_Time,
  Slow_Periodic_Time,
  Transmit_Limit,
  Version_Number,
} from './constants.js';
import { conversationTlvs, saysTheSameOfConversations } from './conversations.js';
import type { Lacpdu } from './lacpdu.pdu.js';
import type { Clockwork, PortConfiguration, PortInformation, PortState, PortVariables } from './variables.js';

type Changes = Partial<PortVariables>;
type RecordedPdu = Pick<PortVariables, 'Actor_Oper' | 'Partner_Oper'>;

/** What the standard compares to tell one port of one system from another, x.4.9: all but the volatile state bits. */
export function samePort(a: PortInformation, b: PortInformation): boolean {
  return (
    a.Port === b.Port &&
    a.Port_Priority === b.Port_Priority &&
    a.System === b.System &&
    a.System_Priority === b.System_Priority &&
    a.Key === b.Key &&
    a.State.Aggregation === b.State.Aggregation
  );
}

/**
 * recordPDU. The partner is in sync only when it says so, when it describes us rightly (or is an individual link), and
 * when at least one end keeps the link alive and both know it.
 */
export function recordPDU(v: Pick<PortVariables, 'Actor_Oper'>, pdu: Lacpdu): RecordedPdu {
  const { actor, partner } = pdu;
  const matched = samePort(partner, v.Actor_Oper) || !actor.State.Aggregation;
  const maintained = actor.State.LACP_Activity || (v.Actor_Oper.State.LACP_Activity && partner.State.LACP_Activity);
  return {
    Partner_Oper: withState(actor, { Synchronization: actor.State.Synchronization && matched && maintained }),
    Actor_Oper: withState(v.Actor_Oper, { Defaulted: false }),
  };
}

/** recordDefault. */
export function recordDefault(v: PortVariables): Changes {
  return {
    Partner_Oper: v.Partner_Admin,
    Actor_Oper: withState(v.Actor_Oper, { Defaulted: true }),
    Partner_LACPDU_Version: Version_Number,
    Partner_Conversations: undefined,
  };
}

/** update_Selected: another partner, or the same one with other parameters, must be selected anew. */
export function update_Selected(v: PortVariables, pdu: Lacpdu): Changes {
  return samePort(pdu.actor, v.Partner_Oper) ? {} : { Selected: 'UNSELECTED' };
}

/** update_Default_Selected. */
export function update_Default_Selected(v: PortVariables): Changes {
  return samePort(v.Partner_Admin, v.Partner_Oper) ? {} : { Selected: 'UNSELECTED' };
}

/** update_NTT: the partner's view of us is out of date. Collecting, Distributing, Defaulted, Expired do not count. */
export function update_NTT(v: Pick<PortVariables, 'Actor_Oper'>, pdu: Lacpdu): Changes {
  const seen = pdu.partner;
  const now = v.Actor_Oper;
  const upToDate =
    samePort(seen, now) &&
    seen.State.LACP_Activity === now.State.LACP_Activity &&
    seen.State.LACP_Timeout === now.State.LACP_Timeout &&
    seen.State.Synchronization === now.State.Synchronization;
  return upToDate ? {} : { NTT: true };
}

/** NO_PERIODIC's condition, x.4.13: nothing is sent on this port. */
export function periodicDisabled(v: PortVariables): boolean {
  return (
    !v.LACP_Enabled || !v.port_enabled || !(v.Actor_Oper.State.LACP_Activity || v.Partner_Oper.State.LACP_Activity)
  );
}

/** How long received information stays valid: by our own LACP_Timeout, x.4.12. Milliseconds. */
export function currentWhileTime(v: PortVariables): number {
  return v.Actor_Oper.State.LACP_Timeout ? Short_Timeout_Time : Long_Timeout_Time;
}

/** The first moment at which one more LACPDU keeps the limit of x.4.16: three in any Fast_Periodic_Time. */
export function transmitAllowedAt(v: PortVariables, now: number): number {
  const { sent } = v.clockwork;
  const oldest = sent.length < Transmit_Limit ? undefined : sent[0];
  return oldest === undefined ? now : Math.max(now, oldest + Fast_Periodic_Time);
}

/** An LACPDU was sent: remembered for the limit. */
export function recordTransmission(clockwork: Clockwork, now: number): void {
  clockwork.sent.push(now);
  if (clockwork.sent.length > Transmit_Limit) clockwork.sent.shift();
}

/**
 * New administrative values. Those that are part of the LAG ID unselect the port (x.4.14); the partner is told of
 * every change.
 */
export function configure(v: PortVariables, configuration: PortConfiguration): Changes {
  const { LACP_Activity, LACP_Timeout, Aggregation, ...identity } = configuration.Actor;
  const Actor_Oper = {
    ...identity,
    State: { ...v.Actor_Oper.State, LACP_Activity, LACP_Timeout, Aggregation },
  };
  const sameLag =
    identity.System === v.Actor_Oper.System &&
    identity.System_Priority === v.Actor_Oper.System_Priority &&
    identity.Key === v.Actor_Oper.Key &&
    Aggregation === v.Actor_Oper.State.Aggregation;
  const unchanged =
    samePort(Actor_Oper, v.Actor_Oper) &&
    LACP_Activity === v.Actor_Oper.State.LACP_Activity &&
    LACP_Timeout === v.Actor_Oper.State.LACP_Timeout;
  return {
    LACP_Enabled: configuration.LACP_Enabled,
    static_group: configuration.static_group,
    coupled_control: configuration.coupled_control,
    may_distribute: configuration.may_distribute,
    Actor_Oper,
    ...configurePartner(v, configuration),
    ...(sameLag ? {} : { Selected: 'UNSELECTED' as const }),
    ...(unchanged ? {} : { NTT: true }),
  };
}

/** New Partner_Admin values act at once where they are in force: on a port that has heard nobody and does not wait to. */
function configurePartner(v: PortVariables, { Partner_Admin, LACP_Enabled, static_group }: PortConfiguration): Changes {
  // LACP_DISABLED is not entered anew when a static group begins or ends in it: this is what it would record.
  if (!LACP_Enabled && !v.LACP_Enabled && static_group !== v.static_group && v.port_enabled) {
    const Partner_Oper = static_group ? Partner_Admin : withState(Partner_Admin, { Aggregation: false });
    return { Partner_Admin, Partner_Oper, Selected: 'UNSELECTED' };
  }
  if (samePort(Partner_Admin, v.Partner_Admin) && sameState(Partner_Admin.State, v.Partner_Admin.State)) return {};
  const { Defaulted, Expired } = v.Actor_Oper.State;
  // A port that is not enabled, or whose LACP is off, keeps the bits that its Receive machine has cleared.
  if (!Defaulted || Expired || !v.port_enabled || !v.LACP_Enabled) return { Partner_Admin };
  return {
    Partner_Admin,
    Partner_Oper: Partner_Admin,
    ...(samePort(Partner_Admin, v.Partner_Oper) ? {} : { Selected: 'UNSELECTED' as const }),
  };
}

/**
 * From a short to a long timeout, the partner falls into the slow rhythm as soon as it is told: what it has said must
 * live as long. The figure restarts current_while_timer only with the next LACPDU, and the link would expire before.
 * A timer that was started long already, before the timeout was short for a moment, stays as it is.
 */
export function extendCurrentWhile(v: PortVariables, { Actor }: PortConfiguration, now: number): void {
  const { timers } = v.clockwork;
  const { LACP_Timeout, Expired } = v.Actor_Oper.State;
  if (timers.current_while_timer === undefined || Expired || !LACP_Timeout || Actor.LACP_Timeout) return;
  if (timers.current_while_timer > now + Short_Timeout_Time) return;
  timers.current_while_timer += Long_Timeout_Time - Short_Timeout_Time;
}

/** How long until the next periodic transmission: by the partner's LACP_Timeout, x.4.13. Milliseconds. */
export function periodicTime(v: PortVariables): number {
  return v.Partner_Oper.State.LACP_Timeout ? Fast_Periodic_Time : Slow_Periodic_Time;
}

/** An LACPDU that leaves every variable as it is. */
export function saysNothingNew(v: PortVariables, pdu: Lacpdu): boolean {
  if (v.Actor_Oper.State.Defaulted || v.Actor_Oper.State.Expired) return false;
  if (!saysTheSameOfConversations(v, pdu)) return false;
  if (!samePort(pdu.actor, v.Partner_Oper) || update_NTT(v, pdu).NTT === true) return false;
  return sameState(recordPDU(v, pdu).Partner_Oper.State, v.Partner_Oper.State);
}

/** Administrative values that leave every variable as it is. */
export function configuresNothingNew(v: PortVariables, configuration: PortConfiguration): boolean {
  const changes = configure(v, configuration);
  // NTT and Selected are among the changes exactly when something of the actor has changed.
  if (changes.NTT !== undefined || changes.Selected !== undefined) return false;
  return Object.entries(changes).every(
    ([name, value]) => name === 'Actor_Oper' || v[name as keyof PortVariables] === value,
  );
}

/** All eight bits are the same. */
export function sameState(a: PortState, b: PortState): boolean {
  return (
    a.LACP_Activity === b.LACP_Activity &&
    a.LACP_Timeout === b.LACP_Timeout &&
    a.Aggregation === b.Aggregation &&
    a.Synchronization === b.Synchronization &&
    a.Collecting === b.Collecting &&
    a.Distributing === b.Distributing &&
    a.Defaulted === b.Defaulted &&
    a.Expired === b.Expired
  );
}

/** The LACPDU that describes the port now, x.4.16. */
export function lacpduOf(v: PortVariables): Lacpdu {
  const version = v.Actor_Conversations === undefined ? Version_Number : 2;
  const conversations = conversationTlvs(v);
  const basic = { version, actor: v.Actor_Oper, partner: v.Partner_Oper, collectorMaxDelay: 0 };
  return conversations === undefined ? basic : { ...basic, conversations };
}

/** The same information with some state bits changed. */
export function withState(info: PortInformation, bits: Partial<PortState>): PortInformation {
  return { ...info, State: { ...info.State, ...bits } };
}
