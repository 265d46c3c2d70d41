/** Runs cases one after the other, each from the same start. */
import type { ConformanceCase } from './case.js';
import { CannotControl, type DeviceControl, type DeviceSettings, USUAL_SETTINGS } from './control.js';
import type { Tester } from './tester.js';
import { CaseFailure, NotApplicable, type Verdict } from './verdict.js';

export interface RunOptions {
  /** Undefined: the device is a stranger. */
  readonly control: DeviceControl | undefined;
  /** What is known of the device's settings without control of it; undefined members are unknown. */
  readonly known: Partial<DeviceSettings>;
}

/** Runs one case. Rejects only for faults of ours, and when waiting on the wire is ended. */
export async function runCase(conformanceCase: ConformanceCase, tester: Tester, options: RunOptions): Promise<Verdict> {
  try {
    const why = unmet(conformanceCase, tester.links.length, options);
    if (why !== undefined) return { kind: 'not-applicable', why };
    if (options.control !== undefined) await configure(options.control, conformanceCase.device ?? {});
    await tester.reset();
    await conformanceCase.run(tester);
    return { kind: 'pass' };
  } catch (error) {
    if (error instanceof CaseFailure) return { kind: 'fail', expected: error.expected, seen: error.seen };
    if (error instanceof NotApplicable || error instanceof CannotControl) {
      return { kind: 'not-applicable', why: error.message };
    }
    throw error;
  } finally {
    for (const link of tester.links) {
      link.stop();
      link.onFrame = () => {};
    }
  }
}

/** What keeps a case from being run, as far as that is known before trying. */
export function unmet(
  { links = 1, device = {}, control: needsControl }: ConformanceCase,
  linksThere: number,
  { control, known }: RunOptions,
): string | undefined {
  if (linksThere < links) return `needs ${links} links`;
  if (control !== undefined) return undefined;
  if (needsControl === true) return 'needs control of the device';
  const wrong = (Object.keys(device) as (keyof DeviceSettings)[]).find((name) => known[name] !== device[name]);
  return wrong === undefined ? undefined : `needs a device with ${wrong}=${device[wrong]}`;
}

/** As the case needs it; all else as usual, where the device can be made so. Rejects with `CannotControl`. */
export async function configure(control: DeviceControl, needed: Partial<DeviceSettings>): Promise<void> {
  for (const name of Object.keys(USUAL_SETTINGS) as (keyof DeviceSettings)[]) {
    const setting = control.set({ [name]: needed[name] ?? USUAL_SETTINGS[name] });
    await setting.catch((error: unknown) => {
      if (needed[name] !== undefined || !(error instanceof CannotControl)) throw error;
    });
  }
}
