import { portSetup } from './port-setup.js';

/**
 * Churn Detection machines, x.4.17, alike for the Actor and the Partner.
 * The figure's global arrow holds CHURN_MONITOR, and so its timer, for as long as the port is not enabled:
 * CHURN_MONITOR_HELD is that part of CHURN_MONITOR.
 */
const churn = <Side extends 'actor' | 'partner'>(side: Side) =>
  portSetup.createStateConfig({
    initial: 'CHURN_MONITOR_HELD', // BEGIN
    states: {
      CHURN_MONITOR_HELD: {
        entry: [`${side}_churn_FALSE`, `stop_${side}_churn_timer`],
        always: { guard: 'port_enabled', target: 'CHURN_MONITOR' },
      },
      CHURN_MONITOR: {
        entry: [`${side}_churn_FALSE`, `start_${side}_churn_timer`],
        always: [
          { guard: 'port_not_enabled', target: 'CHURN_MONITOR_HELD' },
          { guard: `${side}_Synchronization`, target: 'NO_CHURN' },
        ],
        on: { [`${side}_churn_timer_expired`]: 'CHURN' },
      },
      NO_CHURN: {
        entry: [`${side}_churn_FALSE`, `stop_${side}_churn_timer`],
        always: [
          { guard: 'port_not_enabled', target: 'CHURN_MONITOR_HELD' },
          { guard: `${side}_Synchronization_FALSE`, target: 'CHURN_MONITOR' },
        ],
      },
      CHURN: {
        entry: [`${side}_churn_TRUE`, `stop_${side}_churn_timer`],
        always: [
          { guard: 'port_not_enabled', target: 'CHURN_MONITOR_HELD' },
          { guard: `${side}_Synchronization`, target: 'NO_CHURN' },
        ],
      },
    },
  });

export const actorChurn = churn('actor');
export const partnerChurn = churn('partner');
