/**
 * Events, guards and actions of the machines in the words of the standard's figures, for people to read. What the
 * machines have and this list has not, or the other way round, fails a test.
 */

/** What the machines' own names stand for. */
export interface Words {
  readonly text: string;
  /** Not in the standard's figure: an addition of ours, or a machine that the standard gives in words. */
  readonly ours: boolean;
}

const standard = (text: string): Words => ({ text, ours: false });
const ours = (text: string): Words => ({ text, ours: true });

const PARTNER = 'Partner_Oper_Port_State';
const ACTOR = 'Actor_Oper_Port_State';

/** `<timer>_expired` needs no entry. */
export const EVENTS: Readonly<Record<string, Words>> = {
  LACPDU: standard('PDU received'),
  READY: standard('Ready = TRUE'),
  SELECT: ours('Selection Logic decides'),
  LINK: ours('the link came up or went down'),
  CONFIGURE: ours('administrative values changed'),
  CONVERSATIONS: ours('conversations of the Aggregator changed'),
  PORT_MOVED: ours('another port hears the partner of this one'),
  LEAVE: ours('the port leaves its Aggregator'),
};

export const GUARDS: Readonly<Record<string, Words>> = {
  port_disabled: standard('port_enabled = FALSE and port_moved = FALSE'),
  port_not_enabled: standard('port_enabled = FALSE'),
  port_enabled: standard('port_enabled = TRUE'),
  port_moved: standard('port_moved = TRUE'),
  port_enabled_LACP_Enabled: standard('port_enabled = TRUE and LACP_Enabled = TRUE'),
  port_enabled_LACP_disabled: standard('port_enabled = TRUE and LACP_Enabled = FALSE'),
  LACP_Enabled: ours('LACP_Enabled = TRUE'),
  LACP_disabled: ours('LACP_Enabled = FALSE'),

  periodic_disabled: standard('port_enabled = FALSE or LACP_Enabled = FALSE or LACP_Activity = Passive at both ends'),
  periodic_enabled: standard('port_enabled = TRUE and LACP_Enabled = TRUE and LACP_Activity = Active at one end'),
  Partner_LACP_Timeout_LONG: standard(`${PARTNER}.LACP_Timeout = Long Timeout`),
  Partner_LACP_Timeout_SHORT: standard(`${PARTNER}.LACP_Timeout = Short Timeout`),

  Selected_UNSELECTED: standard('Selected = UNSELECTED'),
  Selected_SELECTED_or_STANDBY: standard('Selected = SELECTED or Selected = STANDBY'),
  Selected_UNSELECTED_or_STANDBY: standard('Selected = UNSELECTED or Selected = STANDBY'),
  SELECTED_and_Ready_N: standard('Selected = SELECTED and Ready_N = TRUE'),
  static_group_without_Ready_N: ours('the partner is taken for granted and Ready_N = FALSE'),
  decided_SELECTED: ours('for SELECTED'),
  decided_STANDBY: ours('for STANDBY'),
  decided_UNSELECTED: ours('for UNSELECTED'),

  in_sync_independent: standard(`Selected = SELECTED and ${PARTNER}.Synchronization = TRUE, independent control`),
  in_sync_coupled: standard(`Selected = SELECTED and ${PARTNER}.Synchronization = TRUE, coupled control`),
  in_sync_and_Partner_Collecting: standard(
    `Selected = SELECTED and ${PARTNER}.Synchronization = TRUE and ${PARTNER}.Collecting = TRUE and not held back`,
  ),
  not_in_sync: standard(`Selected = UNSELECTED or Selected = STANDBY or ${PARTNER}.Synchronization = FALSE`),
  not_in_sync_or_Partner_not_Collecting: standard(
    `Selected = UNSELECTED or Selected = STANDBY or ${PARTNER}.Synchronization = FALSE or ${PARTNER}.Collecting = FALSE`,
  ),
  may_not_distribute: ours('held back from distributing'),
  coupled_control: ours('coupled control was chosen'),
  independent_control: ours('independent control was chosen'),

  NTT: ours('NTT = TRUE and periodic transmission'),
  NTT_in_NO_PERIODIC: ours('NTT = TRUE without periodic transmission'),

  Long_LACPDU_masks_differ: ours('the partner speaks version 2 and its Port Conversation Mask differs'),
  no_Long_LACPDU: ours('the partner does not speak version 2, or we do not'),
  masks_differ: ours('its Port Conversation Mask differs'),

  actor_Synchronization: standard(`${ACTOR}.Synchronization = TRUE`),
  actor_Synchronization_FALSE: standard(`${ACTOR}.Synchronization = FALSE`),
  partner_Synchronization: standard(`${PARTNER}.Synchronization = TRUE`),
  partner_Synchronization_FALSE: standard(`${PARTNER}.Synchronization = FALSE`),
};

