/** A slave as `vethcfg link show` gives it. */
import { z } from 'zod';

export const shownLink = z.looseObject({
  name: z.string(),
  /** The master. */
  link: z.string(),
  mode: z.string(),
  flag: z.string(),
  /** `waiting`: the master is not there; `no carrier`: it is not up. */
  state: z.enum(['up', 'no carrier', 'waiting']),
  /** Number of the namespace that it is in, as vethd's own counts; undefined: here. */
  netnsid: z.int().optional(),
  /** Of the slave and its master. */
  mac: z.string().optional(),
  mtu: z.int().optional(),
  /** `duplicateOf`: that one had it first, and nothing is forwarded for it here. */
  addresses: z.array(z.looseObject({ address: z.string(), duplicateOf: z.string().optional() })),
  traffic: z
    .looseObject({ rxFrames: z.number(), rxBytes: z.number(), txFrames: z.number(), txBytes: z.number() })
    .optional(),
  /** What the slave sent that went nowhere, by reason. */
  dropped: z.record(z.string(), z.number()),
  datapath: z.enum(['kernel', 'user']).optional(),
  /** What keeps it from working, with the repair. */
  notes: z.array(z.string()),
});
export type ShownLink = z.infer<typeof shownLink>;

export const linkResult = z.looseObject({ notes: z.array(z.string()), links: z.array(shownLink) });
export type LinkResult = z.infer<typeof linkResult>;
