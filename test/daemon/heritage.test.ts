/** What one vethd hands to the next in the same process. */
import { closeSync, fstatSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startControlServer } from '../../src/daemon/control-server.js';
import { listenAt } from '../../src/daemon/control-socket.js';
import { asEnvironment, descriptorsOf, type Heritage, takeHeritage } from '../../src/daemon/heritage.js';
import { createLog } from '../../src/daemon/log.js';
import { openRunDir } from '../../src/daemon/run-dir.js';
import { keepOverExecve } from '../../src/drivers/sys/descriptors.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { connect, controlServer, temporaryDirectory } from './control-fixture.js';

const F_GETFD = 1;
const FD_CLOEXEC = 1;
const closesAtExecve = (fd: number) => (libc().fcntl(fd, F_GETFD, 0) & FD_CLOEXEC) !== 0;
const version = { id: 1, command: 'version', args: {} };
const log = createLog('error', () => {});

test('a program that starts fresh inherits nothing', () => {
  expect(takeHeritage({ PATH: '/bin' })).toBeUndefined();
});

test('every descriptor is named, stays open over execve, and is for this program alone again afterwards', () => {
  const open = Array.from({ length: 7 }, () => openSync('/dev/null', 'r'));
  const [lock, control, wire, host, first, second, silence] = open as [number, ...number[]] & number[];
  const heritage = {
    format: 1,
    lock,
    control,
    wire: { fd: wire, joined: [3, 4] },
    datapaths: {
      veth0: {
        host: { ifindex: 5, fd: host },
        ports: [
          { ifindex: 3, fd: first },
          { ifindex: 4, fd: second },
        ],
      },
    },
    silences: { '3': silence },
  } as Heritage;
  expect(descriptorsOf(heritage).toSorted()).toEqual(open.toSorted());
  keepOverExecve(descriptorsOf(heritage));
  expect(open.some(closesAtExecve)).toBe(false);

  const environment = { PATH: '/bin', ...asEnvironment(heritage) };
  expect(takeHeritage(environment)).toEqual(heritage);
  expect(environment).toEqual({ PATH: '/bin' });
  expect(open.every(closesAtExecve)).toBe(true);
  for (const fd of open) closeSync(fd);
});

test('what names a descriptor that is not there is an error, not a start with half of it', () => {
  const heritage = { format: 1, lock: 4711, wire: { fd: 4712, joined: [] }, datapaths: {}, silences: {} } as Heritage;
  expect(() => takeHeritage(asEnvironment(heritage))).toThrow('EBADF');
});

test('the lock of the run directory stays taken, and what is in the directory stays', () => {
  const path = temporaryDirectory();
  const before = openRunDir(path);
  writeFileSync(join(path, 'status'), 'as it was\n');
  mkdirSync(join(path, 'control'));
  const after = openRunDir(path, { lock: before.lock });
  expect(() => openRunDir(path)).toThrow('in use by another vethd');
  expect(fstatSync(after.lock).isFile()).toBe(true);
  // Neither was removed, as a start after a crash would do.
  expect(() => openSync(join(path, 'status'), 'r')).not.toThrow();
  expect(() => openSync(join(path, 'control'), 'r')).not.toThrow();
  after.release();
  openRunDir(temporaryDirectory()).release();
});

test('clients that connect while nobody is there wait, and the next server serves them', async () => {
  const { path, server } = await controlServer(async () => 'the first');
  const early = await connect(path);
  const inherited = server.handOver();
  await early.closed;
  const waiting = await connect(path);
  waiting.send(version);
  const next = await startControlServer({ path, inherited, handle: async () => 'the second', log });
  expect(await waiting.answer()).toEqual({ id: 1, ok: true, result: 'the second' });
  await next.close();
});

test('a control socket that systemd passed keeps its number, which the successor looks for', async () => {
  const path = join(temporaryDirectory(), 'control');
  const passed = listenAt(path);
  const { ino } = fstatSync(passed);
  const server = await startControlServer({ path, passed, handle: async () => 'the first', log });
  expect(server.handOver()).toBe(passed);
  expect(fstatSync(passed).ino).toBe(ino);
  const waiting = await connect(path);
  waiting.send(version);
  const next = await startControlServer({ path, passed, handle: async () => 'the second', log });
  expect(await waiting.answer()).toEqual({ id: 1, ok: true, result: 'the second' });
  await next.close();
});
