/**
 * A port that its operator takes out of use (removed, or gate=closed) while others go on: no frame is to be lost, of
 * either direction.
 *
 *   draining   It no longer distributes, and tells the partner so. Conversations move to other ports (distribution.ts).
 *   lingering  Now it leaves: the partner is told that it is not in sync. Frames are still taken, because those of the
 *              partner may be under way, and because it may ask by markers of its own whether they have arrived.
 *
 * A port that fails, or loses its partner, is not waited for.
 */
import { Marker_Time_Out } from '../mux/conversation-moves.js';
import type { Departure, Member } from './member.js';

/** How long a partner that says no longer that it distributes may need for moves of its own, milliseconds. */
export const Linger_After_Partner = Marker_Time_Out + 100;
/** How long it is waited for a partner to say so. */
export const Linger_Most = 2_000;

/** There is something to drain, and somewhere for it to go. */
export function leavesInOrder(member: Member, others: Iterable<Member>): boolean {
  if (!member.port.variables.collecting || !hears(member)) return false;
  return [...others].some((other) => other !== member && other.port.variables.distributing);
}

/**
 * Where a departure goes on to; undefined: it is over. `carries`: conversations use the port, or may be under way;
 * `farewell`: a port that is removed says so, else its partner goes on and there is no end to wait for.
 */
export function nextPhase(
  member: Member,
  departure: Departure,
  { carries, farewell }: { readonly carries: boolean; readonly farewell: boolean },
  now: number,
): Departure | undefined {
  if (departure.phase === 'draining') {
    if (!carries && member.released !== undefined && !farewell) return undefined;
    return carries ? departure : { phase: 'lingering', until: now + Linger_Most, partnerLeft: false };
  }
  const { State } = member.port.variables.Partner_Oper;
  if (now >= departure.until || !hears(member)) return undefined;
  if (departure.partnerLeft || (State.Distributing && State.Synchronization)) return departure;
  return { ...departure, until: Math.min(departure.until, now + Linger_After_Partner), partnerLeft: true };
}

/** A port that is to be removed has done all that it had to: drained, said its last word, and waited. */
export function hasLeft({ departure, released, port: { variables } }: Member, farewell: boolean): boolean {
  if (departure !== undefined) return false;
  if (!variables.leaving) return released !== undefined && !farewell;
  return variables.clockwork.timers.transmit_timer === undefined;
}

/** Frames are taken from a port that the Mux machine has already taken out. */
export const isLingering = (member: Member): boolean => member.departure?.phase === 'lingering';
export const isDraining = (member: Member): boolean => member.departure?.phase === 'draining';

const hears = ({ port: { variables, states } }: Member): boolean =>
  variables.port_enabled && states.receive === 'CURRENT';
