/** `vethcfg why`: the engine's verdicts, and what only the daemon knows: other links of the namespace, and its own lateness. */
import type { LinkFacts } from '../aggregator/io.js';
import type { PortExplanation, Verdict } from '../aggregator/verdict.js';
import type { LatenessReport } from './lateness.js';

/** A verdict as it travels: for how many seconds it has been so, instead of a time on the engine's clock. */
export interface ToldVerdict extends Omit<Verdict, 'since'> {
  readonly forSeconds?: number | undefined;
}

export interface ToldPort extends Omit<PortExplanation, 'verdicts'> {
  readonly verdicts: readonly ToldVerdict[];
}

export interface WhyResult {
  readonly ports: readonly ToldPort[];
  /** Of vethd itself, in words. */
  readonly process: readonly string[];
}

/** As in the log: from here on partners may give our ports up. */
const LATE_MS = 1_000;
const LATELY_MS = 60_000;

export function whyResult(
  ports: readonly PortExplanation[],
  links: readonly LinkFacts[],
  lateness: LatenessReport,
  now: number,
): WhyResult {
  return {
    ports: ports.map((port) => ({
      ...port,
      verdicts: port.verdicts.map((verdict) =>
        told(verdict.cause === 'nothing-heard' ? mayBeBridged(verdict, port, links) : verdict, now),
      ),
    })),
    process: lateness.worst >= LATE_MS && lateness.worstAgo < LATELY_MS ? [lateText(lateness)] : [],
  };
}

/** `now`: on the clock of the verdict. */
export const told = ({ since, ...verdict }: Verdict, now: number): ToldVerdict => ({
  ...verdict,
  ...(since !== undefined && { forSeconds: Math.max(0, Math.round((now - since) / 1_000)) }),
});

/** Certain where the far end of the cable, or the device below the port, is in this namespace and has a master. */
function mayBeBridged(verdict: Verdict, { port }: PortExplanation, links: readonly LinkFacts[]): Verdict {
  const own = links.find(({ name }) => name === port);
  const far = links.find(({ ifindex }) => ifindex === own?.lower);
  const master = links.find(({ ifindex }) => ifindex === far?.master);
  if (far === undefined || master === undefined) return verdict;
  const repair =
    `${far.name}, where the link leads, is a port of ${master.name} in this namespace; a bridge swallows frames to ` +
    `01-80-C2-00-00-02: take ${far.name} out of it, or let them pass by group_fwd_mask of its ports`;
  return { ...verdict, cause: 'bridge-in-the-way', repair, side: 'here' };
}

const lateText = ({ worst, worstAgo }: LatenessReport): string =>
  `the control loop ran ${Math.round(worst)} ms late ${Math.round(worstAgo / 1_000)} s ago: partners may give our ports ` +
  'up after 3000 ms; see what takes the processor';
