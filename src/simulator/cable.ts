/** A cable, or what else frames pass from one port to another: two ends are a link, more are a hub. */
import type { Clock } from '../aggregator/io.js';
import type { Random } from './random.js';

/** What a frame meets on its way; each may be changed at any time. */
export interface CableQualities {
  /** Milliseconds. */
  delay: number;
  /** Up to so many milliseconds more, drawn for each frame; frames stay in order. */
  jitter: number;
  /** The part of the frames that is lost, drawn for each; 0 to 1. */
  loss: number;
  /** The part of the frames that arrives twice. */
  duplicate: number;
  /** A bridge between the ends takes what is sent to the slow-protocols address: no LACPDU passes. */
  swallow: boolean;
  /** What an end sends comes back to it as well: a loopback plug. */
  reflect: boolean;
}

export const PERFECT: Readonly<CableQualities> = {
  delay: 0,
  jitter: 0,
  loss: 0,
  duplicate: 0,
  swallow: false,
  reflect: false,
};

export class Cable {
  readonly qualities: CableQualities = { ...PERFECT };
  /** Ends, by their place, that nothing reaches. */
  readonly unreached = new Set<number>();
  #cut = false;
  /** Changes with every cut: what was under way then does not arrive. */
  #era = 0;
  /** When the last frame to an end arrives: none overtakes another. */
  readonly #last: number[] = [];

  /** `ends`: called with a frame that arrives there; its octets are theirs. */
  constructor(
    private readonly clock: Clock,
    private readonly ends: readonly ((frame: Uint8Array) => void)[],
    private readonly random: Random = () => 1,
  ) {}

  /** Nothing passes, and what is under way is lost. */
  get cut(): boolean {
    return this.#cut;
  }

  set cut(cut: boolean) {
    this.#cut = cut;
    if (cut) this.#era++;
  }

  /** A frame is sent at the end of this place. It arrives in a later turn of the clock, even without delay. */
  carry(from: number, frame: Uint8Array): void {
    if (this.#cut || this.qualities.swallow) return;
    for (const [to, arrive] of this.ends.entries()) {
      if ((to === from && !this.qualities.reflect) || this.unreached.has(to)) continue;
      if (this.#happens(this.qualities.loss)) continue;
      const copies = this.#happens(this.qualities.duplicate) ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) this.#send(to, arrive, frame.slice());
    }
  }

  #send(to: number, arrive: (frame: Uint8Array) => void, frame: Uint8Array): void {
    const { delay, jitter } = this.qualities;
    const now = this.clock.now();
    const at = Math.max(now + delay + (jitter > 0 ? jitter * this.random() : 0), this.#last[to] ?? 0);
    this.#last[to] = at;
    const era = this.#era;
    this.clock.setTimeout(() => {
      if (era === this.#era && !this.unreached.has(to)) arrive(frame);
    }, at - now);
  }

  #happens(part: number): boolean {
    return part > 0 && this.random() < part;
  }
}
