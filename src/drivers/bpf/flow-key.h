/*
 * The flow key: flow-key.ts once more, which is the specification; test/netns/bpf-hash.test.ts holds the two together.
 * Every read is bounded by `load`, so what is cut off is left out exactly as there.
 */
#pragma once
#include "kernel.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86dd
#define TYPE_CUSTOMER_TAG 0x8100
#define TYPE_SERVICE_TAG 0x88a8
#define TYPE_SLOW 0x8809
#define FIRST_ETHERTYPE 0x0600
#define MOST_TAGS 4
#define MOST_EXTENSIONS 8
#define MOST_TUNNELS 2

struct flow_key {
  u32 type;
  u32 tags;
  u32 is_ip;
  u32 from_mac[2];
  u32 to_mac[2];
  u32 from_ip[4];
  u32 to_ip[4];
  u32 protocol;
  u32 from_port;
  u32 to_port;
  u32 label;
  u32 has_transport; /* not when it cannot be found: no IP, a fragment */
  u32 transport;     /* offset of its header */
};

/* How to read. */
struct wanted {
  u32 network; /* what is behind type and tags too */
  u32 inner;   /* of the innermost packet */
  u32 direct;  /* compile-time constant: the program may look into the frame's memory (tcx) */
};

struct ipv4_header {
  u8 version_length;
  u8 service;
  u16 length;
  u16 identification;
  u16 fragment;
  u8 time_to_live;
  u8 protocol;
  u16 checksum;
  u32 from;
  u32 to;
};

struct ipv6_header {
  u32 version_class_label;
  u16 length;
  u8 next;
  u8 hop_limit;
  u32 from[4];
  u32 to[4];
};

struct ports {
  u16 from;
  u16 to;
};

/* A header with what is most often behind it. */
struct ipv4_start {
  struct ipv4_header ip;
  struct ports ports;
};

struct ipv6_start {
  struct ipv6_header ip;
  struct ports ports;
};

struct ethernet_header {
  u16 to[3];
  u16 from[3];
  u16 type;
};

#define ADDRESSES 12
#define ETHERNET_HEADER 14

/*
 * `length` octets at a constant place, in the frame's own memory, or null: each `load` costs as much as hashing does.
 * Octets that lie in another piece of the frame are for `load`.
 */
INLINE const void *look(const struct __sk_buff *skb, u32 at, u32 length)
{
  const void *data = (const void *)(long)skb->data;
  const void *end = (const void *)(long)skb->data_end;
  return data + at + length <= end ? data + at : 0;
}

/*
 * The same number, of which the verifier does not know where it comes from. Otherwise every way through the loops of the
 * parsing is a case of its own for all that follows, and there are millions.
 */
INLINE u32 forget_origin(struct __sk_buff *skb, u32 value)
{
  volatile u32 *scratch = &skb->cb[0];
  *scratch = value;
  return *scratch;
}

INLINE int is_tag(u32 type)
{
  return type == TYPE_CUSTOMER_TAG || type == TYPE_SERVICE_TAG;
}

INLINE int has_ports(u32 protocol)
{
  return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}

#define AUTHENTICATION_HEADER 51

INLINE int is_extension(u32 protocol)
{
  return protocol == 0 || protocol == 43 || protocol == 60 || protocol == AUTHENTICATION_HEADER;
}

#define UDP 17
#define IPV4_INSIDE 4
#define IPV6_INSIDE 41
#define GRE 47
#define GRE_CHECKSUM 0x8000
#define GRE_KEY 0x2000
#define GRE_SEQUENCE 0x1000
#define GRE_UNKNOWN 0x4007
#define TYPE_ETHERNET 0x6558
#define VXLAN_PORT 4789
#define VXLAN_PORT_EARLIER 8472
#define UDP_HEADER 8
#define VXLAN_HEADER 8
#define VXLAN_VALID 0x08

INLINE void take_ports(struct flow_key *key, const struct ports *ports)
{
  key->from_port = be16(ports->from);
  key->to_port = be16(ports->to);
}

INLINE void read_ports(struct __sk_buff *skb, struct flow_key *key, u32 at)
{
  struct ports ports;
  if (!load(skb, at, &ports, sizeof(ports)))
    take_ports(key, &ports);
}

