/** Every case against our own engine, in virtual time: it passes all of them. */
import { expect, test } from 'vitest';
import { CASES } from '../../src/conformance/catalogue.js';
import { runCase } from '../../src/conformance/runner.js';
import { virtualDevice } from './virtual-device.js';

test.each(CASES.map((each) => [each.id, each.title, each] as const))('%s %s', async (_id, _title, conformanceCase) => {
  const { tester, control } = virtualDevice(conformanceCase.links ?? 1);
  expect(await runCase(conformanceCase, tester, { control, known: {} })).toEqual({ kind: 'pass' });
});
