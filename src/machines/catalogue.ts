/** The machines of a port by their names in the standard: where it describes them, and where ours are more. */
import type { MachineStates } from '../aggregator/machine-states.js';
import type { PortStatus } from '../aggregator/status.js';

export type MachineName = keyof MachineStates;

export interface MachineEntry {
  readonly title: string;
  readonly clause: string;
  /** The member of a port's status (`vethcfg --json status`) that tells the state; undefined: none does. */
  readonly statusField: keyof PortStatus | undefined;
  /** False: the standard gives it in words, and states and arrows are ours. */
  readonly figure: boolean;
  /** What is not as in the figure, or why there is none. */
  readonly note: string;
}

export const CATALOGUE: Readonly<Record<MachineName, MachineEntry>> = {
  receive: {
    title: 'Receive machine',
    clause: 'x.4.12',
    statusField: 'receive',
    figure: true,
    note: "The figure's global arrow into PORT_DISABLED is drawn from each state. Ours: when LACP is switched on or off, a port passes through PORT_DISABLED.",
  },
  periodic: {
    title: 'Periodic Transmission machine',
    clause: 'x.4.13',
    statusField: 'periodic',
    figure: true,
    note: "The figure's global arrow into NO_PERIODIC is drawn from each state. Ours: leaving NO_PERIODIC raises NTT, so that the first LACPDU of a link goes out at once.",
  },
  selection: {
    title: 'Selected',
    clause: 'x.4.14',
    statusField: 'selected',
    figure: false,
    note: 'The standard gives Selection Logic in words; these are the values of its variable Selected. What to choose is decided for all ports of an interface together.',
  },
  mux: {
    title: 'Mux machine',
    clause: 'x.4.15',
    statusField: 'mux',
    figure: true,
    note: 'Independent control and, where the interface has mux=coupled, coupled control in one drawing; they part at ATTACHED. Ours: a port can be held back from distributing (its gate, or conversations that move), and a change between the two kinds of control passes through ATTACHED.',
  },
  actor_churn: {
    title: 'Actor Churn Detection machine',
    clause: 'x.4.17',
    statusField: 'actorChurn',
    figure: true,
    note: "CHURN_MONITOR_HELD is the part of CHURN_MONITOR in which the figure's global arrow (port_enabled = FALSE) holds the timer; the status calls both CHURN_MONITOR.",
  },
  partner_churn: {
    title: 'Partner Churn Detection machine',
    clause: 'x.4.17',
    statusField: 'partnerChurn',
    figure: true,
    note: 'As for the Actor.',
  },
  long_lacpdu: {
    title: 'Long LACPDUs',
    clause: '802.1AX-2014 6.6.2',
    statusField: undefined,
    figure: false,
    note: 'When LACPDUs of version 2 carry Port Conversation Masks. States and duration are ours.',
  },
  transmit: {
    title: 'Transmit machine',
    clause: 'x.4.16',
    statusField: undefined,
    figure: false,
    note: 'The standard gives it in words. transmit_timer is due at once, or when the limit of three LACPDUs in any Fast_Periodic_Time allows; it expires only after everything that follows from a stimulus has settled.',
  },
};
