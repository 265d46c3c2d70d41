/** What `vethcfg conform` refuses before it sends anything; the rest is in test/conformance and test/netns. */
import { describe, expect, test } from 'vitest';
import { aggregatorStatus } from '../daemon/builders.js';
import { fakeVethd, temporaryDirectory, vethcfg } from './support.js';

const nowhere = () => ['--run-dir', temporaryDirectory(), 'conform'];

describe('exit code 2', () => {
  test('an unknown group: the message names the groups', async () => {
    const { code, stderr } = await vethcfg([...nowhere(), '--group', 'F,Z-99', 'lo']);
    expect({ code, stderr }).toMatchObject({ code: 2 });
    expect(stderr).toMatch(/^vethcfg: --group F,Z-99: no group or case Z-99; the groups are F frame format, V .*\n$/);
  });

  test('no port', async () => {
    expect(await vethcfg(nowhere())).toMatchObject({ code: 2 });
  });
});

describe('exit code 1', () => {
  test.each([
    ['no-such-port', 'no-such-port: no such interface'],
    ['lo', 'lo: not an Ethernet interface'],
  ])('%s', async (port, message) => {
    expect(await vethcfg([...nowhere(), port])).toEqual({ code: 1, stdout: '', stderr: `vethcfg: ${message}\n` });
  });

  test('with --json the refusal is a document', async () => {
    const { code, stdout } = await vethcfg(['--json', ...nowhere(), 'no-such-port']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'refused', message: 'no-such-port: no such interface' } });
  });

  test('a port that vethd uses here', async () => {
    const status = { aggregators: [aggregatorStatus({})] };
    const name = status.aggregators[0]?.ports[0]?.name ?? '';
    const { runDir } = await fakeVethd(() => ({ status, table: '' }));
    const { code, stderr } = await vethcfg(['--run-dir', runDir, 'conform', name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^vethcfg: ${name} is a port of veth0 here; test from the far end of the link`));
  });
});
