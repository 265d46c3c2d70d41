/**
 * Conversations (802.1AX-2014 6.6): which of 4096 each frame belongs to, and by which link each goes.
 *
 *   conversation   the lowest 12 bits of the frame's hash (hash.ts), which is also its bucket; named to the partner by
 *                  the Port Algorithm below
 *   links          told apart by Link_Number_ID, on which both ends agree
 *   order          of the links for a conversation: first those that its list names, then the others by falling
 *                  mix(mix(SEED, conversation), link number), the lower number first where two are equal
 *
 * A conversation goes by the first link of its order that is in use. So both ends choose the same, and when a link
 * is lost only its own conversations move, to all others evenly.
 */
import { CONVERSATIONS, Unspecified_Algorithm } from '../lacp/conversation-tlvs.js';
import { octetsToHex } from '../lacp/layout.js';
import { type HashPolicy, type HashSpec, mix } from './hash.js';

/**
 * Actor_Port_Algorithm for each hash policy, in hex. IEEE 802.1's own numbers (00-80-C2) have none for them. 02-76-65
 * is in the range that is administered locally, so it belongs to nobody else's OUI or CID.
 */
const PORT_ALGORITHMS: Readonly<Record<HashPolicy, string>> = {
  layer2: '02766501',
  'layer2+3': '02766502',
  'layer3+4': '02766503',
  'encap2+3': '02766504',
  'encap3+4': '02766505',
  'vlan+srcmac': '02766506',
  'mac-xor': '02766507',
};
/** The same with the flow label. */
const WITH_FLOW_LABEL: Readonly<Partial<Record<HashPolicy, string>>> = {
  'layer3+4': '02766513',
  'encap3+4': '02766515',
};

/** Unspecified with a seed: no number of one octet could say which, and the partner's may be another. */
export function portAlgorithmOf({ policy, seed, flowLabel }: HashSpec): string {
  if (seed !== 0) return Unspecified_Algorithm;
  return (flowLabel ? WITH_FLOW_LABEL[policy] : undefined) ?? PORT_ALGORITHMS[policy];
}

/** Conversations `first` to `last` prefer these links, best first. */
export interface ConversationRange {
  readonly first: number;
  readonly last: number;
  readonly links: readonly number[];
}

export interface ActiveLink {
  readonly linkNumber: number;
  readonly port: number;
}

const SEED = 0x0c0a5eed;

/** Conversation -> port; CONVERSATIONS entries, or none without links. Of links of one number the first counts. */
export function conversationPorts(links: readonly ActiveLink[], ranges: readonly ConversationRange[]): number[] {
  if (links.length === 0) return [];
  const listed = (conversation: number) =>
    ranges
      .find(({ first, last }) => first <= conversation && conversation <= last)
      ?.links.map((number) => links.find(({ linkNumber }) => linkNumber === number))
      .find((link) => link !== undefined)?.port;
  return Array.from({ length: CONVERSATIONS }, (_, conversation) => listed(conversation) ?? best(links, conversation));
}

function best(links: readonly ActiveLink[], conversation: number): number {
  const seed = mix(SEED, conversation);
  let port = 0;
  let most = -1;
  let number = 0;
  for (const link of links) {
    const weight = mix(seed, link.linkNumber) >>> 0;
    if (weight < most || (weight === most && link.linkNumber >= number)) continue;
    [port, most, number] = [link.port, weight, link.linkNumber];
  }
  return port;
}

/** Port_Oper_Conversation_Mask in hex, conversation 0 in the highest bit of the first octet. */
export function conversationMask(ports: readonly number[], port: number): string {
  const octets = new Uint8Array(CONVERSATIONS / 8);
  for (const [conversation, at] of ports.entries()) {
    if (at === port) octets[conversation >> 3] = (octets[conversation >> 3] ?? 0) | (0x80 >> (conversation & 7));
  }
  return octetsToHex(octets);
}

/**
 * The octets whose MD5 is Actor_Conversation_LinkList_Digest: for each conversation the numbers of its list, best
 * first, then its own number, 16 bits each (aAggConversationListDigest, 7.3.1.1).
 */
export function linkListOctets(ranges: readonly ConversationRange[]): Uint8Array {
  const words = Array.from({ length: CONVERSATIONS }, (_, conversation) => {
    const range = ranges.find(({ first, last }) => first <= conversation && conversation <= last);
    return [...(range?.links ?? []), conversation];
  }).flat();
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
}

/** `0-2047:1,2/2048-4095:2,1`. */
export const printConversationLinks = (ranges: readonly ConversationRange[]): string =>
  ranges.map(({ first, last, links }) => `${first === last ? first : `${first}-${last}`}:${links.join(',')}`).join('/');

/** The ranges in rising order, or what is wrong with the text. */
export function parseConversationLinks(text: string): readonly ConversationRange[] | string {
  const ranges: ConversationRange[] = [];
  for (const part of text.split('/')) {
    const [, from, to, list] = /^(\d{1,4})(?:-(\d{1,4}))?:(\d{1,5}(?:,\d{1,5}){0,255})$/.exec(part) ?? [];
    if (from === undefined || list === undefined) return 'not a list of links for conversations';
    const range = { first: Number(from), last: Number(to ?? from), links: list.split(',').map(Number) };
    if (range.last >= CONVERSATIONS) return `conversations are numbered 0 to ${CONVERSATIONS - 1}`;
    if (range.first > range.last) return `${from}-${to} runs backwards`;
    if (range.links.some((link) => link < 1 || link > 65_535)) return 'links are numbered 1 to 65535';
    if (new Set(range.links).size < range.links.length) return `a link is named twice in ${part}`;
    ranges.push(range);
  }
  ranges.sort((a, b) => a.first - b.first);
  const twice = ranges.find((range, i) => range.first <= (ranges[i - 1]?.last ?? -1));
  return twice === undefined ? ranges : `conversation ${twice.first} is listed twice`;
}
