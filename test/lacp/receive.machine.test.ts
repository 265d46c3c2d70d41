import { describe, expect, test } from 'vitest';
import {
  attach,
  configure,
  lacpOff,
  lacpOn,
  linkDown,
  linkUp,
  ms,
  PortLab,
  partnerSays,
  pdu,
  portConfiguration,
  portMoved,
  ready,
  select,
} from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

const slow = configure('slow rate', { Actor: { LACP_Timeout: false } });

const ARROWS: readonly Row[] = [
  // BEGIN -> INITIALIZE -> PORT_DISABLED -> EXPIRED is passed at creation: see below.
  ['EXPIRED', [], linkDown, 'PORT_DISABLED'],
  ['DEFAULTED', [ms(3_000)], linkDown, 'PORT_DISABLED'],
  ['CURRENT', [pdu()], linkDown, 'PORT_DISABLED'],
  ['LACP_DISABLED', [lacpOff], linkDown, 'PORT_DISABLED'],
  ['PORT_DISABLED', [linkDown], linkUp, 'EXPIRED'],
  ['PORT_DISABLED', [linkDown, lacpOff], linkUp, 'LACP_DISABLED'],
  ['EXPIRED', [], ms(3_000), 'DEFAULTED'],
  ['EXPIRED', [], pdu(), 'CURRENT'],
  ['DEFAULTED', [ms(3_000)], pdu(), 'CURRENT'],
  ['CURRENT', [pdu()], ms(3_000), 'EXPIRED'],
  ['CURRENT', [slow, pdu()], ms(90_000), 'EXPIRED'],
  ['EXPIRED', [pdu(), ms(3_000)], ms(3_000), 'DEFAULTED'],
  ['EXPIRED', [slow, pdu(), ms(90_000)], ms(3_000), 'DEFAULTED'], // always the short time, also with a slow rate
  // LACP switched off and on passes through PORT_DISABLED.
  ['EXPIRED', [], lacpOff, 'LACP_DISABLED'],
  ['DEFAULTED', [ms(3_000)], lacpOff, 'LACP_DISABLED'],
  ['CURRENT', [pdu()], lacpOff, 'LACP_DISABLED'],
  ['LACP_DISABLED', [lacpOff], lacpOn, 'EXPIRED'],
];

const STAYS: readonly Row[] = [
  ['EXPIRED', [], ms(2_999), 'EXPIRED'],
  ['CURRENT', [pdu()], ms(2_999), 'CURRENT'],
  ['CURRENT', [pdu(), ms(2_999), pdu()], ms(2_999), 'CURRENT'], // the timer is restarted by every LACPDU
  ['CURRENT', [slow, pdu()], ms(89_999), 'CURRENT'],
  ['CURRENT', [slow, partnerSays({ LACP_Timeout: true })], ms(89_999), 'CURRENT'], // not the partner's timeout
  ['DEFAULTED', [ms(3_000)], ms(100_000), 'DEFAULTED'],
  ['PORT_DISABLED', [linkDown], pdu(), 'PORT_DISABLED'],
  ['PORT_DISABLED', [linkDown], portMoved, 'PORT_DISABLED'],
  ['PORT_DISABLED', [pdu(), linkDown], ms(100_000), 'PORT_DISABLED'],
  ['PORT_DISABLED', [linkDown], lacpOff, 'PORT_DISABLED'],
  ['LACP_DISABLED', [lacpOff], pdu(), 'LACP_DISABLED'],
  ['LACP_DISABLED', [pdu(), lacpOff], ms(100_000), 'LACP_DISABLED'],
  ['EXPIRED', [], linkUp, 'EXPIRED'],
  ['EXPIRED', [ms(2_999)], lacpOn, 'EXPIRED'],
  ['CURRENT', [pdu()], select('UNSELECTED'), 'CURRENT'],
];

testArrows('receive', 'Receive machine moves', ARROWS);
testArrows('receive', 'Receive machine stays', STAYS);

describe('Receive machine at BEGIN', () => {
  test.each([
    ['link up, LACP on', true, true, 'EXPIRED'],
    ['link up, LACP off', true, false, 'LACP_DISABLED'],
    ['link down, LACP on', false, true, 'PORT_DISABLED'],
    ['link down, LACP off', false, false, 'PORT_DISABLED'],
  ])('%s', (_, enabled, LACP_Enabled, state) => {
    const lab = new PortLab(portConfiguration({ LACP_Enabled }), enabled);
    expect(lab.port.states.receive).toBe(state);
    expect(lab.variables.Actor_Oper.State.Defaulted).toBe(true);
    expect(lab.variables.Selected).toBe('UNSELECTED');
  });
});

