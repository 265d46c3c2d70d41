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
  ['debug', ['error', 'warn', 'info', 'debug']],
] as const)('level %s passes %j', (level, passed) => {
  expect(lines(level)).toEqual(passed.map((each) => `vethd: ${each} text\n`));
});

test('a message stays one line, without control characters', () => {
  expect(lines('error', 'first\n  second\u001b[31m\r')).toEqual(['vethd: error first | second [31m \n']);
});

test('names of levels are told from other words', () => {
  expect(LOG_LEVELS.every(isLogLevel)).toBe(true);
  expect(isLogLevel('verbose')).toBe(false);
});
