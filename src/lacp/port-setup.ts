/**
 * The vocabulary of the port's machines: events, and every guard and action by the name that the standard's figures
 * give it. The machines (*.machine.ts) only combine these names; what they do is in functions.ts.
 *
 * Time: every event carries `now` (milliseconds on the caller's clock). Timers are deadlines in the port's clockwork; the
 * owner of the port sends `<timer>_expired` when one is due. The machines therefore need no clock and no XState delays,
 * and a snapshot holds the timers too. Why so: docs/decisions/timers-and-shortcuts.md.
 */
import { setup } from 'xstate';
import {
  Aggregate_Wait_Time,
  Churn_Detection_Time,
  Fast_Periodic_Time,
  Long_LACPDU_Time,
  Short_Timeout_Time,
  Slow_Periodic_Time,
} from './constants.js';
import { configureConversations, masksDiffer, mayBeLong, recordConversations } from './conversations.js';
import {
  configure,
  currentWhileTime,
  extendCurrentWhile,
  lacpduOf,
  periodicDisabled,
  recordDefault,
  recordPDU,
  recordTransmission,
  transmitAllowedAt,
  update_Default_Selected,
  update_NTT,
  update_Selected,
  withState,
} from './functions.js';
import type { Lacpdu } from './lacpdu.pdu.js';
import {
  type ActorConversations,
  beginVariables,
  type PortConfiguration,
  type PortState,
  type PortVariables,
  type Selected,
  type TimerName,
} from './variables.js';

/** Everything that can happen to a port. */
export type PortStimulus =
  | { readonly type: 'LACPDU'; readonly pdu: Lacpdu }
  | { readonly type: 'LINK'; readonly port_enabled: boolean }
  | { readonly type: 'CONFIGURE'; readonly configuration: PortConfiguration }
  /** Another port hears the partner that this port knew before its link went down. */
  | { readonly type: 'PORT_MOVED' }
  /** What the aggregator has this port say of conversations; undefined: version 1. */
  | { readonly type: 'CONVERSATIONS'; readonly actor: ActorConversations | undefined }
  /** Decision of the Selection Logic. */
  | { readonly type: 'SELECT'; readonly selected: Selected }
  /** Ready = TRUE for the Aggregator that the port has selected. */
  | { readonly type: 'READY' }
  /** The port is about to be taken from its Aggregator for good. */
  | { readonly type: 'LEAVE' }
  | { readonly type: `${TimerName}_expired` };

export type PortEvent = PortStimulus & { readonly now: number };

export interface PortInput {
  readonly configuration: PortConfiguration;
  readonly port_enabled: boolean;
  readonly now: number;
}

type Args = { context: PortVariables; event: PortEvent };
type Init = { readonly type: 'xstate.init'; readonly input: PortInput };

/** The moment of the stimulus. XState types the initial event as one of ours, though it carries the input instead. */
function at(event: PortEvent): number {
  const stimulus = event as PortEvent | Init;
  return stimulus.type === 'xstate.init' ? stimulus.input.now : stimulus.now;
}

/** What a port does to the world, for its owner to carry out. */
export interface PortEmission {
  readonly type: 'transmit';
  readonly pdu: Lacpdu;
}

const base = setup({
  types: {
    context: {} as PortVariables,
    events: {} as PortEvent,
    input: {} as PortInput,
    emitted: {} as PortEmission,
  },
});

/** An action that changes variables. */
const set = (change: (v: PortVariables, event: PortEvent) => Partial<PortVariables>) =>
  base.assign(({ context, event }: Args) => change(context, event));

const actorState = (bits: Partial<PortState>) => set((v) => ({ Actor_Oper: withState(v.Actor_Oper, bits) }));
const partnerState = (bits: Partial<PortState>) => set((v) => ({ Partner_Oper: withState(v.Partner_Oper, bits) }));
const start =
  (timer: TimerName, time: (v: PortVariables) => number) =>
  ({ context, event }: Args): void => {
    context.clockwork.timers[timer] = at(event) + time(context);
  };
const stop =
  (timer: TimerName) =>
  ({ context }: Args): void => {
    context.clockwork.timers[timer] = undefined;
  };
const fromPdu = (change: (v: PortVariables, pdu: Lacpdu) => Partial<PortVariables>) =>
  set((v, event) => (event.type === 'LACPDU' ? change(v, event.pdu) : {}));

const is =
  (claim: (v: PortVariables) => boolean) =>
  ({ context }: { context: PortVariables }): boolean =>
    claim(context);

