/* Frames and octets as on the wire (without FCS): a super-frame counts as the frames that it is cut into. */
#pragma once
#include "flow-key.h"

#define TAG 4
#define TCP 6
#define TCP_OFFSET 12
#define UDP_HEADER 8
/* The segments are listed, not cut: SCTP. */
#define GSO_BY_FRAGS 0xffff

struct wire {
  u32 frames;
  u64 octets;
};

/* `key` must have been read with the network layer when the frame is a super-frame. */
INLINE struct wire on_the_wire(struct __sk_buff *skb, const struct flow_key *key)
{
  u32 tag = skb->vlan_present ? TAG : 0;
  u32 length = skb->len;
  u32 size = skb->gso_size;
  struct wire wire = {1, length + tag};
  if (!size)
    return wire;
  u32 header = key->transport + UDP_HEADER;
  if (key->protocol == TCP) {
    u8 offset;
    if (load(skb, key->transport + TCP_OFFSET, &offset, sizeof(offset)))
      return wire;
    header = key->transport + (offset >> 4) * 4;
  }
  if (!key->transport || header >= length)
    return wire;
  /* Not gso_segs: it is 0 for super-frames that come from a packet socket or a virtual machine. */
  wire.frames = size == GSO_BY_FRAGS ? skb->gso_segs : (length - header + size - 1) / size;
  if (wire.frames > 1)
    wire.octets += (u64)(wire.frames - 1) * (header + tag);
  else
    wire.frames = 1;
  return wire;
}
