import { portSetup } from './port-setup.js';

/**
 * Receive machine, x.4.12. One state per box of the figure, entry actions line by line as in the box.
 * The figure's global arrow (port disabled and not moved) is written per state. A port whose LACP_Enabled changes
 * passes through PORT_DISABLED.
 */
const leave = [
  { guard: 'port_disabled', target: 'PORT_DISABLED' },
  { guard: 'LACP_disabled', target: 'PORT_DISABLED' },
] as const;

export const receive = portSetup.createStateConfig({
  initial: 'INITIALIZE', // BEGIN
  states: {
    INITIALIZE: {
      entry: ['Selected_UNSELECTED', 'recordDefault', 'Expired_FALSE', 'port_moved_FALSE', 'stop_current_while_timer'],
      always: 'PORT_DISABLED', // UCT
    },
    PORT_DISABLED: {
      entry: ['Partner_Synchronization_FALSE', 'stop_current_while_timer'],
      always: [
        { guard: 'port_moved', target: 'INITIALIZE' },
        { guard: 'port_enabled_LACP_Enabled', target: 'EXPIRED' },
        { guard: 'port_enabled_LACP_disabled', target: 'LACP_DISABLED' },
      ],
    },
    EXPIRED: {
      entry: [
        'Partner_Synchronization_FALSE',
        'Partner_LACP_Timeout_SHORT',
        'start_current_while_timer_Short',
        'Expired_TRUE',
      ],
      always: leave,
      on: { LACPDU: 'CURRENT', current_while_timer_expired: 'DEFAULTED' },
    },
    LACP_DISABLED: {
      entry: ['Selected_UNSELECTED', 'recordDefault', 'Partner_Aggregation_FALSE', 'Expired_FALSE'],
      always: [
        { guard: 'port_disabled', target: 'PORT_DISABLED' },
        { guard: 'LACP_Enabled', target: 'PORT_DISABLED' },
      ],
    },
    DEFAULTED: {
      entry: ['update_Default_Selected', 'recordDefault', 'Expired_FALSE', 'stop_current_while_timer'],
      always: leave,
      on: { LACPDU: 'CURRENT' },
    },
    CURRENT: {
      entry: [
        'update_Selected',
        'update_NTT',
        'recordPDU',
        'recordConversations',
        'start_current_while_timer',
        'Expired_FALSE',
      ],
      always: leave,
      on: {
        LACPDU: { target: 'CURRENT', reenter: true }, // restarts the timer
        current_while_timer_expired: 'EXPIRED',
      },
    },
  },
});
