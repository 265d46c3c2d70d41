/** A difference between two configurations, as it travels over the control socket. */
import { z } from 'zod';

/** `from` is absent where something is added: its options then stand against their defaults. */
const optionChange = z.object({ option: z.string(), from: z.string().optional(), to: z.string() });

export const changeSchema = z.object({
  action: z.enum(['add', 'change', 'remove']),
  /** What it is when it is no interface of ports: `alias`. */
  layer: z.string().optional(),
  /** `vethd`: vethd itself. */
  veth: z.string(),
  /** Absent: the interface itself. */
  port: z.string().optional(),
  options: z.array(optionChange),
});

export type Change = z.infer<typeof changeSchema>;
export type OptionChange = z.infer<typeof optionChange>;
