/**
 * The flow key: what of a frame tells its conversation, read into a row of 32-bit words that is used again for
 * every frame (no allocation). hash.ts turns it into a number; what that file says of the fields is the definition.
 *
 * Frames are read as on the wire: a VLAN tag that the kernel took out must be put back first, or be left out always.
 * Nothing is validated beyond what is needed to find the fields, and nothing outside the frame is read.
 */

/** Words of a flow key. Words of a layer that the frame does not have, or that was not asked for, are 0. */
export const FLOW_KEY_WORDS = 19;
/** How far the frame could be read: 2, 3 (IP addresses) or 4 (protocol, and ports where there are any). */
export const DEPTH = 0;
/** EtherType after all tags; 0 for an IEEE 802.3 length, which changes from frame to frame. */
export const TYPE = 1;
/** VLAN ids, the outermost first: each tag turns the word left by 12 bits and XORs its id in. */
export const TAGS = 2;
/** Source address: upper 16 bits in this word, lower 32 in the next. */
export const FROM_MAC = 3;
export const TO_MAC = 5;
/** Four words of source address; IPv4: in the last, the others 0. */
export const FROM_IP = 7;
export const TO_IP = 11;
/** The protocol after all IPv6 extension headers; 44 for every IPv6 fragment. */
export const PROTOCOL = 15;
export const FROM_PORT = 16;
export const TO_PORT = 17;
/** Flow label of IPv6, 20 bits; 0 for IPv4. */
export const LABEL = 18;

const ETHERNET_HEADER = 14;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const FIRST_ETHERTYPE = 0x0600;
const TYPE_IPV4 = 0x0800;
const TYPE_IPV6 = 0x86dd;
const TYPE_CUSTOMER_TAG = 0x8100;
const TYPE_SERVICE_TAG = 0x88a8;
/** Deeper nesting and longer chains are read as "something else": a bound for the mirror of this code in BPF. */
const MOST_TAGS = 4;
const MOST_EXTENSIONS = 8;
const MOST_TUNNELS = 2;

const AUTHENTICATION_HEADER = 51;
const UDP = 17;
const IPV4_INSIDE = 4;
const IPV6_INSIDE = 41;
const GRE = 47;

/** RFC 2784, RFC 2890: which fields of four octets there are. Routing (RFC 1701) and other versions are not read. */
const GRE_FIELDS = [0x8000, 0x2000, 0x1000]; // checksum, key, sequence number
const GRE_UNKNOWN = 0x4007;
const GRE_HEADER = 4;
const TYPE_ETHERNET = 0x6558;
/** RFC 7348, and the port of earlier implementations; a VXLAN header is 8 octets, with a flag for a valid VNI. */
const VXLAN_PORT = 4789;
const VXLAN_PORT_EARLIER = 8472;
const UDP_HEADER = 8;
const VXLAN_HEADER = 8;
const VXLAN_VALID = 0x08;

/** EtherType of the packet that `openTunnel` has found: a second result, without an object for every frame. */
let insideType = 0;

/**
 * Reads the frame that occupies `length` octets of `frame` from `start` into `key`, up to layer `depth` (2-4).
 * A frame cut off within a layer is read up to the layer before; one without an Ethernet header is all zero.
 * `inner` (with depth 4): type, IP addresses, protocol, ports and label are those of the innermost packet, through at
 * most two tunnels: IPv4 and IPv6 in one another, GRE and VXLAN. A packet inside counts when its header is all there.
 */
export function readFlowKey(
  key: Int32Array,
  frame: Uint8Array,
  start: number,
  length: number,
  depth: number,
  inner = false,
): void {
  key.fill(0);
  const end = Math.min(start + length, frame.length);
  if (start < 0 || start + ETHERNET_HEADER > end) return;
  key[DEPTH] = 2;
  key[TO_MAC] = u16(frame, start);
  key[TO_MAC + 1] = u32(frame, start + 2);
  key[FROM_MAC] = u16(frame, start + 6);
  key[FROM_MAC + 1] = u32(frame, start + 8);

  let at = start + 12; // of the type
  let type = u16(frame, at);
  let tags = 0;
  for (let i = 0; i < MOST_TAGS && isTag(type) && at + 6 <= end; i++) {
    tags = ((tags << 12) | (tags >>> 20)) ^ (u16(frame, at + 2) & 0x0fff);
    at += 4;
    type = u16(frame, at);
  }
  key[TAGS] = tags;
  key[TYPE] = type < FIRST_ETHERTYPE ? 0 : type;
  if (depth < 3) return;
  let transport = readPacket(key, frame, type, at + 2, end, depth);
  if (!inner) return;
  for (let i = 0; i < MOST_TUNNELS && transport !== 0; i++) {
    const packet = openTunnel(key, frame, transport, end);
    if (packet === 0) return;
    transport = readPacket(key, frame, insideType, packet, end, depth);
  }
}

/**
 * Reads a packet, and leaves the key as it is when it is not one of IP. The place of the transport header; 0: there is
 * none, or it was not asked for.
 */
function readPacket(key: Int32Array, frame: Uint8Array, type: number, at: number, end: number, depth: number): number {
  if (type === TYPE_IPV4) return readIpv4(key, frame, at, end, depth);
  if (type === TYPE_IPV6) return readIpv6(key, frame, at, end, depth);
  return 0;
}

