import { expect, test } from 'vitest';
import { createLogOutput } from '../../src/daemon/log-output.js';

/** A place to write to that takes a text when it is told to. */
function slowPlace() {
  const taken: string[] = [];
  let take = () => {};
  const output = createLogOutput((text, done) => {
    take = () => {
      taken.push(text);
      done();
    };
  });
  return { output, taken, take: () => take() };
}

test('lines arrive whole and in order, also those that came while one was being written', () => {
  const { output, taken, take } = slowPlace();
  for (const line of ['1\n', '2\n', '3\n']) output.write(line);
  expect(taken).toEqual([]);
  take();
  take();
  expect(taken.join('')).toBe('1\n2\n3\n');
});

test('while nobody takes them, a thousand wait; the others are counted, and the count is told', () => {
  const { output, taken, take } = slowPlace();
  for (let line = 0; line < 1501; line++) output.write(`${line}\n`);
  for (let round = 0; round < 3; round++) take();
  const lines = taken.join('').split('\n');
  expect(lines.slice(0, 2)).toEqual(['0', '1']);
  expect(lines[1000]).toBe('1000');
  expect(lines[1001]).toBe('vethd: warn 500 log lines were dropped: nobody took them');
  output.write('again\n');
  take();
  expect(taken.at(-1)).toBe('again\n');
});

test('flushed says whether all was written within the time', async () => {
  const { output, take } = slowPlace();
  expect(await output.flushed(0)).toBe(true);
  output.write('text\n');
  expect(await output.flushed(1)).toBe(false);
  const waiting = output.flushed(10_000);
  take();
  expect(await waiting).toBe(true);
});
