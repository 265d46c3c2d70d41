/** The spelling of 1999: `vethcfg ve0 -attach eth0 -mode fec`. */
import { describe, expect, test } from 'vitest';
import { attachSteps } from '../../vethcfg/attach-words.js';
import { EXIT } from '../../vethcfg/exit.js';
import { fakeVethd, vethcfg } from './support.js';

/** What vethd was asked to change by these words; `there`: interfaces that it has. */
async function asks(words: string, there: readonly string[] = [], notes: readonly string[] = []) {
  const interfaces = there.map((name) => ({ name, state: 'present', options: [], ports: [] }));
  const { runDir, asked } = await fakeVethd((command) => (command === 'effective' ? { interfaces } : { notes }));
  const outcome = await vethcfg(['--run-dir', runDir, ...words.split(' ')]);
  return { asked: asked.slice(1), ...outcome };
}

describe('NB-4 NB-5 NB-6 NB-8 words of the proposal', () => {
  test('NB-6 one port and no mode: the interface is made with mode=auto', async () => {
    const { asked, code } = await asks('ve0 -attach eth0');
    expect(asked).toEqual([['add', { port: 'eth0', veth: 've0', options: ['mode=auto'] }]]);
    expect(code).toBe(EXIT.done);
  });

  test('NB-6 an interface that is there keeps its mode, be it only waiting', async () => {
    const { asked } = await asks('ve0 -attach eth1', ['ve0']);
    expect(asked).toEqual([['add', { port: 'eth1', veth: 've0', options: [] }]]);
  });

  test('NB-4 four ports and their mode in one call: made in that mode', async () => {
    const { asked } = await asks('ve0 -attach de0 -attach de1 -mode fec');
    expect(asked).toEqual([
      ['add', { port: 'de0', veth: 've0', options: ['mode=fec'] }],
      ['add', { port: 'de1', veth: 've0', options: [] }],
    ]);
  });

  test('NB-4 -mode alone changes an interface that is there', async () => {
    expect((await asks('ve0 -mode fec', ['ve0'])).asked).toEqual([['set', { name: 've0', options: ['mode=fec'] }]]);
  });

  test('NB-8 -detach and -attach in one call, in their order; the word ifconfig may be there', async () => {
    const { asked } = await asks('ifconfig ve0 -detach eth1 -attach eth2', ['ve0']);
    expect(asked).toEqual([
      ['del', { port: 'eth1', veth: 've0' }],
      ['add', { port: 'eth2', veth: 've0', options: [] }],
    ]);
  });

  test('of notes on mode=auto the last one counts; --json is one document; --verbose tells each step', async () => {
    const { stdout } = await asks('--json ve0 -attach eth0 -attach eth1', [], ['ve0 ...: mode=auto is ...']);
    expect(JSON.parse(stdout)).toEqual({ ok: true, notes: ['ve0 ...: mode=auto is ...'] });
    expect((await asks('--verbose ve0 -attach eth0 -attach eth1')).stdout).toBe(
      'eth0 attached to ve0\neth1 attached to ve0\n',
    );
  });

  test('what was done before a refusal is told', async () => {
    const { runDir } = await fakeVethd((command) => {
      if (command === 'effective') return { interfaces: [] };
      if (command === 'del') throw new Error('no');
      return { notes: [] };
    });
    const { code, stderr } = await vethcfg(['--run-dir', runDir, 've0', '-attach', 'eth0', '-detach', 'eth9']);
    expect(code).not.toBe(EXIT.done);
    expect(stderr).toContain('note: done before that: eth0 attached to ve0\n');
  });
});

describe('NB-8 refused words', () => {
  test.each([
    ['ve0 -atach eth0', '-atach: no such word; say -attach PORT, -detach PORT or -mode MODE'],
    [
      've0 -attach eth0 inet 10.0.0.1',
      'inet: no such word; say -attach PORT, -detach PORT or -mode MODE; addresses and the like are set with: ip',
    ],
    ['ve0 -attach', '-attach: of what? say -attach PORT, -detach PORT or -mode MODE'],
    ['ve0 -attach -mode fec', '-attach: of what? say -attach PORT, -detach PORT or -mode MODE'],
    ['ve0 -mode fec -mode alias', '-mode is given twice; give it once'],
  ])('vethcfg %s', async (words, message) => {
    const { code, stderr, asked } = await asks(words);
    expect([code, stderr, asked]).toEqual([EXIT.usage, `vethcfg: ${message}\n`, []]);
  });

  test('ifconfig without words says what it wants', () => {
    expect(() => attachSteps(['ve0'])).toThrow('ve0: nothing to do; say -attach PORT');
  });

  test('a mistyped command is no interface', async () => {
    const { code, stderr } = await vethcfg(['stats', '--json']);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toContain("unknown command 'stats'");
  });

  test('help ifconfig explains the words', async () => {
    const { stdout } = await vethcfg(['help', 'ifconfig']);
    expect(stdout).toContain('-attach PORT');
    expect(stdout).toContain('vethcfg ve0 -attach eth0 -attach eth1 -mode fec');
  });
});
