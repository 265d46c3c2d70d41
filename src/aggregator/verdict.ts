/** Why a port is not in use, or not as it could be: typed, so that words, JSON and tests mean the same. */

import type { MuxState, ReceiveState } from './status.js';

export const CAUSES = [
  'administratively-down',
  'no-carrier',
  'up-delay',
  'down-delay',
  'damped',
  'not-admitted',
  'admitted-by-agg_wc',
  'lacp-off',
  'leaving',
  'gate-closed',
  'gate-collect-only',
  'partner-set-is-us',
  'loop',
  'reflected',
  'duplicate-system',
  'duplicate-partner',
  'one-way',
  'nothing-heard',
  'nobody-speaks',
  'bridge-in-the-way',
  'partner-silent',
  'other-partner',
  'other-key',
  'other-speed',
  'other-system-priority',
  'individual',
  'standby',
  'wait-while',
  'waits-for-others',
  'partner-wrong-about-us',
  'partner-not-in-sync',
  'partner-not-collecting',
  'fallback',
  'partner-assumed',
  'static',
  'lacp-ignored',
  'spanning-tree-waits',
  'spanning-tree-blocks',
  'bridge-loop',
  'actor-churn',
  'partner-churn',
  'flapping',
  'timers-differ',
  'malformed',
  'mtu',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Where the likely repair is to be made. */
export const SIDES = ['here', 'partner', 'link', 'none'] as const;
export type Side = (typeof SIDES)[number];

/** A port as it is, and why. */
export interface PortExplanation {
  readonly veth: string;
  readonly port: string;
  /** It distributes. */
  readonly inUse: boolean;
  readonly receive: ReceiveState;
  readonly mux: MuxState;
  /** Most important first; empty: nothing to say. */
  readonly verdicts: readonly Verdict[];
}

export interface Verdict {
  readonly cause: Cause;
  /** What is so, in words; the status notes are these. */
  readonly text: string;
  /** `remark`: the port is not kept out by it, and the notes do not have it. */
  readonly weight: 'obstacle' | 'condition' | 'remark';
  /** The machine that waits, or decided; and the clause of the standard. */
  readonly machine: 'link' | 'Receive' | 'Selection' | 'Mux' | 'Churn' | 'Periodic' | 'Bridge';
  readonly clause: string;
  /** When it began, on the engine's clock; undefined: not known. */
  readonly since: number | undefined;
  /** The field that differs, with our value and that of the partner or of the active ports. */
  readonly field?: string | undefined;
  readonly own?: string | undefined;
  readonly other?: string | undefined;
  readonly repair: string;
  readonly side: Side;
}