describe('Receive machine, entry actions', () => {
  const partner = { System: '02:00:00:00:00:0a', Key: 1, Port: 1 };

  test('INITIALIZE forgets the partner, unselects and clears port_moved', () => {
    const lab = new PortLab().run([pdu(), ...attach, linkDown]);
    expect(lab.variables).toMatchObject({ Selected: 'SELECTED', Partner_Oper: partner });
    lab.run([portMoved]);
    expect(lab.variables).toMatchObject({ Selected: 'UNSELECTED', port_moved: false });
    expect(lab.variables.Partner_Oper).toEqual(lab.variables.Partner_Admin);
    expect(lab.variables.Actor_Oper.State).toMatchObject({ Defaulted: true, Expired: false });
  });

  test('PORT_DISABLED clears the partner Synchronization, keeps the rest and stops current_while', () => {
    const lab = new PortLab().run([pdu()]);
    const before = lab.variables.Partner_Oper;
    expect(before.State.Synchronization).toBe(true);
    lab.run([linkDown]);
    expect(lab.variables.Partner_Oper).toEqual({ ...before, State: { ...before.State, Synchronization: false } });
    expect(lab.variables.clockwork.timers.current_while_timer).toBeUndefined();
  });

  test('EXPIRED touches nothing of the partner but Synchronization and LACP_Timeout', () => {
    const lab = new PortLab().run([
      partnerSays({ LACP_Timeout: false, LACP_Activity: false, Defaulted: true, Expired: true }),
    ]);
    const before = lab.variables.Partner_Oper;
    expect(before.State).toMatchObject({ Synchronization: true, LACP_Timeout: false });
    lab.run([ms(3_000)]);
    expect(lab.variables.Partner_Oper).toEqual({
      ...before,
      State: { ...before.State, Synchronization: false, LACP_Timeout: true },
    });
    expect(lab.variables.Actor_Oper.State).toMatchObject({ Expired: true, Defaulted: false });
    expect(lab.variables.clockwork.timers.current_while_timer).toBe(6_000);
  });

  test('LACP_DISABLED unselects, forgets the partner and takes the link for individual', () => {
    const lab = new PortLab().run([pdu(), ...attach, lacpOff]);
    const { Partner_Admin } = lab.variables;
    expect(lab.variables.Selected).toBe('UNSELECTED');
    expect(lab.variables.Partner_Oper).toEqual({
      ...Partner_Admin,
      State: { ...Partner_Admin.State, Aggregation: false },
    });
    expect(lab.variables.Actor_Oper.State).toMatchObject({ Expired: false, Defaulted: true });
    expect(lab.variables.clockwork.timers.current_while_timer).toBeUndefined();
  });

  test('DEFAULTED unselects a port whose partner was another than the default, and takes the default', () => {
    const lab = new PortLab().run([pdu(), ...attach, ms(3_000)]);
    expect(lab.variables.Selected).toBe('SELECTED');
    lab.run([ms(3_000)]);
    expect(lab.variables.Selected).toBe('UNSELECTED');
    expect(lab.variables.Partner_Oper).toEqual(lab.variables.Partner_Admin);
    expect(lab.variables.Actor_Oper.State).toMatchObject({ Expired: false, Defaulted: true });
    expect(lab.variables.clockwork.timers.current_while_timer).toBeUndefined();
  });

  test('DEFAULTED keeps the selection of a port whose partner is the default already', () => {
    const lab = new PortLab().run([select('SELECTED'), ms(3_000)]);
    expect(lab.port.states.receive).toBe('DEFAULTED');
    expect(lab.variables.Selected).toBe('SELECTED');
  });

  test('CURRENT compares with the partner known before, then records the new one', () => {
    const lab = new PortLab().run([pdu(), ...attach, pdu()]);
    expect(lab.variables.Selected).toBe('SELECTED');
    lab.run([pdu({ actor: { Key: 7 } })]);
    expect(lab.variables.Selected).toBe('UNSELECTED');
    expect(lab.variables.Partner_Oper.Key).toBe(7);
    lab.run([select('SELECTED'), pdu({ actor: { Key: 7 } })]);
    expect(lab.variables.Selected).toBe('SELECTED');
  });

  test('CURRENT ends Expired and Defaulted and starts current_while by our own timeout', () => {
    const lab = new PortLab().run([ms(500), pdu()]);
    expect(lab.variables.Actor_Oper.State).toMatchObject({ Expired: false, Defaulted: false });
    expect(lab.variables.clockwork.timers.current_while_timer).toBe(3_500);
    expect(new PortLab().run([slow, pdu()]).variables.clockwork.timers.current_while_timer).toBe(90_000);
  });

  test('CURRENT raises NTT when the partner sees us wrongly: an LACPDU leaves', () => {
    const lab = new PortLab().run([pdu()]);
    const sent = lab.sent.length;
    lab.run([pdu()]);
    expect(lab.sent.length).toBe(sent);
    lab.run([pdu({ partner: { Key: 9 } })]);
    expect(lab.sent.length).toBe(sent + 1);
  });

  test('a port that is DISTRIBUTING loses it at once when its link goes down', () => {
    const lab = new PortLab().run([pdu(), select('SELECTED'), ms(2_000), ready, pdu()]);
    expect(lab.port.states.mux).toBe('DISTRIBUTING');
    lab.run([linkDown]);
    expect(lab.variables).toMatchObject({ collecting: false, distributing: false });
  });
});
