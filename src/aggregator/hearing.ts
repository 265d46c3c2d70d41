/** Whether the partner hears us, told by what it says of itself: the other half of a link that works one way only. */
import { Short_Timeout_Time } from '../lacp/constants.js';
import type { PortVariables } from '../lacp/variables.js';
import type { MachineStates } from './machine-states.js';

/**
 * How long a partner that we hear may go on saying that it hears nobody: it is answered at once, and its time-out while
 * it waits is short.
 */
const PATIENCE = Short_Timeout_Time + 2_000;

export interface Hearing {
  /** Since when the partner says that it hears nobody; undefined: it does not say so. */
  readonly deafSince: number | undefined;
  readonly oneWay: boolean;
  /** When another verdict is due though nothing happens. */
  readonly deadline: number | undefined;
}

export const HEARS: Hearing = { deafSince: undefined, oneWay: false, deadline: undefined };

export function nextHearing(before: Hearing, v: PortVariables, { receive }: MachineStates, now: number): Hearing {
  const { Defaulted, Expired } = v.Partner_Oper.State;
  if (receive !== 'CURRENT' || !(Defaulted || Expired)) return HEARS;
  const deafSince = before.deafSince ?? now;
  const oneWay = now >= deafSince + PATIENCE;
  return { deafSince, oneWay, deadline: oneWay ? undefined : deafSince + PATIENCE };
}
