import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openconfigLacp } from '../../src/daemon/openconfig/document.js';
import { OPENCONFIG_LACP } from '../../src/daemon/openconfig/schema.js';
import { OPTIONS } from '../../src/daemon/options.js';
import { Refusal } from '../../src/daemon/refusal.js';
import { statusTable } from '../../src/daemon/status-table.js';
import { aggregatorStatus, shownAggregator, showResult } from '../daemon/builders.js';
import { fakeVethd, temporaryDirectory, vethcfg } from './support.js';

const done = () => ({ notes: [] });

describe('what is asked of vethd', () => {
  test.each<[words: string, command: string, args: object]>([
    ['add eth0 veth0', 'add', { port: 'eth0', veth: 'veth0', options: [] }],
    ['add eth0 veth0 rate=fast speed=1G', 'add', { port: 'eth0', veth: 'veth0', options: ['rate=fast', 'speed=1G'] }],
    // The daemon refuses wrong options, so that scripts on the socket hear the same.
    ['add eth0 veth0 nonsense', 'add', { port: 'eth0', veth: 'veth0', options: ['nonsense'] }],
    ['del eth0 veth0', 'del', { port: 'eth0', veth: 'veth0' }],
    ['del veth0', 'del', { veth: 'veth0' }],
    ['set veth0 rate=fast min-links=2', 'set', { name: 'veth0', options: ['rate=fast', 'min-links=2'] }],
    ['set eth0 speed=10G', 'set', { name: 'eth0', options: ['speed=10G'] }],
  ])('%s', async (words, command, args) => {
    const { runDir, asked } = await fakeVethd(done);
    const outcome = await vethcfg(['--run-dir', runDir, ...words.split(' ')]);
    expect(asked).toEqual([[command, args]]);
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test.each([
    ['status', 'status', {}],
    ['status veth0', 'status', { veth: 'veth0' }],
    ['show', 'show', {}],
    ['show eth0', 'show', { name: 'eth0' }],
  ])('%s', async (words, command, args) => {
    const status = { aggregators: [aggregatorStatus({})] };
    const { runDir, asked } = await fakeVethd((asking) =>
      asking === 'status' ? { table: statusTable(status), status } : showResult([shownAggregator({})]),
    );
    expect(await vethcfg(['--run-dir', runDir, ...words.split(' ')])).toMatchObject({ code: 0, stderr: '' });
    expect(asked).toEqual([[command, args]]);
  });
});

describe('where vethd is found', () => {
  test('VETH_RUN_DIR', async () => {
    const { runDir, asked } = await fakeVethd(done);
    expect(await vethcfg(['del', 'veth0'], { VETH_RUN_DIR: runDir })).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(1);
  });

  test('--run-dir before or after the command, stronger than VETH_RUN_DIR', async () => {
    const { runDir, asked } = await fakeVethd(done);
    const environment = { VETH_RUN_DIR: '/nonexistent' };
    expect(await vethcfg(['--run-dir', runDir, 'del', 'veth0'], environment)).toMatchObject({ code: 0 });
    expect(await vethcfg(['del', 'veth0', '--run-dir', runDir], environment)).toMatchObject({ code: 0 });
    expect(await vethcfg(['del', `--run-dir=${runDir}`, 'veth0'], environment)).toMatchObject({ code: 0 });
    expect(asked).toHaveLength(3);
  });
});

describe('what is printed', () => {
  test('status prints the table exactly as vethd gives it', async () => {
    const table = 'any text\n  with blanks \n';
    const { runDir } = await fakeVethd(() => ({ table, status: { aggregators: [] } }));
    expect(await vethcfg(['--run-dir', runDir, 'status'])).toEqual({ code: 0, stdout: table, stderr: '' });
  });

  test('notes go to standard error, what was done only with -v', async () => {
    const { runDir } = await fakeVethd(() => ({ notes: ['192.0.2.1/24 of eth0 is silent while it is attached'] }));
    expect(await vethcfg(['--run-dir', runDir, '-v', 'add', 'eth0', 'veth0'])).toEqual({
      code: 0,
      stdout: 'eth0 added to veth0\n',
      stderr: 'vethcfg: note: 192.0.2.1/24 of eth0 is silent while it is attached\n',
    });
  });

  const shown = showResult([shownAggregator({})]);
  test.each([
    [['add', 'eth0', 'veth0'], { ok: true, notes: [] }],
    [['del', 'veth0'], { ok: true, notes: [] }],
    [['set', 'veth0', 'rate=fast'], { ok: true, notes: [] }],
    [['status'], { aggregators: [aggregatorStatus({})] }],
    [['show'], { ...shown, [OPENCONFIG_LACP]: openconfigLacp(shown) }],
    [['version'], { vethcfg: '0.1.0', protocol: 1, vethd: { version: '0.1.0', protocol: 1, pid: 7 } }],
  ])('--json %j gives one document and nothing else', async (words, document) => {
    const { runDir } = await fakeVethd(
      (command) =>
        ({
          status: { table: 'x\n', status: { aggregators: [aggregatorStatus({})] } },
          show: shown,
          version: { version: '0.1.0', protocol: 1, pid: 7 },
        })[command] ?? done(),
    );
    const { code, stdout, stderr } = await vethcfg([...words, '--json', '--run-dir', runDir]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('version with and without a running vethd', async () => {
    const { runDir } = await fakeVethd(() => ({ version: '9.9.9', protocol: 1, pid: 7 }));
    expect((await vethcfg(['--run-dir', runDir, 'version'])).stdout).toBe('vethcfg 0.1.0\nvethd 9.9.9 (pid 7)\n');
    expect(await vethcfg(['--run-dir', '/nonexistent', 'version'])).toEqual({
      code: 0,
      stdout: 'vethcfg 0.1.0\nvethd not running in /nonexistent\n',
      stderr: '',
    });
  });
});

describe('exit code 1: refused', () => {
  const refuse = () => {
    throw new Refusal({
      thing: 'rate=quick',
      problem: 'not a rate',
      repair: 'say rate=fast or rate=slow',
      value: 'quick',
    });
  };

  test('the message is that of vethd', async () => {
    const { runDir } = await fakeVethd(refuse);
    expect(await vethcfg(['--run-dir', runDir, 'set', 'veth0', 'rate=quick'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'vethcfg: rate=quick: not a rate; say rate=fast or rate=slow\n',
    });
  });

  test('with --json the error is a document with its parts', async () => {
    const { runDir } = await fakeVethd(refuse);
    const { code, stdout, stderr } = await vethcfg(['--run-dir', runDir, '--json', 'set', 'veth0', 'rate=quick']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'vethcfg: rate=quick: not a rate; say rate=fast or rate=slow\n',
    });
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'refused',
        message: 'rate=quick: not a rate; say rate=fast or rate=slow',
        thing: 'rate=quick',
        value: 'quick',
        repair: 'say rate=fast or rate=slow',
      },
    });
  });

  test('a failure inside vethd', async () => {
    const { runDir } = await fakeVethd(() => {
      throw new Error('boom');
    });
    expect(await vethcfg(['--run-dir', runDir, 'del', 'veth0'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'vethcfg: del: failed inside vethd (boom); see its log\n',
    });
  });
});

describe('exit code 2: usage', () => {
  test.each([
    ['nonsense', "unknown command 'nonsense'"],
    ['add eth0', "missing required argument 'VETH'"],
    ['del', "missing required argument 'NAME'"],
    ['del a b c', "too many arguments for 'del'"],
    ['set veth0', "missing required argument 'OPTION=VALUE'"],
    ['status a b', "too many arguments for 'status'"],
    ['--nonsense status', "unknown option '--nonsense'"],
    ['status --run-dir', "option '--run-dir <DIR>' argument missing"],
    ['status --timeout soon', '--timeout soon: not a time'],
    ['status --timeout 0', '--timeout 0: not a time'],
    ['help nonsense', 'nonsense: no such command'],
    ['completion fish', "command-argument value 'fish' is invalid"],
  ])('%s', async (words, message) => {
    const { code, stdout, stderr } = await vethcfg(words.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`vethcfg: ${message}`);
    expect(stderr).toMatch(/; see vethcfg help\n$/);
    expect(stderr.split('\n')).toHaveLength(2);
  });

  test('no command at all prints the help to standard error', async () => {
    const { code, stdout, stderr } = await vethcfg([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: vethcfg [--run-dir DIR] [--json] COMMAND');
  });

  test('with --json the error is a document too', async () => {
    const { code, stdout } = await vethcfg(['--json', 'add', 'eth0']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'usage', message: "missing required argument 'VETH'" } });
  });
});

describe('exit code 3: vethd is not reachable', () => {
  const start = (runDir: string) =>
    `start it as root with 'vethd --run-dir ${runDir}', or name its directory with --run-dir`;

  test('no such directory', async () => {
    expect(await vethcfg(['--run-dir', '/nonexistent', 'status'])).toEqual({
      code: 3,
      stdout: '',
      stderr: `vethcfg: vethd is not reachable at /nonexistent/control (no such socket); ${start('/nonexistent')}\n`,
    });
  });

  test('with --json', async () => {
    const { code, stdout } = await vethcfg(['--run-dir', '/nonexistent', '--json', 'status']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unreachable' } });
  });

  test('a file that is no socket', async () => {
    const runDir = temporaryDirectory();
    writeFileSync(join(runDir, 'control'), '');
    const { code, stderr } = await vethcfg(['--run-dir', runDir, 'status']);
    expect(code).toBe(3);
    expect(stderr).toContain(`${runDir}/control (nobody listens there); ${start(runDir)}`);
  });

  test('a path longer than a socket path can be', async () => {
    const { code, stderr } = await vethcfg(['--run-dir', `/tmp/${'x'.repeat(120)}`, 'status']);
    expect(code).toBe(3);
    expect(stderr).toContain('longer than the 107 octets');
  });

  test.each<[what: string, answer: string | undefined, message: string]>([
    ['that never answers', undefined, 'no answer within 0.2 s'],
    ['that hangs up', '', 'it closed the connection without an answer'],
    ['of another kind', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'is not understood'],
    ['with another answer', '{"id":1,"ok":true,"result":{}}\n', 'result of status: table: '],
    ['that answers without end', 'x'.repeat(100), 'it closed the connection without an answer'],
  ])('something %s', async (_, answer, message) => {
    const runDir = temporaryDirectory();
    const server = createServer((socket) => {
      if (answer !== undefined) socket.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(join(runDir, 'control'), resolve));
    const { code, stderr } = await vethcfg(['--run-dir', runDir, '--timeout', '0.2', 'status']);
    expect(code).toBe(3);
    expect(stderr).toContain(message);
    server.close();
  });
});

describe('help', () => {
  test.each(['help add', 'help set', 'add --help', 'set --help'])(
    '%s names every option with its default',
    async (words) => {
      const { code, stdout, stderr } = await vethcfg(words.split(' '));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      for (const { name, help, aggregator, port } of OPTIONS) {
        for (const side of [aggregator, port]) {
          if (side !== undefined) expect(stdout).toContain(`  ${name}=${side.syntax}  (default ${side.fallback})\n`);
        }
        expect(stdout.replace(/\s+/g, ' ')).toContain(help);
      }
    },
  );

  test.each([['help'], ['--help'], ['-h']])('%s names every command and the exit codes', async (word) => {
    const { code, stdout } = await vethcfg([word]);
    expect(code).toBe(0);
    for (const line of [
      'add PORT VETH [OPTION=VALUE ...]',
      'del [PORT] VETH',
      'set VETH|PORT|vethd OPTION=VALUE ...',
      'status [VETH]',
      'show [VETH|PORT|vethd]',
      'help [COMMAND]',
      'version',
      'completion bash|zsh',
      'Exit codes: 0 done, 1 refused, 2 usage, 3 vethd not reachable, 4 replay: damaged capture, 5 replay: no LACP in it, 6 simulate: not as expected.',
    ]) {
      expect(stdout).toContain(line);
    }
  });

  test('help status explains every column and every letter of the table', async () => {
    const { stdout } = await vethcfg(['help', 'status']);
    const columns = ['S', 'A_KEY', 'P_KEY', 'PARTNER_SYS', 'MUX', 'RECV', 'PERIO', 'A_STAT', 'P_STAT'];
    for (const word of [...columns, 'L active', 'T short', 'F defaulted', 'E expired', 'B standing by', 'COLDIS']) {
      expect(stdout).toContain(word);
    }
  });
});
