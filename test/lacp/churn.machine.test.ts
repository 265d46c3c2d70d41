import { describe, expect, test } from 'vitest';
import {
  attach,
  configure,
  leave,
  linkDown,
  linkUp,
  ms,
  PortLab,
  partnerSays,
  pdu,
  ready,
  type Step,
  select,
} from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

/** With a slow rate the partner's information outlives the 60 s of churn detection. */
const slow = configure('slow rate', { Actor: { LACP_Timeout: false } });
const outOfSync = partnerSays({ Synchronization: false });
const inSync = pdu({}, 'LACPDU in sync');
const known: readonly Step[] = [slow, outOfSync];

const ACTOR: readonly Row[] = [
  ['CHURN_MONITOR', [], ms(60_000), 'CHURN'],
  ['CHURN_MONITOR', [], ms(59_999), 'CHURN_MONITOR'],
  ['CHURN_MONITOR', [select('SELECTED'), ms(2_000)], ready, 'NO_CHURN'],
  ['NO_CHURN', attach, select('UNSELECTED'), 'CHURN_MONITOR'],
  ['NO_CHURN', attach, ms(100_000), 'NO_CHURN'],
  ['CHURN_MONITOR', [...attach, select('UNSELECTED'), ms(59_999)], ms(1), 'CHURN'], // a new 60 s
  ['CHURN', [ms(60_000), select('SELECTED'), ms(2_000)], ready, 'NO_CHURN'],
  ['CHURN', [ms(60_000)], ms(100_000), 'CHURN'],
  ['CHURN_MONITOR', [], linkDown, 'CHURN_MONITOR_HELD'],
  ['NO_CHURN', attach, linkDown, 'CHURN_MONITOR_HELD'],
  ['CHURN', [ms(60_000)], linkDown, 'CHURN_MONITOR_HELD'],
  ['CHURN_MONITOR_HELD', [linkDown], ms(100_000), 'CHURN_MONITOR_HELD'],
  ['CHURN_MONITOR_HELD', [linkDown, ms(60_000)], linkUp, 'CHURN_MONITOR'],
  ['NO_CHURN', attach, leave, 'CHURN_MONITOR'],
];

const PARTNER: readonly Row[] = [
  ['CHURN_MONITOR', known, ms(60_000), 'CHURN'],
  ['CHURN_MONITOR', known, ms(59_999), 'CHURN_MONITOR'],
  ['CHURN_MONITOR', known, inSync, 'NO_CHURN'],
  ['NO_CHURN', [slow, inSync], outOfSync, 'CHURN_MONITOR'],
  ['NO_CHURN', [inSync], ms(3_000), 'CHURN_MONITOR'], // EXPIRED clears the partner's Synchronization
  ['NO_CHURN', [slow, inSync], ms(89_999), 'NO_CHURN'],
  ['CHURN_MONITOR', [slow, inSync, outOfSync, ms(59_999)], ms(1), 'CHURN'],
  ['CHURN', [...known, ms(60_000)], inSync, 'NO_CHURN'],
  ['CHURN', [...known, ms(60_000)], outOfSync, 'CHURN'],
  ['CHURN_MONITOR', known, linkDown, 'CHURN_MONITOR_HELD'],
  ['NO_CHURN', [inSync], linkDown, 'CHURN_MONITOR_HELD'],
  ['CHURN', [...known, ms(60_000)], linkDown, 'CHURN_MONITOR_HELD'],
  ['CHURN_MONITOR_HELD', [linkDown], linkUp, 'CHURN_MONITOR'],
];

testArrows('actor_churn', 'Actor Churn Detection machine', ACTOR);
testArrows('partner_churn', 'Partner Churn Detection machine', PARTNER);

describe('Churn Detection machines, the flags', () => {
  test('C-01, C-02 set after 60 s without Synchronization', () => {
    const lab = new PortLab().run([ms(59_999)]);
    expect(lab.variables).toMatchObject({ actor_churn: false, partner_churn: false });
    lab.run([ms(1)]);
    expect(lab.variables).toMatchObject({ actor_churn: true, partner_churn: true });
  });

  test('C-03 cleared at once by Synchronization', () => {
    const lab = new PortLab().run([ms(60_000), outOfSync, ...attach.slice(0, 2), inSync]);
    expect(lab.variables).toMatchObject({ actor_churn: true, partner_churn: false });
    lab.run([ready]);
    expect(lab.variables.actor_churn).toBe(false);
  });

  test('C-04 loss of Synchronization starts a new 60 s; gaining it stops the timer', () => {
    const lab = new PortLab().run([...attach, ms(30_000)]);
    expect(lab.variables.clockwork.timers.actor_churn_timer).toBeUndefined();
    lab.run([select('UNSELECTED')]);
    expect(lab.variables.clockwork.timers.actor_churn_timer).toBe(lab.now + 60_000);
  });

  test('a link that is down clears the flags and holds the timers', () => {
    const lab = new PortLab().run([ms(60_000), linkDown]);
    expect(lab.variables).toMatchObject({ actor_churn: false, partner_churn: false });
    expect(lab.variables.clockwork.timers).toMatchObject({
      actor_churn_timer: undefined,
      partner_churn_timer: undefined,
    });
  });
});
