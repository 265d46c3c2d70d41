/** The state octet of an LACPDU (Actor_State, Partner_State; x.4.2.2) and its eight named booleans. */
import type { PortState } from './variables.js';

/** Bit 0 first. The one place that knows the order; LACP_Timeout set means short, LACP_Activity set means active. */
export const STATE_BITS = [
  'LACP_Activity',
  'LACP_Timeout',
  'Aggregation',
  'Synchronization',
  'Collecting',
  'Distributing',
  'Defaulted',
  'Expired',
] as const satisfies readonly (keyof PortState)[];

/** The state as its octet, 0-255. */
export function encodePortState(state: PortState): number {
  return STATE_BITS.reduce((octet, name, bit) => octet | (state[name] ? 1 << bit : 0), 0);
}

/** The octet as named booleans. Every octet is a valid state; bits above the eighth are ignored. */
export function decodePortState(octet: number): PortState {
  return {
    LACP_Activity: (octet & 0x01) !== 0,
    LACP_Timeout: (octet & 0x02) !== 0,
    Aggregation: (octet & 0x04) !== 0,
    Synchronization: (octet & 0x08) !== 0,
    Collecting: (octet & 0x10) !== 0,
    Distributing: (octet & 0x20) !== 0,
    Defaulted: (octet & 0x40) !== 0,
    Expired: (octet & 0x80) !== 0,
  };
}

/** The letters of the status table, bit 0 first. T: short timeout, F: deFaulted, E: Expired. */
const STATE_LETTERS: Readonly<Record<keyof PortState, string>> = {
  LACP_Activity: 'L',
  LACP_Timeout: 'T',
  Aggregation: 'A',
  Synchronization: 'S',
  Collecting: 'C',
  Distributing: 'D',
  Defaulted: 'F',
  Expired: 'E',
};

/** The state as `L_ASCD__`. */
export function stateLetters(state: PortState): string {
  return STATE_BITS.map((bit) => (state[bit] ? STATE_LETTERS[bit] : '_')).join('');
}
