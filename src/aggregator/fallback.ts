/**
 * Fallback: ports on which nobody speaks LACP are used all the same, for a switch without LACP or a host that boots
 * from the network. A port in fallback takes for granted a partner that is in sync, collects and distributes, until a
 * valid LACPDU is heard on any port of the interface: then none is in fallback any more, in the same moment, so that
 * ports with and without a partner never forward together.
 */
import type { PortInformation } from '../lacp/variables.js';

export const FALLBACKS = ['none', 'one', 'all'] as const;
/** Which ports may be used without a partner. `one`: that with the best Port_Priority, which stays while it can. */
export type Fallback = (typeof FALLBACKS)[number];

export interface FallbackPort {
  readonly number: number;
  /** Port_Priority, lower is better. */
  readonly priority: number;
  readonly enabled: boolean;
  /** A partner has spoken, and was not given up. */
  readonly heard: boolean;
  /** Given up waiting for a partner, selected, and free to forward. */
  readonly eligible: boolean;
  /** In fallback now. */
  readonly fallback: boolean;
}

export interface FallbackRules {
  readonly fallback: Fallback;
  /** For how long nobody must have been heard, in ms. */
  readonly delay: number;
}

export interface FallbackChoice {
  readonly chosen: ReadonlySet<number>;
  /** Since when there are links and nobody is heard on any; undefined: that is not so. */
  readonly aloneSince: number | undefined;
  /** When to ask again though nothing else happens. */
  readonly deadline: number | undefined;
}

const NONE: ReadonlySet<number> = new Set();

/** `aloneSince`: of the choice before. */
export function chooseFallback(
  ports: readonly FallbackPort[],
  { fallback, delay }: FallbackRules,
  aloneSince: number | undefined,
  now: number,
): FallbackChoice {
  const enabled = ports.filter((port) => port.enabled);
  if (enabled.length === 0 || enabled.some((port) => port.heard)) {
    return { chosen: NONE, aloneSince: undefined, deadline: undefined };
  }
  const since = aloneSince ?? now;
  const eligible = enabled.filter((port) => port.eligible);
  if (fallback === 'none' || eligible.length === 0) return { chosen: NONE, aloneSince: since, deadline: undefined };
  if (now < since + delay) return { chosen: NONE, aloneSince: since, deadline: since + delay };
  const inOrder = eligible.toSorted(
    (a, b) => Number(b.fallback) - Number(a.fallback) || a.priority - b.priority || a.number - b.number,
  );
  const chosen = fallback === 'all' ? inOrder : inOrder.slice(0, 1);
  return { chosen: new Set(chosen.map(({ number }) => number)), aloneSince: since, deadline: undefined };
}

/** The partner that a port in fallback takes for granted: as it is set, and ready. */
export const assumedPartner = (set: PortInformation): PortInformation => ({
  ...set,
  State: { ...set.State, Synchronization: true, Collecting: true, Distributing: true },
});
