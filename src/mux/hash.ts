/** Hash policies: which part of a frame tells its conversation. */
export const HASH_POLICIES = ['layer2', 'layer2+3', 'layer3+4'] as const;
export type HashPolicy = (typeof HASH_POLICIES)[number];
