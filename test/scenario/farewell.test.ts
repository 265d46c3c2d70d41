/** The last LACPDU of a port that is taken out of service, conformance H-03. */
import { expect, test } from 'vitest';
import type { AggregatorSettings } from '../../src/aggregator/settings.js';
import { twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

/** What the partner hears when port 1 of two is removed at once, and how long it takes. */
function removal(farewell: AggregatorSettings['farewell']) {
  const tester = new Tester({ rate: 'fast', farewell }, { links: 2 }).bringUp();
  tester.advance(5_000);
  tester.link(1).take();
  let released: number | undefined;
  const from = tester.clock.now();
  const done = () => {
    released = tester.clock.now() - from;
  };
  // In order, there is more to say and to wait for: moves.test.ts.
  tester.dut.system.removePort(1, done, { atOnce: true });
  const said = tester.link(1).take();
  tester.advance(10_000);
  return { tester, released, said, later: tester.link(1).take() };
}

test.each([
  ['out-of-sync', { Synchronization: false, Collecting: false, Distributing: false, Aggregation: true }],
  ['individual', { Synchronization: false, Collecting: false, Distributing: false, Aggregation: false }],
] as const)('%s: one LACPDU that says so, at once, and then silence', (farewell, state) => {
  const { tester, released, said, later } = removal(farewell);
  expect(said.map(({ pdu }) => pdu.actor.State)).toEqual([expect.objectContaining(state)]);
  expect({ released, later }).toEqual({ released: 0, later: [] });
  expect(tester.dut.forwarding).toEqual({ collecting: [2], distributing: [2], carrier: true });
});

test('none: the port is out at once, and nothing is said', () => {
  const { tester, released, said, later } = removal('none');
  expect({ released, said, later }).toEqual({ released: 0, said: [], later: [] });
  expect(tester.dut.forwarding).toEqual({ collecting: [2], distributing: [2], carrier: true });
});

test.each([
  ['out-of-sync', [2]],
  ['individual', [2]],
  ['none', [1, 2]],
] as const)(
  '%s: the partner distributes on ports %j at once, and without the removed port after its time-out',
  (farewell, at) => {
    const { clock, a, b } = twoSystems(2, { rate: 'fast', farewell }, { rate: 'fast' });
    clock.advance(10_000);
    a.system.removePort(1, () => {});
    clock.advance(10);
    expect(b.forwarding.distributing).toEqual(at);
    clock.advance(3_000);
    expect(b.forwarding.distributing).toEqual([2]);
  },
);

test('a farewell that the transmit limit holds back still says what is set', () => {
  const tester = new Tester({ rate: 'fast', farewell: 'individual' }).bringUp();
  for (const portPriority of [1, 2, 3]) {
    tester.dut.system.setPort(1, { ...tester.dut.port(1).settings, portPriority });
  }
  tester.link().take();
  let released = false;
  tester.dut.system.removePort(1, () => {
    released = true;
  });
  expect({ released, said: tester.link().take() }).toEqual({ released: false, said: [] });
  tester.dut.set({ rate: 'fast', farewell: 'individual' }); // whatever is set meanwhile
  tester.advance(1_000);
  expect(tester.link().take().at(-1)?.pdu.actor.State).toMatchObject({ Aggregation: false, Synchronization: false });
  expect(released).toBe(true);
});
