/** The loop guard in virtual time, on segments that a network joins. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type GuardAct, JITTER_MS, LoopGuard, PROBE_MS, QUIET_MS } from '../../../src/layers/bridge/loop-guard.js';
import { decodeProbe, encodeProbe } from '../../../src/layers/bridge/probe.js';

/** Guards in one world: `wires` says which (bridge, port) hears what another one sends, directly or over bridges. */
class World {
  now = 0;
  readonly log: string[] = [];
  readonly #queue: (() => void)[] = [];

  constructor(
    readonly guards: readonly LoopGuard[],
    /** Segment of a port of a bridge; equal ones are joined outside. */
    public segment: (bridge: number, port: number) => string,
    readonly ports: readonly number[],
  ) {}

  do(bridge: number, acts: readonly GuardAct[]): void {
    for (const act of acts) {
      if (act.kind === 'send') this.#queue.push(() => this.#flood(bridge, act.port, act.serial));
      else this.log.push(`${this.now} ${bridge}: ${act.kind} ${act.port}`);
    }
  }

  /** A probe reaches every port of its segment; an open port of another bridge passes it on to that one's others. */
  #flood(bridge: number, port: number, serial: number): void {
    const reached = new Set<string>();
    const heard = new Map<string, number>();
    const segments = [this.segment(bridge, port)];
    for (let next = segments.pop(); next !== undefined; next = segments.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      for (const [other, guard] of this.guards.entries()) {
        for (const at of this.ports) {
          if (this.segment(other, at) !== next || (other === bridge && at === port && !next.startsWith('mirror')))
            continue;
          if (other === bridge) heard.set(`${at}`, at);
          else if (!guard.blocked.has(at)) {
            segments.push(
              ...this.ports.filter((each) => !guard.blocked.has(each)).map((each) => this.segment(other, each)),
            );
          }
        }
      }
    }
    for (const at of heard.values())
      this.#queue.push(() => this.do(bridge, this.guards[bridge]?.heard({ port, serial }, at, this.now) ?? []));
  }

  settle(): void {
    for (let next = this.#queue.shift(), steps = 0; next !== undefined; next = this.#queue.shift()) {
      if (++steps > 10_000) throw new Error('never settles');
      next();
    }
  }

  run(until: number): void {
    for (;;) {
      this.settle();
      const due = Math.min(...this.guards.map((guard) => guard.deadline));
      if (due > until) break;
      this.now = Math.max(this.now, due);
      for (const [i, guard] of this.guards.entries()) this.do(i, guard.expire(this.now));
    }
    this.now = until;
  }
}

test('R9 two ports on one segment: the later one is blocked at once, stays so while the loop is there, and opens after it', () => {
  let looped = true;
  const world = new World([new LoopGuard(() => 0)], (_, port) => (looped ? 'one' : `${port}`), [11, 12]);
  const [guard] = world.guards;
  world.do(0, guard?.setPorts([11, 12], 0) ?? []);
  world.settle();
  expect(world.log).toEqual(['0 0: block 12']);
  expect(guard?.blocked.get(12)).toMatchObject({ other: 11 });
  world.run(600_000);
  expect(world.log).toHaveLength(1);
  looped = false;
  world.run(600_000 + QUIET_MS + PROBE_MS);
  expect(world.log).toHaveLength(2);
  expect(world.log[1]).toMatch(/0: release 12$/);
});

test('R9 a loop that is closed later is found within a probe interval; a port that hears itself is blocked alone', () => {
  let mirror = false;
  const world = new World(
    [new LoopGuard(() => 0)],
    (_, port) => (mirror && port === 11 ? 'mirror' : `${port}`),
    [11, 12],
  );
  world.do(0, world.guards[0]?.setPorts([11, 12], 0) ?? []);
  world.run(10_500);
  expect(world.log).toEqual([]);
  mirror = true;
  world.run(10_500 + PROBE_MS);
  expect(world.log).toEqual(['11000 0: block 11']);
  world.run(60_000);
  expect(world.log).toHaveLength(1);
});

test('R9 the other end of the loop goes down: the blocked port is open again within a third of a second', () => {
  const world = new World([new LoopGuard(() => 0.9)], () => 'one', [11, 12]);
  world.do(0, world.guards[0]?.setPorts([11, 12], 0) ?? []);
  world.run(5_000);
  world.segment = (_, port) => `${port}`;
  world.do(0, world.guards[0]?.setPorts([12], 5_000) ?? []);
  world.run(5_300);
  expect(world.log).toEqual(['0 0: block 12', '5300 0: release 12']);
});

test('R9 two bridges with two links between them end with one link open, whatever each blocks first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 8, maxLength: 8 }),
      fc.boolean(),
      (random, crossed) => {
        let at = 0;
        const next = () => random[at++ % random.length] ?? 0;
        const guards = [new LoopGuard(next), new LoopGuard(next)];
        // Numbered alike at both ends, or crossed.
        const segment = (bridge: number, port: number) => `${crossed && bridge === 1 ? 3 - port : port}`;
        const world = new World(guards, segment, [1, 2]);
        // Both come up before either has heard anything.
        for (const [i, guard] of guards.entries()) world.do(i, guard.setPorts([1, 2], 0));
        world.run(60_000);
        const open = [1, 2].filter((link) =>
          guards.every((guard, bridge) =>
            [1, 2].every((port) => segment(bridge, port) !== `${link}` || !guard.blocked.has(port)),
          ),
        );
        const spread = Math.abs((random[0] ?? 0) - (random[1] ?? 0)) * JITTER_MS;
        if (spread > 1) expect(open).toHaveLength(1);
        else expect(open.length).toBeLessThan(2);
      },
    ),
  );
});

test('R9 a blocked port that a process before us left stays so until it has proved quiet', () => {
  const guard = new LoopGuard(() => 0);
  guard.setPorts([11, 12], 0, [12]);
  expect([...guard.blocked.keys()]).toEqual([12]);
  for (let now = PROBE_MS; now < QUIET_MS; now += PROBE_MS)
    expect(guard.expire(now).map(({ kind }) => kind)).not.toContain('release');
  expect(guard.expire(QUIET_MS)).toContainEqual({ kind: 'release', port: 12 });
});

test('R9 stale, unknown and future probes block nothing', () => {
  const guard = new LoopGuard(() => 0);
  const first = guard.setPorts([11, 12], 0).map((act) => (act.kind === 'send' ? act.serial : 0));
  guard.expire(PROBE_MS);
  expect(guard.heard({ port: 11, serial: first[0] ?? 0 }, 12, PROBE_MS)).toEqual([]);
  expect(guard.heard({ port: 99, serial: 4 }, undefined, PROBE_MS)).toEqual([]);
  expect(guard.heard({ port: 11, serial: 1_000 }, 12, PROBE_MS)).toEqual([]);
});

test('a probe is read as it was written, and nothing else is taken for one', () => {
  const probe = { bridge: '0123456789abcdef', port: 7, serial: 0xfffffffe };
  const frame = encodeProbe(probe, '02:00:00:00:00:01');
  expect(frame).toHaveLength(60);
  expect(Buffer.from(frame.subarray(0, 16)).toString('hex')).toBe('03766574686202000000000188b57665');
  expect(decodeProbe(frame)).toEqual(probe);
  expect(decodeProbe(frame.subarray(0, 37))).toBeUndefined();
  for (const at of [12, 13, 14, 21]) {
    const other = Uint8Array.from(frame);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(decodeProbe(other)).toBeUndefined();
  }
});
