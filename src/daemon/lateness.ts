/**
 * How late the control loop runs. LACPDUs come and go, and timers expire, on one event loop: what holds it up holds up
 * the protocol of every port. So each timer that is served tells by how much it was late, a heartbeat sees to it that
 * there are timers also when the protocol has none, and the figures are shown.
 */
import type { Clock } from '../aggregator/io.js';
import type { Log } from './log.js';

/** Upper ends of the classes, in milliseconds; a last class has what is above. Node's timers count whole milliseconds. */
const CLASSES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const;
const HEARTBEAT_MS = 100;
/** From here on the operator is told: a third of the time after which a partner with short timeout gives us up. */
const TELL_MS = 1000;
const TELL_EVERY_MS = 10_000;

/** All times in milliseconds. */
export interface LatenessReport {
  /** Timers served since the daemon started. */
  readonly served: number;
  readonly worst: number;
  /** By how much all of them together were late; undefined: an older vethd, which does not tell. */
  readonly total?: number | undefined;
  /** How long ago the worst was. */
  readonly worstAgo: number;
  /** Timers by lateness; `upTo` is the class's upper end, undefined for the last class. */
  readonly classes: readonly { readonly upTo?: number | undefined; readonly count: number }[];
}

export class Lateness {
  /** As the one given, but every timeout is measured when it is served. */
  readonly clock: Clock;
  readonly #counts = Array.from({ length: CLASSES.length + 1 }, () => 0);
  #served = 0;
  #worst = 0;
  #total = 0;
  #worstAt = 0;
  #told = Number.NEGATIVE_INFINITY;
  #heartbeat: unknown;

  constructor(
    private readonly inner: Clock,
    private readonly log: Log,
    /** Is told by how many milliseconds each timer was late. */
    private readonly tell: (ms: number) => void = () => {},
  ) {
    this.clock = {
      now: () => inner.now(),
      setTimeout: (callback, ms) => this.#measured(callback, ms),
      clearTimeout: (handle) => inner.clearTimeout(handle),
    };
  }

  start(): void {
    this.#heartbeat = this.#measured(() => this.start(), HEARTBEAT_MS);
  }

  stop(): void {
    this.inner.clearTimeout(this.#heartbeat);
  }

  report(): LatenessReport {
    return {
      served: this.#served,
      worst: this.#worst,
      total: this.#total,
      worstAgo: this.#served === 0 ? 0 : this.inner.now() - this.#worstAt,
      classes: this.#counts.map((count, index) => ({ upTo: CLASSES[index], count })),
    };
  }

  #measured(callback: () => void, ms: number): unknown {
    const due = this.inner.now() + ms;
    return this.inner.setTimeout(() => {
      this.#record(Math.max(0, this.inner.now() - due));
      callback();
    }, ms);
  }

  #record(late: number): void {
    const index = CLASSES.findIndex((upTo) => late <= upTo);
    const place = index < 0 ? CLASSES.length : index;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#served += 1;
    this.#total += late;
    this.tell(late);
    const now = this.inner.now();
    if (late >= this.#worst) {
      this.#worst = late;
      this.#worstAt = now;
    }
    if (late < TELL_MS || now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    this.log.warn(`the control loop ran ${Math.round(late)} ms late: partners may give our ports up after 3000 ms`);
  }
}
