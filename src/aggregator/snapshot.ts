/**
 * What a later process needs to go on where this one is, as plain data. Times in it are deadlines on the clock of the
 * system, which both must share. Left out: counters, and ports that are about to leave.
 */
import type { PortVariables } from '../lacp/variables.js';
import type { LinkFacts } from './io.js';
import type { MachineStates } from './machine-states.js';

export interface PortSnapshot {
  readonly number: number;
  /** As the engine knew them: they remember speed and duplex of a link that is down. */
  readonly facts: LinkFacts;
  readonly states: MachineStates;
  readonly variables: PortVariables;
}

export interface AggregatorSnapshot {
  readonly name: string;
  /** LAG ID of the active candidate. */
  readonly active: string | undefined;
  /** Bucket and Port Number of what rebalancing has moved; undefined: written by a program that had none. */
  readonly moved?: readonly (readonly [bucket: number, port: number])[] | undefined;
  readonly ports: readonly PortSnapshot[];
}
