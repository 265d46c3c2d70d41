/** How a link looks: by its colour, its line and its word, each of which is enough. */
import type { MuxState, PortStatus, ReceiveState } from '../aggregator/status.js';
import type { PortState } from '../lacp/variables.js';

export const LOOKS = ['in-use', 'receives', 'waiting', 'standby', 'out', 'down'] as const;
export type Look = (typeof LOOKS)[number];

/** `sign` is one letter. */
export const LOOK_WORDS: Readonly<Record<Look, { readonly sign: string; readonly word: string }>> = {
  'in-use': { sign: '●', word: 'in use' },
  receives: { sign: '◐', word: 'receives only' },
  waiting: { sign: '◌', word: 'waiting' },
  standby: { sign: '‖', word: 'standing by' },
  out: { sign: '✕', word: 'not in use' },
  down: { sign: '✕', word: 'link down' },
};

/** Of a port of ours. */
export function lookOf(
  port: Pick<PortStatus, 'link' | 'selected' | 'collecting' | 'distributing' | 'mux' | 'receive'>,
): Look {
  if (port.distributing) return 'in-use';
  if (port.link === 'down' || port.receive === 'PORT_DISABLED') return 'down';
  if (port.collecting) return 'receives';
  if (port.selected === 'STANDBY') return 'standby';
  return port.selected === 'SELECTED' ? 'waiting' : 'out';
}

/** Of an end that says this of itself. */
export function lookOfState({ Synchronization, Collecting, Distributing }: PortState): Look {
  if (Distributing) return 'in-use';
  if (Collecting) return 'receives';
  return Synchronization ? 'waiting' : 'out';
}

const MUX: Readonly<Record<MuxState, Look>> = {
  DETACHED: 'out',
  WAITING: 'waiting',
  ATTACHED: 'waiting',
  COLLECTING: 'receives',
  DISTRIBUTING: 'in-use',
  COLLECTING_DISTRIBUTING: 'in-use',
};
const RECEIVE: Readonly<Record<ReceiveState, Look>> = {
  INITIALIZE: 'down',
  PORT_DISABLED: 'down',
  LACP_DISABLED: 'standby',
  EXPIRED: 'waiting',
  DEFAULTED: 'out',
  CURRENT: 'in-use',
};

/** Of a state of the Mux or Receive machine; undefined: it is of another machine. */
export function lookOfMachine(machine: string, state: string): Look | undefined {
  const looks: Readonly<Record<string, Look>> = machine === 'mux' ? MUX : machine === 'receive' ? RECEIVE : {};
  return looks[state];
}
