/*
 * What of the kernel's interface the programs use, declared by ourselves so that no header is needed to build them.
 * All of it is stable user interface (linux/bpf.h, linux/pkt_cls.h), and there since Linux 5.12 or before.
 */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef unsigned long long u64;

/* A frame, as programs see it. Multi-octet protocol fields are in network order. */
struct __sk_buff {
  u32 len; /* octets, without a tag that lies beside the frame */
  u32 pkt_type;
  u32 mark;
  u32 queue_mapping;
  u32 protocol;
  u32 vlan_present; /* the outermost tag lies beside the frame */
  u32 vlan_tci;
  u32 vlan_proto;
  u32 priority;
  u32 ingress_ifindex;
  u32 ifindex;
  u32 tc_index;
  u32 cb[5];
  u32 hash;
  u32 tc_classid;
  u32 data;
  u32 data_end;
  u32 napi_id;
  u32 addresses[13]; /* of sockets; not used */
  u32 data_meta;
  u64 flow_keys;
  u64 tstamp;
  u32 wire_len;
  u32 gso_segs;
  u64 sk;
  u32 gso_size; /* payload of a segment, where the frame is a super-frame; else 0 */
};

_Static_assert(__builtin_offsetof(struct __sk_buff, data) == 76, "as in linux/bpf.h");
_Static_assert(__builtin_offsetof(struct __sk_buff, gso_segs) == 164, "as in linux/bpf.h");
_Static_assert(__builtin_offsetof(struct __sk_buff, gso_size) == 176, "as in linux/bpf.h");

/* Verdicts at a tcx hook; TCX_NEXT: whatever hangs there behind us decides. clsact knows the same numbers. */
#define TCX_NEXT -1
#define TCX_DROP 2
/* __sk_buff.pkt_type: our own frame, on its way out. */
#define PACKET_OUTGOING 4

static void *(*const map_lookup)(const void *map, const void *key) = (void *)1;
static long (*const store)(struct __sk_buff *skb, u32 at, const void *from, u32 length, u64 flags) = (void *)9;
/* The checksum of a header at `at`, of which a word has changed. */
static long (*const mend_checksum)(struct __sk_buff *skb, u32 at, u64 was, u64 is, u64 size) = (void *)10;
static long (*const clone_redirect)(struct __sk_buff *skb, u32 ifindex, u64 flags) = (void *)13;
static long (*const vlan_push)(struct __sk_buff *skb, u16 network_order_type, u16 tci) = (void *)18;
static long (*const redirect)(u32 ifindex, u64 flags) = (void *)23;
/* Fails, and clears `to`, when the frame does not have all of these octets. Knows frames in pieces. */
static long (*const load)(const void *skb, u32 at, void *to, u32 length) = (void *)26;

/* What a route says; the result is one of `enum fib`. In an object with a licence that is compatible with the GPL only. */
struct fib_question;
static long (*const fib_lookup)(struct __sk_buff *skb, struct fib_question *question, s32 length, u32 flags) = (void *)69;
struct next_hop;
/* Leaves by an interface, with the link layer's header that its neighbour needs; waits for the neighbour's address. */
static long (*const redirect_to_neighbour)(u32 ifindex, struct next_hop *hop, s32 length, u64 flags) = (void *)152;

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))

/* Network order; the object is built for little-endian hosts. */
#define be16(x) __builtin_bswap16(x)
#define be32(x) __builtin_bswap32(x)
