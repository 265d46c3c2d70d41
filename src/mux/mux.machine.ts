import { portSetup } from '../lacp/port-setup.js';

/**
 * Mux machine, x.4.15. Independent control, and coupled control as an option: both leave ATTACHED for their own states.
 * Where the option changes while frames flow, the port passes through ATTACHED, which keeps Synchronization.
 * Two additions of ours: without may_distribute a port goes no further than COLLECTING (independent control only), and a
 * port of a static group waits for no other, because no partner of others can be told yet.
 */
export const mux = portSetup.createStateConfig({
  initial: 'DETACHED', // BEGIN
  states: {
    DETACHED: {
      entry: [
        'Detach_Mux_From_Aggregator',
        'Synchronization_FALSE',
        'Disable_Distributing',
        'Distributing_FALSE',
        'Collecting_FALSE',
        'Disable_Collecting',
        'NTT_TRUE',
      ],
      always: { guard: 'Selected_SELECTED_or_STANDBY', target: 'WAITING' },
    },
    WAITING: {
      entry: 'start_wait_while_timer',
      exit: ['stop_wait_while_timer', 'Ready_N_FALSE'],
      always: [
        { guard: 'Selected_UNSELECTED', target: 'DETACHED' },
        { guard: 'static_group_without_Ready_N', actions: ['stop_wait_while_timer', 'Ready_N_TRUE'] },
      ],
      on: {
        wait_while_timer_expired: { actions: ['stop_wait_while_timer', 'Ready_N_TRUE'] },
        READY: { guard: 'SELECTED_and_Ready_N', target: 'ATTACHED' },
      },
    },
    ATTACHED: {
      entry: [
        'Attach_Mux_To_Aggregator',
        'Synchronization_TRUE',
        'Collecting_FALSE',
        'Disable_Collecting',
        // Not in the figure's box for independent control, where COLLECTING has done it; harmless there.
        'Disable_Distributing',
        'Distributing_FALSE',
        'NTT_TRUE',
      ],
      always: [
        { guard: 'Selected_UNSELECTED_or_STANDBY', target: 'DETACHED' },
        { guard: 'in_sync_independent', target: 'COLLECTING' },
        { guard: 'in_sync_coupled', target: 'COLLECTING_DISTRIBUTING' },
      ],
    },
    COLLECTING: {
      entry: ['Enable_Collecting', 'Collecting_TRUE', 'Disable_Distributing', 'Distributing_FALSE', 'NTT_TRUE'],
      always: [
        { guard: 'not_in_sync', target: 'ATTACHED' },
        { guard: 'coupled_control', target: 'ATTACHED' },
        { guard: 'in_sync_and_Partner_Collecting', target: 'DISTRIBUTING' },
      ],
    },
    DISTRIBUTING: {
      entry: ['Distributing_TRUE', 'Enable_Distributing'],
      always: [
        { guard: 'not_in_sync_or_Partner_not_Collecting', target: 'COLLECTING' },
        { guard: 'coupled_control', target: 'COLLECTING' },
        { guard: 'may_not_distribute', target: 'COLLECTING' },
      ],
    },
    COLLECTING_DISTRIBUTING: {
      entry: ['Enable_Collecting', 'Enable_Distributing', 'Collecting_TRUE', 'Distributing_TRUE', 'NTT_TRUE'],
      always: [
        { guard: 'not_in_sync', target: 'ATTACHED' },
        { guard: 'independent_control', target: 'ATTACHED' },
      ],
    },
  },
});
