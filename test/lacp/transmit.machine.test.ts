import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attach,
  configure,
  lacpOff,
  linkDown,
  linkUp,
  ms,
  PortLab,
  partnerSays,
  pdu,
  select,
} from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

/** An LACPDU that describes us wrongly: raises NTT and changes nothing else. */
const wrongView = pdu({ partner: { Key: 99 } }, 'LACPDU with a wrong view of us');
const passive = configure('passive', { Actor: { LACP_Activity: false } });
/** Three LACPDUs in the first moment: the limit is reached. BEGIN has sent the first. */
const atLimit = [wrongView, wrongView];

const ARROWS: readonly Row[] = [
  ['IDLE', [...atLimit], wrongView, 'NEED_TO_TRANSMIT'],
  ['NEED_TO_TRANSMIT', [...atLimit, wrongView], ms(1_000), 'IDLE'],
  ['NEED_TO_TRANSMIT', [...atLimit, wrongView], linkDown, 'IDLE'],
  ['NEED_TO_TRANSMIT', [...atLimit, wrongView], lacpOff, 'IDLE'],
  ['NEED_TO_TRANSMIT', [...atLimit, wrongView], ms(999), 'NEED_TO_TRANSMIT'],
  ['NEED_TO_TRANSMIT', [...atLimit, wrongView], wrongView, 'NEED_TO_TRANSMIT'],
  ['IDLE', [], pdu(), 'IDLE'],
  ['IDLE', [], wrongView, 'IDLE'], // sent at once
  ['IDLE', [passive], select('SELECTED'), 'IDLE'],
];

testArrows('transmit', 'Transmit machine', ARROWS);

describe('Transmit machine, what leaves', () => {
  test('NTT after silence sends at once, one LACPDU', () => {
    const lab = new PortLab().run([ms(2_500)]);
    const before = lab.sent.length;
    lab.run([wrongView]);
    expect(lab.sent.slice(before).map(({ at }) => at)).toEqual([2_500]);
  });

  test('the fourth in a second is held, and then carries the newest state', () => {
    const lab = new PortLab().run([...atLimit, ms(100), wrongView, ms(300)]);
    expect(lab.sent.map(({ at }) => at)).toEqual([0, 0, 0]);
    lab.run([configure('new key', { Actor: { Key: 77 } }), ms(599)]);
    expect(lab.sent.length).toBe(3);
    lab.run([ms(1)]);
    expect(lab.sent.slice(3).map(({ at, pdu: { actor } }) => [at, actor.Key])).toEqual([[1_000, 77]]);
  });

  test('transitions that follow from one event give one LACPDU with the final state', () => {
    const lab = new PortLab().run([partnerSays({ Synchronization: false }), ...attach, ms(900)]);
    const before = lab.sent.length;
    lab.run([pdu()]); // ATTACHED -> COLLECTING -> DISTRIBUTING
    expect(lab.sent.slice(before).map(({ pdu: { actor } }) => actor.State)).toMatchObject([
      { Synchronization: true, Collecting: true, Distributing: true },
    ]);
  });

  test('what was held back when the link went down is not sent when it comes up; the first LACPDU is new', () => {
    const lab = new PortLab().run([...atLimit, wrongView, linkDown, ms(5_000)]);
    expect(lab.sent.length).toBe(3);
    expect(lab.variables.NTT).toBe(false);
    lab.run([linkUp]);
    expect(lab.sent.map(({ at }) => at)).toEqual([0, 0, 0, 5_000]);
  });

  test('in NO_PERIODIC nothing is sent and NTT is cleared', () => {
    const lab = new PortLab().run([passive]);
    const before = lab.sent.length;
    lab.run([partnerSays({ LACP_Activity: false }), wrongView, select('SELECTED')]);
    lab.run([pdu({ actor: { State: { LACP_Activity: false } }, partner: { Port: 9 } })]);
    expect(lab.variables).toMatchObject({ NTT: false, clockwork: { timers: { transmit_timer: undefined } } });
    lab.run([ms(60_000)]);
    // wrongView comes from an active partner and so wakes the port: one LACPDU, none after the partner turned passive.
    expect(lab.sent.slice(before).every(({ at }) => at === 0)).toBe(true);
  });

  test('three in any sliding second, whatever the times of NTT; the last state always arrives', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const lab = new PortLab();
        for (const [i, wait] of waits.entries()) {
          lab.run([ms(wait), configure(`key ${i}`, { Actor: { Key: i + 100 } })]);
        }
        lab.run([ms(1_000)]);
        const at = lab.sent.map((entry) => entry.at);
        for (let i = 3; i < at.length; i++) expect((at[i] ?? 0) - (at[i - 3] ?? 0)).toBeGreaterThanOrEqual(1_000);
        expect(lab.sent.at(-1)?.pdu.actor.Key).toBe(waits.length === 0 ? 1 : waits.length + 99);
      }),
      { numRuns: 60 },
    );
  });
});
