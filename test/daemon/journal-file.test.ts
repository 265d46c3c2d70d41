import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JournalFile } from '../../src/daemon/journal-file.js';
import { createLog } from '../../src/daemon/log.js';
import { Refusal } from '../../src/daemon/refusal.js';
import { temporaryDirectory } from './control-fixture.js';

function journalFile(
  options: { size?: number; path?: string; append?: (path: string, text: string) => Promise<void> } = {},
) {
  const lines: string[] = [];
  const path = join(temporaryDirectory(), 'journal');
  const file = new JournalFile({ path, size: 1e6, log: createLog('warn', (line) => lines.push(line)), ...options });
  return { file, path, lines };
}

test('lines are appended in order, in a file that others may not read', async () => {
  const { file, path } = journalFile();
  for (const line of ['one', 'two']) file.write(line);
  await file.settled();
  file.write('three');
  await file.settled();
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n');
  expect(statSync(path).mode & 0o7).toBe(0);
});

test('it and the one before it stay within their size', async () => {
  const { file, path } = journalFile({ size: 10_000 });
  for (let n = 0; n < 1_000; n++) {
    file.write(`line ${n} ${'x'.repeat(90)}`);
    await file.settled();
  }
  const sizes = [path, `${path}.1`].map((each) => statSync(each).size);
  expect(sizes[0] ?? 0).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(10_300); // the line that goes over is whole
  expect(readFileSync(path, 'utf8').trimEnd().split('\n').at(-1)).toContain('line 999');
});

test('a disk that hangs holds up nothing, and what found no room is counted when it goes on', async () => {
  let release = () => {};
  const written: string[] = [];
  const { file } = journalFile({
    append: async (_, text) => {
      if (written.length === 0)
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      written.push(text);
    },
  });
  file.write('first');
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let n = 0; n < 10_000; n++) file.write('x'.repeat(1_000));
  release();
  await file.settled();
  file.write('last');
  await file.settled();
  const lost = written.flatMap((text) => text.split('\n')).find((line) => line.includes('"lost"'));
  const kept = written
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('xxx')).length;
  expect(JSON.parse(lost ?? '{}')).toMatchObject({ event: 'lost', lines: 10_000 - kept });
  expect(kept).toBeLessThan(4_300);
});

test('a file that cannot be written is refused at the start, with its name', () => {
  expect(() => journalFile({ path: '/nowhere/journal' })).toThrow(Refusal);
  expect(() => journalFile({ path: '/nowhere/journal' })).toThrow(
    /journal \/nowhere\/journal: cannot be written .*--journal/,
  );
});
