/**
 * The journal of a running vethd (docs/journal.md): what repeats is counted, the newest entries are kept in memory for
 * `vethcfg events`, and go to a file where one was asked for.
 */

import type { Clock } from '../aggregator/io.js';
import { Compactor, type Entry } from '../aggregator/journal/compactor.js';
import type { Happening } from '../aggregator/journal/happening.js';
import { traceLine } from '../aggregator/journal/line.js';
import { EventRing, type RingLimits } from './event-ring.js';

/** What is kept in memory: some hours of a few ports that come and go, the beginning of hundreds. */
const LIMITS: RingLimits = { entries: 8_192, octets: 4 * 1024 * 1024 };
/** Entries that a reader gets at a time. */
const BATCH = 256;
/** A reader that waits is told so often that there is nothing: so both ends notice when the other has gone. */
const HEARTBEAT_MS = 5_000;
/** From here on it is told that the control loop ran late, milliseconds; and not more often than so. */
const LATE_MS = 50;
const LATE_EVERY_MS = 1_000;
/** By so much the system's time must have moved against the engine's clock to be believed, milliseconds. */
const SET_MS = 20;

export interface EventsRequest {
  /** A port, or an interface, only. */
  readonly name?: string | undefined;
  /** Not older than so many milliseconds. */
  readonly sinceMs?: number | undefined;
  /** Of what is kept, so many entries at most, the newest. */
  readonly last?: number | undefined;
  readonly follow: boolean;
  /** Lines of JSON instead of trace lines. */
  readonly json: boolean;
}

export interface EventsPart {
  readonly lines: readonly string[];
  /** How many entries, of whatever port, were given up before they could be told here. */
  readonly missed: number;
}

export class EventJournal {
  readonly #ring: EventRing;
  readonly #compactor: Compactor;
  #waiting: (() => void)[] = [];
  #lateTold = Number.NEGATIVE_INFINITY;
  #closed = false;
  /** From the engine's clock to the time of day. */
  #offset = 0;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly options: {
      /** Gets the JSON line of each entry. */
      readonly file?: ((line: string) => void) | undefined;
      readonly limits?: RingLimits;
      /** Milliseconds since 1970. */
      readonly wallClock?: () => number;
    } = {},
  ) {
    this.#ring = new EventRing(options.limits ?? LIMITS);
    this.#compactor = new Compactor((entry) => this.#keep(entry));
  }

  /** Everything that the engine tells. */
  readonly write = (at: number, happening: Happening): void => this.#compactor.add(at, happening);

  /** The control loop ran late by so many milliseconds. */
  late(ms: number): void {
    const now = this.clock.now();
    if (ms < LATE_MS || now - this.#lateTold < LATE_EVERY_MS) return;
    this.#lateTold = now;
    this.write(now, { event: 'late', ms });
  }

  /** Whether a port or interface of this name is in what is kept. */
  knows(name: string): boolean {
    for (let number = this.#ring.first; number < this.#ring.next; number++) {
      const entry = this.#ring.entry(number);
      if (entry !== undefined && isOf(entry, name)) return true;
    }
    return false;
  }

  /** What is kept, and what goes on repeating; with `follow`, then everything that is told later, without end. */
  async *read(request: EventsRequest): AsyncGenerator<EventsPart> {
    const from = this.clock.now() - (request.sinceMs ?? Number.POSITIVE_INFINITY);
    const wanted = (entry: Entry) => entry.at >= from && (request.name === undefined || isOf(entry, request.name));
    let place = Math.max(this.#ring.first, this.#ring.next - (request.last ?? Number.POSITIVE_INFINITY));
    for (;;) {
      const missed = Math.max(0, this.#ring.first - place);
      place += missed;
      const lines: string[] = [];
      for (let end = Math.min(this.#ring.next, place + BATCH); place < end; place++) {
        const entry = this.#ring.entry(place);
        if (entry !== undefined && wanted(entry)) lines.push(request.json ? this.#json(entry) : this.#text(entry));
      }
      if (lines.length > 0 || missed > 0) yield { lines, missed };
      if (place < this.#ring.next) continue;
      if (!request.follow || this.#closed) break;
      await this.#somethingNew();
      if (place >= this.#ring.next) yield { lines: [], missed: 0 };
    }
    if (request.follow) return;
    const open = this.#compactor.open(this.clock.now()).filter(wanted);
    const lines = open.map((entry) => (request.json ? this.#json(entry) : this.#text(entry)));
    if (lines.length > 0) yield { lines, missed: 0 };
  }

  /** Readers that follow come to their end. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  #keep(entry: Entry): void {
    this.#ring.push(entry);
    this.options.file?.(this.#json(entry));
    if (this.#waiting.length > 0) this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== wake);
        resolve();
      }, HEARTBEAT_MS).unref();
      this.#waiting.push(wake);
    });
  }

  #json(entry: Entry): string {
    const { at, event, ...rest } = entry;
    return JSON.stringify({ time: this.#time(at), at, event, ...rest });
  }

  #text(entry: Entry): string {
    return `${this.#time(entry.at)} ${traceLine(entry)}`;
  }

  #time(at: number): string {
    const offset = (this.options.wallClock?.() ?? Date.now()) - this.clock.now();
    // An entry has one time, however often it is asked for; unless the system's time was set.
    if (Math.abs(offset - this.#offset) > SET_MS) this.#offset = offset;
    return new Date(at + this.#offset).toISOString();
  }
}

const isOf = (entry: Entry, name: string): boolean =>
  ('port' in entry && entry.port === name) || ('veth' in entry && entry.veth === name);
