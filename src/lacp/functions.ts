/**
 * The functions of x.4.10 (x.4.9 in 802.1AX-2008 and later): pure, variables in, changed variables out.
 */
import { Fast_Periodic_Time, Long_Timeout_Time, Short_Timeout_Time, Transmit_Limit } from './constants.js';
import type { Lacpdu } from './lacpdu.pdu.js';
import type { PortConfiguration, PortInformation, PortState, PortVariables, TimerName } from './variables.js';

type Changes = Partial<PortVariables>;

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
export function recordPDU(v: PortVariables, pdu: Lacpdu): Changes {
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
  return { Partner_Oper: v.Partner_Admin, Actor_Oper: withState(v.Actor_Oper, { Defaulted: true }) };
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
export function update_NTT(v: PortVariables, pdu: Lacpdu): Changes {
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
  const oldest = v.sent.length < Transmit_Limit ? undefined : v.sent[0];
  return oldest === undefined ? now : Math.max(now, oldest + Fast_Periodic_Time);
}

/** An LACPDU was sent: remembered for the limit, NTT cleared. */
export function transmitted(v: PortVariables, now: number): Changes {
  return { NTT: false, sent: [...v.sent, now].slice(-Transmit_Limit) };
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
    coupled_control: configuration.coupled_control,
    Partner_Admin: configuration.Partner_Admin,
    Actor_Oper,
    ...(v.Actor_Oper.State.Defaulted && configuration.Partner_Admin !== v.Partner_Admin
      ? { Partner_Oper: configuration.Partner_Admin }
      : {}),
    ...(sameLag ? {} : { Selected: 'UNSELECTED' as const }),
    ...(unchanged ? {} : { NTT: true }),
  };
}

/** The LACPDU that describes the port now, x.4.16. */
export function lacpduOf(v: PortVariables, version: number): Lacpdu {
  return { version, actor: v.Actor_Oper, partner: v.Partner_Oper, collectorMaxDelay: 0 };
}

/** The same information with some state bits changed. */
export function withState(info: PortInformation, bits: Partial<PortState>): PortInformation {
  return { ...info, State: { ...info.State, ...bits } };
}

/** Start (deadline) or stop (undefined) a timer. */
export function withTimer(v: PortVariables, timer: TimerName, deadline: number | undefined): Changes {
  return { timers: { ...v.timers, [timer]: deadline } };
}
