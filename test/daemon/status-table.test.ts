import { describe, expect, test } from 'vitest';
import type { PortStatus } from '../../src/aggregator/status.js';
import { statusTable } from '../../src/daemon/status-table.js';
import { aggregatorStatus, portStatus, state } from './builders.js';

/** README of veth-0.4.0, step 8, without the two blanks that indent the example. */
const SEED = `\
S Port   Agg A_KEY P_KEY  PARTNER_SYS     MUX    RECV   PERIO   A_STAT   P_STAT
S eth0 veth0  0100  001b 0001e6168780    DIST  CURRNT  SLOW_P L_ASCD__ L_ASCD__
S eth1 veth0  0100  001b 0001e6168780    DIST  CURRNT  SLOW_P L_ASCD__ L_ASCD__
S eth2 veth0  0100  001b 0001e6168780    DIST  CURRNT  SLOW_P L_ASCD__ L_ASCD__
`;

const veth0 = aggregatorStatus({ ports: ['eth0', 'eth1', 'eth2'].map((name) => portStatus({ name })) });
const row = (port: Partial<PortStatus>) =>
  statusTable({ aggregators: [aggregatorStatus({ ports: [portStatus(port)] })] }).split('\n')[1];

test('R3 VE-20..22 the sample of the seed comes out byte for byte', () => {
  expect(statusTable({ aggregators: [veth0] })).toBe(SEED);
});

test('every line of the sample is 79 characters long', () => {
  const lines = statusTable({ aggregators: [veth0] }).split('\n');
  expect(lines.map((line) => line.length)).toEqual([79, 79, 79, 79, 0]);
});

test('without an interface there is the header alone', () => {
  expect(statusTable({ aggregators: [] })).toBe(`${SEED.split('\n')[0]}\n`);
});

test('one interface is shown when it is named', () => {
  const veth1 = aggregatorStatus({ name: 'veth1', ports: [portStatus({ name: 'eth9' })] });
  const table = statusTable({ aggregators: [veth0, veth1] }, 'veth1');
  expect(table.split('\n').map((line) => line.slice(2, 12))).toEqual(['Port   Agg', 'eth9 veth1', '']);
});

test('longer names push the line to the right', () => {
  expect(row({ name: 'enp129s0f0' })).toBe(
    'S enp129s0f0 veth0  0100  001b 0001e6168780    DIST  CURRNT  SLOW_P L_ASCD__ L_ASCD__',
  );
});

test('no partner is all zeros', () => {
  const partner = { ...portStatus({}).partner, System: '00:00:00:00:00:00', Key: 0 };
  expect(row({ partner })?.slice(19, 37)).toBe(' 0000 000000000000');
});

describe('VE-21 words of the machines', () => {
  test.each<[field: 'mux' | 'receive' | 'periodic' | 'selected', value: string, word: string]>([
    ['selected', 'SELECTED', 'S'],
    ['selected', 'UNSELECTED', 'U'],
    ['selected', 'STANDBY', 'B'],
    ['mux', 'DETACHED', 'DETACH'],
    ['mux', 'WAITING', 'WAIT'],
    ['mux', 'ATTACHED', 'ATTACH'],
    ['mux', 'COLLECTING', 'COLL'],
    ['mux', 'DISTRIBUTING', 'DIST'],
    ['mux', 'COLLECTING_DISTRIBUTING', 'COLDIS'],
    ['receive', 'INITIALIZE', 'INIT'],
    ['receive', 'PORT_DISABLED', 'P_DISA'],
    ['receive', 'LACP_DISABLED', 'L_DISA'],
    ['receive', 'EXPIRED', 'EXPIRD'],
    ['receive', 'DEFAULTED', 'DEFLTD'],
    ['receive', 'CURRENT', 'CURRNT'],
    ['periodic', 'NO_PERIODIC', 'NO_P'],
    ['periodic', 'FAST_PERIODIC', 'FAST_P'],
    ['periodic', 'SLOW_PERIODIC', 'SLOW_P'],
    ['periodic', 'PERIODIC_TX', 'P_TX'],
  ])('%s %s is %s', (field, value, word) => {
    const [from, to] = { selected: [0, 1], mux: [38, 45], receive: [46, 53], periodic: [54, 61] }[field] as [
      number,
      number,
    ];
    expect(row({ [field]: value })?.slice(from, to)).toBe(word.padStart(to - from));
  });
});

describe('VE-20 letters of the port state, bit 0 first', () => {
  test.each([
    ['LACP_Activity', 'L_______'],
    ['LACP_Timeout', '_T______'],
    ['Aggregation', '__A_____'],
    ['Synchronization', '___S____'],
    ['Collecting', '____C___'],
    ['Distributing', '_____D__'],
    ['Defaulted', '______F_'],
    ['Expired', '_______E'],
  ])('%s alone is %s', (bit, letters) => {
    const { actor, partner } = portStatus({});
    const only = state({ [bit]: true });
    expect(row({ actor: { ...actor, State: only }, partner })?.slice(62)).toBe(`${letters} L_ASCD__`);
    expect(row({ actor, partner: { ...partner, State: only } })?.slice(62)).toBe(`L_ASCD__ ${letters}`);
  });
});
