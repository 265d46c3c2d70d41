/**
 * The variables of a port that the machines share (x.4.7, x.4.8), as plain immutable data.
 * Booleans keep the standard's names; LACP_Activity is true for active, LACP_Timeout true for short.
 */

/** A MAC address as twelve lower-case hex digits in pairs: `00:01:e6:16:87:80`. */
export type Mac = string;

/** Actor_State / Partner_State (x.4.2.2), bit 0 first. */
export interface PortState {
  readonly LACP_Activity: boolean;
  readonly LACP_Timeout: boolean;
  readonly Aggregation: boolean;
  readonly Synchronization: boolean;
  readonly Collecting: boolean;
  readonly Distributing: boolean;
  readonly Defaulted: boolean;
  readonly Expired: boolean;
}

/** One side of a link as an LACPDU describes it: the Actor or Partner Information TLV (x.4.2.2). */
export interface PortInformation {
  readonly System_Priority: number;
  readonly System: Mac;
  readonly Key: number;
  readonly Port_Priority: number;
  readonly Port: number;
  readonly State: PortState;
}

/** The null address: "no partner known". */
export const Null_System: Mac = '00:00:00:00:00:00';

/**
 * Partner_Admin_* (x.4.7) unless configured: no system, passive, aggregatable, not in sync.
 * The timeout is short, not long as in most implementations: after both ends have defaulted, a long default
 * would leave up to 30 s before the first LACPDU meets a repaired link.
 */
export const Default_Partner_Admin: PortInformation = {
  System_Priority: 0,
  System: Null_System,
  Key: 0,
  Port_Priority: 0,
  Port: 0,
  State: {
    LACP_Activity: false,
    LACP_Timeout: true,
    Aggregation: true,
    Synchronization: false,
    Collecting: false,
    Distributing: false,
    Defaulted: false,
    Expired: false,
  },
};

/** The timers of a port (x.4.9, 802.1AX-2014 6.6.2.5, and the transmit limit of x.4.16). */
export const TIMERS = [
  'current_while_timer',
  'periodic_timer',
  'wait_while_timer',
  'actor_churn_timer',
  'partner_churn_timer',
  'transmit_timer',
  'current_while_Long_LACP_timer',
] as const;
export type TimerName = (typeof TIMERS)[number];

/** What a port of version 2 says of conversations (802.1AX-2014 6.6.2.2). Strings of octets are in hex. */
export interface ActorConversations {
  /** Actor_Port_Algorithm. */
  readonly portAlgorithm: string;
  /** Actor_Conversation_LinkList_Digest. */
  readonly linkListDigest: string;
  /** Link_Number_ID, as agreed. */
  readonly linkNumber: number;
  /** Port_Oper_Conversation_Mask. */
  readonly mask: string;
  /** Discard_Wrong_Conversation is in force on this port. */
  readonly DWC: boolean;
}

/** Port Conversation Mask TLVs 1 to 4 together. */
export interface ConversationMask {
  /** The sender finds its mask and ours equal. */
  readonly ActPar_Sync: boolean;
  /** Portal System Isolated; of distributed relays, which we are not. */
  readonly PSI: boolean;
  /** Discard Wrong Conversation: it drops frames that come in on a link that is not theirs. */
  readonly DWC: boolean;
  /** Port_Oper_Conversation_Mask, 512 octets in hex; conversation 0 is the highest bit of the first. */
  readonly mask: string;
}

/** What its partner says of them. */
export interface PartnerConversations {
  readonly portAlgorithm: string;
  readonly linkListDigest: string;
  readonly serviceMappingDigest: string;
  /** Partner_Link_Number_ID; undefined: not said. */
  readonly linkNumber: number | undefined;
  /** Of the last Long LACPDU; undefined: there was none. */
  readonly mask: ConversationMask | undefined;
}

/** The Selected variable, x.4.8. */
export type Selected = 'SELECTED' | 'UNSELECTED' | 'STANDBY';

/**
 * The part of a port that moves with time alone. Unlike the variables it is changed in place: a port that is in sync
 * restarts two timers a second, and nothing else of it changes.
 */
export interface Clockwork {
  /** Deadlines on the clock that the events carry; undefined: stopped. */
  readonly timers: Record<TimerName, number | undefined>;
  /** When the last Transmit_Limit LACPDUs were sent, oldest first. */
  readonly sent: number[];
}

