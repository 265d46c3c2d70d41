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
  u32 transport; /* offset of the transport header; 0: not found */
};

/* What hash policies and counters want to know, beside MAC addresses, type and tags. */
struct wanted {
  u32 network;
};

/* In halves, because addresses of six octets leave none aligned that is larger. */
struct ethernet_header {
  u16 to[3];
  u16 from[3];
  u16 type;
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

INLINE void read_mac(u32 words[2], const u16 mac[3])
{
  words[0] = be16(mac[0]);
  words[1] = (u32)be16(mac[1]) << 16 | be16(mac[2]);
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

INLINE void read_ports(struct __sk_buff *skb, struct flow_key *key, u32 at)
{
  u16 ports[2];
  if (load(skb, at, ports, sizeof(ports)))
    return;
  key->from_port = be16(ports[0]);
  key->to_port = be16(ports[1]);
}

INLINE void read_ipv4(struct __sk_buff *skb, struct flow_key *key, u32 at)
{
  struct ipv4_header ip;
  if (load(skb, at, &ip, sizeof(ip)))
    return;
  u32 length = (ip.version_length & 0x0f) * 4;
  if (ip.version_length >> 4 != 4 || length < sizeof(ip))
    return;
  key->is_ip = 1;
  key->from_ip[3] = be32(ip.from);
  key->to_ip[3] = be32(ip.to);
  key->protocol = ip.protocol;
  if (ip.fragment & be16(0x3fff))
    return;
  key->transport = at + length;
  if (has_ports(ip.protocol))
    read_ports(skb, key, at + length);
}

INLINE void read_ipv6(struct __sk_buff *skb, struct flow_key *key, u32 at)
{
  struct ipv6_header ip;
  if (load(skb, at, &ip, sizeof(ip)))
    return;
  if ((ip.version_class_label & 0xf0) != 0x60)
    return;
  key->is_ip = 1;
  for (int word = 0; word < 4; word++) {
    key->from_ip[word] = be32(ip.from[word]);
    key->to_ip[word] = be32(ip.to[word]);
  }
  u32 protocol = ip.next;
  u32 next = at + sizeof(ip);
  for (int i = 0; i < MOST_EXTENSIONS && is_extension(protocol); i++) {
    u8 extension[2]; /* next header, length */
    if (load(skb, next, extension, sizeof(extension)))
      break;
    next += protocol == AUTHENTICATION_HEADER ? (extension[1] + 2) * 4 : (extension[1] + 1) * 8;
    protocol = extension[0];
  }
  key->protocol = protocol;
  key->transport = next;
  if (has_ports(protocol))
    read_ports(skb, key, next);
}

INLINE void read_flow_key(struct __sk_buff *skb, struct flow_key *key, struct wanted wanted)
{
  struct ethernet_header ethernet;
  __builtin_memset(key, 0, sizeof(*key));
  if (load(skb, 0, &ethernet, sizeof(ethernet)))
    return;
  read_mac(key->to_mac, ethernet.to);
  read_mac(key->from_mac, ethernet.from);

  u32 type = be16(ethernet.type);
  u32 at = sizeof(ethernet); /* behind the type */
  u32 tags = 0;
  int depth = 0;
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
  }
  key->tags = tags;
  key->type = type < FIRST_ETHERTYPE ? 0 : type;
  if (!wanted.network)
    return;
  if (type == TYPE_IPV4)
    read_ipv4(skb, key, at);
  else if (type == TYPE_IPV6)
    read_ipv6(skb, key, at);
}
