/** Links that come and go: up-delay, down-delay and damping, seen from outside. */
import { expect, test } from 'vitest';
import { setCable, twoSystems } from '../support/system-lab.js';
import { Tester } from '../support/tester.js';

const FAST = { rate: 'fast' } as const;

test('up-delay: a repaired link says nothing for so long, then joins', () => {
  const tester = new Tester({ ...FAST, upDelay: 5_000 }, { links: 2 }).bringUp();
  tester.setLink(1, false);
  tester.advance(1_000);
  expect(tester.dut.forwarding.distributing).toEqual([2]);
  tester.link(1).take();
  tester.setLink(1, true);
  tester.advance(4_999);
  expect(tester.link(1).take()).toEqual([]);
  expect(tester.dut.port(1)).toMatchObject({
    receive: 'PORT_DISABLED',
    link: 'up',
    notes: ['link up, and must stay up for 5000 ms before it is used (up-delay)'],
  });
  tester.advance(4_000);
  expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
});

test('up-delay: a port that is added with its link up does not wait', () => {
  const tester = new Tester({ ...FAST, upDelay: 60_000 }).bringUp();
  expect(tester.dut.forwarding.distributing).toEqual([1]);
});

test('down-delay: a short failure costs no state, on neither end; a longer one is noticed after the delay', () => {
  const settings = { ...FAST, downDelay: 500 };
  const lab = twoSystems(2, settings, settings);
  lab.clock.advance(5_000);
  for (const system of [lab.a, lab.b]) system.transitions.length = 0;
  setCable(lab, 1, false);
  lab.clock.advance(499);
  expect(lab.a.port(1).notes).toEqual(['link down, given up when that has lasted 500 ms (down-delay)']);
  setCable(lab, 1, true);
  lab.clock.advance(10_000);
  expect([...lab.a.transitions, ...lab.b.transitions].filter((line) => !line.includes('transmit'))).toEqual([]);
  setCable(lab, 1, false);
  lab.clock.advance(499);
  expect(lab.a.forwarding.distributing).toEqual([1, 2]);
  lab.clock.advance(1);
  expect(lab.a.forwarding.distributing).toEqual([2]);
});

test('damping: a link that flaps is kept out, the note says why, and it returns when it has been quiet', () => {
  const tester = new Tester({ ...FAST, damping: { failures: 3, seconds: 60 } }, { links: 2 }).bringUp();
  for (const end of [1, 2, 3]) {
    tester.setLink(1, false);
    tester.advance(500);
    tester.setLink(1, true);
    tester.advance(end === 3 ? 0 : 4_000);
  }
  tester.dut.forwardings.length = 0;
  tester.advance(59_999);
  expect(tester.dut.forwardings).toEqual([]);
  expect(tester.dut.port(1).notes).toEqual([
    'kept out until it has been up for 60 s: the link failed 3 times within as long (damping)',
  ]);
  tester.advance(5_000);
  expect(tester.dut.forwarding.distributing).toEqual([1, 2]);
});

test('they change while running: a shorter delay acts on a link that waits, none lets it in', () => {
  const tester = new Tester({ ...FAST, upDelay: 60_000 }, { links: 2 }).bringUp();
  tester.setLink(1, false);
  tester.setLink(1, true);
  tester.advance(10_000);
  expect(tester.dut.port(1).receive).toBe('PORT_DISABLED');
  tester.dut.set({ ...FAST, upDelay: 12_000 });
  tester.advance(1_999);
  expect(tester.dut.port(1).receive).toBe('PORT_DISABLED');
  tester.advance(1);
  expect(tester.dut.port(1).receive).toBe('EXPIRED');
});