const partnerInSync = (v: PortVariables) => v.Partner_Oper.State.Synchronization;
const partnerCollecting = (v: PortVariables) => v.Partner_Oper.State.Collecting;
const selected = (v: PortVariables) => v.Selected === 'SELECTED';

export const portSetup = base.extend({
  guards: {
    port_disabled: is((v) => !v.port_enabled && !v.port_moved),
    port_not_enabled: is((v) => !v.port_enabled),
    port_enabled: is((v) => v.port_enabled),
    port_moved: is((v) => v.port_moved),
    port_enabled_LACP_Enabled: is((v) => v.port_enabled && v.LACP_Enabled),
    port_enabled_LACP_disabled: is((v) => v.port_enabled && !v.LACP_Enabled),
    LACP_Enabled: is((v) => v.LACP_Enabled),
    LACP_disabled: is((v) => !v.LACP_Enabled),

    periodic_disabled: is(periodicDisabled),
    periodic_enabled: is((v) => !periodicDisabled(v)),
    Partner_LACP_Timeout_LONG: is((v) => !v.Partner_Oper.State.LACP_Timeout),
    Partner_LACP_Timeout_SHORT: is((v) => v.Partner_Oper.State.LACP_Timeout),

    Selected_SELECTED: is(selected),
    Selected_UNSELECTED: is((v) => v.Selected === 'UNSELECTED'),
    Selected_SELECTED_or_STANDBY: is((v) => v.Selected !== 'UNSELECTED'),
    Selected_UNSELECTED_or_STANDBY: is((v) => v.Selected !== 'SELECTED'),
    static_group_without_Ready_N: is((v) => v.static_group && !v.Ready_N),
    SELECTED_and_Ready_N: is((v) => selected(v) && v.Ready_N),
    decided_SELECTED: ({ event }) => event.type === 'SELECT' && event.selected === 'SELECTED',
    decided_STANDBY: ({ event }) => event.type === 'SELECT' && event.selected === 'STANDBY',
    decided_UNSELECTED: ({ event }) => event.type === 'SELECT' && event.selected === 'UNSELECTED',

    in_sync_coupled: is((v) => v.coupled_control && selected(v) && partnerInSync(v)),
    in_sync_independent: is((v) => !v.coupled_control && selected(v) && partnerInSync(v)),
    in_sync_and_Partner_Collecting: is(
      (v) => selected(v) && partnerInSync(v) && partnerCollecting(v) && v.may_distribute,
    ),
    not_in_sync: is((v) => !selected(v) || !partnerInSync(v)),
    not_in_sync_or_Partner_not_Collecting: is((v) => !selected(v) || !partnerInSync(v) || !partnerCollecting(v)),
    may_not_distribute: is((v) => !v.may_distribute),
    coupled_control: is((v) => v.coupled_control),
    independent_control: is((v) => !v.coupled_control),

    NTT: is((v) => v.NTT && !periodicDisabled(v)),
    NTT_in_NO_PERIODIC: is((v) => v.NTT && periodicDisabled(v)),

    Long_LACPDU_masks_differ: is((v) => mayBeLong(v) && masksDiffer(v)),
    no_Long_LACPDU: is((v) => !mayBeLong(v)),
    masks_differ: is(masksDiffer),

    actor_Synchronization: is((v) => v.Actor_Oper.State.Synchronization),
    actor_Synchronization_FALSE: is((v) => !v.Actor_Oper.State.Synchronization),
    partner_Synchronization: is(partnerInSync),
    partner_Synchronization_FALSE: is((v) => !partnerInSync(v)),
  },
  actions: {
    // Facts from outside.
    store_port_enabled: set((_, event) => (event.type === 'LINK' ? { port_enabled: event.port_enabled } : {})),
    store_configuration: set((v, event) => (event.type === 'CONFIGURE' ? configure(v, event.configuration) : {})),
    extend_current_while_timer: ({ context, event }) => {
      if (event.type === 'CONFIGURE') extendCurrentWhile(context, event.configuration, event.now);
    },
    store_conversations: set((v, event) =>
      event.type === 'CONVERSATIONS' ? configureConversations(v, event.actor) : {},
    ),
    port_moved_TRUE: set(() => ({ port_moved: true })),
    leaving_TRUE: set(() => ({ leaving: true, Selected: 'UNSELECTED' })),

    // Receive machine, x.4.12.
    Selected_UNSELECTED: set(() => ({ Selected: 'UNSELECTED' })),
    recordDefault: set(recordDefault),
    port_moved_FALSE: set(() => ({ port_moved: false })),
    Expired_FALSE: actorState({ Expired: false }),
    Expired_TRUE: actorState({ Expired: true }),
    Partner_Synchronization_FALSE: partnerState({ Synchronization: false }),
    Partner_LACP_Timeout_SHORT: partnerState({ LACP_Timeout: true }),
    // Not where the partner is taken for granted: the links of a static group aggregate.
    Partner_Aggregation_FALSE: set((v) =>
      v.static_group ? {} : { Partner_Oper: withState(v.Partner_Oper, { Aggregation: false }) },
    ),
    update_Selected: fromPdu(update_Selected),
    update_Default_Selected: set(update_Default_Selected),
    update_NTT: fromPdu(update_NTT),
    recordPDU: fromPdu(recordPDU),
    recordConversations: fromPdu(recordConversations),
    start_current_while_timer_Short: start('current_while_timer', () => Short_Timeout_Time),
    start_current_while_timer: start('current_while_timer', currentWhileTime),
    stop_current_while_timer: stop('current_while_timer'),

    // Periodic Transmission machine, x.4.13.
    start_periodic_timer_Fast: start('periodic_timer', () => Fast_Periodic_Time),
    start_periodic_timer_Slow: start('periodic_timer', () => Slow_Periodic_Time),
    stop_periodic_timer: stop('periodic_timer'),
    NTT_TRUE: set(() => ({ NTT: true })),
    NTT_FALSE: set(() => ({ NTT: false })),

    // Selection Logic, x.4.14.
    Selected_SELECTED: set(() => ({ Selected: 'SELECTED' })),
    Selected_STANDBY: set(() => ({ Selected: 'STANDBY' })),

    // Mux machine, x.4.15.
    Attach_Mux_To_Aggregator: set(() => ({ attached: true })),
    Detach_Mux_From_Aggregator: set(() => ({ attached: false })),
    Enable_Collecting: set(() => ({ collecting: true })),
    Disable_Collecting: set(() => ({ collecting: false })),
    Enable_Distributing: set(() => ({ distributing: true })),
    Disable_Distributing: set(() => ({ distributing: false })),
    Synchronization_TRUE: actorState({ Synchronization: true }),
    Synchronization_FALSE: actorState({ Synchronization: false }),
    Collecting_TRUE: actorState({ Collecting: true }),
    Collecting_FALSE: actorState({ Collecting: false }),
    Distributing_TRUE: actorState({ Distributing: true }),
    Distributing_FALSE: actorState({ Distributing: false }),
    start_wait_while_timer: start('wait_while_timer', () => Aggregate_Wait_Time),
    stop_wait_while_timer: stop('wait_while_timer'),
    Ready_N_TRUE: set(() => ({ Ready_N: true })),
    Ready_N_FALSE: set(() => ({ Ready_N: false })),

    // Transmit machine, x.4.16.
    start_transmit_timer: ({ context, event }) => {
      context.clockwork.timers.transmit_timer = transmitAllowedAt(context, at(event));
    },
    stop_transmit_timer: stop('transmit_timer'),
    transmit_LACPDU: base.emit(({ context }) => ({ type: 'transmit', pdu: lacpduOf(context) })),
    record_transmission: ({ context, event }) => recordTransmission(context.clockwork, at(event)),

    // Long LACPDUs, 802.1AX-2014 6.6.2.
    LongLACPDUtransmit_TRUE: set(() => ({ LongLACPDUtransmit: true })),
    LongLACPDUtransmit_FALSE: set(() => ({ LongLACPDUtransmit: false })),
    start_current_while_Long_LACP_timer: start('current_while_Long_LACP_timer', () => Long_LACPDU_Time),
    stop_current_while_Long_LACP_timer: stop('current_while_Long_LACP_timer'),

    // Churn detection, x.4.17.
    actor_churn_FALSE: set(() => ({ actor_churn: false })),
    actor_churn_TRUE: set(() => ({ actor_churn: true })),
    start_actor_churn_timer: start('actor_churn_timer', () => Churn_Detection_Time),
    stop_actor_churn_timer: stop('actor_churn_timer'),
    partner_churn_FALSE: set(() => ({ partner_churn: false })),
    partner_churn_TRUE: set(() => ({ partner_churn: true })),
    start_partner_churn_timer: start('partner_churn_timer', () => Churn_Detection_Time),
    stop_partner_churn_timer: stop('partner_churn_timer'),
  },
});

/** The port's variables at BEGIN, for the machine's context. */
export const begin = ({ input }: { input: PortInput }): PortVariables =>
  beginVariables(input.configuration, input.port_enabled);
