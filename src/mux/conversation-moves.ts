/**
 * Conversations that move from one port to another, without reordering (the Frame Distributor's part in x.2.4, and the
 * Marker Generator, x.2.5). Unit of a move is the bucket:
 *
 *   1. The table holds the bucket: the data path keeps its frames.
 *   2. A marker leaves by the old port, behind the last frame that the bucket sent there.
 *   3. The response says that all of them were delivered: the table gives the bucket its new port, and the data path
 *      sends what it kept, in order, before anything newer.
 *
 * A time-out stands in for a response, and a port whose link or partner is lost is not waited for at all. All buckets
 * that leave a port together share a marker; a bucket that follows later needs one of its own. One that changes its
 * mind and stays where it was goes on at once.
 *
 * Pure: time comes in, tables and markers come out. Why so: docs/decisions/marker.md.
 */
import {
  Marker_Limit,
  type MarkerBudget,
  markerBudget,
  markerBudgetFreeAt,
  spendMarkerBudget,
} from '../lacp/marker-budget.js';
import { BUCKETS, heldFor, NO_PORT } from './distributor.js';

/** How long a response is waited for, milliseconds: longer than a full queue of a slow link needs to drain. */
export const Marker_Time_Out = 200;
/** The same for a partner that leaves markers unanswered: nobody will tell, so only what is likely is waited for. */
export const Silent_Time_Out = 50;
/** So many markers in a row without an answer: the partner does not answer them. One answer proves the contrary. */
const SILENT_AFTER = 2;

/** What the owner knows of a port. */
export interface MovePort {
  /** Frames sent on it can still arrive, and a marker can tell when: the link is up and the partner heard. */
  readonly flushable: boolean;
  readonly distributing: boolean;
}

export interface MarkerToSend {
  readonly port: number;
  readonly transactionId: number;
}

/** All frames that a port had sent by a certain moment. */
interface Flush {
  readonly port: number;
  /** Undefined: the port had sent all the markers it may, only time can tell. */
  readonly transactionId: number | undefined;
  readonly deadline: number;
  /** They have been delivered, or are lost, or long enough was waited. */
  done: boolean;
}

interface Source {
  readonly port: number;
  use: MovePort;
  budget: MarkerBudget;
  /** Not done, oldest first. */
  flushes: Flush[];
}

const NOTHING: readonly Flush[] = [];

export class ConversationMoves {
  /** bucket -> port that it last sent on. */
  readonly #at: number[] = Array.from({ length: BUCKETS }, () => NO_PORT);
  /** bucket -> port that it is to send on. */
  #want: readonly number[] = this.#at;
  /** bucket -> what must be done before it may send again. */
  readonly #waits: (readonly Flush[])[] = Array.from({ length: BUCKETS }, () => NOTHING);
  /** What `buckets` gave last; undefined: it is to be made anew. */
  #entries: readonly number[] | undefined;
  readonly #sources = new Map<number, Source>();
  #markers: MarkerToSend[] = [];
  #nextId: number;
  #issued = 0;
  #unanswered = 0;
  /** A bucket stays where it is until its port may send a marker. */
  #retryAt: number | undefined;

  /** `firstId`: where transactions are counted from; different after a restart, so that no old response fits. */
  constructor(firstId = 0) {
    this.#nextId = firstId >>> 0;
  }

  /** The ports as they are now (one that is not named is gone), and where each bucket is to be. */
  update(want: readonly number[], ports: ReadonlyMap<number, MovePort>, now: number): void {
    let changed = want !== this.#want || this.#retryAt !== undefined;
    this.#want = want;
    for (const [number, use] of ports) {
      const source = this.#sources.get(number);
      changed ||= source?.use.flushable !== use.flushable || source.use.distributing !== use.distributing;
      if (source === undefined) this.#sources.set(number, { port: number, use, budget: markerBudget, flushes: [] });
      else source.use = use;
    }
    for (const source of this.#sources.values()) {
      const gone = !ports.has(source.port);
      changed ||= gone;
      if (gone) this.#sources.delete(source.port);
      if (gone || !source.use.flushable) finish(source, source.flushes.length);
    }
    // Asked at every event of every port, and a failover waits for the answer.
    if (changed) this.#settle(now);
  }

