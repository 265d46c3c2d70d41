/*
 * The maps of one virtual interface. map-layout.ts creates them and knows the same offsets; a change here is a change
 * there, and a new LAYOUT_VERSION.
 *
 * Symbols without a definition: the loader puts a map's descriptor in their place, or, for `table` and `pending`,
 * the address of the map's one value.
 */
#pragma once
#include "kernel.h"

#define BUCKETS 4096
#define PORTS 256

enum mode { MODE_KERNEL = 0, MODE_USER = 1 };
/* In the order of HASH_POLICIES in hash.ts. */
enum policy { LAYER2, LAYER2_3, LAYER3_4, ENCAP2_3, ENCAP3_4, VLAN_SRCMAC, MAC_XOR };
enum flag { ACTIVE = 1, FLOW_LABEL = 2, TRANSPARENT = 4 };
enum port_flag { COLLECTING = 1, DISCARD_WRONG = 2 };

struct copy {
  u32 mode;
  u32 policy;
  u32 seed;
  u32 flags;
  s32 buckets[BUCKETS]; /* slot + 1; negative: held for it; 0: no port */
  u32 ifindex[PORTS];   /* by slot; 0: none */
  u32 port_flags[PORTS];
};

/* Written by the control plane only. The copy of the lowest bit of the generation is in force. */
struct table {
  u32 generation;
  u32 host_ifindex;
  u32 reserved[2];
  struct copy copy[2];
};

/* Frames that user space has been given and has not yet sent. We add, user space subtracts. */
struct pending {
  u32 bucket[BUCKETS];
  u32 port[PORTS]; /* by slot: received frames */
};

/* Words of `counters`, whose entries are the ports by slot, and last the interface. Frames and octets of the wire. */
#define COUNTER_WORDS 8
#define COUNTERS_OF_INTERFACE PORTS
enum port_counter { RX_FRAMES, RX_BYTES, TX_FRAMES, TX_BYTES, RX_NOT_COLLECTING, RX_WRONG_CONVERSATION };
enum interface_counter { TX_NO_PORT, TX_SLOW_PROTOCOLS, RX_NO_SLOT };

extern struct table table;
extern struct pending pending;
extern char slots;        /* HASH: u32 ifindex -> u32 slot */
extern char counters;     /* PERCPU_ARRAY: u32 slot -> u64[COUNTER_WORDS] */
extern char bucket_bytes; /* PERCPU_ARRAY: 0 -> u64[BUCKETS], octets sent */
extern char captured;     /* PERCPU_ARRAY: 0 -> u32 */

INLINE const struct copy *table_in_force(void)
{
  return &table.copy[*(volatile const u32 *)&table.generation & 1];
}

INLINE void count(u32 entry, u32 word, u64 more)
{
  u64 *words = map_lookup(&counters, &entry);
  if (words)
    words[word] += more;
}
