/*
 * Questions about a frame of a slave or for one: layers/ipvlan/frame.ts once more, which is the specification. All reads
 * are bounded: what is not there makes a frame FORM_CUT.
 */
#pragma once
#include "ipvlan-maps.h"

#define TYPE_IPV4 0x0800
#define TYPE_ARP 0x0806
#define TYPE_IPV6 0x86dd
#define ETHERNET_HEADER 14
#define IPV6_HEADER 40
#define ICMPV6 (ETHERNET_HEADER + IPV6_HEADER)
#define ND_TARGET (ICMPV6 + 8)
#define NEXT_ICMPV6 58
#define ND_HOPS 255

enum form { FORM_CUT, FORM_OTHER, FORM_ARP, FORM_IPV4, FORM_IPV6 };
enum nd { ROUTER_SOLICITATION = 133, NEIGHBOUR_SOLICITATION = 135, NEIGHBOUR_ADVERTISEMENT = 136, REDIRECT = 137 };
enum arp { ARP_REQUEST = 1, ARP_REPLY = 2 };

struct ethernet_header {
  u16 to[3];
  u16 from[3];
  u16 type;
};

struct arp_packet {
  u16 hardware;
  u16 protocol;
  u16 lengths;
  u16 operation;
  u16 sender_mac[3];
  u16 sender_ip[2];
  u16 target_mac[3];
  u16 target_ip[2];
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

struct frame {
  u32 end;
  enum form form;
  u32 has_icmpv6; /* directly behind the IPv6 header, and the octet of its type is there */
  u32 icmpv6;     /* its type */
  struct ethernet_header ethernet;
  u16 padding;
  union {
    struct arp_packet arp;
    struct ipv4_header ipv4;
    struct ipv6_header ipv6;
  };
};

_Static_assert(sizeof(struct arp_packet) == 28, "RFC 826");
_Static_assert(sizeof(struct ipv6_header) == IPV6_HEADER, "RFC 8200");

INLINE int is_group_mac(const struct ethernet_header *ethernet)
{
  return ethernet->to[0] & 1;
}

INLINE int is_ours(const struct copy *copy, const u16 mac[3])
{
  return (mac[0] | (u32)mac[1] << 16) == copy->mac[0] && mac[2] == copy->mac[1];
}

INLINE enum form read_rest(struct __sk_buff *skb, struct frame *frame)
{
  switch (frame->ethernet.type) {
  case be16(TYPE_IPV4): {
    if (load(skb, ETHERNET_HEADER, &frame->ipv4, sizeof(frame->ipv4)) || frame->ipv4.version_length >> 4 != 4)
      return FORM_CUT;
    u32 header = (frame->ipv4.version_length & 15) * 4;
    return header < sizeof(frame->ipv4) || ETHERNET_HEADER + header > frame->end ? FORM_CUT : FORM_IPV4;
  }
  case be16(TYPE_IPV6):
    if (load(skb, ETHERNET_HEADER, &frame->ipv6, sizeof(frame->ipv6)) ||
        (frame->ipv6.version_class_label & 0xf0) != 0x60)
      return FORM_CUT;
    if (frame->ipv6.next == NEXT_ICMPV6) {
      u8 type;
      frame->has_icmpv6 = !load(skb, ICMPV6, &type, sizeof(type));
      frame->icmpv6 = type;
    }
    return FORM_IPV6;
  case be16(TYPE_ARP):
    if (load(skb, ETHERNET_HEADER, &frame->arp, sizeof(frame->arp)))
      return FORM_CUT;
    return frame->arp.hardware == be16(1) && frame->arp.protocol == be16(TYPE_IPV4) && frame->arp.lengths == be16(0x0604)
             ? FORM_ARP
             : FORM_OTHER;
  default:
    return FORM_OTHER;
  }
}

INLINE void read_frame(struct __sk_buff *skb, struct frame *frame)
{
  frame->end = skb->len;
  frame->has_icmpv6 = 0;
  if (load(skb, 0, &frame->ethernet, sizeof(frame->ethernet))) {
    frame->form = FORM_CUT;
    return;
  }
  /* A tag that lies beside the frame: its type would be that of the tag. */
  frame->form = skb->vlan_present ? FORM_OTHER : read_rest(skb, frame);
}

INLINE u32 owner_of_ipv4(u32 ip)
{
  struct address address = {4, {ip, 0, 0, 0}};
  return owner(&address);
}

INLINE u32 owner_of_arp(const u16 ip[2])
{
  return owner_of_ipv4(ip[0] | (u32)ip[1] << 16);
}

INLINE u32 owner_of_ipv6(const u32 ip[4])
{
  struct address address = {16, {ip[0], ip[1], ip[2], ip[3]}};
  return owner(&address);
}

INLINE u32 source_ip_owner(const struct frame *frame)
{
  if (frame->form == FORM_IPV4)
    return owner_of_ipv4(frame->ipv4.from);
  return frame->form == FORM_IPV6 ? owner_of_ipv6(frame->ipv6.from) : NOBODY;
}

/* Whose the destination is; of ARP the target. */
INLINE u32 destination_owner(const struct frame *frame)
{
  if (frame->form == FORM_IPV4)
    return owner_of_ipv4(frame->ipv4.to);
  if (frame->form == FORM_IPV6)
    return owner_of_ipv6(frame->ipv6.to);
  return frame->form == FORM_ARP ? owner_of_arp(frame->arp.target_ip) : NOBODY;
}

INLINE u32 nd_target_owner(struct __sk_buff *skb)
{
  u32 target[4];
  return load(skb, ND_TARGET, target, sizeof(target)) ? NOBODY : owner_of_ipv6(target);
}

INLINE int is_probe(const struct frame *frame)
{
  return frame->arp.operation == be16(ARP_REQUEST) && !(frame->arp.sender_ip[0] | frame->arp.sender_ip[1]);
}

INLINE int is_zero(const u32 ip[4])
{
  return !(ip[0] | ip[1] | ip[2] | ip[3]);
}

/* The source is 0.0.0.0 or ::. */
INLINE int is_unspecified(const struct frame *frame)
{
  return frame->form == FORM_IPV4 ? !frame->ipv4.from : is_zero(frame->ipv6.from);
}

/* The packet is for a group of hosts, or all. */
INLINE int is_to_group(const struct frame *frame)
{
  if (frame->form == FORM_IPV6)
    return (frame->ipv6.to[0] & 0xff) == 0xff;
  return (frame->ipv4.to & 0xf0) == 0xe0 || frame->ipv4.to == 0xffffffff;
}

/* No single host beyond this link can have the destination. */
INLINE int is_no_destination(const struct frame *frame)
{
  if (frame->form == FORM_IPV4) {
    u32 first = frame->ipv4.to & 0xff;
    return first == 0 || first == 127 || first >= 224;
  }
  if (frame->form != FORM_IPV6)
    return 0;
  u32 first = be16(frame->ipv6.to[0] & 0xffff);
  return (first & 0xffc0) == 0xfe80 || first >= 0xff00 || !(frame->ipv6.to[0] | frame->ipv6.to[1]);
}

/* Hop-by-Hop, Routing, Fragment, Authentication, Destination, Mobility, HIP, Shim6. */
INLINE int is_extension(u32 next)
{
  return next == 0 || next == 43 || next == 44 || next == 51 || next == 60 || next == 135 || next == 139 || next == 140;
}

/* A receiver could take an IPv6 packet for Neighbour Discovery, perhaps behind extension headers. */
INLINE int may_be_nd(const struct frame *frame)
{
  u32 next = frame->ipv6.next;
  return frame->ipv6.hop_limit == ND_HOPS && (next == NEXT_ICMPV6 || is_extension(next));
}
