import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configurationFile, readBootFile } from '../../../src/daemon/config/boot.js';
import { temporaryDirectory } from '../control-fixture.js';

describe('which file a daemon has', () => {
  test.each<[named: string | undefined, runDir: string, file: object | undefined]>([
    [undefined, '/run/veth', { path: '/etc/veth/vethd.yaml', required: false }],
    [undefined, '/run/veth/', { path: '/etc/veth/vethd.yaml', required: false }],
    // A test or a container: the file of the host is not its file.
    [undefined, '/tmp/run', undefined],
    ['none', '/run/veth', undefined],
    ['none', '/tmp/run', undefined],
    ['/srv/v.yaml', '/tmp/run', { path: '/srv/v.yaml', required: true }],
    ['/etc/veth/vethd.yaml', '/run/veth', { path: '/etc/veth/vethd.yaml', required: true }],
    ['./none', '/run/veth', { path: join(process.cwd(), 'none'), required: true }],
  ])('--config %s --run-dir %s', (named, runDir, file) => {
    expect(configurationFile(named, runDir)).toEqual(file);
  });
});

describe('reading it', () => {
  const limits = { interfaces: 1, portsEach: 1 };

  test('no file where none must be', () => {
    expect(readBootFile(undefined, limits)).toBeUndefined();
    expect(readBootFile({ path: '/nonexistent/f.yaml', required: false }, limits)).toBeUndefined();
    expect(readBootFile({ path: '/dev/null/f.yaml', required: false }, limits)).toBeUndefined();
  });

  test('a file that was named and is not there, one that cannot be read, one that is wrong', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'f.yaml');
    expect(() => readBootFile({ path, required: true }, limits)).toThrow(`${path}: cannot be read (ENOENT`);
    expect(() => readBootFile({ path: directory, required: false }, limits)).toThrow('cannot be read (EISDIR');
    writeFileSync(path, 'interfaces: { veth0: { ports: [a, b], rate: x } }');
    expect(() => readBootFile({ path, required: false }, limits)).toThrow(`${path}:1:45: veth0.rate: x: not a rate`);
    writeFileSync(path, 'interfaces: { veth0: { ports: [a, b] } }');
    expect(() => readBootFile({ path, required: false }, limits)).toThrow(`${path}:1:15: veth0: 2 ports are more than`);
  });
});
