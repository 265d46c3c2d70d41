/**
 * The loop guard of a bridge without spanning tree. Each port sends a probe every second, and at once when it comes up.
 * A probe of ours that comes back in says that its port is part of a loop: of the two ends the port later in the list is
 * blocked. It goes on probing while it is blocked, and is opened when for some seconds none of its probes has come back;
 * so a loop that stays costs no second storm. The time is longer by a random part: of two bridges that have each blocked
 * one of two links, one opens first, and the other then hears that there is a loop.
 */
import type { Probe } from './probe.js';

/** Between two probes of a port. */
export const PROBE_MS = 1_000;
/** For so long no probe of a blocked port must have come back. */
export const QUIET_MS = 3_000;
/** At most so much is added to it. */
export const JITTER_MS = 1_000;
/** A port has gone down: perhaps that was the loop. */
const AGAIN_MS = 300;

export type GuardAct =
  | { readonly kind: 'send'; readonly port: number; readonly serial: number }
  /** `other`: the port at the other end of the loop; undefined: not known. */
  | { readonly kind: 'block'; readonly port: number; readonly other: number | undefined }
  | { readonly kind: 'release'; readonly port: number };

interface Blocked {
  readonly other: number | undefined;
  until: number;
}

export class LoopGuard {
  /** Ports with link up, the ones to be blocked last first. */
  #ports: readonly number[] = [];
  readonly #blocked = new Map<number, Blocked>();
  #serial = 0;
  /** Probes sent before say nothing any more about who must be blocked. */
  #counts = 0;
  #probeAt = Number.POSITIVE_INFINITY;

  /** `random`: from 0 to below 1. */
  constructor(private readonly random: () => number) {}

  get blocked(): ReadonlyMap<number, { readonly other: number | undefined }> {
    return this.#blocked;
  }

  /** When `expire` is to be called. */
  get deadline(): number {
    return Math.min(this.#probeAt, ...[...this.#blocked.values()].map(({ until }) => until));
  }

  /** The ports with link up, as they are from now on. `blocked`: such as a process before us has left blocked. */
  setPorts(ports: readonly number[], now: number, blocked: readonly number[] = []): GuardAct[] {
    const came = ports.some((port) => !this.#ports.includes(port));
    const went = this.#ports.some((port) => !ports.includes(port));
    this.#ports = ports;
    for (const port of this.#blocked.keys()) if (!ports.includes(port)) this.#blocked.delete(port);
    for (const port of blocked) this.#blocked.set(port, { other: undefined, until: this.#quiet(now) });
    if (!came && !went) return [];
    if (went) for (const each of this.#blocked.values()) each.until = Math.min(each.until, now + AGAIN_MS);
    return this.#probe(now);
  }

  /** A probe of ours has come back, on port `at` as far as that is known. */
  heard({ port: from, serial }: Pick<Probe, 'port' | 'serial'>, at: number | undefined, now: number): GuardAct[] {
    for (const port of [from, at]) {
      const blocked = port === undefined ? undefined : this.#blocked.get(port);
      if (blocked === undefined || serial < this.#counts) continue;
      blocked.until = this.#quiet(now);
      return [];
    }
    const ends = [from, at].filter((port) => port !== undefined).map((port) => this.#ports.indexOf(port));
    const worst = this.#ports[Math.max(...ends)];
    if (worst === undefined || serial < this.#counts || serial > this.#serial) return [];
    const other = worst === from ? at : from;
    this.#blocked.set(worst, { other: other === worst ? undefined : other, until: this.#quiet(now) });
    return [{ kind: 'block', port: worst, other: other === worst ? undefined : other }, ...this.#probe(now)];
  }

  expire(now: number): GuardAct[] {
    const quiet = [...this.#blocked].filter(([, { until }]) => until <= now).map(([port]) => port);
    for (const port of quiet) this.#blocked.delete(port);
    const released = quiet.map((port) => ({ kind: 'release', port }) as const);
    if (quiet.length === 0 && now < this.#probeAt) return [];
    return [...released, ...this.#probe(now)];
  }

  /** Every port, the first to be blocked first: its probe is back before the others have gone. */
  #probe(now: number): GuardAct[] {
    this.#probeAt = this.#ports.length === 0 ? Number.POSITIVE_INFINITY : now + PROBE_MS;
    this.#counts = this.#serial + 1;
    return this.#ports.toReversed().map((port) => ({ kind: 'send', port, serial: ++this.#serial }));
  }

  #quiet(now: number): number {
    return now + QUIET_MS + this.random() * JITTER_MS;
  }
}
