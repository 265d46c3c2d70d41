import { portSetup } from './port-setup.js';

/**
 * Transmit machine, x.4.16. The standard gives it in words; the states are ours.
 * NTT starts transmit_timer: due at once, or when the limit of three LACPDUs in any Fast_Periodic_Time allows. The owner
 * lets it expire only after everything that follows from a stimulus has settled, so that one LACPDU with the final
 * state is sent and no intermediate one. Without periodic transmission NTT is cleared.
 */
export const transmit = portSetup.createStateConfig({
  initial: 'IDLE',
  states: {
    IDLE: {
      always: [
        { guard: 'NTT', target: 'NEED_TO_TRANSMIT' },
        { guard: 'NTT_in_NO_PERIODIC', actions: 'NTT_FALSE' },
      ],
    },
    NEED_TO_TRANSMIT: {
      entry: 'start_transmit_timer',
      exit: 'stop_transmit_timer',
      always: { guard: 'periodic_disabled', target: 'IDLE' },
      on: {
        transmit_timer_expired: { target: 'IDLE', actions: ['NTT_FALSE', 'transmit_LACPDU', 'record_transmission'] },
      },
    },
  },
});
