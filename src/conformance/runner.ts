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

/** Runs one case. Rejects only for faults of ours. */
export async function runCase(conformanceCase: ConformanceCase, tester: Tester, options: RunOptions): Promise<Verdict> {
  try {
    const why = await prepare(conformanceCase, tester, options);
    if (why !== undefined) return { kind: 'not-applicable', why };
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

/** Makes the device what the case needs; says why that cannot be. */
async function prepare(
  { links = 1, device = {}, control: needsControl }: ConformanceCase,
  tester: Tester,
  { control, known }: RunOptions,
): Promise<string | undefined> {
  if (tester.links.length < links) return `needs ${links} links`;
  if (control !== undefined) {
    await control.set({ ...USUAL_SETTINGS, ...device });
    return undefined;
  }
  if (needsControl === true) return 'needs control of the device';
  const wrong = (Object.keys(device) as (keyof DeviceSettings)[]).find((name) => known[name] !== device[name]);
  return wrong === undefined ? undefined : `needs a device with ${wrong}=${device[wrong]}`;
}
