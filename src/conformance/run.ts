/** A whole run: the device is looked at, then every case of the chosen groups, then the rows that no frame decides. */
import { type ConformanceCase, groupOf } from './case.js';
import { CASES, inOrder } from './catalogue.js';
import { type DeviceControl, USUAL_SETTINGS } from './control.js';
import { OFF_WIRE } from './off-wire.js';
import { probe } from './probe.js';
import { type Report, type Result, reportOf } from './report.js';
import { runCase } from './runner.js';
import { Tester } from './tester.js';
import type { Wire } from './wire.js';

export interface Choice {
  /** Letters of groups or ids of cases; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly control: DeviceControl | undefined;
  /** Called before each case (`result` undefined) and after it. */
  readonly progress: (step: { index: number; count: number; case: ConformanceCase; result?: Result }) => void;
}

/** Nothing is heard of the device. */
export class SilentDevice extends Error {
  override readonly name = 'SilentDevice';
}

export const chosen = (row: { readonly id: string }, only: readonly string[] | undefined): boolean =>
  only === undefined || only.includes(groupOf(row)) || only.includes(row.id);

/** Rejects with `SilentDevice` when nothing is heard on a link. The caller closes the wire. */
export async function runAll(wire: Wire, { only, control, progress }: Choice): Promise<Report> {
  const tester = new Tester(wire, control);
  await control?.set(USUAL_SETTINGS);
  const device = await probe(tester);
  if ('silent' in device) {
    const names = device.silent.map(({ name }) => name).join(', ');
    throw new SilentDevice(`${names}: no LACPDU from the device; is LACP on at the far end, and no bridge in between?`);
  }
  const cases = CASES.filter((each) => chosen(each, only));
  const results: Result[] = [];
  for (const [index, each] of cases.entries()) {
    const step = { index, count: cases.length, case: each };
    progress(step);
    const verdict = await runCase(each, tester, { control, known: device.settings });
    const result = { id: each.id, title: each.title, clause: each.clause, verdict };
    results.push(result);
    progress({ ...step, result });
  }
  const off = OFF_WIRE.filter((row) => chosen(row, only)).map(
    ({ id, title, why }): Result => ({ id, title, verdict: { kind: 'not-applicable', why } }),
  );
  return reportOf(device, inOrder([...results, ...off]));
}
