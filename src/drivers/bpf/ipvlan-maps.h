/*
 * The maps of one master with ipvlan slaves. ipvlan-layout.ts creates them and knows the same offsets; a change here is
 * a change there, and a new LAYOUT_VERSION.
 *
 * Symbols without a definition: the loader puts a map's descriptor in their place, or, for `table`, the address of the
 * map's one value.
 */
#pragma once
#include "kernel.h"

#define SLAVES 256
/* No slave. */
#define NOBODY 0xffff

/* In the order of MODES and FLAGS in ipvlan-layout.ts. */
enum slave_mode { L2, L3, L3S };
enum slave_flag { BRIDGE, PRIVATE, VEPA };

struct copy {
  u32 mode;
  u32 flag;
  u32 mac[2]; /* the first four octets, then the last two */
  u32 master;
  u32 end; /* no slave has this slot or a later one */
  u32 reserved[2];
  u32 ifindex[SLAVES]; /* of the hidden peer, by slot; 0: none */
};

/* Written by the control plane only. The copy of the lowest bit of the generation is in force. */
struct table {
  u32 generation;
  u32 reserved[3];
  struct copy copy[2];
};

struct address {
  u32 length; /* 4 or 16 */
  u32 word[4];
};

#define COUNTER_WORDS 16

extern struct table table;
extern char slots;     /* HASH: u32 ifindex -> u32 slot */
extern char addresses; /* HASH: struct address -> u32 slot */
extern char drops;     /* PERCPU_ARRAY: u32 slot -> u64[COUNTER_WORDS] by enum reason */

INLINE const struct copy *table_in_force(void)
{
  return &table.copy[*(volatile const u32 *)&table.generation & 1];
}

INLINE u32 owner(const struct address *address)
{
  u32 *slot = map_lookup(&addresses, address);
  return slot ? *slot : NOBODY;
}
