/**
 * The LACPDU (x.4.2), without the Ethernet header: 110 octets from subtype to the end of the reserved field.
 * Version, TLV types, TLV lengths and reserved fields are not validated (x.4.12): each stands at its fixed place
 * whatever those octets say. From version 2 on, further TLVs (conversation-tlvs.ts) may stand where version 1 has its
 * terminator; they need no more room than the reserved octets, unless the masks are among them (a Long LACPDU).
 */
import { Subtype } from './constants.js';
import { type ConversationTlvs, encodeConversationTlvs, readConversationTlvs } from './conversation-tlvs.js';
import { decodeFields, defineLayout, encodeFields, printFields } from './layout.js';
import type { PortInformation } from './variables.js';

/** Octets of an LACPDU after the EtherType; the least, and the most without Port Conversation Mask TLVs. */
export const LACPDU_LENGTH = 110;
/** Where the terminator of version 1 stands, and the further TLVs of version 2. */
const FURTHER_TLVS = 58;
const TERMINATOR_LENGTH = 2;

export interface Lacpdu {
  /** Version_Number. */
  readonly version: number;
  readonly actor: PortInformation;
  readonly partner: PortInformation;
  /** CollectorMaxDelay in tens of microseconds. */
  readonly collectorMaxDelay: number;
  /** Version 2 and later: what it says of conversations. Absent: none of those TLVs. */
  readonly conversations?: ConversationTlvs;
}

/** The fields of the Actor (at octet 2) or Partner (at octet 22) Information TLV. */
function informationTlv<const Side extends 'Actor' | 'Partner'>(side: Side, type: number, at: number) {
  const clause = 'x.4.2.2';
  return [
    { name: `${side}_TLV_type`, offset: at, width: 1, kind: 'fixed', value: type, clause },
    { name: `${side}_Information_Length`, offset: at + 1, width: 1, kind: 'fixed', value: 20, clause },
    { name: `${side}_System_Priority`, offset: at + 2, width: 2, kind: 'uint', clause },
    { name: `${side}_System`, offset: at + 4, width: 6, kind: 'mac', clause },
    { name: `${side}_Key`, offset: at + 10, width: 2, kind: 'uint', clause },
    { name: `${side}_Port_Priority`, offset: at + 12, width: 2, kind: 'uint', clause },
    { name: `${side}_Port`, offset: at + 14, width: 2, kind: 'uint', clause },
    { name: `${side}_State`, offset: at + 16, width: 1, kind: 'state', clause },
    { name: `${side}_Reserved`, offset: at + 17, width: 3, kind: 'reserved', clause },
  ] as const;
}

/** The table of lacp.md, octets after the EtherType. */
export const LACPDU_LAYOUT = defineLayout(LACPDU_LENGTH, [
  { name: 'Subtype', offset: 0, width: 1, kind: 'fixed', value: Subtype.LACP, clause: '57A.4' },
  { name: 'Version_Number', offset: 1, width: 1, kind: 'uint', clause: 'x.4.2.2' },
  ...informationTlv('Actor', 1, 2),
  ...informationTlv('Partner', 2, 22),
  { name: 'Collector_TLV_type', offset: 42, width: 1, kind: 'fixed', value: 3, clause: 'x.4.2.2' },
  { name: 'Collector_Information_Length', offset: 43, width: 1, kind: 'fixed', value: 16, clause: 'x.4.2.2' },
  { name: 'CollectorMaxDelay', offset: 44, width: 2, kind: 'uint', clause: 'x.4.2.2' },
  { name: 'Collector_Reserved', offset: 46, width: 12, kind: 'reserved', clause: 'x.4.2.2' },
  { name: 'Terminator_TLV_type', offset: 58, width: 1, kind: 'fixed', value: 0, clause: 'x.4.2.2' },
  { name: 'Terminator_Length', offset: 59, width: 1, kind: 'fixed', value: 0, clause: 'x.4.2.2' },
  { name: 'Reserved', offset: 60, width: 50, kind: 'reserved', clause: 'x.4.2.2' },
]);

/**
 * 110 octets, or more with Port Conversation Mask TLVs; reserved fields zero. Throws a RangeError when a value does not
 * fit its field (a mistake of ours).
 */
export function encodeLacpdu(pdu: Lacpdu): Uint8Array {
  const basic = encodeBasic(pdu);
  if (pdu.version < 2 || pdu.conversations === undefined) return basic;
  const tlvs = encodeConversationTlvs(pdu.conversations);
  const bytes = new Uint8Array(Math.max(LACPDU_LENGTH, FURTHER_TLVS + tlvs.length + TERMINATOR_LENGTH));
  bytes.set(basic.subarray(0, FURTHER_TLVS));
  bytes.set(tlvs, FURTHER_TLVS); // terminator and pad are zeros
  return bytes;
}

function encodeBasic(pdu: Lacpdu): Uint8Array {
  return encodeFields(LACPDU_LAYOUT, {
    Version_Number: pdu.version,
    Actor_System_Priority: pdu.actor.System_Priority,
    Actor_System: pdu.actor.System,
    Actor_Key: pdu.actor.Key,
    Actor_Port_Priority: pdu.actor.Port_Priority,
    Actor_Port: pdu.actor.Port,
    Actor_State: pdu.actor.State,
    Partner_System_Priority: pdu.partner.System_Priority,
    Partner_System: pdu.partner.System,
    Partner_Key: pdu.partner.Key,
    Partner_Port_Priority: pdu.partner.Port_Priority,
    Partner_Port: pdu.partner.Port,
    Partner_State: pdu.partner.State,
    CollectorMaxDelay: pdu.collectorMaxDelay,
  });
}

/**
 * Reads the first 110 octets, which the caller has checked to be there; of version 2 and later (a newer one is read as
 * version 2) also the further TLVs. What follows is ignored.
 */
export function decodeLacpdu(bytes: Uint8Array): Lacpdu {
  return readLacpdu(bytes).pdu;
}

/** As decodeLacpdu; also how many of the further TLVs were dropped as malformed. */
export function readLacpdu(bytes: Uint8Array): { readonly pdu: Lacpdu; readonly malformedTlvs: number } {
  const basic = decodeBasic(bytes);
  if (basic.version < 2) return { pdu: basic, malformedTlvs: 0 };
  const { tlvs, malformed } = readConversationTlvs(bytes.subarray(FURTHER_TLVS));
  const none = Object.keys(tlvs).length === 0;
  return { pdu: none ? basic : { ...basic, conversations: tlvs }, malformedTlvs: malformed };
}

function decodeBasic(bytes: Uint8Array): Lacpdu {
  const read = decodeFields(LACPDU_LAYOUT, bytes);
  return {
    version: read.Version_Number,
    actor: {
      System_Priority: read.Actor_System_Priority,
      System: read.Actor_System,
      Key: read.Actor_Key,
      Port_Priority: read.Actor_Port_Priority,
      Port: read.Actor_Port,
      State: read.Actor_State,
    },
    partner: {
      System_Priority: read.Partner_System_Priority,
      System: read.Partner_System,
      Key: read.Partner_Key,
      Port_Priority: read.Partner_Port_Priority,
      Port: read.Partner_Port,
      State: read.Partner_State,
    },
    collectorMaxDelay: read.CollectorMaxDelay,
  };
}

/** One line per field with offset, octets and meaning, for people. A cut-off PDU is printed as far as it goes. */
export function printLacpdu(bytes: Uint8Array): string {
  return printFields(LACPDU_LAYOUT, bytes);
}
