import { describe, expect, test } from 'vitest';
import {
  configure,
  lacpOff,
  leave,
  linkDown,
  linkUp,
  ms,
  PortLab,
  pdu,
  portMoved,
  type Step,
  select,
} from '../support/port-lab.js';
import { type Row, testArrows } from '../support/table.js';

const key = configure('new key', { Actor: { Key: 2 } });
const individual = configure('aggregation off', { Actor: { Aggregation: false } });
const systemPriority = configure('new system priority', { Actor: { System_Priority: 1 } });
const system = configure('new system', { Actor: { System: '02:00:00:00:00:99' } });
const known: readonly Step[] = [pdu(), select('SELECTED')];
const otherPartner = pdu({ actor: { System: '02:00:00:00:00:0c' } }, 'LACPDU of another system');

const ARROWS: readonly Row[] = [
  ['UNSELECTED', [], select('SELECTED'), 'SELECTED'],
  ['UNSELECTED', [], select('STANDBY'), 'STANDBY'],
  ['SELECTED', [select('SELECTED')], select('STANDBY'), 'STANDBY'],
  ['SELECTED', [select('SELECTED')], select('UNSELECTED'), 'UNSELECTED'],
  ['STANDBY', [select('STANDBY')], select('SELECTED'), 'SELECTED'],
  ['STANDBY', [select('STANDBY')], select('UNSELECTED'), 'UNSELECTED'],
  ['SELECTED', known, otherPartner, 'UNSELECTED'],
  ['STANDBY', [pdu(), select('STANDBY')], otherPartner, 'UNSELECTED'],
  ['SELECTED', [...known, ms(3_000)], ms(3_000), 'UNSELECTED'], // DEFAULTED: another partner than before
  ['SELECTED', known, lacpOff, 'UNSELECTED'],
  ['SELECTED', [...known, linkDown], portMoved, 'UNSELECTED'],
  ['SELECTED', known, leave, 'UNSELECTED'],
  ['STANDBY', [pdu(), select('STANDBY')], leave, 'UNSELECTED'],
  ['SELECTED', known, key, 'UNSELECTED'],
  ['SELECTED', known, individual, 'UNSELECTED'],
  ['SELECTED', known, systemPriority, 'UNSELECTED'],
  ['SELECTED', known, system, 'UNSELECTED'],
];

const STAYS: readonly Row[] = [
  ['SELECTED', known, pdu(), 'SELECTED'],
  ['SELECTED', known, linkDown, 'SELECTED'],
  ['SELECTED', [...known, linkDown], linkUp, 'SELECTED'],
  ['SELECTED', known, ms(3_000), 'SELECTED'], // EXPIRED keeps the selection
  ['SELECTED', known, configure('slow rate', { Actor: { LACP_Timeout: false } }), 'SELECTED'],
  ['SELECTED', known, configure('passive', { Actor: { LACP_Activity: false } }), 'SELECTED'],
  ['SELECTED', known, configure('coupled control', { coupled_control: true }), 'SELECTED'],
  ['SELECTED', known, configure('new port priority', { Actor: { Port_Priority: 7 } }), 'SELECTED'],
  ['UNSELECTED', [], pdu(), 'UNSELECTED'],
  ['UNSELECTED', [], ms(100_000), 'UNSELECTED'],
];

testArrows('selection', 'Selected moves', ARROWS);
testArrows('selection', 'Selected stays', STAYS);

describe('Selected, the variable', () => {
  test.each([['SELECTED' as const], ['STANDBY' as const], ['UNSELECTED' as const]])(
    'state %s is its value',
    (value) => {
      const lab = new PortLab().run([select('STANDBY'), select(value)]);
      expect(lab.variables.Selected).toBe(value);
      expect(lab.port.states.selection).toBe(value);
    },
  );
});
