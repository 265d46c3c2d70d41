/** One port: its actor, what is due when, and what it has sent and received. */
import { type Actor, createActor } from 'xstate';
import { Version_Number } from '../lacp/constants.js';
import { lacpduOf } from '../lacp/functions.js';
import type { Lacpdu } from '../lacp/lacpdu.pdu.js';
import type { PortStimulus } from '../lacp/port-setup.js';
import { type PortConfiguration, type PortVariables, TIMERS, type TimerName } from '../lacp/variables.js';
import { portMachine } from './port.machine.js';
import type { ChurnState, MuxState, PeriodicState, ReceiveState } from './status.js';

/** The state of every machine of a port, by region. */
export interface MachineStates {
  readonly receive: ReceiveState;
  readonly periodic: PeriodicState;
  readonly selection: string;
  readonly mux: MuxState;
  readonly actor_churn: ChurnState | 'CHURN_MONITOR_HELD';
  readonly partner_churn: ChurnState | 'CHURN_MONITOR_HELD';
  readonly transmit: string;
}

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
}

export class Port {
  readonly #actor: Actor<typeof portMachine>;
  readonly #effects: PortEffects;

  constructor(configuration: PortConfiguration, port_enabled: boolean, now: number, effects: PortEffects) {
    this.#effects = effects;
    const machine = portMachine.provide({
      actions: {
        transmit_LACPDU: ({ context }) => effects.transmit(lacpduOf(context, Version_Number)),
      },
    });
    this.#actor = createActor(machine, { input: { configuration, port_enabled, now } });
    this.#actor.start();
  }

  get variables(): PortVariables {
    return this.#actor.getSnapshot().context;
  }

  get states(): MachineStates {
    // The regions' state names are those of the machine definition; XState types them as a union per region.
    return this.#actor.getSnapshot().value as MachineStates;
  }

  send(stimulus: PortStimulus, now: number): void {
    const before = this.states;
    this.#actor.send({ ...stimulus, now });
    const after = this.states;
    if (after === before) return;
    for (const machine of Object.keys(after) as (keyof MachineStates)[]) {
      const [from, to] = [before[machine], after[machine]];
      if (from !== to) this.#effects.transition({ machine, from, to, cause: stimulus });
    }
  }

  /** The port's next deadline; undefined when no timer runs. */
  get nextDeadline(): number | undefined {
    let next: number | undefined;
    for (const timer of TIMERS) {
      const deadline = this.variables.timers[timer];
      if (deadline !== undefined && (next === undefined || deadline < next)) next = deadline;
    }
    return next;
  }

  /** Let timers that are due expire, earliest first. The transmit timer waits for `transmitIfDue`. */
  expireTimers(now: number): void {
    for (let timer = this.#due(now); timer !== undefined; timer = this.#due(now)) {
      this.send({ type: `${timer}_expired` }, now);
    }
  }

  transmitIfDue(now: number): void {
    const deadline = this.variables.timers.transmit_timer;
    if (deadline !== undefined && deadline <= now) this.send({ type: 'transmit_timer_expired' }, now);
  }

  stop(): void {
    this.#actor.stop();
  }

  #due(now: number): TimerName | undefined {
    const timers = this.variables.timers;
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
