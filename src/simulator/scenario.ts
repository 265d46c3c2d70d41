/** What is to happen to several systems over virtual time, as plain data. Times are in milliseconds from the start. */
import type { LinkFacts } from '../aggregator/io.js';
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import type { Mac } from '../lacp/variables.js';
import type { CableQualities } from './cable.js';
import type { InterfaceField, PortField } from './fields.js';

export interface Scenario {
  readonly systems: readonly SystemPlan[];
  readonly cables: readonly CablePlan[];
  /** In order of time. */
  readonly steps: readonly Step[];
  readonly until: number;
}

export interface SystemPlan {
  readonly name: string;
  /** What the kernel says of each of its Ethernet interfaces, by name; also of those that are no ports yet. */
  readonly links: ReadonlyMap<string, LinkFacts>;
  readonly interfaces: readonly InterfacePlan[];
}

export interface InterfacePlan {
  readonly name: string;
  /** As in `LacpSystem.addAggregator`. */
  readonly index: number;
  readonly mac: Mac;
  readonly settings: AggregatorSettings;
  readonly ports: readonly { readonly name: string; readonly settings: PortSettings }[];
}

export interface PortName {
  readonly system: string;
  readonly port: string;
}

export interface CablePlan {
  readonly name: string;
  readonly ends: readonly PortName[];
  readonly qualities: Partial<CableQualities>;
}

export interface Step {
  readonly at: number;
  /** Line of the file. */
  readonly line: number;
  readonly act: Act;
}

export type Act =
  /** `carrier`: the ends see it. */
  | { readonly kind: 'cut'; readonly cable: string; readonly carrier: boolean }
  /** Whole again, in all directions. */
  | { readonly kind: 'repair'; readonly cable: string }
  /** Nothing reaches this end any more; no end sees it. */
  | { readonly kind: 'one-way'; readonly cable: string; readonly to: PortName }
  | { readonly kind: 'cable'; readonly cable: string; readonly qualities: Partial<CableQualities> }
  | { readonly kind: 'link'; readonly of: PortName; readonly facts: Partial<LinkFacts> }
  | {
      readonly kind: 'add';
      readonly of: PortName;
      /** Its ports are not made by it. */
      readonly veth: Omit<InterfacePlan, 'ports'>;
      readonly settings: PortSettings;
    }
  | { readonly kind: 'del'; readonly of: PortName }
  | { readonly kind: 'del-interface'; readonly system: string; readonly veth: string }
  | { readonly kind: 'set'; readonly of: PortName; readonly settings: PortSettings }
  | {
      readonly kind: 'set-interface';
      readonly system: string;
      readonly veth: string;
      readonly settings: AggregatorSettings;
    }
  /** `stop`: in order. `crash`: without a word. `start`: goes on after a crash, begins anew after a stop. */
  | { readonly kind: 'stop' | 'crash' | 'start'; readonly system: string }
  /** In place: frames wait, and nothing runs for so long. */
  | { readonly kind: 'restart'; readonly system: string; readonly ms: number }
  /** A whole Ethernet frame arrives there. */
  | { readonly kind: 'frame'; readonly of: PortName; readonly frame: Uint8Array }
  | Expect
  | Quiet;

export type Timing =
  | { readonly kind: 'now' }
  /** At some moment until then. */
  | { readonly kind: 'within'; readonly ms: number }
  /** All the while. */
  | { readonly kind: 'for'; readonly ms: number };

export type Expect = { readonly kind: 'expect'; readonly timing: Timing } & (
  | { readonly of: PortName; readonly wishes: readonly Wish<PortField>[] }
  | {
      readonly of: { readonly system: string; readonly veth: string };
      readonly wishes: readonly Wish<InterfaceField>[];
    }
);

/** What a field shall be, in the words of `fields.ts`. */
export interface Wish<Field> {
  readonly field: Field;
  readonly wanted: string;
}

/** No Receive, Selection or Mux machine moves for so long. */
export interface Quiet {
  readonly kind: 'quiet';
  readonly ms: number;
  readonly of: { readonly system: string; readonly name?: string | undefined };
}
