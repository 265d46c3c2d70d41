import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Balancer, First_Rest, Least_Load } from '../../src/mux/balancer.js';
import { Clear_Gain, Most_Moves, rebalance } from '../../src/mux/rebalance.js';
import type { WeightedLink } from '../../src/mux/weighted-spread.js';

const link = (port: number, weight = 1): WeightedLink => ({ port, linkNumber: port, weight });
const anywhere = () => true;

/** Octets by the weight of each link, highest first. */
function loads(at: readonly number[], octets: readonly number[], links: readonly WeightedLink[]): number[] {
  return links
    .map(({ port, weight }) => at.reduce((sum, to, b) => sum + (to === port ? (octets[b] ?? 0) : 0), 0) / weight)
    .sort((a, b) => b - a);
}
const apply = (at: readonly number[], moves: ReadonlyMap<number, number>) =>
  at.map((port, bucket) => moves.get(bucket) ?? port);

describe('one round', () => {
  test.each<[string, number[], number[], WeightedLink[], [number, number][]]>([
    ['two heavy buckets on one link: one goes', [1, 1], [50, 50], [link(1), link(2)], [[0, 2]]],
    ['one heavy bucket that is all there is stays', [1, 1], [100, 0], [link(1), link(2)], []],
    ['one heavy bucket leaves a link of a tenth', [1, 1], [100, 0], [link(1), link(2, 10)], [[0, 2]]],
    ['it stays on the link of ten times the weight', [1, 1], [100, 0], [link(1, 10), link(2)], []],
    ['the one that evens out best goes, and is enough', [1, 1, 1], [70, 20, 10], [link(1), link(2)], [[0, 2]]],
    ['already even: nothing', [1, 2], [50, 50], [link(1), link(2)], []],
    ['nearly even: nothing', [1, 1, 2], [50, 4, 46], [link(1), link(2)], []],
    ['by weight 1 to 10 even as it is', [1, 2], [10, 100], [link(1), link(2, 10)], []],
    ['nothing carried', [1, 2], [0, 0], [link(1), link(2)], []],
    ['one link', [1, 1], [50, 50], [link(1)], []],
    [
      'a full link that cannot give does not keep another from it',
      [1, 2, 2, 3],
      [90, 30, 30, 0],
      [link(1), link(2), link(3)],
      [[1, 3]],
    ],
  ])('%s', (_, at, octets, links, expected) => {
    expect([...rebalance(at, octets, links, anywhere)].sort()).toEqual(expected);
  });

  test('where a bucket may not move, another one does', () => {
    expect([...rebalance([1, 1], [50, 50], [link(1), link(2)], (bucket) => bucket !== 0)]).toEqual([[1, 2]]);
  });

  const world = fc.integer({ min: 2, max: 6 }).chain((n) =>
    fc.record({
      links: fc
        .array(fc.constantFrom(1, 2.5, 10), { minLength: n, maxLength: n })
        .map((w) => w.map((each, i) => link(i + 1, each))),
      at: fc.array(fc.integer({ min: 1, max: n }), { minLength: 200, maxLength: 200 }),
      octets: fc.array(
        fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1_000, max: 9_000 })),
        {
          minLength: 200,
          maxLength: 200,
        },
      ),
    }),
  );

  test('the loads, highest first, improve clearly, or nothing moves; moves are bounded', () => {
    fc.assert(
      fc.property(world, ({ links, at, octets }) => {
        const moves = rebalance(at, octets, links, anywhere);
        expect(moves.size).toBeLessThanOrEqual(Most_Moves);
        for (const [bucket, port] of moves) expect(port).not.toBe(at[bucket]);
        const [before, after] = [loads(at, octets, links), loads(apply(at, moves), octets, links)];
        const first = before.findIndex((load, i) => Math.abs(load - (after[i] ?? 0)) > 1e-6);
        if (moves.size === 0) expect(first).toBe(-1);
        else expect(after[first]).toBeLessThan(before[first] ?? 0);
        // A giver may take from another one afterwards, but nobody comes near what the fullest giver had.
        const givers = links.filter(({ port }) => [...moves.keys()].some((bucket) => at[bucket] === port));
        const [most = 0] = loads(at, octets, givers);
        expect(loads(apply(at, moves), octets, givers)[0] ?? 0).toBeLessThanOrEqual(most * (1 - Clear_Gain) + 1e-6);
      }),
    );
  });

  test('with the same traffic round after round it comes to an end', () => {
    fc.assert(
      fc.property(world, ({ links, at: start, octets }) => {
        let at: readonly number[] = start;
        let rounds = 0;
        for (let moves = rebalance(at, octets, links, anywhere); moves.size > 0; rounds++) {
          at = apply(at, moves);
          moves = rebalance(at, octets, links, anywhere);
          expect(rounds).toBeLessThan(60);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** A balancer over two or more links, with traffic that goes on at so many octets a second in each bucket. */
class Lab {
  readonly balancer = new Balancer();
  now = 0;
  readonly #octets = new Float64Array(16);

  constructor(
    readonly spread: readonly number[],
    public links: readonly WeightedLink[],
    readonly seconds = 10,
  ) {
    this.balancer.every(seconds, 0);
    this.#round();
  }

  /** Seconds pass until the next round. True: something has moved. */
  next(rates: readonly number[]): boolean {
    for (const [bucket, rate] of rates.entries())
      this.#octets[bucket] = (this.#octets[bucket] ?? 0) + rate * this.seconds;
    this.now = this.balancer.deadline ?? Number.NaN;
    return this.#round();
  }

  get at(): readonly number[] {
    return this.balancer.place(this.spread, this.links);
  }

  #round(): boolean {
    return this.balancer.round(this.#octets, this.spread, this.links, this.now);
  }
}

const MB = 1_000_000;

describe('over time', () => {
  test('off: no deadline, no round, the spread as it is', () => {
    const balancer = new Balancer();
    expect(balancer.deadline).toBeUndefined();
    expect(balancer.status).toBeUndefined();
    expect(balancer.place([1, 2], [link(1), link(2)])).toEqual([1, 2]);
  });

  test('the first look moves nothing; after so many seconds heavy buckets part', () => {
    const lab = new Lab([1, 1, 2], [link(1), link(2)]);
    expect(lab.balancer.deadline).toBe(10_000);
    expect(lab.next([MB, MB, 0])).toBe(true);
    expect(lab.now).toBe(10_000);
    expect([...lab.at].sort()).toEqual([1, 2, 2]);
    expect(lab.balancer.status).toEqual({ away: 1, moved: 1, measured: true });
  });

  test('next to no traffic is not worth a move', () => {
    const lab = new Lab([1, 1, 2], [link(1), link(2)]);
    expect(lab.next([Least_Load / 2 - 1, Least_Load / 2, 0])).toBe(false);
    expect(lab.next([Least_Load / 2, Least_Load / 2, 0])).toBe(true);
  });

  test.each([
    [[First_Rest - 1], 1],
    [[First_Rest], 2],
    [[First_Rest, 2 * First_Rest - 1], 2],
    [[First_Rest, 2 * First_Rest], 3],
    [[First_Rest, 2 * First_Rest, 4 * First_Rest], 4],
  ])(
    'a bucket rests after a move, after each further one twice as long: quiet for %j rounds, %i moves',
    (pauses, moves) => {
      // Bucket 0 has always a companion as heavy on its link, 1 or 2; of the two, it would go first.
      const lab = new Lab([1, 1, 2], [link(1), link(2)], 1);
      let count = 0;
      for (const pause of [0, ...pauses]) {
        for (let round = 0; round < pause; round++) lab.next([0, 0, 0]);
        const [before] = lab.at;
        lab.next([MB, before === 1 ? MB : 0, before === 2 ? MB : 0]);
        if (lab.at[0] !== before) count++;
      }
      expect(count).toBe(moves);
    },
  );

  test('whatever the traffic does, no bucket moves more often than its rests allow', () => {
    const rates = fc.array(fc.constantFrom(0, 0, MB, 5 * MB), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(fc.array(rates, { minLength: 30, maxLength: 60 }), (rounds) => {
        const lab = new Lab(
          Array.from({ length: 16 }, (_, i) => 1 + (i % 3)),
          [link(1), link(2), link(3, 10)],
          1,
        );
        const times = Array.from({ length: 16 }, () => 0);
        let before = lab.at;
        for (const each of rounds) {
          lab.next(each);
          for (const [bucket, port] of lab.at.entries())
            if (port !== before[bucket]) times[bucket] = (times[bucket] ?? 0) + 1;
          before = lab.at;
        }
        for (const count of times) expect(count).toBeLessThanOrEqual(Math.log2(rounds.length / First_Rest) + 2);
      }),
      { numRuns: 50 },
    );
  });

  test('a link that goes takes back what was moved to it; the rest stays moved', () => {
    const lab = new Lab([1, 1, 1, 2], [link(1), link(2), link(3)]);
    lab.next([MB, MB, MB, 0]);
    expect(new Set(lab.at.slice(0, 3)).size).toBe(3);
    lab.links = [link(1), link(2)];
    expect([...lab.at].sort()).toEqual([1, 1, 2, 2]);
  });

  test('turned off, everything goes back; turned on again, it begins anew', () => {
    const lab = new Lab([1, 1, 2], [link(1), link(2)]);
    lab.next([MB, MB, 0]);
    lab.balancer.every(0, lab.now);
    expect(lab.at).toEqual([1, 1, 2]);
    expect(lab.balancer.deadline).toBeUndefined();
    lab.balancer.every(10, lab.now);
    expect(lab.balancer.status).toEqual({ away: 0, moved: 0, measured: true });
  });

  test('counters that begin anew are taken from nought', () => {
    const { balancer } = new Lab([1, 1, 2], [link(1), link(2)], 1);
    const links = [link(1), link(2)];
    balancer.round([9 * MB, 9 * MB, 0], [1, 1, 2], links, 1_000);
    balancer.every(0, 1_000);
    balancer.every(1, 1_000);
    balancer.round([9 * MB, 9 * MB, 0], [1, 1, 2], links, 1_000);
    expect(balancer.round([MB, MB, 0], [1, 1, 2], links, 2_000)).toBe(true);
  });

  test('a data path that does not tell: nothing moves, and the status says so', () => {
    const balancer = new Balancer();
    balancer.every(1, 0);
    expect(balancer.round(undefined, [1, 1], [link(1), link(2)], 0)).toBe(false);
    expect(balancer.status?.measured).toBe(false);
  });
});
