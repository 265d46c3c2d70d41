/** What a deliberately wrong engine is, and helpers to make one. */
import type { portMachine } from '../../src/aggregator/port.machine.js';
import type { SelectionPort } from '../../src/aggregator/selection.js';
import type { PortVariables } from '../../src/lacp/variables.js';
import type { Meddling } from './virtual-device.js';

/** The modules whose functions can be replaced. */
export type Engine = typeof import('../../src/lacp/functions.js') &
  typeof import('../../src/lacp/marker-budget.js') &
  typeof import('../../src/aggregator/selection.js') &
  typeof import('../../src/aggregator/lag-id.js');

export interface Mutation {
  /** What it does wrong. */
  readonly name: string;
  /** Replaces functions, given the right ones. */
  readonly engine?: (right: Engine) => Partial<Engine>;
  /** Replaces actions and guards of the port's machines. */
  readonly machine?: Parameters<typeof portMachine.provide>[0];
  /** Changes frames on their way. */
  readonly frames?: () => Meddling;
  /** Links of the device. Default: as many as the case needs. */
  readonly links?: number;
  /** Cases that it must fail. */
  readonly fails: readonly string[];
  /** Cases close by that it must pass all the same: they are about something else. */
  readonly passes: readonly string[];
}

type Change = (frame: Uint8Array, port: number) => void;

export const isLacp = (frame: Uint8Array): boolean => frame[14] === 1;
export const octet = (frame: Uint8Array, at: number): number => frame[at] ?? 0;
/** Where Actor_State and Partner_State are in a frame. */
export const ACTOR_STATE = 14 + 18;
export const PARTNER_STATE = 14 + 38;

/** Changes a copy of every LACPDU that the device sends. */
export const sent =
  (change: Change): (() => Meddling) =>
  () =>
  (frame, direction, port) => {
    const copy = frame.slice();
    if (direction === 'sent' && isLacp(copy)) change(copy, port);
    return [copy];
  };

/** Changes a copy of every frame before the device sees it. */
export const received =
  (change: (frame: Uint8Array) => Uint8Array): (() => Meddling) =>
  () =>
  (frame, direction) => [direction === 'received' ? change(frame.slice()) : frame];

/** The device does not see frames that are refused. */
export const refused =
  (refuses: (frame: Uint8Array) => boolean): (() => Meddling) =>
  () =>
  (frame, direction) =>
    direction === 'received' && refuses(frame) ? [] : [frame];

/** Selection that sees its ports otherwise than they are. */
export const seeing =
  (change: (v: PortVariables) => PortVariables): ((right: Engine) => Partial<Engine>) =>
  ({ select }) => ({
    select: (ports: readonly SelectionPort[], rules) =>
      select(
        ports.map((port) => ({ ...port, variables: change(port.variables) })),
        rules,
      ),
  });
