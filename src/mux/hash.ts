/**
 * Hash policies: which part of a frame tells its conversation, and the number made of it. This is the specification;
 * data paths in other languages are tested against it. All arithmetic is on unsigned 32-bit words, modulo 2^32.
 *
 *   scramble(x):  x ^= x >> 16;  x *= 0x7feb352d;  x ^= x >> 15;  x *= 0x846ca68b;  x ^= x >> 16
 *   mix(h, w)  =  scramble((h ^ w) + 0x9e3779b9)
 *
 *   end(words) =  h = 0x5eed5eed ^ seed;  for each word w in order: h = mix(h, w)
 *   hash       =  h = end(from) + end(to);  for each word w of common, in order: h = mix(h, w)
 *
 *   policy        frame     words of each end                common words
 *   layer2        any       mac[0] mac[1]                    type tags
 *   layer2+3      IP        mac[0] mac[1] ip[0] .. ip[3]     type tags
 *   layer3+4      IP        ip[0] .. ip[3] port              type protocol, with the flow label: label of IPv6
 *   encap2+3      IP        as layer2+3, type and ip of the innermost packet
 *   encap3+4      IP        as layer3+4, all of the innermost packet
 *   these four    other     as layer2
 *   vlan+srcmac   any       mac[0] mac[1]; to: none          tags
 *   mac-xor       any       nothing is mixed: hash = from.mac[1] ^ to.mac[1] ^ seed
 *
 * `from` is made of the source's words, `to` of the destination's; their sum makes the hash symmetric: with source
 * and destination exchanged at every layer it is the same, so that both directions use links of the same rank. Not
 * so vlan+srcmac, which is told by one end, and the flow label, which each end chooses by itself.
 * The words are those of flow-key.ts:
 * - mac: upper 16 bits, lower 32 bits. type: the EtherType after all 802.1Q/802.1ad tags (at most four are skipped),
 *   0 for an 802.3 length. tags: the VLAN ids, t = rotate_left(t, 12) ^ id for each tag from the outermost (priority
 *   bits never count, a priority tag is as none).
 * - ip: IPv6 in four words; IPv4 in ip[3], the others 0. A frame counts as IP when its type is 0x0800 with version 4
 *   and a header of at least 20 octets, or 0x86dd with version 6, and the fixed header is all there.
 * - protocol: of IPv4 its field; of IPv6 the next header after Hop-by-Hop, Routing, Destination Options and
 *   Authentication headers (at most eight are skipped). A Fragment header (44) ends the chain.
 * - port: 16 bits, for TCP, UDP, DCCP, SCTP and UDP-Lite. 0 for other protocols, when cut off, and for every
 *   fragment, the first included (IPv4: more fragments or offset not 0; IPv6: a Fragment header), because the other
 *   fragments have no ports and all must go the same way.
 *
 * - label: the flow label of IPv6, if it is to count at all: one word more for IPv6 than for IPv4.
 * - innermost packet: through at most two tunnels, each IPv4 or IPv6 directly in IP (protocols 4 and 41), GRE of
 *   version 0 without routing (its checksum, key and sequence number are skipped), or VXLAN (UDP to port 4789 or 8472,
 *   with a valid VNI); of GRE with Ethernet (0x6558) and of VXLAN the packet behind at most four tags. A fragment is
 *   not looked into. What is inside counts if it is IP and its fixed header is all there, else what is around it.
 *
 * layer3+4 leaves MAC addresses and VLAN ids out. The bucket is the lowest bits of the hash (distributor.ts).
 */
import {
  DEPTH,
  FLOW_KEY_WORDS,
  FROM_IP,
  FROM_MAC,
  FROM_PORT,
  LABEL,
  PROTOCOL,
  readFlowKey,
  TAGS,
  TO_IP,
  TO_MAC,
  TO_PORT,
  TYPE,
} from './flow-key.js';

export const HASH_POLICIES = [
  'layer2',
  'layer2+3',
  'layer3+4',
  'encap2+3',
  'encap3+4',
  'vlan+srcmac',
  'mac-xor',
] as const;
export type HashPolicy = (typeof HASH_POLICIES)[number];

