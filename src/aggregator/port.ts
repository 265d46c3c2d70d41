/** One port: its actor, what is due when, and what it has to say. */
import { type Actor, createActor } from 'xstate';
import {
  configuresNothingNew,
  currentWhileTime,
  lacpduOf,
  periodicTime,
  recordTransmission,
  saysNothingNew,
  transmitAllowedAt,
} from '../lacp/functions.js';
import type { Lacpdu } from '../lacp/lacpdu.pdu.js';
import type { PortInput, PortStimulus } from '../lacp/port-setup.js';
import { afterPause, withoutPause } from '../lacp/resume.js';
import { type PortVariables, TIMERS, type TimerName } from '../lacp/variables.js';
import type { MachineStates } from './machine-states.js';
import { portMachine } from './port.machine.js';
import type { PortSnapshot } from './snapshot.js';

/** A machine moved: region, states, and the stimulus that caused it. */
export interface Transition {
  readonly machine: keyof MachineStates;
  readonly from: string;
  readonly to: string;
  readonly cause: PortStimulus;
}

export interface PortEffects {
  transmit(pdu: Lacpdu): void;
  transition(transition: Transition): void;
  /** A timer has expired, and what follows is to come. */
  expired?(timer: TimerName): void;
}

/** At BEGIN, or in the states of a port of an earlier process. */
export type PortStart =
  | PortInput
  | {
      readonly now: number;
      readonly snapshot: Pick<PortSnapshot, 'states' | 'variables'>;
      /** False: no time has passed since. */
      readonly paused?: boolean | undefined;
    };

export class Port {
  readonly #actor: Actor<typeof portMachine>;
  readonly #effects: PortEffects;

  /** `shortcuts: false` sends everything through the machines; for tests that hold the two against each other. */
  constructor(
    start: PortStart,
    effects: PortEffects,
    private readonly shortcuts = true,
  ) {
    this.#effects = effects;
    this.#actor = createActor(portMachine, 'snapshot' in start ? resumed(start) : { input: start });
    this.#actor.on('transmit', ({ pdu }) => effects.transmit(pdu));
    // Failures are thrown by `send`; without a listener XState would throw them once more, at nobody.
    this.#actor.subscribe({ error: () => {} });
    this.#actor.start();
  }

  get variables(): PortVariables {
    return this.#actor.getSnapshot().context;
  }

  get states(): MachineStates {
    // The regions' state names are those of the machine definition; XState types them as a union per region.
    return this.#actor.getSnapshot().value as MachineStates;
  }

  /** Throws when a machine has failed, which is a fault of ours: the port is dead from then on. */
  send(stimulus: PortStimulus, now: number): void {
    if (this.shortcuts && this.#changesNothing(stimulus, now)) return;
    const before = this.states;
    this.#actor.send({ ...stimulus, now });
    this.#assertActive();
    const after = this.states;
    if (after === before) return;
    for (const machine of Object.keys(after) as (keyof MachineStates)[]) {
      const [from, to] = [before[machine], after[machine]];
      if (from !== to) this.#effects.transition({ machine, from, to, cause: stimulus });
    }
  }

  /** The port's next deadline; undefined when no timer runs. */
  get nextDeadline(): number | undefined {
    const { timers } = this.variables.clockwork;
    let next: number | undefined;
    for (const timer of TIMERS) {
      const deadline = timers[timer];
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  /** Let timers that are due expire, earliest first. The transmit timer waits for `transmitIfDue`. */
  expireTimers(now: number): void {
    const { transmit_timer } = this.variables.clockwork.timers;
    if (transmit_timer !== undefined && transmit_timer <= now) this.#effects.expired?.('transmit_timer');
    for (let timer = this.#due(now); timer !== undefined; timer = this.#due(now)) {
      this.#effects.expired?.(timer);
      if (this.shortcuts && timer === 'periodic_timer' && this.#transmitsAsBefore(now)) continue;
      this.send({ type: `${timer}_expired` }, now);
    }
  }

  /** The periodic transmission that comes next, where there is one, is due now. */
  advancePeriodic(now: number): void {
    const { timers } = this.variables.clockwork;
    if (timers.periodic_timer !== undefined) timers.periodic_timer = now;
  }

  transmitIfDue(now: number): void {
    const deadline = this.variables.clockwork.timers.transmit_timer;
    if (deadline !== undefined && deadline <= now) this.send({ type: 'transmit_timer_expired' }, now);
  }

  stop(): void {
    this.#actor.stop();
  }

  /*
   * Shortcuts. Nearly all that ever happens to a port is that its partner says again what it said before, and that it
   * is time to say again what we said before; and what changes one port tells all of its Aggregator their configuration
   * again. No machine leaves its state for that, but XState spends some 0.3 ms on finding out. Here it is found out
   * beforehand; a test holds both ways against each other.
   */

  #changesNothing(stimulus: PortStimulus, now: number): boolean {
    if (stimulus.type === 'LACPDU') return this.#confirms(stimulus.pdu, now);
    return stimulus.type === 'CONFIGURE' && configuresNothingNew(this.variables, stimulus.configuration);
  }

  /** CURRENT is entered anew, and all it does is to restart current_while_timer. */
  #confirms(pdu: Lacpdu, now: number): boolean {
    const v = this.variables;
    if (this.states.receive !== 'CURRENT' || !saysNothingNew(v, pdu)) return false;
    v.clockwork.timers.current_while_timer = now + currentWhileTime(v);
    return true;
  }

  /** FAST_PERIODIC or SLOW_PERIODIC to PERIODIC_TX and back, NTT, and an LACPDU at once. */
  #transmitsAsBefore(now: number): boolean {
    const v = this.variables;
    const { timers } = v.clockwork;
    if (v.NTT || timers.transmit_timer !== undefined || transmitAllowedAt(v, now) > now) return false;
    // Another timer that is due may change what is to be said.
    if (TIMERS.some((timer) => timer !== 'periodic_timer' && (timers[timer] ?? Number.POSITIVE_INFINITY) <= now)) {
      return false;
    }
    timers.periodic_timer = now + periodicTime(v);
    this.#effects.transmit(lacpduOf(v));
    recordTransmission(v.clockwork, now);
    return true;
  }

  #assertActive(): void {
    const { status, error } = this.#actor.getSnapshot();
    if (status !== 'active')
      throw error instanceof Error ? error : new Error(`port machine ${status}`, { cause: error });
  }

  #due(now: number): TimerName | undefined {
    const { timers } = this.variables.clockwork;
    let first: TimerName | undefined;
    let earliest = now;
    for (const timer of TIMERS) {
      const deadline = timers[timer];
      if (timer === 'transmit_timer' || deadline === undefined || deadline > earliest) continue;
      if (first === undefined || deadline < earliest) [first, earliest] = [timer, deadline];
    }
    return first;
  }
}

/** No entry action runs again: what they did is in the variables. Throws for a state that no machine has. */
function resumed({ snapshot, now, paused = true }: Exclude<PortStart, PortInput>) {
  const context = paused ? afterPause(snapshot.variables, now) : withoutPause(snapshot.variables);
  return {
    snapshot: portMachine.resolveState({ value: { ...snapshot.states }, context }),
    input: undefined as unknown as PortInput, // XState reads it only to make a context, and asks for it all the same
  };
}
