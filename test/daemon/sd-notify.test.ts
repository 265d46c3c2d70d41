import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openNotifier, socketAddress, watchdogInterval } from '../../src/daemon/sd-notify.js';
import { type NotifySocket, openNotifySocket } from '../support/notify-socket.js';
import { temporaryDirectory } from './control-fixture.js';

const PID = 4711;
let systemd: NotifySocket;
let path: string;
let warned: string[];

const quiet = { error() {}, warn: (text: string) => void warned.push(text), info() {}, debug() {} };

function notifier(environment: Record<string, string>) {
  return openNotifier({ environment: { NOTIFY_SOCKET: path, ...environment }, pid: PID, log: quiet });
}

beforeEach(() => {
  vi.useFakeTimers();
  warned = [];
  path = join(temporaryDirectory(), 'notify');
  systemd = openNotifySocket(path);
});

afterEach(() => {
  systemd.close();
  vi.useRealTimers();
});

test('nothing before it is ready; then READY=1, and STOPPING=1 when the end begins', () => {
  const vethd = notifier({});
  vi.advanceTimersByTime(60_000);
  expect(systemd.take()).toEqual([]);
  vethd.ready();
  expect(systemd.take()).toEqual(['READY=1\nSTATUS=Takes commands']);
  vi.advanceTimersByTime(60_000);
  expect(systemd.take()).toEqual([]);
  vethd.stopping();
  expect(systemd.take()).toEqual(['STOPPING=1\nSTATUS=Gives ports back']);
  vethd.close();
});

test('WATCHDOG_USEC: fed twice in that time from the timers of the control loop, until it is closed', () => {
  const vethd = notifier({ WATCHDOG_USEC: '10000000', WATCHDOG_PID: `${PID}` });
  vi.advanceTimersByTime(20_000);
  expect(systemd.take()).toEqual([]);
  vethd.ready();
  systemd.take();
  vi.advanceTimersByTime(4_999);
  expect(systemd.take()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(systemd.take()).toEqual(['WATCHDOG=1']);
  vi.advanceTimersByTime(10_000);
  expect(systemd.take()).toEqual(['WATCHDOG=1', 'WATCHDOG=1']);
  // The end is watched too: it can hang as well.
  vethd.stopping();
  vi.advanceTimersByTime(5_000);
  expect(systemd.take()).toEqual(['STOPPING=1\nSTATUS=Gives ports back', 'WATCHDOG=1']);
  vethd.close();
  vi.advanceTimersByTime(60_000);
  expect(systemd.take()).toEqual([]);
});

test.each<[string, Record<string, string>, number | undefined]>([
  ['no watchdog', {}, undefined],
  ['for this process', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: `${PID}` }, 1_500],
  ['for whoever it is', { WATCHDOG_USEC: '3000000' }, 1_500],
  ['for another process', { WATCHDOG_USEC: '3000000', WATCHDOG_PID: '1' }, undefined],
  ['zero', { WATCHDOG_USEC: '0' }, undefined],
  ['negative', { WATCHDOG_USEC: '-5' }, undefined],
  ['not a number', { WATCHDOG_USEC: 'soon' }, undefined],
  ['shorter than a timer can be', { WATCHDOG_USEC: '10' }, 1],
])('watchdog %s', (_, environment, ms) => {
  expect(watchdogInterval(environment, PID)).toBe(ms);
});

test('a socket that has gone is told to the log once, and harms nothing else', () => {
  const vethd = notifier({ WATCHDOG_USEC: '2000000' });
  systemd.close();
  vethd.ready();
  vi.advanceTimersByTime(10_000);
  vethd.stopping();
  vethd.close();
  expect(warned).toEqual([`systemd cannot be told READY=1: sendto(${path}): ENOENT`]);
  systemd = openNotifySocket(path);
});

test('an abstract address, as systemd gives it in a container', () => {
  const name = `@veth-test-${process.pid}`;
  const abstract = openNotifySocket(name);
  const vethd = notifier({ NOTIFY_SOCKET: name });
  vethd.ready();
  expect(abstract.take()).toHaveLength(1);
  vethd.close();
  abstract.close();
});

test.each(['', 'relative/path', 'vsock:2:1234', '/', '@', `/${'x'.repeat(107)}`])('no address: %j', (name) => {
  expect(socketAddress(name)).toBeUndefined();
});

test('without NOTIFY_SOCKET nothing is sent, and nothing fails', () => {
  const vethd = openNotifier({ environment: { WATCHDOG_USEC: '2000000' }, pid: PID, log: quiet });
  vethd.ready();
  vi.advanceTimersByTime(10_000);
  vethd.stopping();
  vethd.close();
  expect(systemd.take()).toEqual([]);
  expect(warned).toEqual([]);
});
