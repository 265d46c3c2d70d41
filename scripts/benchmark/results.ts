/** What a run leaves: the JSON file, from which tables, plots and the document are made. */
import type { MachineDescription } from './machine.js';
import type { VariantId } from './variants/variant.js';

/** What is measured of a way. */
export const MEASURES = ['tcp1', 'tcp8', 'packets', 'roundTrip', 'iperfPackets'] as const;
export type Measure = (typeof MEASURES)[number];

/** One value of one repetition. */
export interface Sample {
  readonly variant: VariantId;
  readonly measure: Measure;
  /** From 1. */
  readonly repetition: number;
  /** Which in the order of the whole part, from 1. */
  readonly turn: number;
  /** tcp: bits a second; packets: a second; roundTrip: microseconds, the median. */
  readonly value: number;
  /** roundTrip only, in microseconds. */
  readonly p99?: number;
  /** TCP only: seconds of processor for each gigabit delivered, of the whole machine and of the engine's processes. */
  readonly machineSecondsPerGbit?: number;
  readonly engineSecondsPerGbit?: number;
}

/** Does nothing: what the kernel counts for it is what the counting costs. */
export const EMPTY_PROGRAM = 'veth_empty';

/** A BPF program of ours under load. */
export interface BpfCost {
  readonly variant: VariantId;
  readonly program: string;
  /** `packets`: a run is a packet; `tcp8`: a run is a super-frame. */
  readonly load: 'packets' | 'tcp8';
  readonly runs: number;
  readonly nsPerRun: number;
}

export interface Speed {
  readonly repetitions: number;
  readonly seconds: number;
  readonly variants: readonly { readonly id: VariantId; readonly title: string; readonly note?: string }[];
  /** Not measured, and why. */
  readonly leftOut: readonly { readonly title: string; readonly reason: string }[];
  readonly samples: readonly Sample[];
  readonly failures: readonly string[];
  readonly bpf: readonly BpfCost[];
}

/** `raw`: one bare link that nothing happens to, for what is there without us. */
export const FAILOVER_PATHS = ['raw', 'kernel', 'user', 'ovs'] as const;
export type FailoverPath = (typeof FAILOVER_PATHS)[number];
export const FAILOVER_CASES = ['nothing', 'linkDown', 'farEndDown', 'timeOut', 'gate', 'removal'] as const;
export type FailoverCase = (typeof FAILOVER_CASES)[number];

export interface FailoverSample {
  readonly path: FailoverPath;
  readonly case: FailoverCase;
  readonly repetition: number;
  /** From the kernel's word about the link, or from the partner falling silent, to the rewritten table. */
  readonly tableMs: number | undefined;
  /** Links only: of that, from when vethd itself read the kernel's word. */
  readonly ownMs?: number | undefined;
  readonly sent: number;
  readonly lost: number;
  readonly reordered: number;
  readonly duplicates: number;
  /** Longest silence of one flow. */
  readonly longestGapMs: number;
  /** linkDown only: from the link's return to its port DISTRIBUTING, at the side that was down. */
  readonly returnMs?: number | undefined;
}

export interface Failover {
  readonly repetitions: number;
  /** Frames a second each way. */
  readonly rate: number;
  readonly samples: readonly FailoverSample[];
  readonly leftOut: readonly { readonly title: string; readonly reason: string }[];
  readonly failures: readonly string[];
}

/** Values of one figure, one a repetition. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly digits: number;
  readonly values: readonly number[];
}

export interface Control {
  readonly figures: readonly Figure[];
  readonly scale: readonly ScaleFigure[];
  readonly leftOut: readonly { readonly title: string; readonly reason: string }[];
  readonly failures: readonly string[];
}

/** So many ports at fast rate in one daemon, on links in memory. */
export interface ScaleFigure {
  readonly ports: number;
  /** Per cent of one core, one a repetition and daemon. */
  readonly processor: readonly number[];
  readonly worstLateMs: number;
  readonly within10MsPercent: number;
  readonly heapKiBPerPort: number;
  readonly distributingS: number;
}

export interface Results {
  readonly format: 1;
  readonly quick: boolean;
  readonly startedAt: string;
  readonly tookS: number;
  readonly machine: MachineDescription;
  /** Of all parts; what could not be measured though it should have been. */
  readonly failures: readonly string[];
  readonly speed?: Speed;
  /** With a raw link of its own. */
  readonly slaves?: Speed;
  readonly failover?: Failover;
  readonly control?: Control;
}
