/**
 * Every state that two systems on one link can reach: breadth first over pairs of ends and the frames between them.
 * Frames are delivered or lost before time goes on; links fail and settings change at any moment between two events.
 */
import {
  begin,
  type EndSettings,
  type EndState,
  nextDeadline,
  type Stepped,
  type Stimulus,
  step,
  textOf,
} from './end.js';

/** An end by its number: each is computed once, and so is each step of it. */
export interface KnownEnd extends Omit<Stepped, 'frames' | 'state'> {
  readonly state: EndState;
  readonly due: number | undefined;
  readonly up: boolean;
  readonly steps: Map<string, { readonly end: number; readonly frames: readonly number[] }>;
}

export interface Pair {
  /** Numbers of the ends. */
  readonly ends: readonly [number, number];
  /** Frames on their way to each end, oldest first, by their numbers. */
  readonly queues: readonly [readonly number[], readonly number[]];
}

export interface Move {
  readonly name: string;
  /** How long it takes, in milliseconds. */
  readonly ms: number;
  readonly to: Pair;
  /** It happens by itself: nothing fails and nobody acts. */
  readonly natural: boolean;
}

export interface ExploreOptions {
  /** How both ends begin. */
  readonly settings: readonly [EndSettings, EndSettings];
  /** What an operator may set, at any time and end. */
  readonly choices: readonly EndSettings[];
  /** No more states than these. */
  readonly limit: number;
}

export class Explorer {
  readonly ends: KnownEnd[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #frames: string[] = [];
  readonly #frameNumbers = new Map<string, number>();
  /** Of all pairs that were reached: how they were, for messages. */
  readonly reached = new Map<string, { readonly pair: Pair; readonly from: string | undefined; readonly by: string }>();
  transitions = 0;
  /** All states were reached, not only as many as allowed. */
  complete = false;

  constructor(private readonly options: ExploreOptions) {}

  /** `visit` sees each state once, in order of its distance from the beginning, with all moves from it. */
  run(visit: (pair: Pair, moves: readonly Move[], key: string) => void): void {
    const [a, b] = this.options.settings;
    const first: Pair = {
      ends: [this.#number(begin('02:aa:00:00:00:00', a)), this.#number(begin('02:bb:00:00:00:00', b))],
      queues: [[], []],
    };
    this.reached.set(keyOf(first), { pair: first, from: undefined, by: 'begin' });
    for (const [key, { pair }] of this.reached) {
      const moves = this.moves(pair);
      this.transitions += moves.length;
      for (const { name, to } of moves) {
        const next = keyOf(to);
        if (this.reached.has(next)) continue;
        if (this.reached.size >= this.options.limit) continue;
        this.reached.set(next, { pair: to, from: key, by: name });
      }
      visit(pair, moves, key);
    }
    this.complete = this.reached.size < this.options.limit;
  }

  /** How a state was reached: the names of the moves. */
  path(key: string): string[] {
    const path: string[] = [];
    for (let at: string | undefined = key; at !== undefined; ) {
      const entry = this.reached.get(at);
      path.unshift(entry?.by ?? '?');
      at = entry?.from;
    }
    return path;
  }

  end(number: number): KnownEnd {
    const end = this.ends[number];
    if (end === undefined) throw new Error(`no end ${number}`);
    return end;
  }

  moves(pair: Pair): Move[] {
    const waiting = pair.queues.flatMap((queue, to) => (queue.length === 0 ? [] : [to as 0 | 1]));
    const moves: Move[] = waiting.flatMap((to) => [this.#deliver(pair, to), this.#lose(pair, to)]);
    if (waiting.length === 0) moves.push(...this.#pass(pair));
    for (const end of [0, 1] as const) {
      const { up, state } = this.end(pair.ends[end]);
      moves.push(this.#stimulate(pair, end, { kind: 'link', up: !up }, `link ${end} ${up ? 'down' : 'up'}`));
      for (const settings of this.options.choices) {
        if (settings.lacp === state.settings.lacp && settings.rate === state.settings.rate) continue;
        const name = `set ${end} ${settings.lacp} ${settings.rate}`;
        moves.push(this.#stimulate(pair, end, { kind: 'set', settings }, name));
      }
    }
    return moves;
  }

  /** What happens by itself from here: the oldest frame arrives, else time goes on. Undefined: nothing ever. */
  natural(pair: Pair): Move | undefined {
    for (const to of [0, 1] as const) if (pair.queues[to].length > 0) return this.#deliver(pair, to);
    return this.#pass(pair)[0];
  }

  #deliver(pair: Pair, to: 0 | 1): Move {
    const [frame = 0, ...rest] = pair.queues[to];
    const hex = this.#frames[frame] ?? '';
    const queues = replaced(pair.queues, to, rest);
    return this.#stimulate({ ...pair, queues }, to, { kind: 'frame', hex }, `deliver to ${to}`, true, `frame ${frame}`);
  }

  #lose(pair: Pair, to: 0 | 1): Move {
    const queues = replaced(pair.queues, to, pair.queues[to].slice(1));
    return { name: `lose to ${to}`, ms: 0, to: { ...pair, queues }, natural: false };
  }

  #pass(pair: Pair): Move[] {
    const due = pair.ends.flatMap((end) => this.end(end).due ?? []);
    if (due.length === 0) return [];
    const ms = Math.min(...due);
    const a = this.#stimulate(pair, 0, { kind: 'time', ms }, `${ms} ms`, true);
    const { to } = this.#stimulate(a.to, 1, { kind: 'time', ms }, `${ms} ms`, true);
    return [{ name: `${ms} ms`, ms, to, natural: true }];
  }

  #stimulate(pair: Pair, end: 0 | 1, stimulus: Stimulus, name: string, natural = false, key = name): Move {
    const { end: next, frames } = this.#step(pair.ends[end], stimulus, key);
    const far = end === 0 ? 1 : 0;
    const up = this.end(pair.ends[far]).up && this.end(next).up;
    const ends = replaced(pair.ends, end, next);
    // A link that is down passes nothing, and what is on it is lost.
    const queues = up ? replaced(pair.queues, far, [...pair.queues[far], ...frames]) : ([[], []] as const);
    return { name, ms: 0, to: { ends, queues }, natural };
  }

  /** `key`: of the stimulus, for this end. */
  #step(number: number, stimulus: Stimulus, key: string): { readonly end: number; readonly frames: readonly number[] } {
    const { state, steps } = this.end(number);
    const known = steps.get(key);
    if (known !== undefined) return known;
    const stepped = step(state, stimulus);
    const result = { end: this.#number(stepped), frames: stepped.frames.map((hex) => this.#frame(hex)) };
    steps.set(key, result);
    return result;
  }

  #frame(hex: string): number {
    const number = this.#frameNumbers.get(hex) ?? this.#frames.push(hex) - 1;
    this.#frameNumbers.set(hex, number);
    return number;
  }

  #number({ state, distributes, collects, carrier }: Stepped): number {
    const text = textOf(state);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.ends.length;
    this.#numbers.set(text, number);
    const due = nextDeadline(state);
    const up = state.snapshot.ports[0]?.facts.link === 'up';
    this.ends.push({ state, distributes, collects, carrier, due, up, steps: new Map() });
    return number;
  }
}

export const keyOf = ({ ends, queues }: Pair): string =>
  `${ends.join()} ${queues.map((queue) => queue.join()).join(';')}`;

function replaced<T>(pair: readonly [T, T], at: 0 | 1, value: T): readonly [T, T] {
  return at === 0 ? [value, pair[1]] : [pair[0], value];
}
