import type { ChurnState, MuxState, PeriodicState, ReceiveState } from './status.js';

/** The state of every machine of a port, by region. */
export interface MachineStates {
  readonly receive: ReceiveState;
  readonly periodic: PeriodicState;
  readonly selection: string;
  readonly mux: MuxState;
  readonly actor_churn: ChurnState | 'CHURN_MONITOR_HELD';
  readonly partner_churn: ChurnState | 'CHURN_MONITOR_HELD';
  readonly long_lacpdu: string;
  readonly transmit: string;
}

/** CHURN_MONITOR_HELD is a part of CHURN_MONITOR: the standard and the status know one state. */
export const churnInStatus = (state: MachineStates['actor_churn']): ChurnState =>
  state === 'CHURN_MONITOR_HELD' ? 'CHURN_MONITOR' : state;
