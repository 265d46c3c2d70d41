import { spawnSync } from 'node:child_process';
import { describe, expect, test, vi } from 'vitest';
import { OPTIONS } from '../../src/daemon/options.js';
import { COMMANDS } from '../../vethcfg/commands.js';
import { completionScript } from '../../vethcfg/completion.js';

// Each test starts a bash: more time than the default on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

/** Runs the completion function in bash as readline would, on words split at `=`. */
function complete(...words: string[]): string[] {
  const script = `${completionScript('bash')}
COMP_WORDS=(vethcfg "$@"); COMP_CWORD=$#; _vethcfg; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter(Boolean);
}

const options = OPTIONS.map(({ name }) => `${name}=`);

describe('bash', () => {
  test.each<[string[], string[]]>([
    [[''], COMMANDS.map(({ name }) => name)],
    [['s'], ['set', 'status', 'show', 'save', 'schema', 'simulate']],
    [['--r'], ['--run-dir']],
    [['--json', 'st'], ['status']],
    [['--run-dir', '/tmp', 'st'], ['status']],
    [['add', 'lo', 'veth0', ''], options],
    [
      ['add', 'lo', 'veth0', 'rate', '=', 'fast', 'ag'],
      ['agg_wc=', 'aggregation='],
    ],
    [
      ['set', 'veth0', 'la'],
      ['lacp=', 'lacp-version='],
    ],
    [
      ['set', 'veth0', 'rate', '='],
      ['fast', 'slow'],
    ],
    [['set', 'veth0', 'rate', '=', 'f'], ['fast']],
    [
      ['set', 'veth0', 'lacp', '=', ''],
      ['active', 'passive', 'off'],
    ],
    [['set', 'vet'], ['vethd']],
    [
      ['set', 'vethd', ''],
      ['datapath=', 'net-alias-max='],
    ],
    [
      ['set', 'vethd', 'datapath', '=', ''],
      ['auto', 'kernel', 'user'],
    ],
    [
      ['help', 'a'],
      ['add', 'alias', 'apply'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh'],
    ],
    [['ifconfig', 've0', '-a'], ['-attach']],
    [['ve0', '-a'], ['-attach']],
    [['ve0', '-attach', 'lo'], ['lo']],
    [['ve0', '-mode', 'f'], ['fec']],
    [['version', ''], []],
    [['flow', 'veth0', '192.0.2.1', '192.0.2.2', 'u'], ['udp']],
    [['flow', 'veth0', ''], []],
    [['flow', '--d'], ['--dst-mac']],
    [['conform', '--g'], ['--group']],
    [['conform', '--group', 'F'], []],
    [['conform', '--group', 'F', '--c'], ['--control']],
  ])('%j', (words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  test.each(['add', 'del', 'set', 'status', 'show', 'flow', 'conform'])(
    '%s knows the interfaces of the host',
    (command) => {
      expect(complete(command, 'l')).toContain('lo');
    },
  );
});

test('the zsh script names every command, option and value (its syntax is not run here)', () => {
  const script = completionScript('zsh');
  for (const { name, summary } of COMMANDS) expect(script).toContain(`'${name}:${summary}'`);
  for (const { name, aggregator, port } of OPTIONS) {
    expect(script).toContain(`'${name}[`);
    for (const value of [...(aggregator?.examples ?? []), ...(port?.examples ?? [])]) {
      expect(script).toContain(value.replaceAll(':', '\\:'));
    }
  }
  // Quotes are paired on every line: no help text may hold one.
  for (const line of script.split('\n').filter((each) => !each.startsWith('#'))) {
    expect((line.match(/'/g) ?? []).length % 2, line).toBe(0);
  }
});
