import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from '../../src/daemon/log.js';
import { createStatusFile } from '../../src/daemon/status-file.js';
import { writeAtomically } from '../../src/daemon/write-atomically.js';
import { temporaryDirectory } from './control-fixture.js';

const silent = createLog('error', () => {});

/** A status file whose writes are recorded, and can be held back or made to fail. */
function recorded() {
  const path = join(temporaryDirectory(), 'status');
  const texts: string[] = [];
  const failures: Error[] = [];
  const logged: string[] = [];
  const file = createStatusFile(
    path,
    createLog('warn', (line) => logged.push(line)),
    async (at, text) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      texts.push(text);
      await writeAtomically(at, text);
    },
  );
  return { path, texts, failures, logged, file };
}

test('the file holds the newest text', async () => {
  const { path, file } = recorded();
  file.update('one\n');
  await file.settled();
  expect(readFileSync(path, 'utf8')).toBe('one\n');
  file.update('two\n');
  await file.settled();
  expect(readFileSync(path, 'utf8')).toBe('two\n');
  expect(statSync(path).mode & 0o777).toBe(0o644);
});

test('updates of one turn are coalesced into the last', async () => {
  const { texts, file } = recorded();
  for (const text of ['a', 'b', 'c']) file.update(text);
  await file.settled();
  expect(texts).toEqual(['c']);
});

test('an update during a write is written after it, those between are left out', async () => {
  const { path, texts, file } = recorded();
  file.update('a');
  await new Promise((resolve) => setImmediate(resolve));
  for (const text of ['b', 'c']) file.update(text);
  await file.settled();
  expect(texts).toEqual(['a', 'c']);
  expect(readFileSync(path, 'utf8')).toBe('c');
});

test('an unchanged text is not written again', async () => {
  const { texts, file } = recorded();
  file.update('a');
  await file.settled();
  file.update('a');
  await file.settled();
  expect(texts).toEqual(['a']);
});

test('a text that comes back while another is being written wins', async () => {
  const { path, file } = recorded();
  file.update('a');
  await file.settled();
  file.update('b');
  await new Promise((resolve) => setImmediate(resolve));
  file.update('a');
  await file.settled();
  expect(readFileSync(path, 'utf8')).toBe('a');
});

test('a failed write is logged and mended by the next update', async () => {
  const { path, failures, logged, file } = recorded();
  failures.push(new Error('ENOSPC'));
  file.update('a');
  await file.settled();
  expect(logged).toEqual([`vethd: warn status file ${path} not written: Error: ENOSPC\n`]);
  file.update('a');
  await file.settled();
  expect(readFileSync(path, 'utf8')).toBe('a');
});

test('close removes the file, also when a write is under way, and later updates make none', async () => {
  const { path, file } = recorded();
  file.update('a');
  await file.settled();
  file.update('b');
  await file.close();
  expect(existsSync(path)).toBe(false);
  file.update('c');
  await file.settled();
  expect(existsSync(path)).toBe(false);
});

test('each version is a new file: who has the old one open reads the old one whole', async () => {
  const path = join(temporaryDirectory(), 'status');
  const [first, second] = ['x', 'y'].map((letter) => letter.repeat(200_000)) as [string, string];
  await writeAtomically(path, first);
  const reader = openSync(path, 'r');
  await writeAtomically(path, second);
  expect(readFileSync(reader, 'utf8')).toBe(first);
  closeSync(reader);
  expect(readFileSync(path, 'utf8')).toBe(second);
});

test('nothing but the file is left after a failed write', async () => {
  const directory = temporaryDirectory();
  await expect(writeAtomically(join(directory, 'missing', 'status'), 'x')).rejects.toThrow('ENOENT');
  await writeAtomically(join(directory, 'status'), 'x');
  expect(readdirSync(directory)).toEqual(['status']);
});

test('a directory that vanished does not stop the daemon', async () => {
  const file = createStatusFile(join(temporaryDirectory(), 'gone', 'status'), silent);
  file.update('a');
  await file.settled();
  await file.close();
});
