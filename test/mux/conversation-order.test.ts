/**
 * Whatever happens to ports and tables, the receiver sees no conversation reordered: a data path that does as its table
 * says, links that keep their own order and nothing else, and a partner that answers markers, all in random interleaving.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConversationMoves, Silent_Time_Out } from '../../src/mux/conversation-moves.js';
import { BUCKETS, isHeld, NO_PORT, portOf, spread } from '../../src/mux/distributor.js';

const PORTS = [1, 2, 3];
const CONVERSATIONS = [0, 1, 2, 3];
/** Frames and responses need at most this long on a link: shorter than any time-out. */
const LONGEST = Silent_Time_Out - 1;

type Parcel = { readonly sentAt: number } & (
  | { readonly kind: 'data'; readonly conversation: number; readonly number: number }
  | { readonly kind: 'marker' | 'response'; readonly transactionId: number }
);

interface Link {
  state: 'in use' | 'leaving' | 'down';
  there: Parcel[];
  back: Parcel[];
}

class World {
  now = 0;
  readonly #moves = new ConversationMoves();
  readonly #links = new Map<number, Link>(PORTS.map((port) => [port, { state: 'in use', there: [], back: [] }]));
  #held: Parcel[] = [];
  readonly #sent = new Map<number, number>();
  readonly #seen = new Map<number, number>();
  #table: readonly number[] = [];
  /** Bucket -> port, where another mapping than the usual one is asked for. */
  #weights: readonly number[] | undefined;
  #hash = 0;
  delivered = 0;
  heldFrames = 0;

  constructor() {
    this.configure();
  }

  send(conversation: number): void {
    const number = (this.#sent.get(conversation) ?? 0) + 1;
    this.#sent.set(conversation, number);
    const parcel: Parcel = { kind: 'data', conversation, number, sentAt: this.now };
    const entry = this.#entry(parcel);
    if (isHeld(entry)) {
      this.#held.push(parcel);
      this.heldFrames++;
    } else this.#link(entry)?.there.push(parcel);
  }

  #entry(parcel: Parcel): number {
    const bucket = parcel.kind === 'data' ? (parcel.conversation + this.#hash) * 5 : 0;
    return this.#table[bucket % BUCKETS] ?? NO_PORT;
  }

  /** The oldest parcel on the way, if the link has one: there, or back. */
  carry(port: number, way: 'there' | 'back'): void {
    const link = this.#links.get(port);
    const parcel = link?.[way].shift();
    if (link === undefined || parcel === undefined) return;
    if (parcel.kind === 'data') {
      expect(parcel.number, `conversation ${parcel.conversation}`).toBeGreaterThan(
        this.#seen.get(parcel.conversation) ?? 0,
      );
      this.#seen.set(parcel.conversation, parcel.number);
      this.delivered++;
    } else if (parcel.kind === 'marker') link.back.push({ ...parcel, kind: 'response', sentAt: this.now });
    else {
      this.#moves.answered(port, parcel.transactionId, this.now);
      this.#adopt();
    }
  }

  /** A marker or its response is lost. */
  loseMarker(port: number): void {
    const link = this.#links.get(port);
    if (link === undefined) return;
    link.back = [];
    link.there = link.there.filter(({ kind }) => kind === 'data');
  }

  setState(port: number, state: Link['state']): void {
    const link = this.#links.get(port);
    if (link === undefined) return;
    link.state = state;
    if (state === 'down') Object.assign(link, { there: [], back: [] });
    this.configure();
  }

  weigh(weights: readonly number[] | undefined): void {
    this.#weights = weights;
    this.configure();
  }

  /** Every conversation falls into another bucket; what is held is sorted anew. */
  rehash(): void {
    this.#hash++;
    this.#moves.rehash(this.now);
    this.#adopt();
  }

  /** Time goes on; what is due on the way happens: nothing stays on a link longer than LONGEST. */
  wait(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now++;
      for (const [port, link] of this.#links) {
        for (const way of ['there', 'back'] as const) {
          while ((link[way][0]?.sentAt ?? this.now) + LONGEST / 2 < this.now) this.carry(port, way);
        }
      }
      if ((this.#moves.nextDeadline ?? Number.POSITIVE_INFINITY) <= this.now) {
        this.#moves.expire(this.now);
        this.#adopt();
      }
    }
  }

  configure(): void {
    const usable = PORTS.filter((port) => this.#links.get(port)?.state === 'in use');
    const { length } = usable;
    const want =
      this.#weights === undefined || length === 0
        ? spread(usable)
        : Array.from({ length: BUCKETS }, (_, bucket) => usable[(this.#weights?.[bucket % 7] ?? 0) % length] as number);
    const ports = new Map(
      [...this.#links].map(([port, { state }]) => [
        port,
        { flushable: state !== 'down', distributing: state === 'in use' },
      ]),
    );
    this.#moves.update(want, ports, this.now);
    this.#adopt();
  }

  /** Frames that are neither delivered nor lost with a link. */
  get held(): number {
    return this.#held.length;
  }

  #adopt(): void {
    this.#table = this.#moves.buckets;
    const held = this.#held;
    this.#held = held.filter((parcel) => isHeld(this.#entry(parcel)));
    for (const parcel of held) {
      const entry = this.#entry(parcel);
      if (!isHeld(entry)) this.#link(entry)?.there.push({ ...parcel, sentAt: this.now });
    }
    for (const { port, transactionId } of this.#moves.takeMarkers()) {
      this.#link(port)?.there.push({ kind: 'marker', transactionId, sentAt: this.now });
    }
  }

  #link(entry: number): Link | undefined {
    const link = this.#links.get(portOf(entry));
    return link?.state === 'down' ? undefined : link;
  }
}

type Step = (world: World) => void;
const port = fc.constantFrom(...PORTS);
const way = fc.constantFrom('there' as const, 'back' as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(...CONVERSATIONS).map(
      (bucket): Step =>
        (world) =>
          world.send(bucket),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(port, way).map(
      ([p, w]): Step =>
        (world) =>
          world.carry(p, w),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(30).map(
      (ms): Step =>
        (world) =>
          world.wait(ms),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(port, fc.constantFrom('in use' as const, 'in use' as const, 'leaving' as const, 'down' as const))
      .map(
        ([p, state]): Step =>
          (world) =>
            world.setState(p, state),
      ),
  },
  {
    weight: 1,
    arbitrary: fc.option(fc.array(fc.nat(2), { minLength: 7, maxLength: 7 }), { nil: undefined }).map(
      (weights): Step =>
        (world) =>
          world.weigh(weights),
    ),
  },
  {
    weight: 1,
    arbitrary: port.map(
      (p): Step =>
        (world) =>
          world.loseMarker(p),
    ),
  },
);

test('no conversation is reordered, with answers, lost markers, time-outs, lost links, and moves into moves', () => {
  let held = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 150 }), (steps) => {
      const world = new World();
      for (const each of steps) each(world);
      held += world.heldFrames;
      // Every move ends, and what was held is sent.
      for (const each of PORTS) world.setState(each, 'in use');
      world.wait(3_000);
      expect(world.held).toBe(0);
      for (const bucket of CONVERSATIONS) world.send(bucket);
      const before = world.delivered;
      world.wait(100);
      expect(world.delivered - before).toBe(CONVERSATIONS.length);
    }),
    { numRuns: 300 },
  );
  expect(held).toBeGreaterThan(300); // else nothing was tried
}, 60_000);
