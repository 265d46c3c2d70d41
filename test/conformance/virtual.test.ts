/** Every case against our own engine, in virtual time: it passes all of them, and takes no longer than the case says. */
import { expect, test } from 'vitest';
import type { ConformanceCase } from '../../src/conformance/case.js';
import { CASES } from '../../src/conformance/catalogue.js';
import { runCase } from '../../src/conformance/runner.js';
import { CALM } from '../../src/conformance/tester.js';
import { virtualDevice } from './virtual-device.js';

const rows = CASES.map((each) => [each.id, each.title, each] as const);
/** Where the device may decide otherwise when it has no second link. */
const aboutOneLink = rows.filter(([id, , { links }]) => links === undefined && /^[SX]/.test(id));

async function passes(conformanceCase: ConformanceCase, links: number): Promise<void> {
  const { tester, control } = virtualDevice(links);
  expect(await runCase(conformanceCase, tester, { control, known: {} })).toEqual({ kind: 'pass' });
  // What is promised of the time of a run. Every device has its second to announce itself.
  expect((tester.now - CALM) / 1_000).toBeLessThanOrEqual(conformanceCase.seconds + 0.5);
  expect((tester.now - CALM) / 1_000).toBeGreaterThan(conformanceCase.seconds - 6);
}

test.each(rows)('%s %s', async (_id, _title, conformanceCase) => passes(conformanceCase, 2));
test.each(aboutOneLink)('on one link: %s %s', async (_id, _title, conformanceCase) => passes(conformanceCase, 1));
