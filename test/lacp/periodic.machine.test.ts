import { describe, expect, test } from 'vitest';
import { configure, lacpOff, lacpOn, linkDown, linkUp, ms, PortLab, partnerSays, pdu } from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

const passive = configure('passive', { Actor: { LACP_Activity: false } });
const active = configure('active', {});
const partnerLong = partnerSays({ LACP_Timeout: false });
const partnerShort = partnerSays({ LACP_Timeout: true });
const partnerPassive = partnerSays({ LACP_Activity: false });

const ARROWS: readonly Row[] = [
  ['FAST_PERIODIC', [], linkDown, 'NO_PERIODIC'],
  ['FAST_PERIODIC', [], lacpOff, 'NO_PERIODIC'],
  ['FAST_PERIODIC', [], passive, 'NO_PERIODIC'],
  ['FAST_PERIODIC', [passive, pdu()], partnerPassive, 'NO_PERIODIC'],
  ['SLOW_PERIODIC', [partnerLong], linkDown, 'NO_PERIODIC'],
  ['SLOW_PERIODIC', [partnerLong], lacpOff, 'NO_PERIODIC'],
  ['SLOW_PERIODIC', [partnerSays({ LACP_Timeout: false, LACP_Activity: false })], passive, 'NO_PERIODIC'],
  ['NO_PERIODIC', [linkDown], linkUp, 'FAST_PERIODIC'],
  ['NO_PERIODIC', [partnerLong, linkDown], linkUp, 'FAST_PERIODIC'], // EXPIRED assumes a short timeout
  ['NO_PERIODIC', [lacpOff], lacpOn, 'FAST_PERIODIC'],
  ['NO_PERIODIC', [passive], active, 'FAST_PERIODIC'],
  ['NO_PERIODIC', [passive], pdu(), 'FAST_PERIODIC'], // woken by an active partner
  ['NO_PERIODIC', [passive], partnerLong, 'SLOW_PERIODIC'], // by way of FAST_PERIODIC
  ['FAST_PERIODIC', [pdu()], partnerLong, 'SLOW_PERIODIC'],
  ['SLOW_PERIODIC', [partnerLong], partnerShort, 'FAST_PERIODIC'], // by way of PERIODIC_TX
];

const STAYS: readonly Row[] = [
  ['FAST_PERIODIC', [], ms(1_000), 'FAST_PERIODIC'], // by way of PERIODIC_TX
  ['FAST_PERIODIC', [pdu()], partnerShort, 'FAST_PERIODIC'],
  ['FAST_PERIODIC', [pdu()], partnerPassive, 'FAST_PERIODIC'], // one active end is enough
  ['FAST_PERIODIC', [pdu()], passive, 'FAST_PERIODIC'],
  ['SLOW_PERIODIC', [partnerLong], ms(2_999), 'SLOW_PERIODIC'],
  ['SLOW_PERIODIC', [partnerLong], partnerLong, 'SLOW_PERIODIC'],
  ['NO_PERIODIC', [passive], ms(100_000), 'NO_PERIODIC'],
  ['NO_PERIODIC', [passive], partnerPassive, 'NO_PERIODIC'],
  ['NO_PERIODIC', [linkDown], pdu(), 'NO_PERIODIC'],
  ['NO_PERIODIC', [lacpOff], pdu(), 'NO_PERIODIC'],
];

testArrows('periodic', 'Periodic Transmission machine moves', ARROWS);
testArrows('periodic', 'Periodic Transmission machine stays', STAYS);

describe('Periodic Transmission machine, entry actions', () => {
  /** Times of the LACPDUs that left since `since`. */
  const times = (lab: PortLab, since = 0): number[] => lab.sent.map(({ at }) => at).filter((at) => at > since);

  test('FAST_PERIODIC: one LACPDU a second, the first at once', () => {
    const lab = new PortLab();
    expect(lab.sent.map(({ at }) => at)).toEqual([0]);
    lab.run([ms(2_999)]);
    expect(times(lab)).toEqual([1_000, 2_000]);
  });

  test('SLOW_PERIODIC: one LACPDU in 30 s', () => {
    const slowRate = configure('slow rate', { Actor: { LACP_Timeout: false } });
    const lab = new PortLab().run([slowRate, ms(1_500), partnerLong, ms(85_000)]);
    expect(times(lab, 1_500)).toEqual([31_500, 61_500]);
  });

  test('SLOW_PERIODIC to FAST_PERIODIC sends at once, and then after a second', () => {
    const lab = new PortLab().run([partnerLong, ms(2_500), partnerShort, ms(1_000)]);
    expect(times(lab)).toEqual([2_500, 3_500]);
  });

  test('FAST_PERIODIC to SLOW_PERIODIC restarts the timer with 30 s', () => {
    const lab = new PortLab().run([pdu(), ms(500), partnerLong]);
    expect(lab.variables.clockwork.timers.periodic_timer).toBe(30_500);
  });

  test('NO_PERIODIC stops periodic_timer', () => {
    const lab = new PortLab().run([linkDown]);
    expect(lab.variables.clockwork.timers.periodic_timer).toBeUndefined();
  });
});
