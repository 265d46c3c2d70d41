/** A whole run: the device is looked at, then every case of the chosen groups, then the rows that no frame decides. */
import { type ConformanceCase, groupOf } from './case.js';
import { CASES, inOrder } from './catalogue.js';
import type { DeviceControl } from './control.js';
import { OFF_WIRE } from './off-wire.js';
import { type Device, probe } from './probe.js';
import { type Report, type Result, reportOf } from './report.js';
import { configure, runCase, unmet } from './runner.js';
import { CALM, Tester } from './tester.js';
import type { Wire } from './wire.js';

export interface Choice {
  /** Letters of groups or ids of cases; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly control: DeviceControl | undefined;
  readonly progress: Progress;
  /** Ends the run where it is; the wire's `wait` must reject then. What was done is reported. */
  readonly signal?: AbortSignal;
}

/** Told while a run goes on. */
export interface Progress {
  /** The device is known. `seconds`: about how long the whole run takes. */
  planned(plan: { device: Device; cases: number; seconds: number }): void;
  /** `seconds`: about what is left with this case. */
  begins(step: { index: number; cases: number; case: ConformanceCase; seconds: number }): void;
  ends(result: Result): void;
}

/** Nothing is heard of the device. */
export class SilentDevice extends Error {
  override readonly name = 'SilentDevice';
}

export const chosen = (row: { readonly id: string }, only: readonly string[] | undefined): boolean =>
  only === undefined || only.includes(groupOf(row)) || only.includes(row.id);

/**
 * Rejects with `SilentDevice` when nothing is heard on a link, and with an error of the wire's `wait` when the signal
 * comes before the device is known. The caller closes the wire.
 */
export async function runAll(wire: Wire, choice: Choice): Promise<Report> {
  const tester = new Tester(wire, choice.control);
  try {
    return await runWith(tester, choice);
  } finally {
    for (const link of tester.links) link.stop();
  }
}

async function runWith(tester: Tester, { only, control, progress, signal }: Choice): Promise<Report> {
  if (control !== undefined) await configure(control, {});
  const device = await probe(tester);
  if ('silent' in device) {
    const names = device.silent.map(({ name }) => name).join(', ');
    throw new SilentDevice(`${names}: no LACPDU from the device; is LACP on at the far end, and no bridge in between?`);
  }
  const options = { control, known: device.settings };
  const cases = CASES.filter((each) => chosen(each, only));
  const times = cases.map((each) =>
    unmet(each, tester.links.length, options) === undefined ? each.seconds + CALM / 1_000 : 0,
  );
  const secondsFrom = (index: number) => Math.round(times.slice(index).reduce((sum, time) => sum + time, 0));
  progress.planned({ device, cases: cases.length, seconds: secondsFrom(0) });

  const results: Result[] = [];
  try {
    for (const [index, each] of cases.entries()) {
      progress.begins({ index, cases: cases.length, case: each, seconds: secondsFrom(index) });
      const verdict = await runCase(each, tester, options);
      const result = { id: each.id, title: each.title, clause: each.clause, verdict };
      results.push(result);
      progress.ends(result);
    }
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
  const off = OFF_WIRE.filter((row) => chosen(row, only)).map(
    ({ id, title, why }): Result => ({ id, title, verdict: { kind: 'not-applicable', why } }),
  );
  return reportOf(device, tester.wire.ports, inOrder([...results, ...off]), cases.length - results.length);
}
