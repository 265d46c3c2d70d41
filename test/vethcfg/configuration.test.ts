/** `apply`, `save` and `show --effective` on the side of the user: files, words and messages. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../src/daemon/config/read.js';
import { fakeVethd, temporaryDirectory, vethcfg } from './support.js';

const CHANGES = [
  { action: 'add', veth: 'veth0', options: [{ option: 'rate', to: 'fast' }] },
  { action: 'change', veth: 'veth1', port: 'eth1', options: [{ option: 'speed', from: 'auto', to: '1G' }] },
  { action: 'remove', veth: 'veth2', options: [] },
];

describe('apply', () => {
  test.each([
    [[], false],
    [['--dry-run'], true],
  ])('%j sends the text of the file, and prints what differed', async (flags, dryRun) => {
    const file = join(temporaryDirectory(), 'f.yaml');
    writeFileSync(file, 'interfaces:\n');
    const { runDir, asked } = await fakeVethd(() => ({
      changes: CHANGES,
      applied: !dryRun,
      notes: ['eth9 is not there'],
    }));
    expect(await vethcfg(['--run-dir', runDir, 'apply', ...flags, file])).toEqual({
      code: 0,
      stdout: '+ interface veth0: rate=fast\n~ port eth1 of veth1: speed=auto -> 1G\n- interface veth2\n',
      stderr: 'vethcfg: note: eth9 is not there\n',
    });
    expect(asked).toEqual([['apply', { file, path: file, text: 'interfaces:\n', dryRun }]]);
  });

  test('a file with several mistakes: a line for each, and all of them as a document', async () => {
    const file = join(temporaryDirectory(), 'f.yaml');
    const text = 'interfaces:\n  veth0: { rate: quick, sped: 1 }\n';
    writeFileSync(file, text);
    const { runDir } = await fakeVethd(() => readConfiguration(text, 'f.yaml'));
    const { code, stdout, stderr } = await vethcfg(['--run-dir', runDir, '--json', 'apply', file]);
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'vethcfg: f.yaml:2:18: veth0.rate: quick: not a rate; say rate: fast or slow',
      expect.stringMatching(/^vethcfg: f\.yaml:2:25: veth0\.sped: no such option; /),
      '',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: 'refused',
        problems: [
          { line: 2, column: 18, thing: 'veth0.rate' },
          { line: 2, column: 25 },
        ],
      },
    });
  });

  test('a file that is not there, and one that is too long, never get to vethd', async () => {
    const directory = temporaryDirectory();
    const { runDir, asked } = await fakeVethd(() => ({}));
    const missing = await vethcfg(['--run-dir', runDir, 'apply', join(directory, 'none.yaml')]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('none.yaml: cannot be read (ENOENT') });
    writeFileSync(join(directory, 'long.yaml'), '#'.repeat(60_000));
    const long = await vethcfg(['--run-dir', runDir, 'apply', join(directory, 'long.yaml')]);
    expect(long).toMatchObject({ code: 1, stderr: expect.stringContaining('long.yaml: longer than the') });
    expect(asked).toEqual([]);
  });
});

describe('save', () => {
  const text = 'interfaces: {}\n';

  test('into the file of vethd, whose directory is made; the former one is kept', async () => {
    const directory = temporaryDirectory();
    const file = join(directory, 'etc', 'veth', 'vethd.yaml');
    const { runDir } = await fakeVethd(() => ({ text, file }));
    expect(await vethcfg(['--run-dir', runDir, 'save'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readdirSync(join(file, '..'))).toEqual(['vethd.yaml']);
    writeFileSync(file, '# by hand\n');
    await vethcfg(['--run-dir', runDir, 'save']);
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(readFileSync(`${file}~`, 'utf8')).toBe('# by hand\n');
    // The same again leaves the copy alone.
    await vethcfg(['--run-dir', runDir, 'save']);
    expect(readFileSync(`${file}~`, 'utf8')).toBe('# by hand\n');
  });

  test('to a file of one choice, or to standard output', async () => {
    const file = join(temporaryDirectory(), 'mine.yaml');
    const { runDir } = await fakeVethd(() => ({ text, file: '/nonexistent/never' }));
    expect(await vethcfg(['--run-dir', runDir, '-v', 'save', file])).toMatchObject({ stdout: `written to ${file}\n` });
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(await vethcfg(['--run-dir', runDir, 'save', '-'])).toEqual({ code: 0, stdout: text, stderr: '' });
  });

  test('a vethd without a file must be told one', async () => {
    const { runDir } = await fakeVethd(() => ({ text }));
    expect(await vethcfg(['--run-dir', runDir, 'save'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'vethcfg: vethd has no configuration file; say save FILE\n',
    });
  });

  test('what cannot be written is said, and nothing is left beside it', async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'taken'));
    const { runDir } = await fakeVethd(() => ({ text }));
    const outcome = await vethcfg(['--run-dir', runDir, 'save', join(directory, 'taken')]);
    expect(outcome).toMatchObject({ code: 1, stderr: expect.stringContaining('taken: cannot be written (EISDIR') });
    expect(readdirSync(directory)).toEqual(['taken']);
  });
});

test('show --effective asks for values with origin, of one thing when it is named', async () => {
  const interfaces = [
    {
      name: 'veth0',
      state: 'present',
      options: [
        { option: 'rate', value: 'fast', origin: { kind: 'file', file: '/f.yaml', line: 3 } },
        { option: 'key', value: '256', configured: 'auto', origin: { kind: 'auto' } },
      ],
      ports: [],
    },
  ];
  const { runDir, asked } = await fakeVethd(() => ({ interfaces }));
  const { stdout } = await vethcfg(['--run-dir', runDir, 'show', '--effective', 'veth0']);
  expect(stdout).toBe(
    'veth0\n  rate               fast                 /f.yaml:3\n  key                256                  auto\n',
  );
  expect(asked).toEqual([['effective', { name: 'veth0' }]]);
  const { stdout: json } = await vethcfg(['--run-dir', runDir, '--json', 'show', '--effective']);
  expect(JSON.parse(json)).toEqual({ interfaces });
});
