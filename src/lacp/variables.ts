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
