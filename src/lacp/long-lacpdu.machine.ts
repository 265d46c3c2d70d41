import { portSetup } from './port-setup.js';

/**
 * When LACPDUs carry Port Conversation Masks (LongLACPDUtransmit, 802.1AX-2014 6.6.2): towards a partner of version 2,
 * while the masks of the two ends differ, and until current_while_Long_LACP_timer has expired after that. States and
 * duration are ours. A partner of version 1 never gets a Long LACPDU.
 */
const no_partner_for_it = { guard: 'no_Long_LACPDU', target: 'SHORT' } as const;

export const longLacpdu = portSetup.createStateConfig({
  initial: 'SHORT', // BEGIN
  states: {
    SHORT: {
      entry: ['LongLACPDUtransmit_FALSE', 'stop_current_while_Long_LACP_timer'],
      always: { guard: 'Long_LACPDU_masks_differ', target: 'LONG' },
    },
    LONG: {
      entry: ['LongLACPDUtransmit_TRUE', 'start_current_while_Long_LACP_timer', 'NTT_TRUE'],
      always: no_partner_for_it,
      on: {
        current_while_Long_LACP_timer_expired: [
          { guard: 'masks_differ', actions: 'start_current_while_Long_LACP_timer' },
          { target: 'SHORT' },
        ],
      },
    },
  },
});
