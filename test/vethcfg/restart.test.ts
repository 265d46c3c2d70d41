/** `vethcfg restart`: done when the successor answers, and plain words when it does not. */
import { expect, test } from 'vitest';
import { type ControlServer, startControlServer } from '../../src/daemon/control-server.js';
import { createLog } from '../../src/daemon/log.js';
import { VERSION } from '../../src/daemon/messages.js';
import { Refusal } from '../../src/daemon/refusal.js';
import { controlServer } from '../daemon/control-fixture.js';
import { vethcfg } from './support.js';

const went = { version: VERSION, successor: '0.2.0', pid: 4711 };

/** A vethd that answers and then makes way; `then` does what becomes of the socket. */
async function makingWay(then: (server: ControlServer, path: string) => void) {
  const fixture = await controlServer(async ({ command }) => {
    if (command !== 'restart') throw new Error(`${command} was asked of the one that goes`);
    setImmediate(() => then(fixture.server, fixture.path));
    return went;
  });
  return fixture.runDir;
}

test('waits for the successor, which takes its time, and says nothing', async () => {
  let taken = false;
  const runDir = await makingWay((server, path) => {
    const inherited = server.handOver();
    const handle = async () => ({ version: '0.2.0', protocol: 1, pid: 4711 });
    setTimeout(() => {
      taken = true;
      void startControlServer({ path, inherited, handle, log: createLog('error', () => {}) });
    }, 100);
  });
  expect(await vethcfg(['--run-dir', runDir, '--json', 'restart'])).toMatchObject({ code: 0, stderr: '' });
  expect(taken).toBe(true);
  const second = await vethcfg(['--run-dir', runDir, 'version']);
  expect(second.stdout).toContain('vethd 0.2.0 (pid 4711)');
});

test('a successor that ends: exit 3, where everything is kept, and what to do', async () => {
  const runDir = await makingWay((server) => void server.close());
  const { code, stderr } = await vethcfg(['--run-dir', runDir, 'restart']);
  expect(code).toBe(3);
  expect(stderr).toContain(`vethd ${VERSION} has made way for 0.2.0, but`);
  expect(stderr).toContain(`what it knew is kept in ${runDir}`);
});

test('a vethd that goes on: exit 1 with its reason, at once', async () => {
  const { runDir } = await controlServer(async () => {
    throw new Refusal({ thing: 'restart', problem: 'the program that would follow does not start' });
  });
  const { code, stderr } = await vethcfg(['--run-dir', runDir, 'restart']);
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'vethcfg: restart: the program that would follow does not start\n',
  });
});
