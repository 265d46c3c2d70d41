/**
 * One timer service for all ports: a binary heap of (deadline, owner), one clock timeout for the earliest. An owner has
 * at most one entry in force; a replaced entry stays in the heap and is skipped when it comes up.
 */
import type { Clock } from './io.js';

interface Entry {
  readonly deadline: number;
  readonly owner: number;
}

export class TimerQueue {
  readonly #heap: Entry[] = [];
  readonly #inForce = new Map<number, number>();
  #armed: { handle: unknown; deadline: number } | undefined;

  /** `onDue` is called when at least one deadline has passed. */
  constructor(
    private readonly clock: Clock,
    private readonly onDue: () => void,
  ) {}

  /** The owner's next deadline, or undefined for none. */
  set(owner: number, deadline: number | undefined): void {
    if (this.#inForce.get(owner) === deadline) return;
    if (deadline === undefined) this.#inForce.delete(owner);
    else {
      this.#inForce.set(owner, deadline);
      this.#push({ deadline, owner });
    }
    this.#arm();
  }

  /** Owners whose deadline is at or before `now`, earliest first; their entries are taken out. */
  takeDue(now: number): number[] {
    const due: number[] = [];
    for (let top = this.#top(); top !== undefined && top.deadline <= now; top = this.#top()) {
      this.#pop();
      this.#inForce.delete(top.owner);
      due.push(top.owner);
    }
    this.#arm();
    return due;
  }

  close(): void {
    this.#inForce.clear();
    this.#heap.length = 0;
    this.#arm();
  }

  #arm(): void {
    const deadline = this.#top()?.deadline;
    if (deadline === this.#armed?.deadline) return;
    if (this.#armed !== undefined) this.clock.clearTimeout(this.#armed.handle);
    this.#armed = undefined;
    if (deadline === undefined) return;
    const handle = this.clock.setTimeout(
      () => {
        this.#armed = undefined;
        this.onDue();
        this.#arm();
      },
      Math.max(0, deadline - this.clock.now()),
    );
    this.#armed = { handle, deadline };
  }

  /** The earliest entry in force. */
  #top(): Entry | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (this.#inForce.get(top.owner) === top.deadline) return top;
      this.#pop();
    }
    return undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (at(heap, parent).deadline <= entry.deadline) break;
      heap[child] = at(heap, parent);
      child = parent;
    }
    heap[child] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && at(heap, child + 1).deadline < at(heap, child).deadline) child++;
      if (last.deadline <= at(heap, child).deadline) break;
      heap[parent] = at(heap, child);
      parent = child;
    }
    heap[parent] = last;
  }
}

/** Indexes above are inside the heap by construction. */
const at = (heap: Entry[], index: number): Entry => heap[index] as Entry;
