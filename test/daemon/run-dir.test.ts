import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRunDir } from '../../src/daemon/run-dir.js';
import { temporaryDirectory } from './control-fixture.js';

test('a missing directory is made with mode 0755, parents too', () => {
  const path = join(temporaryDirectory(), 'a', 'b');
  const runDir = openRunDir(path);
  expect(statSync(path).mode & 0o777).toBe(0o755);
  expect(runDir).toMatchObject({ path, socketPath: join(path, 'control'), statusPath: join(path, 'status') });
  runDir.release();
});

test('the lock file holds our process id while we hold the directory, and goes with us', () => {
  const path = temporaryDirectory();
  const runDir = openRunDir(path);
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  runDir.release();
  runDir.release();
  expect(existsSync(join(path, 'lock'))).toBe(false);
});

test('a second daemon is refused with the pid of the first, and may come when that is gone', () => {
  const path = temporaryDirectory();
  const first = openRunDir(path);
  expect(() => openRunDir(path)).toThrow(
    `run directory ${path}: in use by another vethd (pid ${process.pid}); end that one first, or choose another with --run-dir`,
  );
  // The refused one has not harmed the first.
  expect(() => openRunDir(path)).toThrow('in use');
  expect(readFileSync(join(path, 'lock'), 'utf8')).toBe(`${process.pid}\n`);
  first.release();
  openRunDir(path).release();
});

test('the same directory by another name is the same directory', () => {
  const path = temporaryDirectory();
  const other = join(temporaryDirectory(), 'link');
  symlinkSync(path, other);
  const first = openRunDir(path);
  expect(() => openRunDir(other)).toThrow('in use');
  first.release();
});

test('what a killed daemon left is stale: lock, socket and status are taken over', async () => {
  const path = temporaryDirectory();
  // A process that locks the file as a daemon does and is then killed.
  const holder = spawn('flock', ['-x', join(path, 'lock'), '-c', 'echo locked; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  expect(() => openRunDir(path)).toThrow('in use by another vethd;');
  const ended = new Promise((resolve) => holder.once('close', resolve));
  process.kill(-(holder.pid ?? Number.NaN), 'SIGKILL');
  await ended;

  const socket = join(path, 'control');
  writeFileSync(socket, 'stale');
  writeFileSync(join(path, 'status'), 'stale');
  const runDir = openRunDir(path);
  expect(existsSync(socket)).toBe(false);
  expect(existsSync(runDir.statusPath)).toBe(false);
  const server = createServer().listen(runDir.socketPath);
  await new Promise((resolve) => server.once('listening', resolve));
  await new Promise((resolve) => server.close(resolve));
  runDir.release();
});

test('other files in the directory stay', () => {
  const path = temporaryDirectory();
  writeFileSync(join(path, 'state.json'), '{}');
  openRunDir(path).release();
  expect(readFileSync(join(path, 'state.json'), 'utf8')).toBe('{}');
});

test('what is in the way is named: a file at the path, a file above it, a directory as lock', () => {
  const base = temporaryDirectory();
  writeFileSync(join(base, 'file'), '');
  mkdirSync(join(base, 'locked', 'lock'), { recursive: true });
  expect(() => openRunDir(join(base, 'file'))).toThrow(/file: cannot be used \(EEXIST.*; choose one that can be/);
  expect(() => openRunDir(join(base, 'file', 'run'))).toThrow(/run: cannot be used \(ENOTDIR/);
  expect(() => openRunDir(join(base, 'locked'))).toThrow(/locked: cannot be used \(EISDIR/);
});

test('a path too long for a unix socket is refused before anything is made', () => {
  const path = join(temporaryDirectory(), 'x'.repeat(100));
  expect(() => openRunDir(path)).toThrow('its control socket would have a path longer than 107 octets');
  expect(existsSync(path)).toBe(false);
});
