/**
 * Anything may happen to two systems on three cables, in any order and at any time. What must hold all the while is
 * checked after every step, and what must hold in the end after a quiet time. A failure prints its seed and path.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rulesOf } from '../../src/aggregator/rules.js';
import { Aggregate_Wait_Time, Fast_Periodic_Time, Short_Timeout_Time } from '../../src/lacp/constants.js';
import { portOf, spread } from '../../src/mux/distributor.js';
import { seeded } from '../../src/simulator/random.js';
import { type TestSystem, twoSystems } from '../support/system-lab.js';
import { mostInAnySecond } from '../support/tester.js';
import { happen, LINKS, repair, step, trouble, troubled } from '../support/walk.js';

/** A long run draws as many as this says, `npm run walks`. */
const WALKS = process.env.VETH_WALKS === undefined ? undefined : Number(process.env.VETH_WALKS);
const SLOW = 6 * 3_600_000;

const numbers = (ports: readonly { readonly number: number }[]) => ports.map(({ number }) => number);

/** What holds at every moment. Asked a thousand times a walk, for which `expect` is too slow. */
function check(system: TestSystem): void {
  const { forwarding, aggregator, table } = system;
  for (const { port, inUse, mux, verdicts } of system.system.explain()) {
    const causes = verdicts.map(({ cause }) => cause);
    if (!inUse) assert.notEqual(causes.length, 0, `why ${port} in ${mux} is not in use`);
    // Churn follows from something that is told.
    assert.equal(causes.includes('actor-churn'), false);
    assert.equal(causes.includes('partner-churn'), false);
  }
  const { mode } = aggregator;
  const settings = rulesOf(aggregator.settings, mode);
  const collecting = aggregator.ports.filter(({ mux }) => /COLLECTING|DISTRIBUTING/.test(mux));
  const distributing = aggregator.ports.filter(({ mux }) => /DISTRIBUTING/.test(mux));
  assert.deepEqual(forwarding.collecting, numbers(collecting));
  assert.deepEqual(forwarding.distributing, numbers(distributing));
  const entries = new Set(table.buckets.map(portOf));
  for (const port of entries) assert.ok(forwarding.distributing.includes(port), `a bucket on port ${port}`);
  assert.equal(entries.size > 0, forwarding.distributing.length > 0);
  for (const port of forwarding.collecting) assert.ok(table.collecting.includes(port), `table without port ${port}`);
  const enough = forwarding.distributing.length >= settings.minLinks;
  if (enough) assert.equal(forwarding.carrier, true);
  // A standby that steps in keeps the carrier on meanwhile.
  const coming = aggregator.ports.filter(
    ({ selected, receive }) => selected === 'SELECTED' && receive !== 'PORT_DISABLED',
  ).length;
  if (!enough && forwarding.carrier) assert.ok(coming >= settings.minLinks);
  assert.ok(collecting.length <= settings.maxLinks);
  assert.ok(new Set(collecting.map(({ lagId }) => lagId)).size <= 1);
  // Never forwarding with a partner and, in fallback, without one.
  const heard = settings.fallback === 'none' || collecting.every(({ receive }) => receive !== 'DEFAULTED');
  const believed = mode === 'lacp' ? (heard ? 'CURRENT' : 'DEFAULTED') : 'LACP_DISABLED';
  for (const { receive } of collecting) assert.equal(receive, believed);
  // Without LACP there is nobody to wait for.
  const selected = aggregator.ports.filter((port) => port.selected === 'SELECTED' && port.receive === 'LACP_DISABLED');
  for (const { collecting: takes } of selected) assert.equal(takes, true);
  if (!heard && settings.fallback === 'one') assert.equal(collecting.length, 1);
  for (const port of aggregator.ports) {
    const { State } = port.actor;
    assert.deepEqual([State.Collecting, State.Distributing], [port.collecting, port.distributing]);
    if (port.collecting) assert.equal(port.selected, 'SELECTED');
    if (port.collecting && settings.downDelay === 0) assert.equal(port.link, 'up');
    assert.equal(State.Synchronization, !['DETACHED', 'WAITING'].includes(port.mux));
  }
}

const walk = fc.array(fc.oneof({ weight: 4, arbitrary: step }, { weight: 1, arbitrary: trouble }), {
  minLength: 5,
  maxLength: 40,
});

/** An end may have to be given up, to hear the next periodic LACPDU, to wait, and to hold back LACPDUs by the limit. */
const CONVERGENCE = Short_Timeout_Time + Fast_Periodic_Time + Aggregate_Wait_Time + Fast_Periodic_Time;

test(
  'whatever happens: forwarding only where the Mux machines say, three LACPDUs a second, and all well in the end',
  () => {
    fc.assert(
      fc.property(walk, fc.constantFrom(0, 7), fc.nat(), (events, delay, seed) => {
        const lab = twoSystems(LINKS.length, { rate: 'fast' }, { rate: 'fast' }, delay, seeded(seed));
        lab.clock.advance(3_000);
        for (const event of events) {
          troubled(lab, event);
          for (const system of [lab.a, lab.b]) check(system);
        }
        repair(lab);
        lab.clock.advance(CONVERGENCE);
        for (const system of [lab.a, lab.b]) expect(system.forwarding.distributing).toEqual(LINKS);
        lab.clock.advance(10_000 - CONVERGENCE);
        for (const system of [lab.a, lab.b]) {
          check(system);
          expect(system.forwarding).toEqual({ collecting: LINKS, distributing: LINKS, carrier: true });
          expect(system.table).toMatchObject({ collecting: LINKS, buckets: spread(LINKS) }); // no move goes on for ever
          for (const n of LINKS) {
            const times = system.sent.filter(({ port }) => port === n).map(({ at }) => at);
            expect(mostInAnySecond(times)).toBeLessThanOrEqual(3);
            const markers = system.markers.filter(({ port }) => port === n).map(({ at }) => at);
            expect(mostInAnySecond(markers)).toBeLessThanOrEqual(10);
          }
        }
        for (const n of LINKS) {
          const [a, b] = [lab.a.port(n), lab.b.port(n)];
          expect(a.lagId).toBe(b.lagId);
          expect([a.partner, b.partner]).toEqual([b.actor, a.actor]);
        }
        for (const system of [lab.a, lab.b]) system.forwardings.length = 0;
        lab.clock.advance(10_000);
        expect([...lab.a.forwardings, ...lab.b.forwardings]).toEqual([]); // and it stays
      }),
      { numRuns: WALKS ?? 200 },
    );
  },
  SLOW,
);

test(
  'with max-links both ends end up with the same links, whatever happened before',
  () => {
    const fault = step.filter(({ kind }) => kind !== 'set');
    const maxLinks = fc.integer({ min: 1, max: 2 });
    fc.assert(
      fc.property(fc.array(fault, { minLength: 3, maxLength: 25 }), maxLinks, maxLinks, (events, left, right) => {
        const lab = twoSystems(LINKS.length, { rate: 'fast', maxLinks: left }, { rate: 'fast', maxLinks: right }, 3);
        lab.clock.advance(3_000);
        for (const event of events) {
          happen(lab, event);
          for (const system of [lab.a, lab.b]) check(system);
        }
        repair(lab);
        lab.clock.advance(20_000);
        expect(lab.a.forwarding.distributing).toEqual(lab.b.forwarding.distributing);
        expect(lab.a.forwarding.distributing.length).toBe(Math.min(left, right));
      }),
      { numRuns: WALKS === undefined ? 100 : Math.ceil(WALKS / 4) },
    );
  },
  SLOW,
);
