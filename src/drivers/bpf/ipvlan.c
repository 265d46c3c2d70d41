/*
 * ipvlan at one master in the kernel: frames of slaves and for slaves, told apart by IP address.
 *
 *   from_slave   tcx ingress of each slave's hidden peer
 *   from_wire    tcx ingress of the master
 *   classify_slave, classify_wire   for tests: the verdict alone, of the slave whose slot is in skb->mark, of the wire
 *
 * The verdict is that of ipvlan-decide.h. In l3 a packet takes the route of the host, and the frame is sent to the
 * neighbour that this names. It counts as a hop, so that a route back into the slave ends. In l3s the packet goes on into
 * the stack behind the hidden peer, which forwards it through netfilter; what comes for a slave is the stack's to forward.
 */
#include "ipvlan-decide.h"

/* bpf_redirect: to the receiving side of the interface. */
#define INTO 1

enum fib { FIB_FOUND = 0, FIB_NOT_FORWARDED = 4, FIB_NO_NEIGHBOUR = 7, FIB_TOO_BIG = 8 };

#define AF_INET 2
#define AF_INET6 10

/* struct bpf_fib_lookup; `to` becomes the router, and `family` that of its address. */
struct fib_question {
  u8 family;
  u8 protocol;
  u16 ports[2];
  u16 length;
  u32 ifindex;
  u32 service;
  u32 from[4];
  u32 to[4];
  u32 table;
  u32 macs[3];
};
_Static_assert(sizeof(struct fib_question) == 64, "as in linux/bpf.h");

/* struct bpf_redir_neigh */
struct next_hop {
  u32 family;
  u32 ip[4];
};

INLINE void count(u32 slot, u32 reason)
{
  u64 *words = map_lookup(&drops, &slot);
  if (words && reason < COUNTER_WORDS)
    words[reason]++;
}

INLINE u32 peer_of(const struct copy *copy, u32 slot)
{
  return slot < SLAVES ? copy->ifindex[slot] : 0;
}

INLINE void copy_ip(u32 to[4], const u32 from[4])
{
  for (u32 i = 0; i < 4; i++)
    to[i] = from[i];
}

/*
 * A copy to each slave but one. Its slot is read anew each time, from where the verifier knows nothing of it: otherwise
 * every slot that it could be is a case of its own.
 */
INLINE void to_every(struct __sk_buff *skb, const struct copy *copy, u32 but)
{
  volatile u32 *scratch = &skb->cb[0];
  *scratch = but;
  for (u32 slot = 0; slot < SLAVES; slot++) {
    if (slot >= copy->end)
      break;
    u32 ifindex = copy->ifindex[slot];
    if (ifindex && slot != *scratch)
      clone_redirect(skb, ifindex, 0);
  }
}

/* False: it has no hop left. */
INLINE int count_hop(struct __sk_buff *skb, const struct frame *frame)
{
  if (frame->form == FORM_IPV6) {
    u8 hops = frame->ipv6.hop_limit - 1;
    return frame->ipv6.hop_limit > 1 && !store(skb, ETHERNET_HEADER + 7, &hops, sizeof(hops), 0);
  }
  u8 hops = frame->ipv4.time_to_live - 1;
  u16 was = frame->ipv4.time_to_live | (u16)frame->ipv4.protocol << 8;
  u16 is = hops | (u16)frame->ipv4.protocol << 8;
  return frame->ipv4.time_to_live > 1 && !mend_checksum(skb, ETHERNET_HEADER + 10, was, is, sizeof(was)) &&
         !store(skb, ETHERNET_HEADER + 8, &hops, sizeof(hops), 0);
}

INLINE int route(struct __sk_buff *skb, const struct copy *copy, const struct frame *frame, u32 slot)
{
  struct fib_question question = {0};
  question.ifindex = skb->ifindex;
  if (frame->form == FORM_IPV4) {
    question.family = AF_INET;
    question.protocol = frame->ipv4.protocol;
    question.service = frame->ipv4.service;
    question.from[0] = frame->ipv4.from;
    question.to[0] = frame->ipv4.to;
  } else {
    question.family = AF_INET6;
    question.protocol = frame->ipv6.next;
    question.service = frame->ipv6.version_class_label & 0xffffff0f; /* without the version: traffic class, flow label */
    copy_ip(question.from, frame->ipv6.from);
    copy_ip(question.to, frame->ipv6.to);
  }
  long found = fib_lookup(skb, &question, sizeof(question), 0);
  if (found == FIB_NOT_FORWARDED) /* an address of the host; or none that it knows, which is its business too */
    return redirect(copy->master, INTO);
  if ((found == FIB_FOUND || found == FIB_NO_NEIGHBOUR) && count_hop(skb, frame)) {
    struct next_hop hop = {question.family, {0}};
    copy_ip(hop.ip, question.to);
    return redirect_to_neighbour(question.ifindex, &hop, sizeof(hop), 0);
  }
  count(slot, found == FIB_TOO_BIG ? TOO_BIG : UNROUTED);
  return TCX_DROP;
}

SECTION("tcx/from_slave")
int from_slave(struct __sk_buff *skb)
{
  const struct copy *copy = table_in_force();
  u32 ifindex = skb->ifindex;
  u32 *known = map_lookup(&slots, &ifindex);
  if (!known)
    return TCX_DROP;
  u32 slot = *known;
  struct frame frame;
  u32 verdict = decide_from_slave(skb, copy, &frame, slot);
  u32 index = verdict & 0xffff;
  switch (verdict >> 16) {
  case SLAVE:
    return redirect(peer_of(copy, index), 0);
  case EVERY:
    to_every(skb, copy, index);
    return redirect(copy->master, 0);
  case WIRE:
    return redirect(copy->master, 0);
  case STACK:
    return redirect(copy->master, INTO);
  case ROUTE:
    return copy->mode == L3S ? TCX_NEXT : route(skb, copy, &frame, slot);
  default:
    count(slot, index);
    return TCX_DROP;
  }
}

SECTION("tcx/from_wire")
int from_wire(struct __sk_buff *skb)
{
  const struct copy *copy = table_in_force();
  u32 verdict = decide_from_wire(skb, copy);
  u32 index = verdict & 0xffff;
  switch (verdict >> 16) {
  case SLAVE:
    return copy->mode == L3S ? TCX_NEXT : redirect(peer_of(copy, index), 0);
  case EVERY:
    to_every(skb, copy, index);
    return TCX_NEXT;
  default:
    return TCX_NEXT;
  }
}

SECTION("tcx/classify_slave")
int classify_slave(struct __sk_buff *skb)
{
  struct frame frame;
  return decide_from_slave(skb, table_in_force(), &frame, skb->mark);
}

SECTION("tcx/classify_wire")
int classify_wire(struct __sk_buff *skb)
{
  return decide_from_wire(skb, table_in_force());
}