  /** From now on conversations fall into other buckets: any bucket may have frames under way on any port. */
  rehash(now: number): void {
    const carrying = [...this.#sources.values()].filter(({ port, use }) => use.flushable && this.carries(port));
    if (carrying.length < 2) return;
    const flushes = carrying.map((source) => this.#flush(source, now));
    this.#waits.fill(flushes);
    this.#settle(now);
  }

  /** A Marker Response came in on a port. `late`: to a marker that is not waited for any more, or a second one. */
  answered(port: number, transactionId: number, now: number): 'awaited' | 'late' | 'unknown' {
    const source = this.#sources.get(port);
    const place = source?.flushes.findIndex((flush) => flush.transactionId === transactionId) ?? -1;
    if (source === undefined || place < 0) {
      const age = (this.#nextId - transactionId) >>> 0;
      if (age === 0 || age > this.#issued) return 'unknown';
      this.#unanswered = 0;
      return 'late';
    }
    this.#unanswered = 0;
    finish(source, place + 1); // what was sent before is there before
    this.#settle(now);
    return 'awaited';
  }

  /** To be called at `nextDeadline`. Gives the port of each marker whose time has run out. */
  expire(now: number): number[] {
    const timedOut: number[] = [];
    for (const source of this.#sources.values()) {
      const over = source.flushes.findLastIndex((flush) => flush.deadline <= now) + 1;
      const markers = source.flushes.slice(0, over).filter(({ transactionId }) => transactionId !== undefined);
      timedOut.push(...markers.map(({ port }) => port));
      finish(source, over);
    }
    this.#unanswered += timedOut.length;
    this.#settle(now);
    return timedOut;
  }

  /** Another partner: whether it answers is not known. */
  forgetPartner(): void {
    this.#unanswered = 0;
  }

  /** Undefined: nothing is waited for. */
  get nextDeadline(): number | undefined {
    const deadlines = [...this.#sources.values()].flatMap(({ flushes }) => flushes.map(({ deadline }) => deadline));
    if (this.#retryAt !== undefined) deadlines.push(this.#retryAt);
    return deadlines.length === 0 ? undefined : Math.min(...deadlines);
  }

  /** Entries of a ForwardingTable. */
  get buckets(): readonly number[] {
    this.#entries ??= this.#want.map((to, bucket) => {
      if (to === NO_PORT) return NO_PORT;
      return this.#waits[bucket] === NOTHING ? (this.#at[bucket] ?? NO_PORT) : heldFor(to);
    });
    return this.#entries;
  }

  /** Markers to be sent, each behind all frames that the tables before the present one sent on its port. */
  takeMarkers(): MarkerToSend[] {
    const markers = this.#markers;
    this.#markers = [];
    return markers;
  }

  /** Conversations use the port, or may still have frames under way on it. */
  carries(port: number): boolean {
    return this.#waits.some((waits, bucket) =>
      waits === NOTHING ? this.#at[bucket] === port : waits.some((flush) => flush.port === port && !flush.done),
    );
  }

  #settle(now: number): void {
    /** Of this moment, by port; nothing: may not be sent yet. */
    const fresh = new Map<number, readonly Flush[]>();
    this.#retryAt = undefined;
    this.#entries = undefined;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const to = this.#want[bucket] ?? NO_PORT;
      const from = this.#at[bucket] ?? NO_PORT;
      let waits = this.#waits[bucket] ?? NOTHING;
      if (waits === NOTHING) {
        if (from === to) continue;
        const source = this.#sources.get(from);
        if (source?.use.flushable !== true) {
          this.#at[bucket] = to;
          continue;
        }
        waits = fresh.get(from) ?? this.#flushOrPostpone(source, now);
        fresh.set(from, waits);
        this.#waits[bucket] = waits;
      }
      if (waits === NOTHING || !waits.every((flush) => flush.done || flush.port === to)) continue;
      this.#at[bucket] = to;
      this.#waits[bucket] = NOTHING;
    }
  }

  /** While a port may be sent on, its conversations need not leave before it can send a marker. */
  #flushOrPostpone(source: Source, now: number): readonly Flush[] {
    if (!source.use.distributing || spendMarkerBudget(source.budget, now, Marker_Limit) !== undefined) {
      return [this.#flush(source, now)];
    }
    this.#retryAt = Math.min(this.#retryAt ?? Number.POSITIVE_INFINITY, markerBudgetFreeAt(source.budget));
    return NOTHING;
  }

  #flush(source: Source, now: number): Flush {
    const { port } = source;
    const budget = spendMarkerBudget(source.budget, now, Marker_Limit);
    const deadline = now + (this.#unanswered >= SILENT_AFTER ? Silent_Time_Out : Marker_Time_Out);
    const flush: Flush = { port, transactionId: budget && this.#nextId, deadline, done: false };
    source.flushes.push(flush);
    if (budget === undefined) return flush;
    source.budget = budget;
    this.#markers.push({ port, transactionId: this.#nextId });
    this.#nextId = (this.#nextId + 1) >>> 0;
    this.#issued++;
    return flush;
  }
}

/** The oldest `count` flushes of a port are done. */
function finish(source: Source, count: number): void {
  for (const flush of source.flushes.splice(0, count)) flush.done = true;
}
