/**
 * The Marker PDU and its response (x.5.3), without the Ethernet header: 110 octets like an LACPDU.
 * The length of its TLV is 16 (0x10) by counting its octets, type and length included as in every TLV here, and
 * Wireshark flags any other. Linux bonding's header says 0x16, as if the 16 had been hexadecimal. We send 16 and take
 * both on receipt.
 */
import { Subtype, Version_Number } from './constants.js';
import { decodeFields, defineLayout, encodeFields, printFields } from './layout.js';
import type { Mac } from './variables.js';

/** Octets of a Marker PDU after the EtherType. */
export const MARKER_LENGTH = 110;
/** TLV type of a Marker PDU, x.5.3.2. */
export const MARKER_TLV_TYPE = { information: 1, response: 2 } as const;
/** TLV lengths taken as right, the one we send first. */
export const MARKER_TLV_LENGTHS: readonly number[] = [16, 22];

export interface Marker {
  readonly kind: 'information' | 'response';
  /** Requester_Port: the port number of the asking port. */
  readonly requesterPort: number;
  readonly requesterSystem: Mac;
  /** Requester_Transaction_ID, 32 bits; the asker's to choose. */
  readonly requesterTransactionId: number;
}

const clause = 'x.5.3.2';
export const MARKER_LAYOUT = defineLayout(MARKER_LENGTH, [
  { name: 'Subtype', offset: 0, width: 1, kind: 'fixed', value: Subtype.Marker, clause: '57A.4' },
  { name: 'Version_Number', offset: 1, width: 1, kind: 'fixed', value: Version_Number, clause },
  { name: 'TLV_type', offset: 2, width: 1, kind: 'uint', clause },
  { name: 'Marker_Information_Length', offset: 3, width: 1, kind: 'uint', clause },
  { name: 'Requester_Port', offset: 4, width: 2, kind: 'uint', clause },
  { name: 'Requester_System', offset: 6, width: 6, kind: 'mac', clause },
  { name: 'Requester_Transaction_ID', offset: 12, width: 4, kind: 'uint', clause },
  { name: 'Pad', offset: 16, width: 2, kind: 'reserved', clause },
  { name: 'Terminator_TLV_type', offset: 18, width: 1, kind: 'fixed', value: 0, clause },
  { name: 'Terminator_Length', offset: 19, width: 1, kind: 'fixed', value: 0, clause },
  { name: 'Reserved', offset: 20, width: 90, kind: 'reserved', clause },
]);

/** 110 octets. Throws a RangeError when a value does not fit its field (a mistake of ours). */
export function encodeMarker(marker: Marker): Uint8Array {
  return encodeFields(MARKER_LAYOUT, {
    TLV_type: MARKER_TLV_TYPE[marker.kind],
    Marker_Information_Length: MARKER_TLV_LENGTHS[0] ?? 0,
    Requester_Port: marker.requesterPort,
    Requester_System: marker.requesterSystem,
    Requester_Transaction_ID: marker.requesterTransactionId,
  });
}

/** Reads the first 110 octets. The caller has checked length and TLV type; a type other than 2 reads as a request. */
export function decodeMarker(bytes: Uint8Array): Marker {
  const read = decodeFields(MARKER_LAYOUT, bytes);
  return {
    kind: read.TLV_type === MARKER_TLV_TYPE.response ? 'response' : 'information',
    requesterPort: read.Requester_Port,
    requesterSystem: read.Requester_System,
    requesterTransactionId: read.Requester_Transaction_ID,
  };
}

/** One line per field with offset, octets and meaning, for people. A cut-off PDU is printed as far as it goes. */
export function printMarker(bytes: Uint8Array): string {
  return printFields(MARKER_LAYOUT, bytes);
}
