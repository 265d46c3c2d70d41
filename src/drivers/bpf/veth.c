/*
 * Frame Distributor and Collector of one virtual interface in the kernel: 802.3ad-2000 43.2.3, 43.2.4.
 *
 *   transmit   tcx ingress of the hidden peer: a frame of the host to the port of its bucket
 *   receive    tcx ingress of each port: a frame of a COLLECTING port to the host
 *   capture_transmit, capture_receive   filters of the packet sockets by which user space takes frames, see below
 *   classify, classify_filter   for tests: the bucket, of a frame at tcx or at a packet socket
 *
 * Capture. User space needs frames of buckets that are held, and all frames in user mode. A packet socket sees a frame
 * before the tcx hook does, so the filter alone decides, and tells the program that the same frame meets next on the
 * same CPU: by its interface in `captured`, or 0. What user space has is dropped there, everything else goes its way.
 * So no frame is lost or doubled, whatever changes in between, and without a socket nothing waits for user space.
 *
 * While frames of a bucket (or of a port) are with user space, newer ones follow them there (`pending`): their order
 * is kept when the bucket is let go.
 */
#include "hash.h"
#include "wire.h"

#define AT_TCX 1
#define AT_SOCKET 0

#define TAKE_WHOLE 0xffffffff
#define LEAVE 0

/* Not to be forwarded: a slow-protocols frame, unless it passes. With a tag it is a frame like any other. */
INLINE int is_ours(const struct __sk_buff *skb, const struct copy *copy)
{
  return skb->protocol == be16(TYPE_SLOW) && !skb->vlan_present && !(copy->flags & TRANSPARENT);
}

/* `word`: RX_FRAMES or TX_FRAMES; the octets are counted in the word behind. */
INLINE void count_frames(u32 slot, u32 word, struct wire wire)
{
  u64 *words = map_lookup(&counters, &slot);
  if (!words)
    return;
  words[word] += wire.frames;
  words[word + 1] += wire.octets;
}

/* What the filter said of this frame. */
INLINE int take_captured(const struct __sk_buff *skb)
{
  u32 zero = 0;
  u32 *word = map_lookup(&captured, &zero);
  if (!word || !*word)
    return 0;
  int this_one = *word == skb->ifindex;
  *word = 0;
  return this_one;
}

INLINE u32 say_captured(const struct __sk_buff *skb, int is_captured)
{
  u32 zero = 0;
  u32 *word = map_lookup(&captured, &zero);
  if (!word)
    return LEAVE;
  *word = is_captured ? skb->ifindex : 0;
  return is_captured ? TAKE_WHOLE : LEAVE;
}

SECTION("tcx/transmit")
int transmit(struct __sk_buff *skb)
{
  if (take_captured(skb))
    return TCX_DROP;
  const struct copy *copy = table_in_force();
  if (is_ours(skb, copy)) {
    count(COUNTERS_OF_INTERFACE, TX_SLOW_PROTOCOLS, 1);
    return TCX_DROP;
  }
  u32 bucket = bucket_of(skb, copy, AT_TCX);
  struct wire wire = on_the_wire(skb);
  s32 entry = copy->buckets[bucket];
  u32 slot = (entry < 0 ? -entry : entry) - 1;
  u32 port = slot < PORTS ? copy->ifindex[slot] : 0;
  if (!port) {
    count(COUNTERS_OF_INTERFACE, TX_NO_PORT, wire.frames);
    return TCX_DROP;
  }
  count_frames(slot, TX_FRAMES, wire);
  u32 zero = 0;
  u64 *octets = map_lookup(&bucket_bytes, &zero);
  if (octets)
    octets[bucket] += wire.octets;
  return redirect(port, 0);
}

SECTION("tcx/receive")
int receive(struct __sk_buff *skb)
{
  if (take_captured(skb))
    return TCX_DROP;
  const struct copy *copy = table_in_force();
  if (is_ours(skb, copy))
    return TCX_NEXT;
  u32 ifindex = skb->ifindex;
  u32 *known = map_lookup(&slots, &ifindex);
  u32 slot = known ? *known : PORTS;
  if (slot >= PORTS) {
    count(COUNTERS_OF_INTERFACE, RX_NO_SLOT, 1);
    return TCX_DROP;
  }
  u32 flags = copy->port_flags[slot];
  struct wire wire = on_the_wire(skb);
  if (!(flags & COLLECTING)) {
    count(slot, RX_NOT_COLLECTING, wire.frames);
    return TCX_DROP;
  }
  if (flags & DISCARD_WRONG) {
    s32 entry = copy->buckets[bucket_of(skb, copy, AT_TCX)];
    if ((entry < 0 ? -entry : entry) != (s32)slot + 1) {
      count(slot, RX_WRONG_CONVERSATION, wire.frames);
      return TCX_DROP;
    }
  }
  count_frames(slot, RX_FRAMES, wire);
  return redirect(table.host_ifindex, 0);
}

SECTION("socket/capture_transmit")
int capture_transmit(struct __sk_buff *skb)
{
  if (skb->pkt_type == PACKET_OUTGOING)
    return LEAVE;
  const struct copy *copy = table_in_force();
  if (is_ours(skb, copy))
    return say_captured(skb, 0);
  u32 bucket = bucket_of(skb, copy, AT_SOCKET);
  u32 *waiting = &pending.bucket[bucket];
  int capture = copy->mode == MODE_USER || copy->buckets[bucket] < 0 || *(volatile u32 *)waiting > 0;
  if (capture)
    __sync_fetch_and_add(waiting, 1);
  return say_captured(skb, capture);
}

SECTION("socket/capture_receive")
int capture_receive(struct __sk_buff *skb)
{
  if (skb->pkt_type == PACKET_OUTGOING)
    return LEAVE;
  u32 ifindex = skb->ifindex;
  u32 *known = map_lookup(&slots, &ifindex);
  u32 slot = known ? *known : PORTS;
  const struct copy *copy = table_in_force();
  if (slot >= PORTS || is_ours(skb, copy))
    return say_captured(skb, 0);
  u32 *waiting = &pending.port[slot];
  int capture = copy->mode == MODE_USER || *(volatile u32 *)waiting > 0;
  if (capture)
    __sync_fetch_and_add(waiting, 1);
  return say_captured(skb, capture);
}

/* mark: a tag (type << 16 | control information) to be put beside the frame first, as hardware does. */
SECTION("tcx/classify")
int classify(struct __sk_buff *skb)
{
  u32 tag = skb->mark;
  if (tag && vlan_push(skb, be16(tag >> 16), tag & 0xffff))
    return -1;
  return bucket_of(skb, table_in_force(), AT_TCX);
}

SECTION("socket/classify_filter")
int classify_filter(struct __sk_buff *skb)
{
  return bucket_of(skb, table_in_force(), AT_SOCKET);
}
