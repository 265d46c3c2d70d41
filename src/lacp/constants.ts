/**
 * Constants of the Link Aggregation Control Protocol and of the slow protocols.
 * Clause numbers x.4.y hold for 802.3ad-2000 (x = 43), 802.1AX-2008 (x = 5) and 802.1AX-2014/2020 (x = 6).
 * All times are in milliseconds.
 */

/** Fast_Periodic_Time, x.4.4: between periodic transmissions to a partner with a short timeout. */
export const Fast_Periodic_Time = 1_000;
/** Slow_Periodic_Time, x.4.4: between periodic transmissions to a partner with a long timeout. */
export const Slow_Periodic_Time = 30_000;
/** Short_Timeout_Time, x.4.4: before received information is invalid, with a short timeout. */
export const Short_Timeout_Time = 3_000;
/** Long_Timeout_Time, x.4.4: before received information is invalid, with a long timeout. */
export const Long_Timeout_Time = 90_000;
/** Churn_Detection_Time, x.4.4. */
export const Churn_Detection_Time = 60_000;
/** Aggregate_Wait_Time, x.4.4: delays attachment so that several links can join at once. */
export const Aggregate_Wait_Time = 2_000;
/** Version_Number of Marker PDUs, and of LACPDUs unless version 2 is switched on, x.4.2. */
export const Version_Number = 1;
/**
 * How long LACPDUs go on carrying Port Conversation Masks after those of both ends agree, in milliseconds: long enough
 * for three LACPDUs at the fast rate. Ours; what 802.1AX-2014 says was not to be found.
 */
export const Long_LACPDU_Time = 3_000;
/** No more LACPDUs than this leave a port within any Fast_Periodic_Time, x.4.16. */
export const Transmit_Limit = 3;

/** Slow_Protocols_Multicast, 802.3 annex 57A. */
export const Slow_Protocols_Multicast = '01:80:c2:00:00:02';
/** Slow_Protocols_Type (EtherType), 802.3 annex 57A. */
export const Slow_Protocols_Type = 0x8809;
/** Slow protocol subtypes, 802.3 annex 57A table 57A-3. */
export const Subtype = { LACP: 1, Marker: 2, OAM: 3, OSSP: 10 } as const;