/*
 * Both return the place of the transport header; 0: there is none, or this is no such packet and the key is as before.
 * `near`: nothing but the Ethernet header is before, so that the place of the packet is known.
 */
INLINE u32 read_ipv4(struct __sk_buff *skb, struct flow_key *key, u32 at, int near)
{
  struct ipv4_header copy;
  const struct ipv4_start *start = near ? look(skb, ETHERNET_HEADER, sizeof(*start)) : 0;
  const struct ipv4_header *ip = &start->ip;
  if (!start) {
    if (load(skb, at, &copy, sizeof(copy)))
      return 0;
    ip = &copy;
  }
  u32 length = (ip->version_length & 0x0f) * 4;
  if (ip->version_length >> 4 != 4 || length < sizeof(*ip))
    return 0;
  key->is_ip = 1;
  key->type = TYPE_IPV4;
  __builtin_memset(key->from_ip, 0, sizeof(key->from_ip)); /* of a packet around it, as much else below */
  __builtin_memset(key->to_ip, 0, sizeof(key->to_ip));
  key->from_ip[3] = be32(ip->from);
  key->to_ip[3] = be32(ip->to);
  key->protocol = ip->protocol;
  key->from_port = key->to_port = key->label = 0;
  key->has_transport = !(ip->fragment & be16(0x3fff));
  if (!key->has_transport)
    return 0;
  key->transport = at + length;
  if (!has_ports(ip->protocol))
    return key->transport;
  if (start && length == sizeof(*ip))
    take_ports(key, &start->ports);
  else
    read_ports(skb, key, at + length);
  return key->transport;
}

INLINE u32 read_ipv6(struct __sk_buff *skb, struct flow_key *key, u32 at, int near)
{
  struct ipv6_header copy;
  const struct ipv6_start *start = near ? look(skb, ETHERNET_HEADER, sizeof(*start)) : 0;
  const struct ipv6_header *ip = &start->ip;
  if (!start) {
    if (load(skb, at, &copy, sizeof(copy)))
      return 0;
    ip = &copy;
  }
  if ((ip->version_class_label & 0xf0) != 0x60)
    return 0;
  key->is_ip = 1;
  key->type = TYPE_IPV6;
  key->label = be32(ip->version_class_label) & 0xfffff;
  key->from_port = key->to_port = 0;
  for (int word = 0; word < 4; word++) {
    key->from_ip[word] = be32(ip->from[word]);
    key->to_ip[word] = be32(ip->to[word]);
  }
  u32 protocol = ip->next;
  u32 next = at + sizeof(*ip);
  int extended = 0;
  for (int i = 0; i < MOST_EXTENSIONS && is_extension(protocol); i++) {
    u8 extension[2]; /* next header, length */
    if (load(skb, next, extension, sizeof(extension)))
      break;
    next += protocol == AUTHENTICATION_HEADER ? (extension[1] + 2) * 4 : (extension[1] + 1) * 8;
    protocol = extension[0];
    extended = 1;
  }
  if (extended) {
    protocol = forget_origin(skb, protocol);
    next = forget_origin(skb, next);
  }
  key->protocol = protocol;
  key->has_transport = 1;
  key->transport = next;
  if (!has_ports(protocol))
    return next;
  if (start && !extended)
    take_ports(key, &start->ports);
  else
    read_ports(skb, key, next);
  return next;
}

/* A packet in another: its type (0: none) and place. */
struct inside {
  u32 type;
  u32 at;
};

/* Behind `type` at `at`: all tags, which do not count, are gone over. */
INLINE struct inside open_ethernet(struct __sk_buff *skb, u32 at)
{
  u16 type;
  if (load(skb, at + ADDRESSES, &type, sizeof(type)))
    return (struct inside){};
  struct inside inside = {be16(type), at + ETHERNET_HEADER};
  for (int i = 0; i < MOST_TAGS && is_tag(inside.type); i++) {
    u16 tag[2];
    if (load(skb, inside.at, tag, sizeof(tag)))
      break;
    inside.type = be16(tag[1]);
    inside.at += sizeof(tag);
  }
  return inside;
}

