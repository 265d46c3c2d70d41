/**
 * Hash policies: which part of a frame tells its conversation, and the number made of it. This is the specification;
 * data paths in other languages are tested against it. All arithmetic is on unsigned 32-bit words, modulo 2^32.
 *
 *   scramble(x):  x ^= x >> 16;  x *= 0x7feb352d;  x ^= x >> 15;  x *= 0x846ca68b;  x ^= x >> 16
 *   mix(h, w)  =  scramble((h ^ w) + 0x9e3779b9)
 *
 *   end(words) =  h = 0x5eed5eed;  for each word w in order: h = mix(h, w)
 *   hash       =  h = end(from) + end(to);  for each word w of common, in order: h = mix(h, w)
 *
 *   policy     frame     words of each end                common words
 *   layer2     any       mac[0] mac[1]                    type tags
 *   layer2+3   IP        mac[0] mac[1] ip[0] .. ip[3]     type tags
 *   layer2+3   other     as layer2
 *   layer3+4   IP        ip[0] .. ip[3] port              type protocol
 *   layer3+4   other     as layer2
 *
 * `from` is made of the source's words, `to` of the destination's; their sum makes the hash symmetric: with source
 * and destination exchanged at every layer it is the same, so that both directions use links of the same rank.
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
 * layer3+4 leaves MAC addresses and VLAN ids out. The bucket is the lowest bits of the hash (distributor.ts).
 */
import {
  DEPTH,
  FLOW_KEY_WORDS,
  FROM_IP,
  FROM_MAC,
  FROM_PORT,
  PROTOCOL,
  readFlowKey,
  TAGS,
  TO_IP,
  TO_MAC,
  TO_PORT,
  TYPE,
} from './flow-key.js';

export const HASH_POLICIES = ['layer2', 'layer2+3', 'layer3+4'] as const;
export type HashPolicy = (typeof HASH_POLICIES)[number];

const SEED = 0x5eed5eed;

/** One for all frames: the data path is single-threaded, and nothing of it outlives a call. */
const key = new Int32Array(FLOW_KEY_WORDS);

/**
 * The hash of the frame that occupies `length` octets of `frame` from `start` (destination address first, no FCS):
 * 0 to 2^32 - 1. Any octets will do; allocates nothing.
 */
export function hashFrame(policy: HashPolicy, frame: Uint8Array, start: number, length: number): number {
  if (policy === 'layer3+4') {
    readFlowKey(key, frame, start, length, 4);
    return word(DEPTH) >= 3 ? hashLayer34() : hashLayer2();
  }
  if (policy === 'layer2+3') {
    readFlowKey(key, frame, start, length, 3);
    return word(DEPTH) >= 3 ? hashLayer23() : hashLayer2();
  }
  readFlowKey(key, frame, start, length, 2);
  return hashLayer2();
}

function hashLayer2(): number {
  return withLayer2(mixMac(SEED, FROM_MAC) + mixMac(SEED, TO_MAC));
}

function hashLayer23(): number {
  return withLayer2(mixIp(mixMac(SEED, FROM_MAC), FROM_IP) + mixIp(mixMac(SEED, TO_MAC), TO_IP));
}

function hashLayer34(): number {
  const from = mix(mixIp(SEED, FROM_IP), word(FROM_PORT));
  const to = mix(mixIp(SEED, TO_IP), word(TO_PORT));
  return mix(mix(from + to, word(TYPE)), word(PROTOCOL)) >>> 0;
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
