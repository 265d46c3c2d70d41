/** Times between LACPDUs of one end, by the rate that was asked of it: counted, not kept. */
import { Fast_Periodic_Time, Slow_Periodic_Time } from '../lacp/constants.js';
import type { Announcement } from './said.js';

export interface IntervalReport {
  readonly count: number;
  /** Milliseconds; the median to one part in a hundred. */
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Longer than the period by a quarter of a second, or by a twentieth. */
  readonly late: number;
  /** LACPDUs that should have come and did not, in intervals of up to three periods. */
  readonly missing: number;
  /** Intervals of more than three periods and a half: the end had fallen silent. */
  readonly silences: number;
}

export interface TimingReport {
  /** While its partner asks for the fast rate, as the end itself says; undefined: there was no such interval. */
  readonly fast: IntervalReport | undefined;
  readonly slow: IntervalReport | undefined;
  /** LACPDUs in the busiest second. */
  readonly mostInASecond: number;
}

export class Timing {
  readonly #fast = new Intervals(Fast_Periodic_Time);
  readonly #slow = new Intervals(Slow_Periodic_Time);
  readonly #lastSecond: number[] = [];
  #most = 0;

  add({ at }: Announcement, before: Announcement | undefined): void {
    this.#lastSecond.push(at);
    while (at - (this.#lastSecond[0] ?? at) >= 1_000) this.#lastSecond.shift();
    this.#most = Math.max(this.#most, this.#lastSecond.length);
    if (before === undefined) return;
    const { LACP_Timeout } = before.pdu.partner.State;
    (LACP_Timeout ? this.#fast : this.#slow).add(at - before.at);
  }

  report(): TimingReport {
    return { fast: this.#fast.report(), slow: this.#slow.report(), mostInASecond: this.#most };
  }
}

/** Steps of one part in a hundred. */
const STEP = Math.log(1.01);

class Intervals {
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #late = 0;
  #missing = 0;
  #silences = 0;
  /** Counts and sums. */
  readonly #steps = new Map<number, { count: number; sum: number }>();

  constructor(private readonly period: number) {}

  add(ms: number): void {
    const { period } = this;
    this.#count++;
    this.#min = Math.min(this.#min, ms);
    this.#max = Math.max(this.#max, ms);
    const step = ms < 0.001 ? -1_000 : Math.round(Math.log(ms) / STEP);
    const { count, sum } = this.#steps.get(step) ?? { count: 0, sum: 0 };
    this.#steps.set(step, { count: count + 1, sum: sum + ms });
    if (ms > 3.5 * period) this.#silences++;
    else if (ms > 1.75 * period) this.#missing += Math.round(ms / period) - 1;
    else if (ms > period + Math.max(250, period / 20)) this.#late++;
  }

  report(): IntervalReport | undefined {
    if (this.#count === 0) return undefined;
    return {
      count: this.#count,
      min: this.#min,
      median: this.#median(),
      max: this.#max,
      late: this.#late,
      missing: this.#missing,
      silences: this.#silences,
    };
  }

  #median(): number {
    let before = 0;
    for (const [, { count, sum }] of [...this.#steps].sort(([a], [b]) => a - b)) {
      before += count;
      if (2 * before >= this.#count) return sum / count;
    }
    return 0;
  }
}
