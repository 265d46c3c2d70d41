/** A planned restart into other program files: new ones, and ones that do not work; and what systemd hears of it. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Daemon, distributing, executable } from '../../scripts/lab/daemon.js';
import { LacpduWatch } from '../../scripts/lab/lacpdu-watch.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { listenAt } from '../../src/daemon/control-socket.js';
import { VERSION } from '../../src/daemon/messages.js';
import { libc } from '../../src/drivers/sys/libc.js';
import { addAll } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';
import { openNotifySocket } from '../support/notify-socket.js';

const lab = useLab();

/** Program files of their own, to be changed. */
function installed() {
  const directory = lab.newDirectory('installed');
  for (const part of ['bin', 'dist', 'package.json']) cpSync(part, join(directory, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(directory, 'node_modules'));
  const change = (file: string, make: (text: string) => string) => {
    const path = join(directory, 'dist/src/daemon', file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, make(before));
    return () => writeFileSync(path, before);
  };
  return { program: join(directory, 'bin/vethd'), change };
}

test('an upgrade, one that would not start, and one that ends: refused or kept, LACP goes on', async () => {
  const { a, b, ports } = await joinedBy(lab, 1);
  const { program, change } = installed();
  const config = join(lab.directory, 'vethd.yaml');
  writeFileSync(config, 'interfaces:\n  veth0:\n    rate: fast\n    ports:\n      eth0:\n');
  const left = new Daemon(lab, a, 'info', config, [], program);
  const right = new Daemon(lab, b);
  await Promise.all([left.start(), right.start()]);
  await addAll(right, ports, 'rate=fast');
  await distributing([left, right], ports);
  const watch = await LacpduWatch.start(b, 'eth0', left, 'eth0');
  const { pid } = left.process;
  const running = async () => JSON.parse(await left.mustCfg('--json version')).vethd;
  const effective = await left.mustCfg('show --effective');
  expect(effective).toContain(config);

  change('messages.js', (text) => text.replace(`'${VERSION}'`, "'99.1.0'"));
  await left.mustCfg('restart');
  expect(await running()).toMatchObject({ version: '99.1.0', pid });
  // Where values came from is known to the new one too.
  expect(await left.mustCfg('show --effective')).toBe(effective);

  // Each in turn would end the new program before it could take anything over.
  const mend = change('daemon.js', (text) => `${text}\nthis is no program`);
  expect(await left.cfg('restart')).toMatchObject({ code: 1, stderr: expect.stringContaining('SyntaxError') });
  mend();
  writeFileSync(config, 'interfaces: [');
  expect(await left.cfg('restart')).toMatchObject({ code: 1, stderr: expect.stringContaining(config) });
  const state = join(left.runDirectory, 'state.json');
  const before = readFileSync(state, 'utf8');
  writeFileSync(config, 'interfaces: {}\n');
  writeFileSync(state, before.slice(0, 99));
  expect(await left.cfg('restart')).toMatchObject({ code: 1, stderr: expect.stringContaining(state) });
  writeFileSync(state, before);
  expect(await running()).toMatchObject({ version: '99.1.0', pid });

  // Found out too late: it ends, and what it took over is there for the next start.
  const repair = change('daemon.js', (text) =>
    text.replace('async start() {', 'async start() { throw new Error("no");'),
  );
  const ended = await left.cfg('restart');
  expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining(`kept in ${left.runDirectory}`) });
  expect((await left.process.ended).code).toBe(1);
  repair();
  await left.start();
  expect(await left.port('eth0')).toMatchObject({ number: 1, mux: 'DISTRIBUTING', receive: 'CURRENT' });
  await watch.until();
  expect(watch.pauses().withoutSynchronization).toBe(0);
  await watch.stop();
});

test('under systemd: RELOADING and READY of one process, the socket that was passed stays the same', async () => {
  const { a } = await joinedBy(lab, 1);
  const directory = lab.newDirectory('activated');
  mkdirSync(directory, { recursive: true });
  const control = join(directory, 'control');
  const passed = listenAt(control);
  const { ino } = statSync(control);
  const notify = join(lab.directory, 'notify');
  const socket = openNotifySocket(notify);
  const told: string[] = [];
  const heard = () => {
    told.push(...socket.take());
    return told;
  };
  // As systemd does it: descriptor 3, and the process id of the program itself.
  const environment = 'LISTEN_FDS=1 LISTEN_FDNAMES=control LISTEN_PID=$$';
  const line = `${environment} exec ${executable('vethd')} --config none --run-dir ${directory}`;
  const [file = '', ...words] = a.inside(['sh', '-c', line]);
  const child = spawn(file, words, {
    stdio: ['ignore', 'ignore', 'ignore', passed],
    env: { ...process.env, NOTIFY_SOCKET: notify },
  });
  libc().close(passed);
  try {
    const cfg = (command: string) => a.must([executable('vethcfg'), '--run-dir', directory, '--json', command]);
    await cfg('version');
    expect(JSON.parse(await cfg('restart'))).toMatchObject({ ok: true, pid: child.pid });
    expect(JSON.parse(await cfg('version')).vethd.pid).toBe(child.pid);
    expect(statSync(control).ino).toBe(ino);
    await waitFor('the second READY', () => heard().filter((text) => text.includes('READY=1')).length === 2);
    const states = heard().map((text) => text.split('\n')[0]);
    expect(states).toEqual(['READY=1', 'RELOADING=1', 'READY=1']);
    expect(heard()[1]).toMatch(/^MONOTONIC_USEC=\d+$/m);
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    await ended;
    socket.close();
  }
});
