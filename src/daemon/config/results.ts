/** What the commands for configurations give, as it travels over the control socket. */
import { z } from 'zod';
import { changeSchema } from './change-schema.js';
import { effectiveDaemon, effectiveInterface } from './effective.js';

export const applyResult = z.looseObject({
  /** What differed, in the order it was shown or carried out; empty: nothing. */
  changes: z.array(changeSchema),
  /** False: only looked. */
  applied: z.boolean(),
  notes: z.array(z.string()),
});

export const saveResult = z.looseObject({
  /** The configuration in force as YAML. */
  text: z.string(),
  /** The daemon's own configuration file, absolute; absent: it has none. */
  file: z.string().optional(),
});

export const effectiveResult = z.looseObject({
  /** vethd itself; absent when something else was asked for, or by an older vethd. */
  vethd: effectiveDaemon.optional(),
  interfaces: z.array(effectiveInterface),
});

export type ApplyResult = z.infer<typeof applyResult>;
export type SaveResult = z.infer<typeof saveResult>;
export type EffectiveResult = z.infer<typeof effectiveResult>;
