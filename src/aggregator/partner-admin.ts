/** Partner_Admin_* of a port, x.4.7: what is taken for the partner while none is heard. */
import { Null_System, type PortInformation, type PortState } from '../lacp/variables.js';
import type { PortSettings } from './settings.js';

/** The letters of the status table that an administrator may set for a partner, bit 0 first. */
export const PARTNER_STATE_LETTERS = {
  L: 'LACP_Activity',
  T: 'LACP_Timeout',
  A: 'Aggregation',
  S: 'Synchronization',
  C: 'Collecting',
  D: 'Distributing',
} as const satisfies Readonly<Record<string, keyof PortState>>;

export function partnerAdmin(settings: PortSettings): PortInformation {
  const bit = (letter: keyof typeof PARTNER_STATE_LETTERS) => settings.partnerState.includes(letter);
  return {
    System_Priority: settings.partnerSystemPriority,
    System: settings.partnerSystem ?? Null_System,
    Key: settings.partnerKey,
    Port_Priority: settings.partnerPortPriority,
    Port: settings.partnerPort,
    State: {
      LACP_Activity: bit('L'),
      LACP_Timeout: bit('T'),
      Aggregation: bit('A'),
      Synchronization: bit('S'),
      Collecting: bit('C'),
      Distributing: bit('D'),
      Defaulted: false,
      Expired: false,
    },
  };
}
