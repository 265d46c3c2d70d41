import { expect, test } from 'vitest';
import { Transaction } from '../../../src/daemon/config/transaction.js';
import { createLog } from '../../../src/daemon/log.js';

const silent = createLog('error', () => {});

test('what was done is undone, the last step first; a failed step has nothing to undo', async () => {
  const done: string[] = [];
  const steps = new Transaction(silent);
  const step = (name: string) =>
    steps.step(
      name,
      () => done.push(name),
      () => void done.push(`not ${name}`),
    );
  await step('one');
  await step('two');
  await expect(
    steps.step(
      'three',
      () => Promise.reject(new Error('no')),
      () => void done.push('not three'),
    ),
  ).rejects.toThrow('no');
  expect(await steps.undo()).toEqual([]);
  expect(done).toEqual(['one', 'two', 'not two', 'not one']);
});

test('a step that cannot be undone is told, and the others still are', async () => {
  const lines: string[] = [];
  const undone: string[] = [];
  const steps = new Transaction(createLog('error', (line) => lines.push(line)));
  await steps.step(
    'one',
    () => {},
    () => void undone.push('one'),
  );
  await steps.step(
    'two',
    () => {},
    () => Promise.reject(new Error('stuck')),
  );
  expect(await steps.undo()).toEqual(['two']);
  expect(undone).toEqual(['one']);
  expect(lines).toEqual(['vethd: error two: cannot be undone: stuck\n']);
  expect(await steps.undo()).toEqual([]);
});