INLINE struct inside open_gre(struct __sk_buff *skb, u32 at)
{
  u16 gre[2]; /* flags, type */
  if (load(skb, at, gre, sizeof(gre)))
    return (struct inside){};
  u32 flags = be16(gre[0]);
  if (flags & GRE_UNKNOWN)
    return (struct inside){};
  at += sizeof(gre);
  at += flags & GRE_CHECKSUM ? 4 : 0;
  at += flags & GRE_KEY ? 4 : 0;
  at += flags & GRE_SEQUENCE ? 4 : 0;
  u32 type = be16(gre[1]);
  return type == TYPE_ETHERNET ? open_ethernet(skb, at) : (struct inside){type, at};
}

INLINE struct inside open_vxlan(struct __sk_buff *skb, u32 at)
{
  u32 vxlan[2];
  if (load(skb, at + UDP_HEADER, vxlan, sizeof(vxlan)) || !(vxlan[0] & VXLAN_VALID))
    return (struct inside){};
  return open_ethernet(skb, at + UDP_HEADER + VXLAN_HEADER);
}

INLINE struct inside open_tunnel(struct __sk_buff *skb, const struct flow_key *key, u32 at)
{
  u32 protocol = key->protocol;
  if (protocol == IPV4_INSIDE)
    return (struct inside){TYPE_IPV4, at};
  if (protocol == IPV6_INSIDE)
    return (struct inside){TYPE_IPV6, at};
  if (protocol == GRE)
    return open_gre(skb, at);
  if (protocol == UDP && (key->to_port == VXLAN_PORT || key->to_port == VXLAN_PORT_EARLIER))
    return open_vxlan(skb, at);
  return (struct inside){};
}

/* All zero when there is no Ethernet header. */
INLINE void read_flow_key(struct __sk_buff *skb, struct flow_key *key, struct wanted wanted)
{
  const struct ethernet_header *ethernet = wanted.direct ? look(skb, 0, sizeof(*ethernet)) : 0;
  struct ethernet_header copy;
  __builtin_memset(key, 0, sizeof(*key));
  if (!ethernet) {
    if (load(skb, 0, &copy, sizeof(copy)))
      return;
    ethernet = &copy;
  }
  key->to_mac[0] = be16(ethernet->to[0]);
  key->to_mac[1] = (u32)be16(ethernet->to[1]) << 16 | be16(ethernet->to[2]);
  key->from_mac[0] = be16(ethernet->from[0]);
  key->from_mac[1] = (u32)be16(ethernet->from[1]) << 16 | be16(ethernet->from[2]);
  u32 type = be16(ethernet->type);
  u32 at = ETHERNET_HEADER; /* behind the type */
  u32 tags = 0;
  int depth = 0;
  int near = wanted.direct;
  if (skb->vlan_present) { /* as if it were back in its place */
    tags = skb->vlan_tci & 0x0fff;
    depth = 1;
  }
  for (; depth < MOST_TAGS && is_tag(type); depth++) {
    u16 tag[2]; /* control information, type behind it */
    if (load(skb, at, tag, sizeof(tag)))
      break;
    tags = (tags << 12 | tags >> 20) ^ (be16(tag[0]) & 0x0fff);
    type = be16(tag[1]);
    at += sizeof(tag);
    near = 0;
  }
  if (depth > 0) {
    type = forget_origin(skb, type);
    at = forget_origin(skb, at);
    tags = forget_origin(skb, tags);
  }
  key->tags = tags;
  key->type = type < FIRST_ETHERTYPE ? 0 : type;
  if (!wanted.network)
    return;
#pragma clang loop unroll(disable)
  for (int level = 0; level <= MOST_TUNNELS; level++) {
    u32 transport = 0;
    if (type == TYPE_IPV4)
      transport = read_ipv4(skb, key, at, near);
    else if (type == TYPE_IPV6)
      transport = read_ipv6(skb, key, at, near);
    if (!wanted.inner || !transport)
      return;
    struct inside inside = open_tunnel(skb, key, transport);
    type = forget_origin(skb, inside.type);
    at = forget_origin(skb, inside.at);
    near = 0;
  }
}
