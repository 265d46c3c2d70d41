/*
 * Where a frame goes at a master with ipvlan slaves: layers/ipvlan/decide.ts and neighbour.ts once more, which are the
 * specification; a test compares the two on many frames. A verdict is `kind << 16 | index`, see verdict.ts.
 */
#pragma once
#include "ipvlan-frame.h"

enum kind { PASS, SLAVE, EVERY, WIRE, STACK, ROUTE, DROP };
/* In the order of DROP_REASONS. */
enum reason {
  MALFORMED,
  FOREIGN_MAC,
  FOREIGN_TYPE,
  FOREIGN_SOURCE,
  FOREIGN_ARP,
  FOREIGN_ND,
  MULTICAST,
  BETWEEN_PRIVATE,
  TO_ITSELF,
  NO_DESTINATION,
  UNROUTED,
  TOO_BIG
};

#define VERDICT(kind, index) ((u32)(kind) << 16 | (index))
#define DROP_FOR(reason) VERDICT(DROP, reason)

#define SOURCE_LINK_LAYER 1
#define TARGET_LINK_LAYER 2
#define OPTION_UNIT 8
#define MOST_OPTIONS 4

struct option {
  u8 type;
  u8 units;
  u16 mac[3];
};

/* All options are whole, and link-layer addresses among them are ours. */
INLINE int names_only(struct __sk_buff *skb, const struct copy *copy, u32 at, u32 end)
{
  for (u32 i = 0; i < MOST_OPTIONS && at < end; i++) {
    struct option option;
    if (load(skb, at, &option, sizeof(option)))
      return 0; /* an option has 8 octets at least */
    u32 length = option.units * OPTION_UNIT;
    if (!length || at + length > end)
      return 0;
    if ((option.type == SOURCE_LINK_LAYER || option.type == TARGET_LINK_LAYER) && !is_ours(copy, option.mac))
      return 0;
    at += length;
  }
  return at == end;
}

/* What a slave may say of addresses by Neighbour Discovery. */
INLINE int nd_of_slave(struct __sk_buff *skb, const struct copy *copy, const struct frame *frame, u32 from)
{
  if (!frame->has_icmpv6)
    return 0;
  u32 type = frame->icmpv6;
  if (type == ROUTER_SOLICITATION)
    return names_only(skb, copy, ICMPV6 + OPTION_UNIT, frame->end);
  if (type != NEIGHBOUR_SOLICITATION && !(type == NEIGHBOUR_ADVERTISEMENT && nd_target_owner(skb) == from))
    return 0;
  return names_only(skb, copy, ND_TARGET + 16, frame->end);
}

INLINE int is_nd(const struct frame *frame)
{
  if (!may_be_nd(frame))
    return 0;
  return !frame->has_icmpv6 || (frame->icmpv6 >= ROUTER_SOLICITATION && frame->icmpv6 <= REDIRECT);
}

/* A probe goes to all, and its sender has no address yet. */
INLINE int arp_of_slave(const struct copy *copy, const struct frame *frame, u32 from, int group)
{
  const struct arp_packet *arp = &frame->arp;
  if (!is_ours(copy, arp->sender_mac))
    return 0;
  if (owner_of_arp(arp->sender_ip) == from)
    return arp->operation == be16(ARP_REQUEST) || arp->operation == be16(ARP_REPLY);
  return is_probe(frame) && group;
}

INLINE int is_solicitation(const struct frame *frame)
{
  return frame->form == FORM_IPV6 && frame->has_icmpv6 && frame->icmpv6 == NEIGHBOUR_SOLICITATION;
}

/* Whose address a request to a group asks for. */
INLINE u32 asked_for(struct __sk_buff *skb, const struct frame *frame)
{
  if (frame->form == FORM_ARP && frame->arp.operation == be16(ARP_REQUEST))
    return owner_of_arp(frame->arp.target_ip);
  return is_solicitation(frame) ? nd_target_owner(skb) : NOBODY;
}

/* The slave that sent a frame, from its source; before it has one, the slave that the address is to be. */
INLINE u32 source_owner(struct __sk_buff *skb, const struct frame *frame)
{
  if (frame->form == FORM_ARP)
    return owner_of_arp(is_probe(frame) ? frame->arp.target_ip : frame->arp.sender_ip);
  if (frame->form == FORM_IPV6 && is_zero(frame->ipv6.from))
    return is_solicitation(frame) ? nd_target_owner(skb) : NOBODY;
  return source_ip_owner(frame);
}

