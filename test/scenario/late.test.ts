/** A control loop that was held up: LACPDUs and time-outs wait for it together. */
import { expect, test } from 'vitest';
import { twoSystems } from '../support/system-lab.js';

/** Both in use; from then on what `b` sends lies unread in the socket of `a`. Gives what empties it. */
function heldUp() {
  const lab = twoSystems(1, { rate: 'fast' }, { rate: 'fast' });
  lab.clock.advance(6_000);
  const unread: { port: number; frame: Uint8Array }[] = [];
  lab.b.onFrame = (port, frame) => unread.push({ port, frame });
  const read = () => {
    for (const { port, frame } of unread.splice(0)) lab.a.system.receive(port, frame);
  };
  return { ...lab, read };
}

test('what was heard in time counts, although it is read after its time-out was due', () => {
  const { a, clock, read } = heldUp();
  a.drain = read;
  clock.advance(10_000);
  expect(a.port(1)).toMatchObject({ receive: 'CURRENT', mux: 'DISTRIBUTING' });
  expect(a.transitions.filter((line) => line.includes('-> EXPIRED'))).toEqual([]);
});

test('where nothing was heard, the time-out is as ever', () => {
  const { a, clock } = heldUp();
  clock.advance(3_500);
  expect(a.port(1)).toMatchObject({ receive: 'EXPIRED' });
});
