/** `vethcfg simulate`: the examples, the output, the exit codes, and what is refused. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory, vethcfg } from './support.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = join(ROOT, 'examples/simulate');

function file(text: string): string {
  const path = join(temporaryDirectory(), 'scenario.yaml');
  writeFileSync(path, text);
  return path;
}

const PAIR = `
systems:
  left: { interfaces: { veth0: { rate: fast, ports: [eth0] } } }
  right: { interfaces: { veth0: { rate: fast, ports: [eth0] } } }
cables:
  c1: [left/eth0, right/eth0]
`;

describe('every example comes as it expects', () => {
  test.each(readdirSync(EXAMPLES).sort())('%s', async (name) => {
    const { code, stdout, stderr } = await vethcfg(['simulate', '--quiet', join(EXAMPLES, name)]);
    expect(stdout.split('\n').filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^all \d+ as expected$/m);
  });
});

describe('what is printed', () => {
  test('journals by time and system, status, reasons, and what was expected', async () => {
    const path = file(`${PAIR}steps:\n  - { at: 3s, expect: { left/eth0: { mux: DIST } } }\n`);
    const { code, stdout } = await vethcfg(['simulate', path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2\.000 left veth0 eth0 mux: COLLECTING \(PDU received: .*\) -> DISTRIBUTING$/m);
    expect(stdout).toMatch(/^2\.000 right veth0 eth0 mux: .* -> DISTRIBUTING$/m);
    expect(stdout).toContain('\nleft at 3.000 s\nS Port   Agg A_KEY');
    expect(stdout).toContain('veth0 eth0: in use (Receive CURRENT, Mux DISTRIBUTING), nothing to mend\n');
    expect(stdout).toContain(`ok   ${path}:8 at 3.000: left/eth0: mux DIST\nall 1 as expected\n`);
  });

  test('--system, --port and --since choose of the journals, --quiet leaves them out', async () => {
    const path = file(`${PAIR}until: 5s\n`);
    const lines = async (...flags: readonly string[]) =>
      (await vethcfg(['simulate', ...flags, path])).stdout.split('\n').filter((line) => /^\d+\.\d{3} /.test(line));
    const all = await lines();
    expect(await lines('--system', 'right')).toEqual(all.filter((line) => line.includes(' right ')));
    expect(await lines('--port', 'eth0')).toEqual(all.filter((line) => line.includes(' eth0 ')));
    expect(await lines('--since', '2s')).toEqual(all.filter((line) => Number.parseFloat(line) >= 2));
    expect(await lines('--quiet')).toEqual([]);
  });

  test('--json is one document with journals, states, verdicts and expectations', async () => {
    const path = file(`${PAIR}steps:\n  - { at: 1s, expect: { left/eth0: { mux: WAIT, why: wait-while } } }\n`);
    const { stdout } = await vethcfg(['--json', 'simulate', path]);
    expect(JSON.parse(stdout)).toMatchObject({
      files: [
        {
          file: path,
          seed: 1,
          until: 1_000,
          journal: expect.arrayContaining([
            expect.objectContaining({ at: 0, system: 'left', event: 'port-added', port: 'eth0' }),
          ]),
          systems: [{ name: 'left', running: true, why: [{ port: 'eth0', inUse: false }] }, { name: 'right' }],
          expectations: [{ line: 8, at: 1_000, held: true, expected: 'left/eth0: mux WAIT, why wait-while' }],
        },
      ],
    });
  });

  test('the same seed gives the same octets, another seed another course', async () => {
    const lossy = PAIR.replace('[left/eth0, right/eth0]', '{ ends: [left/eth0, right/eth0], loss: 50%, jitter: 5ms }');
    const path = file(`${lossy}until: 60s\n`);
    const run = async (seed: string) => (await vethcfg(['simulate', '--seed', seed, path])).stdout;
    const once = await run('3');
    expect(await run('3')).toBe(once);
    expect((await run('4')).replace('seed 4', 'seed 3')).not.toBe(once);
  });

  test('standard input, as a process', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'vethcfg/main.ts'), 'simulate', '--quiet', '-'],
      { input: `${PAIR}until: 1s\n`, encoding: 'utf8', cwd: ROOT },
    );
    expect(status).toBe(0);
    expect(stdout).toContain('standard input, seed 1\n');
  });
});

describe('exit codes', () => {
  test('6: something was not as expected; what was there instead is told, and the next file is played', async () => {
    const wrong = file(`${PAIR}steps:\n  - { at: 1s, expect: { left/eth0: { mux: DIST, receive: CURRNT } } }\n`);
    const right = join(EXAMPLES, 'bridge.yaml');
    const { code, stdout } = await vethcfg(['simulate', '--quiet', wrong, right]);
    expect(code).toBe(6);
    expect(stdout).toContain(
      `FAIL ${wrong}:8 at 1.000: left/eth0: mux DIST, receive CURRNT; but mux is WAIT\n1 of 1 not as expected\n`,
    );
    expect(stdout).toContain('all 4 as expected');
  });

  test('1: a file with mistakes, each with line, column, value and repair; nothing is played', async () => {
    const path = file(`${PAIR}steps:\n  - { at: soon, cut: c1 }\n  - { at: 1s, set: left/veth0 rate=quick }\n`);
    const { code, stdout, stderr } = await vethcfg(['simulate', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${path}:8:11: steps[1].at: soon: not a time; say at: 10s, 200ms or 2m\n`);
    expect(stderr).toContain(`${path}:9:20: rate=quick: not a rate; say rate=fast or rate=slow\n`);
  });

  test('1: a file that is not there; 2: a seed that is none', async () => {
    expect(await vethcfg(['simulate', '/nowhere.yaml'])).toMatchObject({ code: 1 });
    expect(await vethcfg(['simulate', '--seed', 'x', 'a.yaml'])).toMatchObject({
      code: 2,
      stderr: 'vethcfg: --seed x: not a seed; say 0 to 4294967295\n',
    });
  });
});

test('docs/simulate.md names every key of a step and every field', () => {
  const text = readFileSync(join(ROOT, 'docs/simulate.md'), 'utf8');
  const { properties, $defs } = JSON.parse(
    spawnSync(process.execPath, ['--import', 'tsx', join(ROOT, 'vethcfg/main.ts'), 'schema', 'simulate'], {
      encoding: 'utf8',
      cwd: ROOT,
    }).stdout,
  );
  const keys = properties.steps.items.anyOf.flatMap((step: { properties: object }) => Object.keys(step.properties));
  const fields = [$defs.portFields, $defs.interfaceFields].flatMap((each) => Object.keys(each.properties));
  for (const name of new Set([...keys, ...fields])) expect(text).toContain(`\`${name}\``);
});
