/**
 * Slow protocols (802.3 annex 57A): from a whole Ethernet frame to a value, and back. Nothing here throws on what a
 * peer sends; a frame that is not read says why, in words to count.
 *
 * LACPDUs are read tolerantly (x.4.12): TLV types and lengths, reserved and trailing octets are not looked at, and the
 * version only to tell whether further TLVs may follow. Markers are held to their form: an answer to a mangled marker could confirm a flush that nobody asked for.
 */
import { Slow_Protocols_Multicast, Slow_Protocols_Type, Subtype } from './constants.js';
import { LACPDU_LENGTH, type Lacpdu, readLacpdu } from './lacpdu.pdu.js';
import { isGroup, macFromBytes, macToBytes } from './mac.js';
import { decodeMarker, MARKER_LENGTH, MARKER_TLV_LENGTHS, MARKER_TLV_TYPE, type Marker } from './marker.pdu.js';
import type { Mac } from './variables.js';

/** Why a frame was not read. Every refused frame is counted under exactly one of these. */
export const DROP_REASONS = [
  /** No room for an Ethernet header and a subtype. */
  'frame-too-short',
  /** Not sent to 01-80-C2-00-00-02. */
  'wrong-destination',
  /** The source is a group address. */
  'group-source',
  /** A VLAN or priority tag stands before the EtherType; slow protocols are never tagged. */
  'vlan-tagged',
  /** Another EtherType. */
  'not-slow-protocol',
  /** Subtype 0 or 11-255. */
  'illegal-subtype',
  /** Fewer than 110 octets after the EtherType. */
  'lacpdu-too-short',
  /** Fewer than 110 octets after the EtherType. */
  'marker-too-short',
  /**
   * Octets after the 110 of a marker. They cannot be Ethernet padding (124 octets are above the minimum frame), so
   * the sender meant something else, or the socket delivers the FCS, which ours must not.
   */
  'marker-trailing-octets',
  /** A marker whose TLV is neither Marker Information nor Marker Response. */
  'marker-wrong-type',
  /** A marker whose TLV length is neither 16 nor 22 (marker.pdu.ts says why both). */
  'marker-wrong-length',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export type Parsed =
  /** `malformedTlvs`: how many of its version 2 TLVs were dropped; absent: none. */
  | { readonly kind: 'lacpdu'; readonly source: Mac; readonly pdu: Lacpdu; readonly malformedTlvs?: number }
  /** `body`: the 110 octets of the marker, a copy that may be kept. */
  | { readonly kind: 'marker'; readonly source: Mac; readonly marker: Marker; readonly body: Uint8Array }
  /** Another legal subtype (3 OAM, 10 OSSP, 4-9 unassigned): not ours, left to whoever wants it. */
  | { readonly kind: 'other'; readonly subtype: number }
  | { readonly kind: 'malformed'; readonly reason: DropReason };

const SOURCE = 6;
const ETHERTYPE = 12;
/** Octets of an untagged Ethernet header: where the body begins. */
const HEADER_LENGTH = 14;
/** 802.1Q, 802.1ad and the older QinQ types. */
const TAG_TYPES = [0x8100, 0x88a8, 0x9100, 0x9200];
const LARGEST_LEGAL_SUBTYPE = 10;

/**
 * Reads one whole Ethernet frame (destination, source, EtherType, body; no preamble, no FCS). Never throws, keeps no
 * reference to `frame`. A tag that the kernel took out of the frame cannot be seen here: the socket must look for it.
 */
export function parseSlowProtocols(frame: Uint8Array): Parsed {
  if (frame.length <= HEADER_LENGTH) return malformed('frame-too-short');
  if (macFromBytes(frame, 0) !== Slow_Protocols_Multicast) return malformed('wrong-destination');
  const source = sourceOf(frame);
  if (isGroup(source)) return malformed('group-source');
  const type = (octet(frame, ETHERTYPE) << 8) | octet(frame, ETHERTYPE + 1);
  if (TAG_TYPES.includes(type)) return malformed('vlan-tagged');
  if (type !== Slow_Protocols_Type) return malformed('not-slow-protocol');

  const body = frame.subarray(HEADER_LENGTH);
  const subtype = octet(body, 0);
  if (subtype === Subtype.LACP) return parseLacpdu(source, body);
  if (subtype === Subtype.Marker) return parseMarker(source, body);
  if (subtype === 0 || subtype > LARGEST_LEGAL_SUBTYPE) return malformed('illegal-subtype');
  return { kind: 'other', subtype };
}

/** Source address of a whole frame. */
export const sourceOf = (frame: Uint8Array): Mac => macFromBytes(frame, SOURCE);

/** A whole Ethernet frame to the slow-protocols address; 124 octets for the 110 of an LACPDU or marker. */
export function slowProtocolsFrame(source: Mac, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_LENGTH + body.length);
  frame.set(macToBytes(Slow_Protocols_Multicast), 0);
  frame.set(macToBytes(source), SOURCE);
  frame[ETHERTYPE] = Slow_Protocols_Type >> 8;
  frame[ETHERTYPE + 1] = Slow_Protocols_Type & 0xff;
  frame.set(body, HEADER_LENGTH);
  return frame;
}

function parseLacpdu(source: Mac, body: Uint8Array): Parsed {
  if (body.length < LACPDU_LENGTH) return malformed('lacpdu-too-short');
  const { pdu, malformedTlvs } = readLacpdu(body);
  return { kind: 'lacpdu', source, pdu, ...(malformedTlvs > 0 && { malformedTlvs }) };
}

function parseMarker(source: Mac, body: Uint8Array): Parsed {
  if (body.length < MARKER_LENGTH) return malformed('marker-too-short');
  if (body.length > MARKER_LENGTH) return malformed('marker-trailing-octets');
  const type = octet(body, 2);
  if (type !== MARKER_TLV_TYPE.information && type !== MARKER_TLV_TYPE.response) return malformed('marker-wrong-type');
  if (!MARKER_TLV_LENGTHS.includes(octet(body, 3))) return malformed('marker-wrong-length');
  return { kind: 'marker', source, marker: decodeMarker(body), body: body.slice() };
}

function malformed(reason: DropReason): Parsed {
  return { kind: 'malformed', reason };
}

/** Zero past the end; lengths are checked before, so that this only satisfies the compiler. */
function octet(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
