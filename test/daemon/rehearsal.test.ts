/** What makes a vethd go on instead of making way. Shell scripts stand for the program that would follow. */
import { describe, expect, test } from 'vitest';
import { HERITAGE_FORMAT } from '../../src/daemon/heritage.js';
import { Refusal } from '../../src/daemon/refusal.js';
import { tryOutSuccessor } from '../../src/daemon/rehearsal.js';

const script = (text: string) => ['/bin/sh', '-c', text];
const PASSED = `vethd: rehearsed, version 2.0.1, heritage ${HERITAGE_FORMAT}`;

test('a program that would start: its version', async () => {
  expect(await tryOutSuccessor(script(`echo something; echo '${PASSED}'`))).toBe('2.0.1');
});

describe('refused, with the reason and the word that nothing was changed', () => {
  test.each([
    [
      'one that fails',
      script('echo "vethd: error no such module" >&2; exit 1'),
      /exit 1\): vethd: error no such module/,
    ],
    ['one that fails after it said it would not', script(`echo '${PASSED}'; exit 1`), /exit 1/],
    ['one that is killed', script('kill -9 $$'), /SIGKILL/],
    ['one that is not there', ['/nowhere/vethd'], /ENOENT/],
    ['one that knows nothing of rehearsals', script('echo "vethd: ready"'), /does not know how to follow this one/],
    ['one that is handed over to in another way', script(`echo '${PASSED}7'`), /does not know how to follow this one/],
    ['one that says nothing', script('exit 3'), /exit 3\): it says nothing/],
  ])('%s', async (_, command, why) => {
    const refused = tryOutSuccessor(command);
    await expect(refused).rejects.toThrow(Refusal);
    await expect(refused).rejects.toThrow(why);
    await expect(refused).rejects.toThrow('nothing was changed');
  });
});
