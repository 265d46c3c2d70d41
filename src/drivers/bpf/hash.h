/* The hash: hash.ts once more, which is the specification and explains it. */
#pragma once
#include "flow-key.h"
#include "maps.h"

#define SEED 0x5eed5eed

INLINE u32 mix(u32 h, u32 w)
{
  u32 x = (h ^ w) + 0x9e3779b9;
  x ^= x >> 16;
  x *= 0x7feb352d;
  x ^= x >> 15;
  x *= 0x846ca68b;
  return x ^ x >> 16;
}

INLINE u32 mix_mac(u32 h, const u32 mac[2])
{
  return mix(mix(h, mac[0]), mac[1]);
}

INLINE u32 mix_ip(u32 h, const u32 ip[4])
{
  return mix(mix(mix(mix(h, ip[0]), ip[1]), ip[2]), ip[3]);
}

INLINE u32 hash_key(const struct copy *copy, const struct flow_key *key)
{
  u32 policy = copy->policy;
  u32 seed = SEED ^ copy->seed;
  if (policy == MAC_XOR)
    return key->from_mac[1] ^ key->to_mac[1] ^ copy->seed;
  if (policy == VLAN_SRCMAC)
    return mix(mix_mac(seed, key->from_mac) + seed, key->tags);
  if (key->is_ip && (policy == LAYER3_4 || policy == ENCAP3_4)) {
    u32 from = mix(mix_ip(seed, key->from_ip), key->from_port);
    u32 to = mix(mix_ip(seed, key->to_ip), key->to_port);
    u32 hash = mix(mix(from + to, key->type), key->protocol);
    return copy->flags & FLOW_LABEL && key->type == TYPE_IPV6 ? mix(hash, key->label) : hash;
  }
  u32 from = mix_mac(seed, key->from_mac);
  u32 to = mix_mac(seed, key->to_mac);
  if (key->is_ip && policy != LAYER2) {
    from = mix_ip(from, key->from_ip);
    to = mix_ip(to, key->to_ip);
  }
  return mix(mix(from + to, key->type), key->tags);
}

INLINE struct wanted wanted_for(const struct copy *copy, int direct)
{
  u32 policy = copy->policy;
  return (struct wanted){
    .network = policy != LAYER2 && policy != VLAN_SRCMAC && policy != MAC_XOR,
    .inner = policy == ENCAP2_3 || policy == ENCAP3_4,
    .direct = direct,
  };
}

/* The bucket of a frame; 0 while no port distributes, because then nothing goes anywhere. */
INLINE u32 bucket_of(struct __sk_buff *skb, const struct copy *copy, int direct)
{
  if (!(copy->flags & ACTIVE))
    return 0;
  struct flow_key key;
  read_flow_key(skb, &key, wanted_for(copy, direct));
  return forget_origin(skb, hash_key(copy, &key)) % BUCKETS;
}
