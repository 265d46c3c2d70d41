/**
 * Two systems on one link in every state that they can reach: links that fail and come back at either end, LACPDUs that
 * arrive or are lost, time. What must hold is checked in each state; and from each, when nothing fails any more, both
 * ends must come to distribute within a bound, and stay so.
 *
 * `npm test` goes as far as `BOUNDED` states, `npm run walks` to the end.
 */
import { expect, test } from 'vitest';
import {
  Aggregate_Wait_Time,
  Fast_Periodic_Time,
  Short_Timeout_Time,
  Transmit_Limit,
} from '../../src/lacp/constants.js';
import { type EndSettings, variablesOf } from '../support/exploration/end.js';
import { Explorer, type KnownEnd, keyOf, type Pair } from '../support/exploration/explore.js';

const BOUNDED = 1_000;
const WHOLE = process.env.VETH_WALKS !== undefined;

const FAST: EndSettings = { lacp: 'active', rate: 'fast' };
const PASSIVE: EndSettings = { lacp: 'passive', rate: 'fast' };

/**
 * The longest that two ends may need: one of them has just been given up and hears nothing until the other's periodic
 * transmission; wait_while_timer; and LACPDUs held back by the limit.
 */
const CONVERGENCE = Short_Timeout_Time + Fast_Periodic_Time + Aggregate_Wait_Time + Fast_Periodic_Time;

/** What holds at every moment, of one end. */
function violation({ state, distributes, collects, carrier }: KnownEnd): string | undefined {
  const { states } = state.snapshot.ports[0] ?? {};
  const v = variablesOf(state.snapshot);
  if (distributes !== (states?.mux === 'DISTRIBUTING')) return 'forwards outside DISTRIBUTING, or not inside';
  if (carrier !== distributes) return 'carrier without a port that distributes, or none with one';
  if (distributes && !(v.Partner_Oper.State.Synchronization && v.Partner_Oper.State.Collecting)) {
    return 'distributes to a partner that does not collect';
  }
  if (collects && (v.Selected !== 'SELECTED' || states?.receive !== 'CURRENT')) return 'collects without a partner';
  if (v.Actor_Oper.State.Distributing !== distributes) return 'says otherwise than it is';
  if (states?.receive === 'CURRENT' && v.clockwork.timers.current_while_timer === undefined) return 'never expires';
  return state.sent.length > Transmit_Limit ? 'more than three LACPDUs in a second' : undefined;
}

const inUse = (explorer: Explorer, { ends }: Pair) => ends.every((end) => explorer.end(end).distributes);

/** How long it takes until both ends distribute and go on doing so, when nothing fails any more; by state. */
class Convergence {
  readonly #known = new Map<string, number>();

  constructor(private readonly explorer: Explorer) {}

  of(start: Pair): number {
    const path: { readonly key: string; readonly ms: number; readonly good: boolean }[] = [];
    const onPath = new Set<string>();
    let rest = 0;
    for (let pair = start; ; ) {
      const key = keyOf(pair);
      const known = this.#known.get(key);
      if (known !== undefined) {
        rest = known;
        break;
      }
      if (onPath.has(key)) {
        const circle = path.slice(path.findIndex((each) => each.key === key));
        rest = circle.every(({ good }) => good) ? 0 : Number.POSITIVE_INFINITY;
        break;
      }
      const move = this.explorer.natural(pair);
      onPath.add(key);
      path.push({ key, ms: move?.ms ?? 0, good: inUse(this.explorer, pair) });
      if (move === undefined) {
        rest = path.at(-1)?.good ? 0 : Number.POSITIVE_INFINITY;
        break;
      }
      pair = move.to;
    }
    for (const { key, ms, good } of path.reverse()) {
      rest = rest === 0 && good ? 0 : rest + ms;
      this.#known.set(key, rest);
    }
    return rest;
  }
}

test.each<[string, EndSettings, EndSettings]>([
  ['both active', FAST, FAST],
  ['one of them passive', FAST, PASSIVE],
])(
  '%s: every state that can be reached',
  (name, a, b) => {
    const explorer = new Explorer({ settings: [a, b], choices: [], limit: WHOLE ? Number.POSITIVE_INFINITY : BOUNDED });
    const convergence = new Convergence(explorer);
    let longest = 0;
    explorer.run((pair, _, key) => {
      for (const end of pair.ends) {
        const wrong = violation(explorer.end(end));
        if (wrong !== undefined) expect.fail(`${wrong}, after ${explorer.path(key).join(', ')}`);
      }
      if (pair.ends.some((end) => !explorer.end(end).up)) return;
      const time = convergence.of(pair);
      if (time > CONVERGENCE) expect.fail(`${time} ms until both distribute, after ${explorer.path(key).join(', ')}`);
      longest = Math.max(longest, time);
    });
    const { reached, transitions, ends, complete } = explorer;
    console.log(
      `${name}: ${reached.size} states${complete ? '' : ' (of more)'}, ${transitions} transitions, ${ends.length} states ` +
        `of one end; in use ${longest} ms after the last failure`,
    );
    expect(complete).toBe(WHOLE);
    expect(longest).toBeGreaterThanOrEqual(Aggregate_Wait_Time);
  },
  3_600_000,
);
