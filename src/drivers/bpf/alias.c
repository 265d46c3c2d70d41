/*
 * Counts the packets of a main device for itself and its aliases, as src/layers/alias/count-rule.ts specifies:
 *
 *   alias_receive   tcx or clsact ingress of the main device
 *   alias_transmit  its egress
 *   alias_rx, alias_tx  for tests: who it is, and nothing counted
 *
 * Every frame goes on to what hangs behind.
 */
#include "wire.h"

#define MAIN 0xffffffff
#define NOBODY 0xfffffffe
#define AF_INET 2
#define AF_INET6 10

/* Words of `counts`: alias-layout.ts knows the same. */
enum word { RX_PACKETS, RX_OCTETS, TX_PACKETS, TX_OCTETS, SOURCE_PACKETS, SOURCE_OCTETS, COUNT_WORDS };
enum flag_of_owner { OWN_ROUTE = 1 };

struct address {
  u32 family;
  u32 octets[4]; /* as on the wire; zeros behind an IPv4 address */
};

/* A key of `networks`: so many bits of what follows count. */
struct network {
  u32 length;
  struct address address;
};

struct owner {
  u32 slot; /* or MAIN */
  u32 flags;
};

struct packet {
  struct address from;
  struct address to;
};

extern char addresses; /* HASH: struct address -> struct owner */
extern char networks;  /* LPM_TRIE: struct network -> struct owner */
extern char counts;    /* PERCPU_HASH: u32 slot -> u64[COUNT_WORDS] */

/* 0: an IP packet without a VLAN tag. */
INLINE int read_packet(struct __sk_buff *skb, struct packet *packet)
{
  u16 type;
  if (skb->vlan_present || load(skb, ETHERNET_HEADER - sizeof(type), &type, sizeof(type)))
    return -1;
  if (type == be16(TYPE_IPV4)) {
    struct ipv4_header header;
    if (load(skb, ETHERNET_HEADER, &header, sizeof(header)))
      return -1;
    *packet = (struct packet){{AF_INET, {header.from}}, {AF_INET, {header.to}}};
    return 0;
  }
  if (type != be16(TYPE_IPV6))
    return -1;
  struct ipv6_header header;
  if (load(skb, ETHERNET_HEADER, &header, sizeof(header)))
    return -1;
  packet->from.family = packet->to.family = AF_INET6;
  __builtin_memcpy(packet->from.octets, header.from, sizeof(header.from));
  __builtin_memcpy(packet->to.octets, header.to, sizeof(header.to));
  return 0;
}

INLINE u32 receiver_of(struct __sk_buff *skb)
{
  struct packet packet;
  if (read_packet(skb, &packet))
    return NOBODY;
  const struct owner *owner = map_lookup(&addresses, &packet.to);
  if (!owner) {
    struct network source = {8 * sizeof(struct address), packet.from};
    owner = map_lookup(&networks, &source);
  }
  return owner ? owner->slot : MAIN;
}

INLINE const struct owner *sender_of(struct __sk_buff *skb)
{
  struct packet packet;
  if (read_packet(skb, &packet))
    return 0;
  const struct owner *owner = map_lookup(&addresses, &packet.from);
  return owner && owner->slot != MAIN ? owner : 0;
}

SECTION("tcx/alias_receive")
int alias_receive(struct __sk_buff *skb)
{
  u32 slot = receiver_of(skb);
  u64 *words = map_lookup(&counts, &slot);
  if (words) {
    struct wire wire = on_the_wire(skb);
    words[RX_PACKETS] += wire.frames;
    words[RX_OCTETS] += wire.octets;
  }
  return TCX_NEXT;
}

SECTION("tcx/alias_transmit")
int alias_transmit(struct __sk_buff *skb)
{
  const struct owner *owner = sender_of(skb);
  if (!owner)
    return TCX_NEXT;
  u32 slot = owner->slot;
  u64 *words = map_lookup(&counts, &slot);
  if (!words)
    return TCX_NEXT;
  struct wire wire = on_the_wire(skb);
  words[SOURCE_PACKETS] += wire.frames;
  words[SOURCE_OCTETS] += wire.octets;
  if (owner->flags & OWN_ROUTE) {
    words[TX_PACKETS] += wire.frames;
    words[TX_OCTETS] += wire.octets;
  }
  return TCX_NEXT;
}

SECTION("tcx/alias_rx")
int alias_rx(struct __sk_buff *skb)
{
  return receiver_of(skb);
}

/* The highest bit: through the alias. */
SECTION("tcx/alias_tx")
int alias_tx(struct __sk_buff *skb)
{
  const struct owner *owner = sender_of(skb);
  if (!owner)
    return NOBODY;
  return owner->slot | (owner->flags & OWN_ROUTE ? 1u << 31 : 0);
}
