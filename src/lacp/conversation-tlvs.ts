/**
 * The TLVs that version 2 adds to the LACPDU (802.1AX-2014 6.4.2.4): how the sender assigns frames to conversations, a
 * digest of which link is to carry each, and, in a Long LACPDU, a bit for each conversation that it sends on this link.
 * Types and lengths were checked against public sources, the order of the bits in a mask was not to be found:
 * docs/decisions/lacpdu-v2.md.
 */
import { decodeFields, defineLayout, encodeFields, type Field, type Layout } from './layout.js';
import type { ConversationMask } from './variables.js';

/** Digest of nothing: what stands for a digest that was not sent. */
export const Null_Digest = '0'.repeat(32);
/** Port Algorithm "unspecified" (00-80-C2, 0): never agrees with any, not even with itself. */
export const Unspecified_Algorithm = '0080c200';
/** Port Conversation IDs: 12 bits. */
export const CONVERSATIONS = 4096;

/** What an LACPDU says of conversations; absent: that TLV was not there. */
export interface ConversationTlvs {
  /** Actor_Port_Algorithm: four octets in hex. */
  readonly portAlgorithm?: string;
  /** Port Conversation ID Digest TLV: Link_Number_ID, and Actor_Conversation_LinkList_Digest in hex. */
  readonly linkList?: { readonly linkNumber: number; readonly digest: string };
  readonly mask?: ConversationMask;
  /** Actor_Conversation_Service_Mapping_Digest in hex. */
  readonly serviceMappingDigest?: string;
}

const SYNC = 1;
const PSI = 2;
const DWC = 4;

function tlv<const F extends Field>(type: number, length: number, fields: readonly F[], clause = '6.4.2.4') {
  return defineLayout(length, [
    { name: 'TLV_type', offset: 0, width: 1, kind: 'fixed', value: type, clause } as const,
    { name: 'Length', offset: 1, width: 1, kind: 'fixed', value: length, clause } as const,
    ...fields,
  ]);
}
const mask = (clause: string) => ({ name: 'Mask', offset: 2, width: 128, kind: 'hex', clause }) as const;

const ALGORITHM = tlv(4, 6, [{ name: 'Algorithm', offset: 2, width: 4, kind: 'hex', clause: '6.4.2.4.1' }]);
const LINK_LIST = tlv(5, 20, [
  { name: 'Link_Number_ID', offset: 2, width: 2, kind: 'uint', clause: '6.4.2.4.2' },
  { name: 'Digest', offset: 4, width: 16, kind: 'hex', clause: '6.4.2.4.2' },
]);
const MASK_1 = tlv(6, 131, [
  { name: 'Mask_State', offset: 2, width: 1, kind: 'uint', clause: '6.4.2.4.3' },
  { ...mask('6.4.2.4.3'), offset: 3 },
]);
const MASK_2 = tlv(7, 130, [mask('6.4.2.4.3')]);
const MASK_3 = tlv(8, 130, [mask('6.4.2.4.3')]);
const MASK_4 = tlv(9, 130, [mask('6.4.2.4.3')]);
const SERVICE_MAPPING = tlv(10, 18, [{ name: 'Digest', offset: 2, width: 16, kind: 'hex', clause: '6.4.2.4.4' }]);
const LENGTHS = new Map([
  [4, ALGORITHM.length],
  [5, LINK_LIST.length],
  [6, MASK_1.length],
  [7, MASK_2.length],
  [8, MASK_3.length],
  [9, MASK_4.length],
  [10, SERVICE_MAPPING.length],
]);
/** Hex digits of a quarter of the mask. */
const QUARTER = 256;

/** The TLVs in the order of their types, without a terminator. Throws a RangeError when a value does not fit. */
export function encodeConversationTlvs(said: ConversationTlvs): Uint8Array {
  const parts: Uint8Array[] = [];
  if (said.portAlgorithm !== undefined) parts.push(encodeFields(ALGORITHM, { Algorithm: said.portAlgorithm }));
  if (said.linkList !== undefined) {
    const { linkNumber, digest } = said.linkList;
    parts.push(encodeFields(LINK_LIST, { Link_Number_ID: linkNumber, Digest: digest }));
  }
  if (said.mask !== undefined) parts.push(...encodeMask(said.mask));
  if (said.serviceMappingDigest !== undefined) {
    parts.push(encodeFields(SERVICE_MAPPING, { Digest: said.serviceMappingDigest }));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function encodeMask(said: ConversationMask): Uint8Array[] {
  const quarter = (n: number) => said.mask.slice(n * QUARTER, n === 3 ? undefined : (n + 1) * QUARTER);
  const state = (said.ActPar_Sync ? SYNC : 0) | (said.PSI ? PSI : 0) | (said.DWC ? DWC : 0);
  return [
    encodeFields(MASK_1, { Mask_State: state, Mask: quarter(0) }),
    encodeFields(MASK_2, { Mask: quarter(1) }),
    encodeFields(MASK_3, { Mask: quarter(2) }),
    encodeFields(MASK_4, { Mask: quarter(3) }),
  ];
}

/**
 * Reads TLVs up to the terminator or the end. Unknown types are skipped by their length; of a repeated one the first
 * counts. Malformed are: a known type of another length, a length that leads nowhere (reading ends there), and a mask
 * of which parts are missing. They are dropped, the others hold. Never throws.
 */
export function readConversationTlvs(bytes: Uint8Array): { tlvs: ConversationTlvs; malformed: number } {
  const found = new Map<number, Uint8Array>();
  let malformed = 0;
  for (let at = 0; (bytes[at] ?? 0) !== 0; ) {
    const type = bytes[at] ?? 0;
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) {
      malformed++;
      break;
    }
    if ((LENGTHS.get(type) ?? length) !== length) malformed++;
    else if (!found.has(type)) found.set(type, bytes.subarray(at, at + length));
    at += length;
  }
  const parts = [6, 7, 8, 9].filter((type) => found.has(type)).length;
  return { tlvs: meaning(found, parts === 4), malformed: malformed + (parts % 4 === 0 ? 0 : 1) };
}

function meaning(found: ReadonlyMap<number, Uint8Array>, wholeMask: boolean): ConversationTlvs {
  const get = <F extends Field>(type: number, layout: Layout<F>) => {
    const bytes = found.get(type);
    return bytes === undefined ? undefined : decodeFields(layout, bytes);
  };
  const algorithm = get(4, ALGORITHM);
  const linkList = get(5, LINK_LIST);
  const service = get(10, SERVICE_MAPPING);
  const first = get(6, MASK_1);
  const rest = [get(7, MASK_2), get(8, MASK_3), get(9, MASK_4)].map((part) => part?.Mask ?? '');
  return {
    ...(algorithm && { portAlgorithm: algorithm.Algorithm }),
    ...(linkList && { linkList: { linkNumber: linkList.Link_Number_ID, digest: linkList.Digest } }),
    ...(service && { serviceMappingDigest: service.Digest }),
    ...(first &&
      wholeMask && {
        mask: {
          ActPar_Sync: (first.Mask_State & SYNC) !== 0,
          PSI: (first.Mask_State & PSI) !== 0,
          DWC: (first.Mask_State & DWC) !== 0,
          mask: first.Mask + rest.join(''),
        },
      }),
  };
}
