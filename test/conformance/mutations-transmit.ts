/** Wrong in when it speaks, and in how it answers markers. */
import type { PortVariables } from '../../src/lacp/variables.js';
import { isLacp, type Mutation, octet, received } from './mutation.js';

type V = PortVariables;

export const transmitMutations: readonly Mutation[] = [
  {
    name: 'slow is 20 s',
    engine: () => ({ periodicTime: (v: V) => (v.Partner_Oper.State.LACP_Timeout ? 1_000 : 20_000) }),
    fails: ['P-01'],
    passes: ['P-02', 'P-03'],
  },
  {
    name: 'fast is 1.5 s',
    engine: () => ({ periodicTime: (v: V) => (v.Partner_Oper.State.LACP_Timeout ? 1_500 : 30_000) }),
    fails: ['P-02'],
    passes: ['P-01', 'P-04'],
  },
  {
    name: 'slow to fast is noticed at the next turn',
    machine: {
      guards: {
        Partner_LACP_Timeout_SHORT: ({ context: v, event }) =>
          v.Partner_Oper.State.LACP_Timeout && event.type === 'periodic_timer_expired',
      },
    },
    fails: ['P-03'],
    passes: ['P-01', 'P-02', 'P-04'],
  },
  {
    name: 'the rate asked for is not heeded',
    engine: () => ({ periodicTime: () => 1_000 }),
    machine: {
      guards: {
        Partner_LACP_Timeout_SHORT: () => true,
        Partner_LACP_Timeout_LONG: () => false,
      },
    },
    fails: ['P-01', 'P-04'],
    passes: ['P-02'],
  },
  {
    name: 'passive speaks first',
    engine: () => ({ periodicDisabled: (v: V) => !v.LACP_Enabled || !v.port_enabled }),
    fails: ['P-05', 'P-07', 'P-10'],
    passes: ['P-06', 'R-13'],
  },
  {
    name: 'passive never speaks',
    engine: () => ({
      periodicDisabled: (v: V) => !v.LACP_Enabled || !v.port_enabled || !v.Actor_Oper.State.LACP_Activity,
    }),
    fails: ['P-06', 'P-07'],
    passes: ['P-05', 'P-02'],
  },
  {
    name: 'no limit of three a second',
    engine: () => ({ transmitAllowedAt: (_: V, now: number) => now }),
    fails: ['P-08', 'V-13'],
    passes: ['P-09', 'X-13'],
  },
  {
    name: 'every LACPDU 0.7 s late',
    engine: () => ({ transmitAllowedAt: (_: V, now: number) => now + 700 }),
    fails: ['P-09', 'X-09', 'X-01'],
    passes: ['P-08', 'P-05'],
  },
  {
    name: 'markers are not answered',
    frames: () => (frame, direction) => (direction === 'sent' && !isLacp(frame) ? [] : [frame]),
    fails: ['K-01', 'K-02'],
    passes: ['K-05'],
  },
  {
    name: 'markers are answered with another transaction',
    frames: () => (frame, direction) => {
      const copy = frame.slice();
      if (direction === 'sent' && !isLacp(copy)) copy[29] = octet(copy, 29) ^ 1;
      return [copy];
    },
    fails: ['K-01'],
    passes: ['K-02', 'K-04'],
  },
  {
    name: 'all markers are answered',
    engine: () => ({ spendMarkerBudget: () => [] }),
    fails: ['K-02'],
    passes: ['K-01', 'K-05'],
  },
  {
    name: 'markers of any form are answered',
    frames: received((frame) => {
      if (frame[14] !== 2 || frame[16] !== 1) return frame;
      const whole = new Uint8Array(124);
      whole.set(frame.subarray(0, 124));
      whole[17] = 16;
      return whole;
    }),
    fails: ['K-04'],
    passes: ['K-01', 'K-05'],
  },
  {
    name: 'marker responses are answered',
    frames: received((frame) => {
      if (frame[14] === 2) frame[16] = 1;
      return frame;
    }),
    fails: ['K-05'],
    passes: ['K-01', 'K-04'],
  },
];
