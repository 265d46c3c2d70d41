import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { temporaryDirectory } from './support.js';

// Each test starts processes: more time than the default on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of bin/vethcfg in a tree of its own. */
function installed(): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'bin'));
  copyFileSync(join(root, 'bin/vethcfg'), join(directory, 'bin/vethcfg'));
  return directory;
}

test('without a build bin/vethcfg says what to do', () => {
  const directory = installed();
  const { status, stderr } = spawnSync(join(directory, 'bin/vethcfg'), ['status'], { encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toBe(`vethcfg: not built yet: run \`npm run setup\` in ${directory}\n`);
});

test('bin/vethcfg runs the build through symbolic links, from any directory, with its words as they are', () => {
  const directory = installed();
  mkdirSync(join(directory, 'dist/vethcfg'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(directory, 'dist/vethcfg/main.js'),
    'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;',
  );
  const elsewhere = temporaryDirectory();
  symlinkSync(join(directory, 'bin/vethcfg'), join(elsewhere, 'first'));
  symlinkSync('first', join(elsewhere, 'vethcfg'));
  const words = ['set', 'veth 0', '', '*'];
  const { status, stdout } = spawnSync('./vethcfg', words, { encoding: 'utf8', cwd: elsewhere });
  expect(JSON.parse(stdout)).toEqual(words);
  expect(status).toBe(7);
});

/** The source by the loader of the tests: the same program as the build. */
function main(...words: string[]) {
  return spawnSync(process.execPath, ['--import', 'tsx', join(root, 'vethcfg/main.ts'), ...words], {
    encoding: 'utf8',
    cwd: root,
    env: { ...process.env, VETH_RUN_DIR: '/nonexistent' },
  });
}

test('as a process: VETH_RUN_DIR is honoured, the message is on standard error, the exit code is 3', () => {
  const { status, stdout, stderr } = main('status');
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toContain('vethcfg: vethd is not reachable at /nonexistent/control (no such socket)');
});

test('as a process: help is whole on standard output though it is a pipe, the exit code is 0', () => {
  const { status, stdout, stderr } = main('help', 'set');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('vethcfg set eth1 port-priority=100\n');
});
