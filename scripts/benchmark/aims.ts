/** What was aimed at, as it was printed before anything was measured, and what became of it. */
import { bpfNs, noise, ratiosTo } from './report/speed-figures.js';
import {
  EMPTY_PROGRAM,
  type Failover,
  type FailoverCase,
  type FailoverPath,
  type Measure,
  type Results,
  type Speed,
} from './results.js';
import { median, range, type Spread, spread } from './statistics.js';
import type { VariantId } from './variants/variant.js';

export type Verdict = 'reached' | 'not reached' | 'undecided' | 'not measured';

export interface Bound {
  readonly kind: 'at least' | 'at most';
  readonly value: number;
}

export interface Outcome {
  readonly text: string;
  readonly verdict: Verdict;
}

export interface AimRow {
  readonly path: 'kernel' | 'user';
  readonly what: string;
  readonly aim: string;
  /** With one link, and with four where that differs. */
  readonly outcomes: readonly Outcome[];
}

/**
 * The median decides. Except where aim and median both lie where the raw link lies against itself: nobody can tell such
 * a median from the aim.
 */
export function verdict(values: readonly number[], { kind, value }: Bound, noise?: Spread): Verdict {
  const of = spread(values);
  if (of === undefined) return 'not measured';
  const inside = (number: number) => noise !== undefined && number >= noise.min && number <= noise.max;
  if (inside(value) && inside(of.median)) return 'undecided';
  return (kind === 'at least' ? of.median >= value : of.median <= value) ? 'reached' : 'not reached';
}

const atLeast = (value: number): Bound => ({ kind: 'at least', value });
const atMost = (value: number): Bound => ({ kind: 'at most', value });

type Path = 'kernel' | 'user';

interface RatioAim {
  readonly path: Path;
  readonly measure: Measure;
  readonly base: VariantId;
  readonly bound: Bound;
}

const RATIO_AIMS: readonly RatioAim[] = [
  { path: 'kernel', measure: 'tcp8', base: 'raw', bound: atLeast(0.95) },
  { path: 'kernel', measure: 'tcp1', base: 'raw', bound: atLeast(0.95) },
  { path: 'kernel', measure: 'packets', base: 'raw', bound: atLeast(0.9) },
  { path: 'kernel', measure: 'roundTrip', base: 'raw', bound: atMost(1.1) },
  { path: 'kernel', measure: 'tcp8', base: 'ovs', bound: atLeast(25) },
  { path: 'kernel', measure: 'tcp1', base: 'ovs', bound: atLeast(25) },
  { path: 'user', measure: 'tcp8', base: 'raw', bound: atLeast(0.3) },
  { path: 'user', measure: 'tcp1', base: 'raw', bound: atLeast(0.3) },
  { path: 'user', measure: 'tcp8', base: 'ovs', bound: atLeast(8) },
  { path: 'user', measure: 'tcp1', base: 'ovs', bound: atLeast(8) },
  { path: 'user', measure: 'packets', base: 'raw', bound: atLeast(0.5) },
  { path: 'user', measure: 'packets', base: 'ovs', bound: atLeast(2.5) },
];

export const MEASURE_TITLES: Readonly<Record<Measure, string>> = {
  tcp1: 'TCP, 1 stream',
  tcp8: 'TCP, 8 streams',
  packets: '64-byte UDP packets/s',
  roundTrip: 'round trip',
  iperfPackets: '64-byte UDP packets/s by iperf3',
};

/** Cost of our programs, nanoseconds a packet, each direction. */
const BPF_NS = atMost(150);
/** From the kernel's word about a link to the rewritten table, in milliseconds. */
const TABLE_MS = atMost(2);
const NOTHING_LOST = atMost(0);

export function aimRows({ speed, failover }: Results): AimRow[] {
  return [...(speed === undefined ? [] : speedAims(speed)), ...(failover === undefined ? [] : failoverAims(failover))];
}

function speedAims(speed: Speed): AimRow[] {
  const groups = (path: Path): VariantId[] => [`${path}1`, `${path}4`];
  const ratio = RATIO_AIMS.map(({ path, measure, base, bound }): AimRow => {
    const band = base === 'raw' ? noise(speed, measure) : undefined;
    return {
      path,
      what: `${MEASURE_TITLES[measure]} / ${base === 'raw' ? 'raw link' : 'Open vSwitch'}`,
      aim: `${bound.kind} ${bound.value}`,
      outcomes: groups(path).map((variant) => {
        const those = ratiosTo(speed, variant, base, measure);
        return { text: range(those, base === 'raw' ? 2 : 1), verdict: verdict(those, bound, band) };
      }),
    };
  });
  const programs = (['transmit', 'receive'] as const).flatMap((direction) =>
    [false, true].map((less): AimRow => {
      return {
        path: 'kernel',
        what: `BPF programs, ns a packet, ${direction}${less ? ', less an empty program' : ''}`,
        aim: `${BPF_NS.kind} ${BPF_NS.value}`,
        outcomes: groups('kernel').map((variant) => {
          const counting = less ? median(bpfNs(speed, variant, EMPTY_PROGRAM)) : 0;
          const those = bpfNs(speed, variant, `veth_${direction}`).map((ns) => ns - counting);
          const known = those.filter(Number.isFinite);
          return { text: range(known, 0), verdict: verdict(known, BPF_NS) };
        }),
      };
    }),
  );
  return [...ratio.slice(0, 4), ...programs, ...ratio.slice(4)];
}

function failoverAims(failover: Failover): AimRow[] {
  const of = (path: FailoverPath, which: FailoverCase) =>
    failover.samples.filter((sample) => sample.path === path && sample.case === which);
  const cases: readonly (readonly [FailoverCase, string])[] = [
    ['linkDown', 'link down to new table, ms'],
    ['farEndDown', 'carrier lost to new table, ms'],
    ['gate', 'gate closed, frames lost'],
    ['removal', 'port removed, frames lost'],
  ];
  return (['kernel', 'user'] as const).flatMap((path) =>
    cases.map(([which, what]): AimRow => {
      const planned = which === 'gate' || which === 'removal';
      const bound = planned ? NOTHING_LOST : TABLE_MS;
      const samples = of(path, which);
      const those = planned ? samples.map(({ lost }) => lost) : samples.flatMap(({ tableMs }) => tableMs ?? []);
      // Nothing lost means never.
      const deciding = planned && those.length > 0 ? [Math.max(...those)] : those;
      return {
        path,
        what,
        aim: planned ? 'none' : `${bound.kind} ${bound.value}`,
        outcomes: [{ text: range(those, planned ? 0 : 2), verdict: verdict(deciding, bound) }],
      };
    }),
  );
}
