import { describe, expect, test } from 'vitest';
import {
  attach,
  configure,
  linkDown,
  ms,
  PortLab,
  partnerSays,
  pdu,
  ready,
  type Step,
  select,
} from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

const selected = select('SELECTED');
const standby = select('STANDBY');
const unselected = select('UNSELECTED');
const inSync = partnerSays({ Collecting: false, Distributing: false });
const collecting = partnerSays({ Collecting: true });
const outOfSync = partnerSays({ Synchronization: false, Collecting: false });
/** Not in sync, but still collecting, as some partners say for a moment. */
const outOfSyncOnly = partnerSays({ Synchronization: false });
const coupled = configure('coupled control', { coupled_control: true });
const independent = configure('independent control', {});
const silence = ms(3_000);

// The partner is known, and not in sync, before the port is selected: the selection then outlives its LACPDUs.
const attached: readonly Step[] = [outOfSync, ...attach];
const inCollecting: readonly Step[] = [...attached, inSync];
const distributing: readonly Step[] = [...attached, collecting];
const joint: readonly Step[] = [coupled, ...attached, inSync];

const INDEPENDENT: readonly Row[] = [
  ['DETACHED', [], selected, 'WAITING'],
  ['DETACHED', [], standby, 'WAITING'],
  ['WAITING', [selected], unselected, 'DETACHED'],
  ['WAITING', [selected, ms(2_000)], ready, 'ATTACHED'],
  ['WAITING', [standby, ms(2_000), selected], ready, 'ATTACHED'], // a standby has waited already
  ['ATTACHED', attached, unselected, 'DETACHED'],
  ['ATTACHED', attached, standby, 'WAITING'], // DETACHED, and from there as STANDBY
  ['ATTACHED', attached, inSync, 'COLLECTING'],
  ['ATTACHED', attached, collecting, 'DISTRIBUTING'], // by way of COLLECTING
  ['COLLECTING', inCollecting, unselected, 'DETACHED'], // by way of ATTACHED
  ['COLLECTING', inCollecting, standby, 'WAITING'],
  ['COLLECTING', inCollecting, outOfSync, 'ATTACHED'],
  ['COLLECTING', inCollecting, collecting, 'DISTRIBUTING'],
  ['DISTRIBUTING', distributing, unselected, 'DETACHED'],
  ['DISTRIBUTING', distributing, standby, 'WAITING'],
  ['DISTRIBUTING', distributing, outOfSync, 'ATTACHED'],
  ['DISTRIBUTING', distributing, outOfSyncOnly, 'ATTACHED'],
  ['DISTRIBUTING', distributing, inSync, 'COLLECTING'],
  ['DISTRIBUTING', distributing, linkDown, 'ATTACHED'], // PORT_DISABLED clears the partner's Synchronization
  ['DISTRIBUTING', distributing, silence, 'ATTACHED'], // so does EXPIRED
  ['DISTRIBUTING', distributing, coupled, 'COLLECTING_DISTRIBUTING'],
  ['COLLECTING', inCollecting, coupled, 'COLLECTING_DISTRIBUTING'],
];

const INDEPENDENT_STAYS: readonly Row[] = [
  ['DETACHED', [], unselected, 'DETACHED'],
  ['DETACHED', [], ms(100_000), 'DETACHED'],
  ['DETACHED', [], ready, 'DETACHED'],
  ['DETACHED', [], collecting, 'DETACHED'],
  ['WAITING', [selected], ms(100_000), 'WAITING'], // until Ready
  ['WAITING', [selected, ms(1_999)], ready, 'WAITING'], // Ready is not for a port whose wait_while runs
  ['WAITING', [selected], collecting, 'DETACHED'], // the first LACPDU of a partner unselects: see the next row
  ['WAITING', [pdu(), selected], collecting, 'WAITING'],
  ['WAITING', [standby, ms(2_000)], ready, 'WAITING'], // STANDBY stays out
  ['WAITING', [selected], standby, 'WAITING'],
  ['WAITING', [standby], selected, 'WAITING'],
  ['ATTACHED', attached, outOfSyncOnly, 'ATTACHED'],
  ['ATTACHED', attached, selected, 'ATTACHED'],
  ['ATTACHED', attached, ready, 'ATTACHED'],
  ['COLLECTING', inCollecting, inSync, 'COLLECTING'],
  ['COLLECTING', inCollecting, partnerSays({ Collecting: false, Distributing: true }), 'COLLECTING'],
  ['DISTRIBUTING', distributing, partnerSays({ Distributing: false }), 'DISTRIBUTING'],
  ['DISTRIBUTING', distributing, selected, 'DISTRIBUTING'],
  ['DISTRIBUTING', distributing, ms(2_999), 'DISTRIBUTING'],
];

