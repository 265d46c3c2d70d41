/** A port goes on after a pause in which nothing was heard or said: its machines stay in their states. */
import { currentWhileTime } from './functions.js';
import { type Clockwork, type PortVariables, TIMERS } from './variables.js';

/**
 * The variables after the pause. Deadlines stay where they were, with two exceptions:
 * - current_while_timer gets one full timeout. When the partner was last heard is not known exactly, and one that
 *   lives speaks within it; nobody must be expired for our own absence.
 * - periodic_timer is due: the partner hears at once that we are there.
 */
export function afterPause(v: PortVariables, now: number): PortVariables {
  const timers = { ...v.clockwork.timers };
  if (timers.current_while_timer !== undefined && !v.Actor_Oper.State.Expired) {
    timers.current_while_timer = now + currentWhileTime(v);
  }
  if (timers.periodic_timer !== undefined) timers.periodic_timer = now;
  return { ...v, clockwork: clockworkOf(timers, v.clockwork.sent) };
}

/** The variables as they are, no time having passed. What runs is changed in place: it gets a clockwork of its own. */
export function withoutPause(v: PortVariables): PortVariables {
  return { ...v, clockwork: clockworkOf(v.clockwork.timers, v.clockwork.sent) };
}

/** Every name is there, also of a timer that stands: a snapshot that was a text has lost those. */
function clockworkOf(timers: Partial<Clockwork['timers']>, sent: readonly number[]): Clockwork {
  const all = Object.fromEntries(TIMERS.map((timer) => [timer, timers[timer]]));
  return { timers: all as Clockwork['timers'], sent: [...sent] };
}
