/** `vethcfg top` at work against a control server: keys, a vethd that goes away and comes back, and plain frames. */
import { describe, expect, test, vi } from 'vitest';
import { type Handler, startControlServer } from '../../../src/daemon/control-server.js';
import { createLog } from '../../../src/daemon/log.js';
import { EXIT } from '../../../vethcfg/exit.js';
import { run } from '../../../vethcfg/program.js';
import type { Screen, Watcher } from '../../../vethcfg/top/screen.js';
import { shownAggregator, shownPort, showResult } from '../../daemon/builders.js';
import { controlServer } from '../../daemon/control-fixture.js';
import { vethcfg } from '../support.js';

const ports = [shownPort({}), shownPort({ name: 'eth1', number: 2 })];

async function* journal() {
  yield { lines: ['2026-01-31T12:00:02.000Z veth0 eth0 > LACPDU v1'], missed: 0 };
  yield { lines: ['2026-01-31T12:00:02.000Z veth0 eth0 mux: WAITING (Ready = TRUE) -> ATTACHED'], missed: 0 };
  await new Promise(() => {}).catch(() => {});
}

const vethd: Handler = async ({ command }) => {
  if (command === 'show') return showResult([shownAggregator({ ports })]);
  if (command === 'why') return { ports: [], process: [] };
  return journal();
};

/** A terminal of 100 by 30 that remembers what was drawn last. */
function fakeScreen() {
  const seen = { lines: [] as readonly string[], suspended: 0, closed: false };
  let watcher: Watcher | undefined;
  const screen: Screen = {
    size: () => ({ columns: 100, rows: 30 }),
    open: (given) => {
      watcher = given;
      return {
        draw: (lines) => {
          seen.lines = lines;
        },
        suspend: () => {
          seen.suspended += 1;
        },
        close: () => {
          seen.closed = true;
        },
      };
    },
  };
  const type = (text: string) => watcher?.typed(text);
  return { seen, screen, type, close: () => watcher?.closed() };
}

async function live(handle: Handler = vethd) {
  const { runDir, path, server } = await controlServer(handle);
  const terminal = fakeScreen();
  const quiet = () => {};
  const code = run(['--run-dir', runDir, 'top', '-d', '0.1'], {
    environment: {},
    coloured: false,
    terminal: true,
    screen: terminal.screen,
    stdout: quiet,
    stderr: quiet,
    onInterrupt: () => quiet,
  });
  const drawn = () => terminal.seen.lines.join('\n');
  await vi.waitFor(() => expect(drawn()).toContain('mux: WAITING'));
  return { ...terminal, drawn, code, server, path };
}

describe('on a terminal', () => {
  test('events without the frames of every second; keys choose, pause, explain and quit', async () => {
    const { type, drawn, seen, code } = await live();
    expect(drawn()).not.toContain('> LACPDU');
    type('\t\t');
    expect(drawn()).toContain('veth0 eth1  port 2');
    type('\u001b[A');
    expect(drawn()).toContain('veth0 eth0  port 1');
    type('\u001b');
    expect(drawn()).not.toContain('port 1');
    type('p');
    expect(drawn()).toContain('paused');
    type('h');
    expect(drawn()).toContain('this help');
    type('x');
    expect(drawn()).not.toContain('this help');
    type('\u001a');
    expect(seen.suspended).toBe(1);
    type('q');
    expect(await code).toBe(EXIT.done);
    expect(seen.closed).toBe(true);
  });

  test('a vethd that goes away is told, and found again when it is back', async () => {
    const { drawn, server, path, type, code } = await live();
    await server.close();
    await vi.waitFor(() => expect(drawn()).toContain('no answer, trying again: '));
    expect(drawn()).toContain('eth1');
    const next = await startControlServer({ path, handle: vethd, log: createLog('error', () => {}) });
    await vi.waitFor(() => expect(drawn()).not.toContain('no answer'));
    type('q');
    expect(await code).toBe(EXIT.done);
    await next.close();
  });
});

describe('elsewhere', () => {
  test('as many frames as were asked for, with rates, and JSON on request', async () => {
    const { runDir } = await controlServer(vethd);
    const { code, stdout } = await vethcfg(['--run-dir', runDir, 'top', '-n', '2', '-d', '0.1']);
    expect(code).toBe(EXIT.done);
    expect(stdout.match(/^vethcfg top .*\n\nveth0 .*\n.*\n {2}eth0 .* 0 bit\/s /gm)).toHaveLength(2);
    const json = await vethcfg(['--run-dir', runDir, '--json', 'top', '-n', '2', '-d', '0.1']);
    const documents = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents).toHaveLength(2);
    expect(documents[0].interfaces[0].ports[0]).toMatchObject({
      name: 'eth0',
      in: { bits: 0, frames: 0 },
      bucketShare: 0.5,
    });
  });

  test('no vethd, and values that cannot be', async () => {
    const { runDir, server } = await controlServer(vethd);
    expect(await vethcfg(['--run-dir', runDir, 'top', '-d', '0'])).toMatchObject({
      code: EXIT.usage,
      stderr: 'vethcfg: --interval 0: say seconds, 0.1 to 3600\n',
    });
    await server.close();
    expect((await vethcfg(['--run-dir', runDir, 'top'])).code).toBe(EXIT.unreachable);
  });
});