export const ACTIONS: Readonly<Record<string, string>> = {
  store_port_enabled: 'port_enabled as the link is',
  store_configuration: 'Actor_Admin and Partner_Admin values as configured',
  extend_current_while_timer: 'current_while_timer as LACP_Timeout asks',
  store_conversations: 'conversations as the Aggregator says',
  port_moved_TRUE: 'port_moved = TRUE',
  leaving_TRUE: 'Selected = UNSELECTED for good',

  Selected_UNSELECTED: 'Selected = UNSELECTED',
  Selected_SELECTED: 'Selected = SELECTED',
  Selected_STANDBY: 'Selected = STANDBY',
  recordDefault: 'recordDefault',
  port_moved_FALSE: 'port_moved = FALSE',
  Expired_FALSE: `${ACTOR}.Expired = FALSE`,
  Expired_TRUE: `${ACTOR}.Expired = TRUE`,
  Partner_Synchronization_FALSE: `${PARTNER}.Synchronization = FALSE`,
  Partner_LACP_Timeout_SHORT: `${PARTNER}.LACP_Timeout = Short Timeout`,
  Partner_Aggregation_FALSE: `${PARTNER}.Aggregation = FALSE`,
  update_Selected: 'update_Selected',
  update_Default_Selected: 'update_Default_Selected',
  update_NTT: 'update_NTT',
  recordPDU: 'recordPDU',
  recordConversations: 'record conversations (version 2)',
  start_current_while_timer_Short: 'start current_while_timer (Short_Timeout_Time)',
  start_current_while_timer: 'start current_while_timer (by Actor LACP_Timeout)',
  stop_current_while_timer: 'stop current_while_timer',

  start_periodic_timer_Fast: 'start periodic_timer (Fast_Periodic_Time)',
  start_periodic_timer_Slow: 'start periodic_timer (Slow_Periodic_Time)',
  stop_periodic_timer: 'stop periodic_timer',
  NTT_TRUE: 'NTT = TRUE',
  NTT_FALSE: 'NTT = FALSE',

  Attach_Mux_To_Aggregator: 'Attach_Mux_To_Aggregator',
  Detach_Mux_From_Aggregator: 'Detach_Mux_From_Aggregator',
  Enable_Collecting: 'Enable_Collecting',
  Disable_Collecting: 'Disable_Collecting',
  Enable_Distributing: 'Enable_Distributing',
  Disable_Distributing: 'Disable_Distributing',
  Synchronization_TRUE: `${ACTOR}.Synchronization = TRUE`,
  Synchronization_FALSE: `${ACTOR}.Synchronization = FALSE`,
  Collecting_TRUE: `${ACTOR}.Collecting = TRUE`,
  Collecting_FALSE: `${ACTOR}.Collecting = FALSE`,
  Distributing_TRUE: `${ACTOR}.Distributing = TRUE`,
  Distributing_FALSE: `${ACTOR}.Distributing = FALSE`,
  start_wait_while_timer: 'start wait_while_timer (Aggregate_Wait_Time)',
  stop_wait_while_timer: 'stop wait_while_timer',
  Ready_N_TRUE: 'Ready_N = TRUE',
  Ready_N_FALSE: 'Ready_N = FALSE',

  start_transmit_timer: 'start transmit_timer (until three in any Fast_Periodic_Time allow)',
  stop_transmit_timer: 'stop transmit_timer',
  transmit_LACPDU: 'transmit an LACPDU',
  record_transmission: 'count it for that limit',

  LongLACPDUtransmit_TRUE: 'LongLACPDUtransmit = TRUE',
  LongLACPDUtransmit_FALSE: 'LongLACPDUtransmit = FALSE',
  start_current_while_Long_LACP_timer: 'start current_while_Long_LACP_timer',
  stop_current_while_Long_LACP_timer: 'stop current_while_Long_LACP_timer',

  actor_churn_FALSE: 'actor_churn = FALSE',
  actor_churn_TRUE: 'actor_churn = TRUE',
  start_actor_churn_timer: 'start actor_churn_timer (Churn_Detection_Time)',
  stop_actor_churn_timer: 'stop actor_churn_timer',
  partner_churn_FALSE: 'partner_churn = FALSE',
  partner_churn_TRUE: 'partner_churn = TRUE',
  start_partner_churn_timer: 'start partner_churn_timer (Churn_Detection_Time)',
  stop_partner_churn_timer: 'stop partner_churn_timer',
};
