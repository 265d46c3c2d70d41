import { expect, test } from 'vitest';
import { createLog, isLogLevel, LOG_LEVELS } from '../../src/daemon/log.js';

const lines = (level: (typeof LOG_LEVELS)[number], text = 'text') => {
  const written: string[] = [];
  const log = createLog(level, (line) => written.push(line));
  for (const each of LOG_LEVELS) log[each](text);
  return written;
};

test.each([
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['info', ['error', 'warn', 'info']],
] as const)('level %s passes %j', (level, passed) => {
  expect(lines(level)).toEqual(passed.map((each) => `vethd: ${each} text\n`));
});

test('level debug passes all, each line with its time in milliseconds', () => {
  const written: string[] = [];
  const log = createLog(
    'debug',
    (line) => written.push(line),
    () => 81_234.5678,
  );
  for (const level of LOG_LEVELS) log[level]('text');
  expect(written).toEqual(LOG_LEVELS.map((level) => `vethd: ${level} 81234.568 text\n`));
});

test('a message stays one line, without control characters', () => {
  expect(lines('error', 'first\n  second\u001b[31m\r')).toEqual(['vethd: error first | second [31m \n']);
});

test('names of levels are told from other words', () => {
  expect(LOG_LEVELS.every(isLogLevel)).toBe(true);
  expect(isLogLevel('verbose')).toBe(false);
});
