/**
 * One port without a system around it: its machines, a time that only the test moves, and the test as Selection Logic.
 * Steps carry a name, so that a row of a table can say in its title what it does.
 */
import { Port, type Transition } from '../../src/aggregator/port.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import type { PortStimulus } from '../../src/lacp/port-setup.js';
import {
  Default_Partner_Admin,
  type PortConfiguration,
  type PortVariables,
  type Selected,
} from '../../src/lacp/variables.js';
import { lacpdu } from './builders.js';

/** Active, short timeout, aggregatable; the identity that `lacpdu()` names as its partner. */
export function portConfiguration(
  some: Partial<Omit<PortConfiguration, 'Actor'>> & { readonly Actor?: Partial<PortConfiguration['Actor']> } = {},
): PortConfiguration {
  return {
    LACP_Enabled: true,
    static_group: false,
    coupled_control: false,
    may_distribute: true,
    Partner_Admin: Default_Partner_Admin,
    ...some,
    Actor: {
      System_Priority: 0x8000,
      System: '02:00:00:00:00:0b',
      Key: 1,
      Port_Priority: 0x80,
      Port: 1,
      LACP_Activity: true,
      LACP_Timeout: true,
      Aggregation: true,
      ...some.Actor,
    },
  };
}

export class PortLab {
  now = 0;
  readonly sent: { readonly at: number; readonly pdu: Lacpdu }[] = [];
  readonly transitions: Transition[] = [];
  readonly port: Port;

  constructor(configuration: PortConfiguration = portConfiguration(), port_enabled = true) {
    const effects = {
      transmit: (pdu: Lacpdu) => this.sent.push({ at: this.now, pdu }),
      transition: (transition: Transition) => this.transitions.push(transition),
    };
    // Without shortcuts: what is tested here are the machines.
    this.port = new Port({ configuration, port_enabled, now: this.now }, effects, false);
    this.port.transmitIfDue(this.now);
  }

  get variables(): PortVariables {
    return this.port.variables;
  }

  send(stimulus: PortStimulus): void {
    this.port.send(stimulus, this.now);
    this.port.transmitIfDue(this.now);
  }

  /** Let time pass, stopping at every deadline of the port. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (let next = this.port.nextDeadline; next !== undefined && next <= end; next = this.port.nextDeadline) {
      this.now = Math.max(this.now, next);
      this.port.expireTimers(this.now);
      this.port.transmitIfDue(this.now);
    }
    this.now = end;
  }

  run(steps: readonly Step[]): this {
    for (const step of steps) step.run(this);
    return this;
  }
}

export interface Step {
  readonly name: string;
  readonly run: (lab: PortLab) => void;
}

const stimulus = (name: string, event: PortStimulus): Step => ({ name, run: (lab) => lab.send(event) });

export const ms = (time: number): Step => ({ name: `${time} ms`, run: (lab) => lab.advance(time) });

/** An LACPDU of a partner that is in sync, collects, distributes and describes this port as it is at that moment. */
export const pdu = (some: Parameters<typeof lacpdu>[0] = {}, name = 'LACPDU'): Step => ({
  name,
  run: (lab) => {
    const { State, ...identity } = lab.variables.Actor_Oper;
    const partner = { ...identity, ...some.partner, State: { ...State, ...some.partner?.State } };
    lab.send({ type: 'LACPDU', pdu: lacpdu({ ...some, partner }) });
  },
});

/** The same, with these state bits of the partner changed. */
export const partnerSays = (State: Partial<Lacpdu['actor']['State']>): Step =>
  pdu(
    { actor: { State } },
    `LACPDU with ${Object.entries(State)
      .map(([bit, value]) => `${bit}=${value ? 1 : 0}`)
      .join(' ')}`,
  );

export const linkDown = stimulus('link down', { type: 'LINK', port_enabled: false });
export const linkUp = stimulus('link up', { type: 'LINK', port_enabled: true });
export const portMoved = stimulus('port_moved', { type: 'PORT_MOVED' });
export const ready = stimulus('Ready', { type: 'READY' });
export const leave = stimulus('LEAVE', { type: 'LEAVE' });
export const select = (selected: Selected): Step => stimulus(`Selected=${selected}`, { type: 'SELECT', selected });
export const configure = (name: string, some: Parameters<typeof portConfiguration>[0]): Step =>
  stimulus(name, { type: 'CONFIGURE', configuration: portConfiguration(some) });
export const lacpOff = configure('LACP off', { LACP_Enabled: false });
export const lacpOn = configure('LACP on', {});

/** SELECTED, waited, attached: what Selection Logic does with a port that is alone. */
export const attach: readonly Step[] = [select('SELECTED'), ms(2_000), ready];

/** A title for a row: the names of its steps. */
export const names = (steps: readonly Step[]): string => steps.map((step) => step.name).join(', ') || 'BEGIN';
