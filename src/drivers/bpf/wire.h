/* Frames and octets as on the wire (without FCS): a super-frame counts as the frames that it is cut into. */
#pragma once
#include "flow-key.h"

#define TAG 4
#define TCP 6
#define TCP_OFFSET 12
/* The segments are listed, not cut: SCTP. */
#define GSO_BY_FRAGS 0xffff

struct wire {
  u32 frames;
  u64 octets;
};

/*
 * Octets that each segment of a super-frame repeats: all headers to the innermost, with a tag beside the frame. 0: not
 * known. Reads the
 * frame once more for it, which is little beside a super-frame and keeps all others short.
 */
INLINE u32 header_of_segments(struct __sk_buff *skb)
{
  struct flow_key key;
  read_flow_key(skb, &key, (struct wanted){.network = 1, .inner = 1, .direct = 0});
  if (!key.has_transport)
    return 0;
  u32 header = UDP_HEADER;
  if (key.protocol == TCP) {
    u8 offset;
    if (load(skb, key.transport + TCP_OFFSET, &offset, sizeof(offset)))
      return 0;
    header = (offset >> 4) * 4;
  }
  return key.transport + header + (skb->vlan_present ? TAG : 0);
}

INLINE struct wire on_the_wire(struct __sk_buff *skb)
{
  struct wire wire = {1, skb->len + (skb->vlan_present ? TAG : 0)};
  u32 size = skb->gso_size;
  if (!size)
    return wire;
  u32 header = forget_origin(skb, header_of_segments(skb));
  if (!header || header >= wire.octets)
    return wire;
  /* Not gso_segs: it is 0 for super-frames that come from a packet socket or a virtual machine. */
  u32 payload = wire.octets - header;
  u32 frames = size == GSO_BY_FRAGS ? skb->gso_segs : (payload + size - 1) / size;
  if (frames > 1) {
    wire.frames = frames;
    wire.octets += (u64)(frames - 1) * header;
  }
  return wire;
}
