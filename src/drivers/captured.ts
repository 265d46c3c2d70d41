/**
 * The frames that the kernel's capture filters have given to user space and that user space has not yet sent on
 * (`pending` of bpf/maps.h), by bucket for those of the host and by slot for those of a port. The filters add; we
 * subtract when a frame has left. While a count is above nought newer frames take the same way, so that none overtakes.
 *
 * The counts go wrong when a captured frame never comes (the socket's buffer was full), or when it was captured under
 * another hash than it is counted by here. `doubt` and `look` set that right.
 */
import { BUCKETS } from '../mux/distributor.js';
import { MAX_PORTS } from './forwarding-memory.js';
import { libc } from './sys/libc.js';

/** In `pending`: places of buckets, then of ports. */
const PLACES = BUCKETS + MAX_PORTS;
const NR_MEMBARRIER = process.arch === 'x64' ? 324 : 283;
const MEMBARRIER_CMD_GLOBAL = 1;

export class Captured {
  #correction: Correction | undefined;
  /** To be told when the counts are right. */
  #waiting: (() => void)[] = [];

  /** `pending`: the map's memory. */
  constructor(private readonly pending: Int32Array) {}

  /** Frames of a bucket have left, or have been given up. */
  sent(bucket: number, frames = 1): void {
    Atomics.sub(this.pending, bucket, frames);
  }

  /** Frames that a port had received are with the host. */
  delivered(slot: number, frames: number): void {
    Atomics.sub(this.pending, BUCKETS + slot, frames);
  }

  /** No captured frame is under way. */
  get none(): boolean {
    for (let place = 0; place < PLACES; place++) if (Atomics.load(this.pending, place) !== 0) return false;
    return true;
  }

  /** The counts may be wrong: `look` is to be called until they are not. */
  doubt(whenRight?: () => void): void {
    if (this.#correction === undefined || whenRight !== undefined) awaitRunningPrograms();
    this.#correction = new Correction(this.pending, this.#correction?.since);
    if (whenRight !== undefined) this.#waiting.push(whenRight);
  }

  get inDoubt(): boolean {
    return this.#correction !== undefined;
  }

  /** `empty`: nothing waits in any socket. `held`: how many frames of a bucket are kept. */
  look(now: number, empty: boolean, held: (bucket: number) => number): void {
    if (this.#correction?.look(now, empty, held) !== true) return;
    this.#correction = undefined;
    for (const tell of this.#waiting.splice(0)) tell();
  }
}

/**
 * Waits until every program that runs now, on whichever processor, has ended: what it did by an older table is done.
 * Takes the time of an RCU grace period, some milliseconds.
 */
export function awaitRunningPrograms(): void {
  // A kernel that refuses (it must not, with these arguments) has no other means; order is then as good as likely.
  libc().syscall(NR_MEMBARRIER, MEMBARRIER_CMD_GLOBAL, null, 0);
}

/** Looks that must agree, and how long at least they take: one of them then sees no frame between filter and socket. */
const LOOKS = 4;
const LEAST_MS = 40;
/** Under a load that leaves the sockets never empty: what is counted then is set right by force. */
const MOST_MS = 2_000;

/**
 * Looks at the counts again and again while all sockets are empty. A frame that has just been captured makes a count
 * too high for microseconds; so the least that is seen is what is wrong.
 */
class Correction {
  readonly #least = new Int32Array(PLACES).fill(0x7fffffff);
  #looks = 0;
  #began: number | undefined;

  /** `since`: when the doubt began that this one goes on from. */
  constructor(
    private readonly pending: Int32Array,
    public since: number | undefined,
  ) {}

  /** True: the counts are right now. */
  look(now: number, empty: boolean, held: (bucket: number) => number): boolean {
    this.#began ??= now;
    this.since ??= now;
    const { pending } = this;
    const heldAt = (place: number) => (place < BUCKETS ? held(place) : 0);
    if (empty) {
      this.#looks++;
      for (let place = 0; place < PLACES; place++) {
        const surplus = Atomics.load(pending, place) - heldAt(place);
        if (surplus < (this.#least[place] as number)) this.#least[place] = surplus;
      }
    }
    if (this.#looks >= LOOKS && now - this.#began >= LEAST_MS) {
      for (let place = 0; place < PLACES; place++) {
        const surplus = this.#least[place] as number;
        if (surplus !== 0) Atomics.sub(pending, place, surplus);
      }
      return true;
    }
    if (now - this.since < MOST_MS) return false;
    for (let place = 0; place < PLACES; place++) Atomics.store(pending, place, heldAt(place));
    return true;
  }
}
