/** Link Aggregation Group identifiers, x.3.6. */
import type { PortInformation } from '../lacp/variables.js';
import { Null_System } from '../lacp/variables.js';

/** No partner is known: nothing was heard, or it was forgotten. */
export const noPartner = (partner: PortInformation): boolean => partner.System === Null_System;

/** Either end does not want to aggregate this link: it is alone in its Aggregator. */
export const isIndividual = (actor: PortInformation, partner: PortInformation): boolean =>
  !actor.State.Aggregation || !partner.State.Aggregation;

/** The link comes back to a port of the same Aggregator of ours, or to this very port. */
export const isLoop = (actor: PortInformation, partner: PortInformation): boolean =>
  partner.System === actor.System && partner.Key === actor.Key;

/** Our own LACPDUs come back on the port that sent them. */
export const isReflected = (actor: PortInformation, partner: PortInformation): boolean =>
  isLoop(actor, partner) && partner.Port === actor.Port;

/**
 * The LAG ID in the standard's notation, the end with the lower System Identifier first:
 * `[(8000,00-01-e6-16-87-80,001b,00,0000),(8000,02-00-00-00-00-01,0100,00,0000)]`. The port's own priority and number
 * are zero unless the link is individual. Equal text: same group.
 */
export function lagId(actor: PortInformation, partner: PortInformation): string {
  const individual = isIndividual(actor, partner);
  const ends = [end(actor, individual), end(partner, individual)].sort();
  return `[${ends.join(',')}]`;
}

function end(info: PortInformation, individual: boolean): string {
  const port = individual ? [hex(info.Port_Priority, 2), hex(info.Port, 4)] : ['00', '0000'];
  return `(${[hex(info.System_Priority, 4), info.System.replaceAll(':', '-'), hex(info.Key, 4), ...port].join(',')})`;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
