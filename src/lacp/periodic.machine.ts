import { portSetup } from './port-setup.js';

/**
 * Periodic Transmission machine, x.4.13.
 * One addition of ours: leaving NO_PERIODIC raises NTT, so that the first LACPDU of a link goes out at once and not
 * after the first Fast_Periodic_Time. The partner learns of us a second earlier; the limit of x.4.16 still holds.
 */
const stopped = { guard: 'periodic_disabled', target: 'NO_PERIODIC' } as const;

export const periodic = portSetup.createStateConfig({
  initial: 'NO_PERIODIC', // BEGIN
  states: {
    NO_PERIODIC: {
      entry: 'stop_periodic_timer',
      always: { guard: 'periodic_enabled', target: 'FAST_PERIODIC', actions: 'NTT_TRUE' },
    },
    FAST_PERIODIC: {
      entry: 'start_periodic_timer_Fast',
      always: [stopped, { guard: 'Partner_LACP_Timeout_LONG', target: 'SLOW_PERIODIC' }],
      on: { periodic_timer_expired: 'PERIODIC_TX' },
    },
    SLOW_PERIODIC: {
      entry: 'start_periodic_timer_Slow',
      always: [stopped, { guard: 'Partner_LACP_Timeout_SHORT', target: 'PERIODIC_TX' }],
      on: { periodic_timer_expired: 'PERIODIC_TX' },
    },
    PERIODIC_TX: {
      entry: 'NTT_TRUE',
      always: [
        stopped,
        { guard: 'Partner_LACP_Timeout_SHORT', target: 'FAST_PERIODIC' },
        { guard: 'Partner_LACP_Timeout_LONG', target: 'SLOW_PERIODIC' },
      ],
    },
  },
});
