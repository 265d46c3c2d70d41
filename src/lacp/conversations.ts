/**
 * What the two ends of a link say to each other of conversations (802.1AX-2014 6.6.2), as functions over the port's
 * variables. Which conversations are whose is decided for all ports of an aggregator together and comes from there.
 */
import { type ConversationTlvs, Null_Digest, Unspecified_Algorithm } from './conversation-tlvs.js';
import type { Lacpdu } from './lacpdu.pdu.js';
import type { ActorConversations, PartnerConversations, PortVariables } from './variables.js';

type Changes = Partial<PortVariables>;

/** ActPar_Sync: both ends send the same conversations on this link, as far as we have heard. */
export const actParSync = ({ Actor_Conversations: actor, Partner_Conversations: partner }: PortVariables): boolean =>
  actor !== undefined && partner?.mask !== undefined && actor.mask === partner.mask.mask;

/** There is something to say or to hear about masks: ours differ, or the partner says that they do. */
export const masksDiffer = (v: PortVariables): boolean =>
  !actParSync(v) || v.Partner_Conversations?.mask?.ActPar_Sync !== true;

/** A link in use, and a partner that reads Long LACPDUs. */
export const mayBeLong = (v: PortVariables): boolean =>
  v.port_enabled && v.Actor_Conversations !== undefined && v.Partner_Conversations !== undefined;

/**
 * recordVersionNumber, recordPortAlgorithmTLV, recordConversationPortDigestTLV, recordConversationServiceMapping-
 * DigestTLV, recordReceivedConversationMaskTLV. What is absent has its default, except the mask: an LACPDU that is not
 * long leaves what is known. The partner is told as soon as masks come to agree or to differ.
 */
export function recordConversations(v: PortVariables, pdu: Lacpdu): Changes {
  const Partner_LACPDU_Version = pdu.version;
  const heard = heardConversations(v, pdu);
  if (sameConversations(heard, v.Partner_Conversations)) return { Partner_LACPDU_Version };
  const tell = actParSync({ ...v, Partner_Conversations: heard }) !== actParSync(v);
  // A partner that says version 2 now, is told what a version 1 partner is spared.
  const begun = (heard === undefined) !== (v.Partner_Conversations === undefined);
  return { Partner_LACPDU_Version, Partner_Conversations: heard, ...((tell || begun) && { NTT: true }) };
}

/** What recordConversations would change nothing of. */
export const saysTheSameOfConversations = (v: PortVariables, pdu: Lacpdu): boolean =>
  pdu.version === v.Partner_LACPDU_Version && sameConversations(heardConversations(v, pdu), v.Partner_Conversations);

function heardConversations(v: PortVariables, pdu: Lacpdu): PartnerConversations | undefined {
  if (v.Actor_Conversations === undefined || pdu.version < 2) return undefined;
  const { portAlgorithm, linkList, serviceMappingDigest, mask } = pdu.conversations ?? {};
  return {
    portAlgorithm: portAlgorithm ?? Unspecified_Algorithm,
    linkNumber: linkList?.linkNumber,
    linkListDigest: linkList?.digest ?? Null_Digest,
    serviceMappingDigest: serviceMappingDigest ?? Null_Digest,
    mask: mask ?? v.Partner_Conversations?.mask,
  };
}

function sameConversations(a: PartnerConversations | undefined, b: PartnerConversations | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.portAlgorithm === b.portAlgorithm &&
    a.linkNumber === b.linkNumber &&
    a.linkListDigest === b.linkListDigest &&
    a.serviceMappingDigest === b.serviceMappingDigest &&
    a.mask?.mask === b.mask?.mask &&
    a.mask?.ActPar_Sync === b.mask?.ActPar_Sync &&
    a.mask?.PSI === b.mask?.PSI &&
    a.mask?.DWC === b.mask?.DWC
  );
}

/**
 * The aggregator has decided anew what this port says of itself. Undefined: nothing, it speaks version 1. A partner of
 * version 1 is told of the other version alone, as it would not read more.
 */
export function configureConversations(v: PortVariables, actor: ActorConversations | undefined): Changes {
  const otherVersion = (actor === undefined) !== (v.Actor_Conversations === undefined);
  return {
    Actor_Conversations: actor,
    ...(actor === undefined && { Partner_Conversations: undefined }),
    ...((otherVersion || v.Partner_Conversations !== undefined) && { NTT: true }),
  };
}

/** What an LACPDU says of conversations now. To a partner of version 1: nothing. */
export function conversationTlvs(v: PortVariables): ConversationTlvs | undefined {
  const actor = v.Actor_Conversations;
  if (actor === undefined || v.Partner_Conversations === undefined) return undefined;
  const { portAlgorithm, linkNumber, linkListDigest: digest, mask, DWC } = actor;
  const long = v.LongLACPDUtransmit && { mask: { ActPar_Sync: actParSync(v), PSI: false, DWC, mask } };
  return { portAlgorithm, linkList: { linkNumber, digest }, ...long };
}
