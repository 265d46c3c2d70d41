/**
 * Conversation-sensitive collection and distribution of one aggregator (802.1AX-2014 6.6), with `lacp-version=2`: do
 * both ends assign frames and links alike, by which port does each conversation go, and what does each port say of it.
 * One function for updateLocal, compareDistributionAlgorithms and updateConversationMasks of the standard: they are
 * worked out together whenever something has changed. Not here: service mapping, wait-to-restore, distributed relays.
 */

import { Null_Digest, Unspecified_Algorithm } from '../lacp/conversation-tlvs.js';
import { actParSync } from '../lacp/conversations.js';
import type { ActorConversations, PortVariables } from '../lacp/variables.js';
import {
  conversationMask,
  conversationPorts,
  linkListOctets,
  portAlgorithmOf,
  printConversationLinks,
} from '../mux/conversations.js';
import { actorDecides } from './selection.js';
import { type AggregatorSettings, hashSpec } from './settings.js';

/** MD5 (RFC 1321) of some octets, as 32 lower-case hex digits. Given from outside: there is none in the language. */
export type Md5 = (octets: Uint8Array) => string;

/** In what the partner differs from us; each keeps the ends from agreeing. */
export const DIFFERENCES = ['version', 'port-algorithm', 'link-list', 'service-mapping'] as const;
export type Difference = (typeof DIFFERENCES)[number];

export interface ConversationPort {
  readonly number: number;
  readonly variables: PortVariables;
}

/** What is decided for the aggregator; undefined where it speaks version 1. */
export interface Conversations {
  readonly portAlgorithm: string;
  readonly linkListDigest: string;
  /** Of the distributing ports; undefined while there is none. Empty: both ends agree. */
  readonly differences: readonly Difference[] | undefined;
  /** Conversation -> Port Number; empty when no port distributes. */
  readonly ports: readonly number[];
  /** By Port Number. */
  readonly actor: ReadonlyMap<number, ActorConversations>;
}

type Rules = Pick<
  AggregatorSettings,
  'mode' | 'lacpVersion' | 'hash' | 'hashSeed' | 'hashFlowLabel' | 'conversationLinks' | 'discardWrongConversation'
>;

/** The decision for one aggregator. Remembers what is costly to work out: 4096 conversations times links. */
export class ConversationLogic {
  #digest: { readonly text: string; readonly digest: string } | undefined;
  #map: { readonly key: string; readonly ports: readonly number[]; readonly masks: Map<number, string> } | undefined;

  constructor(private readonly md5: Md5) {}

  decide(members: readonly ConversationPort[], rules: Rules): Conversations | undefined {
    if (rules.lacpVersion < 2) return undefined;
    const portAlgorithm = portAlgorithmOf(hashSpec(rules));
    const linkListDigest = this.#digestOf(rules);
    const active = members.filter(({ variables }) => variables.distributing);
    const differences = active.length === 0 ? undefined : differencesOf(active, { portAlgorithm, linkListDigest });
    const agreed = differences?.length === 0;
    const linkNumber = (member: ConversationPort) => (agreed ? agreedLinkNumber(member) : member.number);
    const { ports, masks } = this.#mapOf(
      active.map((member) => ({ linkNumber: linkNumber(member), port: member.number })),
      rules,
    );
    const actor = members.map((member): [number, ActorConversations] => [
      member.number,
      {
        portAlgorithm,
        linkListDigest,
        linkNumber: linkNumber(member),
        mask: masks.get(member.number) ?? NO_CONVERSATION,
        DWC: agreed && rules.discardWrongConversation,
      },
    ]);
    return { portAlgorithm, linkListDigest, differences, ports, actor: new Map(actor) };
  }

  #digestOf({ conversationLinks = [] }: Rules): string {
    const text = printConversationLinks(conversationLinks);
    if (this.#digest?.text !== text) this.#digest = { text, digest: this.md5(linkListOctets(conversationLinks)) };
    return this.#digest.digest;
  }

  #mapOf(links: readonly { linkNumber: number; port: number }[], { conversationLinks = [] }: Rules) {
    const key = `${printConversationLinks(conversationLinks)}|${links.map((l) => `${l.linkNumber}=${l.port}`).join()}`;
    if (this.#map?.key === key) return this.#map;
    const ports = conversationPorts(links, conversationLinks);
    const masks = new Map(links.map(({ port }) => [port, conversationMask(ports, port)]));
    this.#map = { key, ports, masks };
    return this.#map;
  }
}

const NO_CONVERSATION = conversationMask([], 0);

/** Discard_Wrong_Conversation acts on ports on which both ends send the same, as far as each has heard. */
export const discardsWrong = ({ variables: v }: ConversationPort): boolean =>
  v.Actor_Conversations?.DWC === true && actParSync(v);

function differencesOf(
  active: readonly ConversationPort[],
  ours: Pick<ActorConversations, 'portAlgorithm' | 'linkListDigest'>,
): Difference[] {
  const partners = active.map(({ variables }) => variables.Partner_Conversations);
  if (partners.some((partner) => partner === undefined)) return ['version'];
  const theirs = partners.flatMap((partner) => partner ?? []);
  const found: Difference[] = [];
  const unspecified = ours.portAlgorithm === Unspecified_Algorithm;
  if (unspecified || theirs.some((it) => it.portAlgorithm !== ours.portAlgorithm)) found.push('port-algorithm');
  if (theirs.some((it) => it.linkListDigest !== ours.linkListDigest)) found.push('link-list');
  if (theirs.some((it) => it.serviceMappingDigest !== Null_Digest)) found.push('service-mapping');
  return found;
}

/** The numbers of the system with the better identifier count on both ends; ours are the Port Numbers. */
function agreedLinkNumber({ number, variables: v }: ConversationPort): number {
  if (v.Partner_Conversations === undefined || actorDecides(v.Actor_Oper, v.Partner_Oper)) return number;
  // Number 0 is no link: no conversation could go by it.
  return v.Partner_Conversations.linkNumber || number;
}

export const sameActor = (a: ActorConversations | undefined, b: ActorConversations | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.portAlgorithm === b.portAlgorithm &&
    a.linkListDigest === b.linkListDigest &&
    a.linkNumber === b.linkNumber &&
    a.mask === b.mask &&
    a.DWC === b.DWC);
