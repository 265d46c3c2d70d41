/** vethd as a part of a system: what it may do, what it tells systemd, and being started by a socket. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { Daemon, executable } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import type { Running } from '../../scripts/lab/processes.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { lacks } from '../support/lacks.js';
import { joinedBy, useLab } from '../support/netns.js';
import { type NotifySocket, openNotifySocket } from '../support/notify-socket.js';

const lab = useLab();

/** CAP_NET_ADMIN 12, CAP_NET_RAW 13, CAP_PERFMON 38, CAP_BPF 39. */
const NEEDED = '000000c000003000';

/** One line a thread: its sets of capabilities and whether it can ever get more. */
function threads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
    return ['CapPrm', 'CapEff', 'CapBnd', 'NoNewPrivs'].map(field).join(' ');
  });
}

test('every thread has the needed capabilities and no other, that of the data path too', async () => {
  const { a } = await joinedBy(lab, 1);
  const vethd = new Daemon(lab, a);
  await vethd.start();
  const before = threads(vethd.process.pid).length;
  await vethd.mustCfg('add eth0 veth0');
  const seen = threads(vethd.process.pid);
  expect(new Set(seen)).toEqual(new Set([`${NEEDED} ${NEEDED} ${NEEDED} 1`]));
  expect(seen.length).toBeGreaterThan(before);
  expect(vethd.process.stdout).toContain('privileges reduced to the needed ones');
});

test('--keep-privileges keeps what its user has', async () => {
  const host = await lab.host('keeper');
  const vethd = host.start([executable('vethd'), '--run-dir', lab.newDirectory('keeper'), '--keep-privileges']);
  await vethd.says('vethd: ready');
  const ours = /^CapEff:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  expect(threads(vethd.pid)[0]?.split(' ')[1]).toBe(ours);
  await vethd.stop();
});

describe('what systemd is told', () => {
  let systemd: NotifySocket | undefined;
  afterEach(() => systemd?.close());

  test('READY=1 when commands are taken, WATCHDOG=1 at half of WATCHDOG_USEC, STOPPING=1, in that order', async () => {
    const host = await lab.host('watched');
    const directory = lab.newDirectory('watched');
    const path = join(directory, 'notify');
    systemd = openNotifySocket(path);
    const vethd = host.start([executable('vethd'), '--run-dir', directory], {
      env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '400000' },
    });
    const first = await waitFor('READY=1', () => systemd?.take()[0], { everyMs: 5 });
    expect(first).toContain('READY=1');
    const answer = await host.run([executable('vethcfg'), '--run-dir', directory, 'version']);
    expect(answer.stdout).toContain(`pid ${vethd.pid}`);
    systemd.take();
    const from = performance.now();
    await delay(1_500);
    const pings = systemd.take();
    // Fewer than one in each 400 ms would have systemd end it; more than one in each 200 ms would not be ours.
    const most = (performance.now() - from) / 200 + 1;
    expect(new Set(pings)).toEqual(new Set(['WATCHDOG=1']));
    expect(pings.length).toBeGreaterThanOrEqual(4);
    expect(pings.length).toBeLessThanOrEqual(most);
    expect((await vethd.stop()).code).toBe(0);
    expect(systemd.take().filter((text) => text !== 'WATCHDOG=1')).toEqual(['STOPPING=1\nSTATUS=Gives ports back']);
  });
});

describe.skipIf(lacks('systemd-socket-activate'))('a control socket that listens before vethd runs', () => {
  /** The kernel's side of a socket unit: listens, and executes vethd when the first client comes. */
  function launcher(host: Host, directory: string): Running {
    const path = join(directory, 'control');
    const options = ['--run-dir', directory];
    return host.start([
      'systemd-socket-activate',
      '--fdname=control',
      `--listen=${path}`,
      executable('vethd'),
      ...options,
    ]);
  }

  test('vethcfg add starts vethd and is answered; vethd gives up its privileges and leaves the socket', async () => {
    const { a, ports } = await joinedBy(lab, 1);
    const vethd = new Daemon(lab, a);
    const started = launcher(a, vethd.runDirectory);
    await waitFor('the socket', () => readdirSync(vethd.runDirectory).includes('control'));
    expect(started.stdout).toBe('');

    expect(await vethd.cfg('add eth0 veth0 rate=fast')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(started.stdout).toContain('vethd: ready');
    expect(await vethd.mustCfg('version')).toContain(`(pid ${started.pid})`);
    expect(await a.interfaces()).toContain('veth0');
    expect(threads(started.pid)[0]).toBe(`${NEEDED} ${NEEDED} ${NEEDED} 1`);

    expect((await started.stop()).code).toBe(0);
    expect(readdirSync(vethd.runDirectory)).toEqual(['control']);
    expect(await a.interfaces()).toEqual(ports);
  });

  test('something else that was passed is refused with a message that says what the unit needs', async () => {
    const host = await lab.host('wrong');
    const directory = lab.newDirectory('wrong');
    const started = host.start([
      'systemd-socket-activate',
      '--fdname=control',
      '--listen=127.0.0.1:4711',
      executable('vethd'),
      '--run-dir',
      directory,
    ]);
    await waitFor('its end', async () => {
      await host.run(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/4711'], { timeoutMs: 1_000 });
      return !started.alive;
    });
    const { code, stderr } = await started.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('descriptor 3, which was passed, is not a unix stream socket');
  });
});