const COUPLED: readonly Row[] = [
  ['ATTACHED', [coupled, ...attached], inSync, 'COLLECTING_DISTRIBUTING'], // Collecting of the partner does not count
  ['ATTACHED', [coupled, ...attached], outOfSyncOnly, 'ATTACHED'],
  ['ATTACHED', [coupled, ...attached], unselected, 'DETACHED'],
  ['COLLECTING_DISTRIBUTING', joint, collecting, 'COLLECTING_DISTRIBUTING'],
  ['COLLECTING_DISTRIBUTING', joint, inSync, 'COLLECTING_DISTRIBUTING'],
  ['COLLECTING_DISTRIBUTING', joint, outOfSync, 'ATTACHED'],
  ['COLLECTING_DISTRIBUTING', joint, silence, 'ATTACHED'],
  ['COLLECTING_DISTRIBUTING', joint, linkDown, 'ATTACHED'],
  ['COLLECTING_DISTRIBUTING', joint, unselected, 'DETACHED'],
  ['COLLECTING_DISTRIBUTING', joint, standby, 'WAITING'],
  ['COLLECTING_DISTRIBUTING', joint, independent, 'COLLECTING'],
  ['COLLECTING_DISTRIBUTING', [...joint, collecting], independent, 'DISTRIBUTING'],
];

testArrows('mux', 'Mux machine, independent control, moves', INDEPENDENT);
testArrows('mux', 'Mux machine, independent control, stays', INDEPENDENT_STAYS);
testArrows('mux', 'Mux machine, coupled control', COUPLED);

describe('VE-22 Mux machine, entry actions', () => {
  /** Synchronization, Collecting, Distributing as announced; attached, collecting, distributing as ordered. */
  const seen = (lab: PortLab) => {
    const { Actor_Oper, attached: on, collecting: rx, distributing: tx } = lab.variables;
    const { Synchronization, Collecting, Distributing } = Actor_Oper.State;
    const bit = (value: boolean) => (value ? 1 : 0);
    return [Synchronization, Collecting, Distributing].map(bit).join('') + [on, rx, tx].map(bit).join('');
  };

  test.each<[state: string, path: readonly Step[], announcedAndOrdered: string]>([
    ['DETACHED', [...distributing, unselected], '000000'],
    ['DETACHED', [...joint, unselected], '000000'],
    ['WAITING', [...distributing, standby], '000000'],
    ['ATTACHED', attached, '100100'],
    ['ATTACHED', [...distributing, outOfSync], '100100'],
    ['ATTACHED', [...joint, outOfSync], '100100'],
    ['COLLECTING', inCollecting, '110110'],
    ['COLLECTING', [...distributing, inSync], '110110'],
    ['DISTRIBUTING', distributing, '111111'],
    ['COLLECTING_DISTRIBUTING', joint, '111111'],
  ])('%s announces and orders what its box says (%#)', (state, path, bits) => {
    const lab = new PortLab().run(path);
    expect(lab.port.states.mux).toBe(state);
    expect(seen(lab)).toBe(bits);
  });

  test.each<[title: string, path: readonly Step[], event: Step, sent: number]>([
    ['ATTACHED', [outOfSync, selected, ms(2_000)], ready, 1],
    ['COLLECTING', attached, inSync, 1],
    ['COLLECTING from DISTRIBUTING', distributing, inSync, 1],
    ['ATTACHED from DISTRIBUTING', distributing, outOfSync, 1],
    ['DETACHED', distributing, unselected, 1],
    ['COLLECTING_DISTRIBUTING', [coupled, ...attached], inSync, 1],
    ['WAITING', [outOfSync], selected, 0],
    ['DISTRIBUTING from COLLECTING', inCollecting, collecting, 0],
  ])('NTT: entering %s sends as the figure says', (_, path, event, sent) => {
    const lab = new PortLab().run([...path, ms(1_100)]);
    const before = lab.sent.length;
    lab.run([event]);
    expect(lab.sent.length - before).toBe(sent);
  });

  test('WAITING runs wait_while for 2 s, then Ready_N; both end with the state', () => {
    const lab = new PortLab().run([ms(500), selected]);
    expect(lab.variables).toMatchObject({ Ready_N: false, clockwork: { timers: { wait_while_timer: 2_500 } } });
    lab.run([ms(2_000)]);
    expect(lab.variables).toMatchObject({ Ready_N: true, clockwork: { timers: { wait_while_timer: undefined } } });
    lab.run([unselected]);
    expect(lab.variables).toMatchObject({ Ready_N: false, clockwork: { timers: { wait_while_timer: undefined } } });
    lab.run([selected, ms(1_000), unselected]);
    expect(lab.variables.clockwork.timers.wait_while_timer).toBeUndefined();
  });

  test('selected anew, it waits the full 2 s again', () => {
    const lab = new PortLab().run([selected, ms(1_500), unselected, selected]);
    expect(lab.variables.clockwork.timers.wait_while_timer).toBe(3_500);
  });

  test.each([
    ['coupled while DISTRIBUTING', distributing, coupled],
    ['independent while COLLECTING_DISTRIBUTING', [...joint, collecting], independent],
  ])('changed to %s: no LACPDU shows Synchronization cleared, and frames flow on', (_, path, change) => {
    const lab = new PortLab().run([...path, ms(1_100)]);
    const before = lab.sent.length;
    lab.run([change]);
    expect(seen(lab)).toBe('111111');
    for (const { pdu: sent } of lab.sent.slice(before)) {
      expect(sent.actor.State).toMatchObject({ Synchronization: true, Collecting: true, Distributing: true });
    }
  });
});