INLINE u32 decide_from_wire(struct __sk_buff *skb, const struct copy *copy)
{
  struct frame frame;
  read_frame(skb, &frame);
  if (frame.form == FORM_CUT || frame.form == FORM_OTHER)
    return VERDICT(PASS, 0);
  int group = is_group_mac(&frame.ethernet);
  if (group ? copy->mode != L2 : !is_ours(copy, frame.ethernet.to))
    return VERDICT(PASS, 0);
  if (frame.form == FORM_ARP && copy->mode != L2)
    return VERDICT(PASS, 0);
  u32 sender = is_ours(copy, frame.ethernet.from) ? source_owner(skb, &frame) : NOBODY;
  if (sender != NOBODY && (copy->flag == PRIVATE || (group && copy->flag == BRIDGE)))
    return VERDICT(PASS, 0);
  u32 to = group ? asked_for(skb, &frame) : destination_owner(&frame);
  if (to != NOBODY)
    return to == sender ? VERDICT(PASS, 0) : VERDICT(SLAVE, to);
  return group ? VERDICT(EVERY, sender) : VERDICT(PASS, 0);
}

INLINE u32 switched(struct __sk_buff *skb, const struct copy *copy, const struct frame *frame, u32 from, int group)
{
  if (group) {
    if (copy->flag != BRIDGE)
      return VERDICT(WIRE, 0);
    u32 asked = asked_for(skb, frame);
    return asked == NOBODY || asked == from ? VERDICT(EVERY, from) : VERDICT(SLAVE, asked);
  }
  if (!is_ours(copy, frame->ethernet.to))
    return VERDICT(WIRE, 0);
  u32 to = destination_owner(frame);
  if (to == from)
    return DROP_FOR(TO_ITSELF);
  if (to != NOBODY && copy->flag == PRIVATE)
    return DROP_FOR(BETWEEN_PRIVATE);
  if (copy->flag == VEPA)
    return VERDICT(WIRE, 0);
  if (to != NOBODY)
    return VERDICT(SLAVE, to);
  return is_no_destination(frame) ? DROP_FOR(NO_DESTINATION) : VERDICT(STACK, 0);
}

INLINE u32 routed(const struct copy *copy, const struct frame *frame, u32 from)
{
  if (is_to_group(frame))
    return DROP_FOR(MULTICAST);
  u32 to = destination_owner(frame);
  if (to == from)
    return DROP_FOR(TO_ITSELF);
  if (to != NOBODY && copy->flag == PRIVATE)
    return DROP_FOR(BETWEEN_PRIVATE);
  if (to != NOBODY && copy->flag == BRIDGE)
    return VERDICT(SLAVE, to);
  return is_no_destination(frame) ? DROP_FOR(NO_DESTINATION) : VERDICT(ROUTE, 0);
}

INLINE u32 decide_from_slave(struct __sk_buff *skb, const struct copy *copy, struct frame *frame, u32 from)
{
  read_frame(skb, frame);
  if (frame->form == FORM_CUT)
    return DROP_FOR(MALFORMED);
  if (!is_ours(copy, frame->ethernet.from))
    return DROP_FOR(FOREIGN_MAC);
  if (frame->form == FORM_OTHER)
    return DROP_FOR(FOREIGN_TYPE);
  int l2 = copy->mode == L2;
  int group = is_group_mac(&frame->ethernet);
  if (!l2) {
    if (group)
      return DROP_FOR(MULTICAST);
    if (frame->form == FORM_ARP)
      return DROP_FOR(FOREIGN_ARP);
  }
  if (frame->form == FORM_ARP) {
    if (!arp_of_slave(copy, frame, from, group))
      return DROP_FOR(FOREIGN_ARP);
  } else {
    /* Before it has an address: duplicate address detection, DHCP, reports of groups. */
    if (source_ip_owner(frame) != from && !(l2 && group && is_unspecified(frame)))
      return DROP_FOR(FOREIGN_SOURCE);
    if (frame->form == FORM_IPV6 && is_nd(frame) && (!l2 || !nd_of_slave(skb, copy, frame, from)))
      return DROP_FOR(FOREIGN_ND);
  }
  return l2 ? switched(skb, copy, frame, from, group) : routed(copy, frame, from);
}
