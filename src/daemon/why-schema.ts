/** `vethcfg why` as it travels over the control socket. */
import { z } from 'zod';
import { CAUSES, SIDES } from '../aggregator/verdict.js';
import { wire } from './status-schema.js';
import type { ToldPort, ToldVerdict, WhyResult } from './why.js';

const text = z.string();

export const whyResultSchema = wire<WhyResult>({
  ports: z.array(
    wire<ToldPort>({
      veth: text,
      port: text,
      inUse: z.boolean(),
      receive: z.enum(['INITIALIZE', 'PORT_DISABLED', 'EXPIRED', 'LACP_DISABLED', 'DEFAULTED', 'CURRENT']),
      mux: z.enum(['DETACHED', 'WAITING', 'ATTACHED', 'COLLECTING', 'DISTRIBUTING', 'COLLECTING_DISTRIBUTING']),
      verdicts: z.array(
        wire<ToldVerdict>({
          cause: z.enum(CAUSES),
          text,
          weight: z.enum(['obstacle', 'condition', 'remark']),
          machine: z.enum(['link', 'Receive', 'Selection', 'Mux', 'Churn', 'Periodic', 'Bridge']),
          clause: text,
          forSeconds: z.number().optional(),
          field: text.optional(),
          own: text.optional(),
          other: text.optional(),
          repair: text,
          side: z.enum(SIDES),
        }),
      ),
    }),
  ),
  process: z.array(text),
});
