/** All cases, in the order in which they are run. */
import { type ConformanceCase, groupOf } from './case.js';
import { expiryCases } from './cases/expiry.js';
import { formatCases } from './cases/format.js';
import { linkCases } from './cases/link.js';
import { markerCases } from './cases/marker.js';
import { muxCases } from './cases/mux.js';
import { periodicCases } from './cases/periodic.js';
import { recordAndSelectCases } from './cases/record.js';
import { rejectionCases } from './cases/rejection.js';
import { selectionCases } from './cases/selection.js';

/** Groups by letter, in order. */
export const GROUPS: Readonly<Record<string, string>> = {
  F: 'frame format',
  V: 'tolerance and rejection',
  R: 'receive machine, links',
  M: 'recordPDU: the match',
  S: 'update_Selected',
  N: 'update_NTT',
  P: 'periodic transmission and its limit',
  X: 'mux machine',
  L: 'selection',
  C: 'churn',
  K: 'marker',
  B: 'fallback',
  H: 'restart and removal',
  E: 'version 2',
  G: 'alarms',
  Q: 'counters',
};

const order = Object.keys(GROUPS);
const rank = (row: { readonly id: string }) => order.indexOf(groupOf(row));

/** In the order of the groups, then of the numbers. */
export const inOrder = <Row extends { readonly id: string }>(rows: readonly Row[]): Row[] =>
  rows.toSorted((a, b) => rank(a) - rank(b) || a.id.localeCompare(b.id));

export const CASES: readonly ConformanceCase[] = inOrder([
  ...formatCases,
  ...rejectionCases,
  ...expiryCases,
  ...linkCases,
  ...recordAndSelectCases,
  ...periodicCases,
  ...muxCases,
  ...selectionCases,
  ...markerCases,
]);
