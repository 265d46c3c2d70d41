/** States in the short words of the status table (src/daemon/status-table.ts). */
import type { PortStatus } from './status.js';

/** B: standing By. */
export const SELECTED_WORDS: Readonly<Record<PortStatus['selected'], string>> = {
  SELECTED: 'S',
  UNSELECTED: 'U',
  STANDBY: 'B',
};

export const MUX_WORDS: Readonly<Record<PortStatus['mux'], string>> = {
  DETACHED: 'DETACH',
  WAITING: 'WAIT',
  ATTACHED: 'ATTACH',
  COLLECTING: 'COLL',
  DISTRIBUTING: 'DIST',
  COLLECTING_DISTRIBUTING: 'COLDIS',
};

export const RECEIVE_WORDS: Readonly<Record<PortStatus['receive'], string>> = {
  INITIALIZE: 'INIT',
  PORT_DISABLED: 'P_DISA',
  LACP_DISABLED: 'L_DISA',
  EXPIRED: 'EXPIRD',
  DEFAULTED: 'DEFLTD',
  CURRENT: 'CURRNT',
};

export const PERIODIC_WORDS: Readonly<Record<PortStatus['periodic'], string>> = {
  NO_PERIODIC: 'NO_P',
  FAST_PERIODIC: 'FAST_P',
  SLOW_PERIODIC: 'SLOW_P',
  PERIODIC_TX: 'P_TX',
};
