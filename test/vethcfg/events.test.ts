import { expect, test } from 'vitest';
import { sinceMs } from '../../vethcfg/events.js';
import { fakeVethd, vethcfg } from './support.js';

async function* parts() {
  yield { lines: ['one', 'two'], missed: 0 };
  yield { lines: [], missed: 0 };
  yield { lines: ['three'], missed: 5 };
}

test('the parts are printed one after the other; what was missed is told on standard error', async () => {
  const { runDir, asked } = await fakeVethd(() => parts());
  const outcome = await vethcfg(['--run-dir', runDir, 'events', '--port', 'eth0', '--since', '10m']);
  expect(outcome).toEqual({
    code: 0,
    stdout: 'one\ntwo\nthree\n',
    stderr: 'vethcfg: 5 entries were given up before they could be read\n',
  });
  expect(asked).toEqual([['events', { follow: false, json: false, name: 'eth0', sinceMs: 600_000 }]]);
});

test('--follow and --json are asked for', async () => {
  const { runDir, asked } = await fakeVethd(() => parts());
  await vethcfg(['--run-dir', runDir, '--json', 'events', '--follow']);
  expect(asked).toEqual([['events', { follow: true, json: true }]]);
});

test('a vethd that goes away is told, with exit code 3', async () => {
  async function* cut(): AsyncGenerator<object> {
    yield { lines: ['one'], missed: 0 };
    throw new Error('broken');
  }
  const { runDir } = await fakeVethd(() => cut());
  expect(await vethcfg(['--run-dir', runDir, 'events'])).toMatchObject({ code: 1, stdout: 'one\n' });
  expect(await vethcfg(['--run-dir', '/nowhere', 'events'])).toMatchObject({ code: 3 });
});

test.each([
  ['90s', 90_000],
  ['1.5h', 5_400_000],
  ['1970-01-01T00:00:10Z', 990_000],
])('--since %s', (text, expected) => {
  expect(sinceMs(text, 1_000_000)).toBe(expected);
});

test.each(['yesterday', '10', '2999-01-01', '-5s'])('--since %s is refused with examples', async (text) => {
  const { runDir, asked } = await fakeVethd(() => parts());
  const { code, stderr } = await vethcfg(['--run-dir', runDir, 'events', `--since=${text}`]);
  expect([code, asked]).toEqual([2, []]);
  expect(stderr).toContain('say 90s, 10m');
});