/**
 * All variables of one port: the shared context of its machines. Plain data: a snapshot of a port is this and the
 * names of the states.
 */
export interface PortVariables {
  /** x.4.8 BEGIN is the creation of the actor. */
  readonly LACP_Enabled: boolean;
  /** Without LACP_Enabled: Partner_Admin is taken for the partner, as in a static group. Ours, not the standard's. */
  readonly static_group: boolean;
  readonly port_enabled: boolean;
  readonly port_moved: boolean;
  /** Actor_Oper_*: what we say of ourselves. */
  readonly Actor_Oper: PortInformation;
  readonly Partner_Admin: PortInformation;
  readonly Partner_Oper: PortInformation;
  readonly Selected: Selected;
  /** wait_while_timer has expired and the port waits for its Aggregator. */
  readonly Ready_N: boolean;
  /** NTT, Need To Transmit. */
  readonly NTT: boolean;
  readonly actor_churn: boolean;
  readonly partner_churn: boolean;
  /** Coupled control of the Mux (collecting and distributing are one). */
  readonly coupled_control: boolean;
  /** False: the port collects, but is held back from distributing by its operator. */
  readonly may_distribute: boolean;
  /** What Attach_Mux_To_Aggregator, Enable_Collecting and Enable_Distributing last ordered, x.4.15. */
  readonly attached: boolean;
  readonly collecting: boolean;
  readonly distributing: boolean;
  /** The port is being taken out of service: its last LACPDU says that it is no longer in sync. */
  readonly leaving: boolean;
  /** Version_Number of the last LACPDU; 1 when none was heard. */
  readonly Partner_LACPDU_Version: number;
  /** Undefined: this port speaks version 1. */
  readonly Actor_Conversations: ActorConversations | undefined;
  /** Undefined: the partner speaks version 1, or we do. */
  readonly Partner_Conversations: PartnerConversations | undefined;
  /** LACPDUs carry Port Conversation Masks. */
  readonly LongLACPDUtransmit: boolean;
  readonly clockwork: Clockwork;
}

/** What an operator sets on a port's own side (Actor_Admin_*, LACP_Enabled, Partner_Admin_*). */
export interface PortConfiguration {
  readonly LACP_Enabled: boolean;
  readonly static_group: boolean;
  readonly coupled_control: boolean;
  readonly may_distribute: boolean;
  readonly Actor: Omit<PortInformation, 'State'> & Pick<PortState, 'LACP_Activity' | 'LACP_Timeout' | 'Aggregation'>;
  readonly Partner_Admin: PortInformation;
}

/** The variables at BEGIN. */
export function beginVariables(configuration: PortConfiguration, port_enabled: boolean): PortVariables {
  const { LACP_Activity, LACP_Timeout, Aggregation, ...identity } = configuration.Actor;
  return {
    LACP_Enabled: configuration.LACP_Enabled,
    static_group: configuration.static_group,
    port_enabled,
    port_moved: false,
    Actor_Oper: {
      ...identity,
      State: {
        LACP_Activity,
        LACP_Timeout,
        Aggregation,
        Synchronization: false,
        Collecting: false,
        Distributing: false,
        Defaulted: true,
        Expired: false,
      },
    },
    Partner_Admin: configuration.Partner_Admin,
    Partner_Oper: configuration.Partner_Admin,
    Selected: 'UNSELECTED',
    Ready_N: false,
    NTT: false,
    actor_churn: false,
    partner_churn: false,
    coupled_control: configuration.coupled_control,
    may_distribute: configuration.may_distribute,
    attached: false,
    collecting: false,
    distributing: false,
    leaving: false,
    Partner_LACPDU_Version: 1,
    Actor_Conversations: undefined,
    Partner_Conversations: undefined,
    LongLACPDUtransmit: false,
    clockwork: {
      timers: {
        current_while_timer: undefined,
        periodic_timer: undefined,
        wait_while_timer: undefined,
        actor_churn_timer: undefined,
        partner_churn_timer: undefined,
        transmit_timer: undefined,
        current_while_Long_LACP_timer: undefined,
      },
      sent: [],
    },
  };
}