/** All that decides on the hash of a frame. */
export interface HashSpec {
  readonly policy: HashPolicy;
  /** 32 bits. */
  readonly seed: number;
  /** The flow label of IPv6 counts too, where ports do. */
  readonly flowLabel: boolean;
}

export const hashBy = (policy: HashPolicy, seed = 0, flowLabel = false): HashSpec => ({ policy, seed, flowLabel });

export const sameHash = (a: HashSpec, b: HashSpec): boolean =>
  a.policy === b.policy && a.seed === b.seed && a.flowLabel === b.flowLabel;

const SEED = 0x5eed5eed;
const TYPE_IPV6 = 0x86dd;

/** One for all frames: the data path is single-threaded, and nothing of it outlives a call. */
const key = new Int32Array(FLOW_KEY_WORDS);

/**
 * The hash of the frame that occupies `length` octets of `frame` from `start` (destination address first, no FCS):
 * 0 to 2^32 - 1. Any octets will do; allocates nothing.
 */
export function hashFrame(spec: HashSpec, frame: Uint8Array, start: number, length: number): number {
  const seed = SEED ^ spec.seed;
  switch (spec.policy) {
    case 'layer3+4':
    case 'encap3+4':
      readFlowKey(key, frame, start, length, 4, spec.policy === 'encap3+4');
      return word(DEPTH) >= 3 ? hashLayer34(seed, spec.flowLabel) : hashLayer2(seed);
    case 'layer2+3':
      readFlowKey(key, frame, start, length, 3);
      return word(DEPTH) >= 3 ? hashLayer23(seed) : hashLayer2(seed);
    case 'encap2+3':
      readFlowKey(key, frame, start, length, 4, true);
      return word(DEPTH) >= 3 ? hashLayer23(seed) : hashLayer2(seed);
    case 'vlan+srcmac':
      readFlowKey(key, frame, start, length, 2);
      return mix(mixMac(seed, FROM_MAC) + seed, word(TAGS)) >>> 0;
    case 'mac-xor':
      readFlowKey(key, frame, start, length, 2);
      return (word(FROM_MAC + 1) ^ word(TO_MAC + 1) ^ spec.seed) >>> 0;
    case 'layer2':
      readFlowKey(key, frame, start, length, 2);
      return hashLayer2(seed);
  }
}

function hashLayer2(seed: number): number {
  return withLayer2(mixMac(seed, FROM_MAC) + mixMac(seed, TO_MAC));
}

function hashLayer23(seed: number): number {
  return withLayer2(mixIp(mixMac(seed, FROM_MAC), FROM_IP) + mixIp(mixMac(seed, TO_MAC), TO_IP));
}

function hashLayer34(seed: number, flowLabel: boolean): number {
  const from = mix(mixIp(seed, FROM_IP), word(FROM_PORT));
  const to = mix(mixIp(seed, TO_IP), word(TO_PORT));
  const hash = mix(mix(from + to, word(TYPE)), word(PROTOCOL));
  return (flowLabel && word(TYPE) === TYPE_IPV6 ? mix(hash, word(LABEL)) : hash) >>> 0;
}

/** The common words of layer2 and layer2+3. */
function withLayer2(ends: number): number {
  return mix(mix(ends, word(TYPE)), word(TAGS)) >>> 0;
}

function mixMac(h: number, at: number): number {
  return mix(mix(h, word(at)), word(at + 1));
}

function mixIp(h: number, at: number): number {
  return mix(mix(mix(mix(h, word(at)), word(at + 1)), word(at + 2)), word(at + 3));
}

/** See above. A signed 32-bit word. */
export function mix(h: number, w: number): number {
  return scramble(((h ^ w) + 0x9e3779b9) | 0);
}

/** A bijection of 32-bit words in which every bit of the input changes each bit of the result about half the time. */
function scramble(word32: number): number {
  let x = word32;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return x ^ (x >>> 16);
}

/** A word of the key; `at` is one of the places above, so that it is there. */
function word(at: number): number {
  return key[at] as number;
}
