/**
 * The carrier while a standby steps in. Between the loss of an active port and the partner's answer to the standby no
 * port distributes, for some milliseconds. Were the carrier dropped for that, the host's stack would forget its
 * neighbours and take up to a second to use the interface again: measured 1.1 s, for an exchange of LACPDUs that took
 * a few milliseconds.
 */
import { Fast_Periodic_Time } from '../lacp/constants.js';
import type { Member } from './member.js';

/** How long the carrier waits for it: the transmit limit may hold back the partner's answer for as long. */
const TAKEOVER_TIME = Fast_Periodic_Time;

export interface Carrier {
  readonly on: boolean;
  /** When a takeover under way will have failed; undefined: there is none. */
  readonly deadline: number | undefined;
}

export function nextCarrier(before: Carrier, members: readonly Member[], minLinks: number, now: number): Carrier {
  const least = Math.max(1, minLinks);
  const distributing = members.filter(({ port }) => port.variables.distributing).length;
  if (distributing >= least) return { on: true, deadline: undefined };
  if (!before.on || distributing + members.filter(isSteppingIn).length < least)
    return { on: false, deadline: undefined };
  const deadline = before.deadline ?? now + TAKEOVER_TIME;
  return now < deadline ? { on: true, deadline } : { on: false, deadline: undefined };
}

/** It stood by, has its place now, and lacks nothing but the partner's word. */
const isSteppingIn = ({ stoodBy, port: { variables: v, states } }: Member): boolean =>
  stoodBy &&
  v.port_enabled &&
  v.may_distribute &&
  !v.distributing &&
  !v.Actor_Oper.State.Expired &&
  !v.Actor_Oper.State.Defaulted &&
  (states.mux === 'ATTACHED' || states.mux === 'COLLECTING');