function readIpv4(key: Int32Array, frame: Uint8Array, at: number, end: number, depth: number): number {
  if (at + IPV4_HEADER > end) return 0;
  const headerLength = (u8(frame, at) & 0x0f) * 4;
  if (u8(frame, at) >> 4 !== 4 || headerLength < IPV4_HEADER) return 0;
  key.fill(0, FROM_IP, FLOW_KEY_WORDS); // of the packet around it
  key[DEPTH] = 3;
  key[TYPE] = TYPE_IPV4;
  key[FROM_IP + 3] = u32(frame, at + 12);
  key[TO_IP + 3] = u32(frame, at + 16);
  if (depth < 4) return 0;
  key[DEPTH] = 4;
  const protocol = u8(frame, at + 9);
  key[PROTOCOL] = protocol;
  const isFragment = (u16(frame, at + 6) & 0x3fff) !== 0; // more to come, or an offset
  if (isFragment) return 0;
  if (hasPorts(protocol)) readPorts(key, frame, at + headerLength, end);
  return at + headerLength;
}

function readIpv6(key: Int32Array, frame: Uint8Array, at: number, end: number, depth: number): number {
  if (at + IPV6_HEADER > end || u8(frame, at) >> 4 !== 6) return 0;
  key.fill(0, PROTOCOL, FLOW_KEY_WORDS); // of the packet around it
  key[DEPTH] = 3;
  key[TYPE] = TYPE_IPV6;
  for (let word = 0; word < 4; word++) {
    key[FROM_IP + word] = u32(frame, at + 8 + word * 4);
    key[TO_IP + word] = u32(frame, at + 24 + word * 4);
  }
  if (depth < 4) return 0;
  key[DEPTH] = 4;
  key[LABEL] = u32(frame, at) & 0xfffff;
  let protocol = u8(frame, at + 6);
  let next = at + IPV6_HEADER;
  for (let i = 0; i < MOST_EXTENSIONS && isExtension(protocol) && next + 2 <= end; i++) {
    const units = u8(frame, next + 1);
    const size = protocol === AUTHENTICATION_HEADER ? (units + 2) * 4 : (units + 1) * 8;
    protocol = u8(frame, next);
    next += size;
  }
  // The chain stops at a fragment header: only the first fragment has what follows, and all must go one way.
  key[PROTOCOL] = protocol;
  if (hasPorts(protocol)) readPorts(key, frame, next, end);
  return next;
}

/** The place of the packet in a tunnel whose header is at `at`, and its type in `insideType`; 0: it is no tunnel. */
function openTunnel(key: Int32Array, frame: Uint8Array, at: number, end: number): number {
  const protocol = key[PROTOCOL];
  if (protocol === IPV4_INSIDE || protocol === IPV6_INSIDE) {
    insideType = protocol === IPV4_INSIDE ? TYPE_IPV4 : TYPE_IPV6;
    return at;
  }
  if (protocol === GRE) {
    if (at + GRE_HEADER > end || (u16(frame, at) & GRE_UNKNOWN) !== 0) return 0;
    let inside = at + GRE_HEADER;
    for (const bit of GRE_FIELDS) if ((u16(frame, at) & bit) !== 0) inside += 4;
    insideType = u16(frame, at + 2);
    return insideType === TYPE_ETHERNET ? openEthernet(frame, inside, end) : inside;
  }
  const isVxlan = protocol === UDP && (key[TO_PORT] === VXLAN_PORT || key[TO_PORT] === VXLAN_PORT_EARLIER);
  if (!isVxlan || at + UDP_HEADER + VXLAN_HEADER > end) return 0;
  if ((u8(frame, at + UDP_HEADER) & VXLAN_VALID) === 0) return 0;
  return openEthernet(frame, at + UDP_HEADER + VXLAN_HEADER, end);
}

/** The same for a frame in a tunnel. Its addresses and tags do not count. */
function openEthernet(frame: Uint8Array, start: number, end: number): number {
  if (start + ETHERNET_HEADER > end) return 0;
  let at = start + 12;
  insideType = u16(frame, at);
  for (let i = 0; i < MOST_TAGS && isTag(insideType) && at + 6 <= end; i++) {
    at += 4;
    insideType = u16(frame, at);
  }
  return at + 2;
}

function readPorts(key: Int32Array, frame: Uint8Array, at: number, end: number): void {
  if (at + 4 > end) return;
  key[FROM_PORT] = u16(frame, at);
  key[TO_PORT] = u16(frame, at + 2);
}

function isTag(type: number): boolean {
  return type === TYPE_CUSTOMER_TAG || type === TYPE_SERVICE_TAG;
}

/** Hop-by-Hop, Routing, Destination Options, Authentication; not Fragment, which ends the chain. */
function isExtension(protocol: number): boolean {
  return protocol === 0 || protocol === 43 || protocol === 60 || protocol === AUTHENTICATION_HEADER;
}

/** TCP, UDP, DCCP, SCTP, UDP-Lite: two ports of 16 bits first. */
function hasPorts(protocol: number): boolean {
  return protocol === 6 || protocol === 17 || protocol === 33 || protocol === 132 || protocol === 136;
}

// The callers have checked that the octets are there: hence `as number`, which costs nothing per frame.
function u8(frame: Uint8Array, at: number): number {
  return frame[at] as number;
}

function u16(frame: Uint8Array, at: number): number {
  return ((frame[at] as number) << 8) | (frame[at + 1] as number);
}

/** As a signed 32-bit number, which is what Int32Array keeps. */
function u32(frame: Uint8Array, at: number): number {
  return (u16(frame, at) << 16) | u16(frame, at + 2);
}
