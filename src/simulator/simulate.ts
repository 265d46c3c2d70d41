/** A scenario from beginning to end, in virtual time: the same octets and the same journals for the same seed. */
import type { Md5 } from '../aggregator/conversations.js';
import type { Entry } from '../aggregator/journal/compactor.js';
import type { AggregatorStatus } from '../aggregator/status.js';
import type { PortExplanation } from '../aggregator/verdict.js';
import { difference, disturbs, expectWords, quietWords, type Verification } from './expectation.js';
import { Network } from './network.js';
import type { Expect, Quiet, Scenario, Step } from './scenario.js';

export interface SimulationOptions {
  readonly md5: Md5;
  /** What decides which frames are lost or doubled. */
  readonly seed: number;
  /** Gets the journals as they come; what repeats is counted. */
  readonly journal?: (system: string, entry: Entry) => void;
  /** Gets each expectation as it is decided. */
  readonly verified?: (verification: Verification) => void;
}

export interface Outcome {
  /** As it is in the end. */
  readonly systems: readonly EndOfSystem[];
  /** In the order in which they were decided. */
  readonly verifications: readonly Verification[];
}

export interface EndOfSystem {
  readonly name: string;
  readonly running: boolean;
  readonly aggregators: readonly AggregatorStatus[];
  /** `since` is on the clock of the scenario. */
  readonly why: readonly PortExplanation[];
}

export function simulate(scenario: Scenario, options: SimulationOptions): Outcome {
  return new Simulation(scenario, options).run();
}

/** Something expected over a time. */
interface Watch {
  readonly line: number;
  readonly until: number;
  readonly words: string;
  /** Undefined: it is so now. */
  check(): string | undefined;
  /** True: it holds as soon as it is so; false: it must be so until the end. */
  readonly once: boolean;
}

class Simulation {
  readonly #network: Network;
  readonly #verifications: Verification[] = [];
  #watches: Watch[] = [];
  /** Steps of machines, for those who expect none. */
  readonly #listeners = new Set<(system: string, entry: Entry) => void>();

  constructor(
    private readonly scenario: Scenario,
    private readonly options: SimulationOptions,
  ) {
    this.#network = new Network(scenario, options, (system, entry) => {
      options.journal?.(system, entry);
      for (const listener of this.#listeners) listener(system, entry);
    });
  }

  run(): Outcome {
    for (const step of this.scenario.steps) {
      this.#goTo(step.at);
      this.#take(step);
    }
    this.#goTo(this.scenario.until);
    const systems = [...this.#network.systems.values()];
    for (const system of systems) {
      for (const entry of system.openRuns()) this.options.journal?.(system.name, entry);
    }
    return {
      systems: systems.map((system) => ({
        name: system.name,
        running: system.host.running,
        aggregators: system.status(),
        why: system.explain(),
      })),
      verifications: this.#verifications,
    };
  }

  /** All that falls due until then, that moment included, and each thing that is expected meanwhile. */
  #goTo(moment: number): void {
    const { clock } = this.#network;
    for (let { next } = clock; next !== undefined && next <= moment; { next } = clock) {
      this.#endWatches((until) => until < next);
      clock.step();
      this.#look();
    }
    this.#endWatches((until) => until <= moment);
    clock.advanceTo(moment);
  }

  #take({ act, line }: Step): void {
    if (act.kind === 'expect') this.#expect(act, line);
    else if (act.kind === 'quiet') this.#quiet(act, line);
    else this.#network.perform(act);
    this.#look();
  }

  #expect(expect: Expect, line: number): void {
    const { timing } = expect;
    const now = this.#network.clock.now();
    const check = () => difference(this.#network, expect);
    const words = expectWords(expect);
    if (timing.kind === 'now') this.#decide({ line, words }, now, check());
    else this.#watches.push({ line, until: now + timing.ms, words, check, once: timing.kind === 'within' });
  }

  #quiet(quiet: Quiet, line: number): void {
    let first: string | undefined;
    this.#listeners.add((system, entry) => {
      first ??= disturbs(quiet, system, entry);
    });
    const until = this.#network.clock.now() + quiet.ms;
    this.#watches.push({ line, until, words: quietWords(quiet), check: () => first, once: false });
  }

  /** Something has happened: what had to come about once may be so now, and what had to last may not be so any more. */
  #look(): void {
    this.#watches = this.#watches.filter((watch) => {
      const found = watch.check();
      if ((found === undefined) !== watch.once) return true;
      this.#decide(watch, this.#network.clock.now(), found);
      return false;
    });
  }

  #endWatches(over: (until: number) => boolean): void {
    this.#watches = this.#watches.filter((watch) => {
      if (!over(watch.until)) return true;
      this.#decide(watch, watch.until, watch.check());
      return false;
    });
  }

  #decide({ line, words }: Pick<Watch, 'line' | 'words'>, at: number, found: string | undefined): void {
    const verification: Verification = { line, at, expected: words, held: found === undefined, found };
    this.#verifications.push(verification);
    this.options.verified?.(verification);
  }
}
