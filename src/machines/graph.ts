/**
 * The machines of a port as graphs to draw: read from the machine definitions themselves, so that a picture cannot say
 * anything else than what runs.
 *
 *     const mux = machineGraphs().find(({ name }) => name === 'mux');
 *     mux.states.find((state) => state.status === port.mux);    // where the port of a status view is
 */
import type { AnyStateNode } from 'xstate';
import { InternalError } from '../aggregator/internal-error.js';
import { churnInStatus, type MachineStates } from '../aggregator/machine-states.js';
import { portMachine } from '../aggregator/port.machine.js';
import { CATALOGUE, type MachineEntry, type MachineName } from './catalogue.js';
import { ACTIONS, EVENTS, GUARDS, type Words } from './words.js';

export interface MachineGraph extends Omit<MachineEntry, 'figure'> {
  readonly name: MachineName;
  /** Entered at BEGIN. */
  readonly initial: string;
  readonly states: readonly GraphState[];
  readonly transitions: readonly GraphTransition[];
}

export interface GraphState {
  /** As the journal tells it. */
  readonly name: string;
  /** As the status view tells it; where two states have the same there, the port is in one of them. */
  readonly status: string;
  /** What is done on entry and on leaving, in order, in words. */
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

export interface GraphTransition {
  readonly from: string;
  /** Undefined: the machine stays where it is, and only the actions are done. */
  readonly to: string | undefined;
  /** Undefined: as soon as the condition holds. */
  readonly event: string | undefined;
  /** Undefined: unconditional (UCT where there is no event either). */
  readonly guard: string | undefined;
  /** What is done on the way. */
  readonly actions: readonly string[];
  /** Clause of the standard; undefined: an addition of ours. */
  readonly clause: string | undefined;
}

/** Each machine of a port, in the order in which they run. Throws `InternalError` for a name without words. */
export function machineGraphs(): readonly MachineGraph[] {
  return Object.values(portMachine.root.states).map((region) => graphOf(region, region.key as MachineName));
}

/** What only stores facts from outside, whatever state the machines are in. */
export function outsideFacts(): readonly { readonly event: string; readonly actions: readonly string[] }[] {
  return arrows(portMachine.root).map(({ event = '', actions }) => ({ event, actions }));
}

function graphOf(region: AnyStateNode, name: MachineName): MachineGraph {
  const { figure, ...entry } = CATALOGUE[name];
  const states = Object.values(region.states);
  const [initial] = region.initial.target ?? [];
  if (initial === undefined) throw new InternalError(`machine ${name} has no initial state`);
  return {
    name,
    ...entry,
    initial: initial.key,
    states: states.map(({ key, entry: onEntry, exit }) => ({
      name: key,
      status: inStatus(name, key),
      entry: onEntry.map(actionWords),
      exit: exit.map(actionWords),
    })),
    transitions: states.flatMap((state) =>
      arrows(state).map(({ ours, ...arrow }) => ({
        from: state.key,
        ...arrow,
        clause: figure && !ours ? entry.clause : undefined,
      })),
    ),
  };
}

/** Conditions first, as XState tries them first. */
function arrows(state: AnyStateNode) {
  return [...(state.always ?? []), ...[...state.transitions.values()].flat()].map((arrow) => {
    const [target] = arrow.target ?? [];
    const event = arrow.eventType === '' ? undefined : eventWords(arrow.eventType);
    const guard = arrow.guard === undefined ? undefined : wordsOf(GUARDS, arrow.guard);
    return {
      to: target?.key,
      event: event?.text,
      guard: guard?.text,
      actions: arrow.actions.map(actionWords),
      ours: event?.ours === true || guard?.ours === true,
    };
  });
}

function inStatus(machine: MachineName, state: string): string {
  const churns = machine === 'actor_churn' || machine === 'partner_churn';
  return churns ? churnInStatus(state as MachineStates['actor_churn']) : state;
}

function eventWords(event: string): Words {
  const timer = /^(.+)_expired$/.exec(event)?.[1];
  return timer === undefined ? wordsOf(EVENTS, event) : { text: `${timer} expired`, ours: false };
}

const actionWords = (action: unknown): string => wordsOf(ACTIONS, action);

function wordsOf<T>(words: Readonly<Record<string, T>>, name: unknown): T {
  const found = typeof name === 'string' ? words[name] : undefined;
  if (found === undefined) throw new InternalError(`src/machines/words.ts has no words for ${String(name)}`);
  return found;
}
