/** `show --effective`: each value with where it comes from, as a daemon on paper tells it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { OPTIONS } from '../../../src/daemon/options.js';
import { effectiveView } from '../../../vethcfg/effective-view.js';
import { PaperKernel, paperDaemon, settled } from '../../support/paper-kernel.js';
import { temporaryDirectory } from '../control-fixture.js';

const FILE = `interfaces:
  veth0:
    rate: fast
    mtu: auto
    ports:
      eth0: { port-priority: 100 }
      eth9: {}
`;
let kernel: PaperKernel;
let daemon: ReturnType<typeof paperDaemon>['daemon'];

beforeEach(async () => {
  kernel = new PaperKernel('eth0', 'eth1');
  daemon = paperDaemon(kernel, { directory: temporaryDirectory() }).daemon;
  await settled(kernel, daemon.start());
  await settled(kernel, daemon.configuration.apply({ file: 'f', path: '/f.yaml', text: FILE, dryRun: false }));
});
afterEach(() => settled(kernel, daemon.stop()));

/** `fast /f.yaml:3`: value and origin of an option of veth0 or of one of its ports. */
function origin(option: string, port?: string): string {
  const [veth0] = daemon.configuration.effective({}).interfaces;
  const options = port === undefined ? veth0?.options : veth0?.ports.find(({ name }) => name === port)?.options;
  const found = options?.find((each) => each.option === option);
  if (found === undefined) return 'not there';
  const { kind, file, line } = found.origin;
  return [
    found.value,
    kind === 'file' ? `${file}:${line}` : kind,
    ...(found.configured ? [found.configured] : []),
  ].join(' ');
}

const run = <T>(command: Promise<T>) => settled(kernel, command);

test('every option of the table is there, for interface and port', () => {
  const [veth0] = daemon.configuration.effective({}).interfaces;
  expect(veth0?.options.map(({ option }) => option)).toEqual(OPTIONS.filter((o) => o.aggregator).map((o) => o.name));
  for (const { options } of veth0?.ports ?? []) {
    expect(options.map(({ option }) => option)).toEqual(OPTIONS.filter((o) => o.port).map((o) => o.name));
  }
});

describe('origins', () => {
  test('file with line, default, worked out', () => {
    expect(origin('rate')).toBe('fast /f.yaml:3');
    expect(origin('hash')).toBe('layer3+4 auto auto');
    expect(origin('key')).toBe('256 auto auto');
    expect(origin('system-id')).toMatch(/^02:.* auto auto$/);
    expect(origin('mtu')).toBe('1500 /f.yaml:4 auto');
    expect(origin('port-priority', 'eth0')).toBe('100 /f.yaml:6');
    expect(origin('speed', 'eth0')).toBe('1G kernel auto');
    expect(origin('port-priority', 'eth9')).toBe('32768 default');
  });

  test('a command takes over, and the file again when it is applied', async () => {
    await run(daemon.set({ name: 'veth0', options: ['rate=slow', 'min-links=2'] }));
    await run(daemon.set({ name: 'eth0', options: ['port-priority=7'] }));
    await run(daemon.add({ port: 'eth1', veth: 'veth0', options: ['speed=10G', 'hash=layer2'] }));
    expect(origin('rate')).toBe('slow command');
    expect(origin('min-links')).toBe('2 command');
    expect(origin('port-priority', 'eth0')).toBe('7 command');
    expect(origin('speed', 'eth1')).toBe('10G command');
    expect(origin('port-priority', 'eth1')).toBe('32768 default');
    expect(origin('hash')).toBe('layer2 command');
    await run(daemon.configuration.apply({ file: 'f', path: '/f.yaml', text: FILE, dryRun: false }));
    expect(origin('rate')).toBe('fast /f.yaml:3');
    expect(origin('hash')).toBe('layer3+4 auto auto');
  });

  test('a dry run and a refused command change no origin', async () => {
    await run(daemon.configuration.apply({ file: 'f', path: '/g.yaml', text: FILE, dryRun: true }));
    await run(daemon.set({ name: 'veth0', options: ['rate=quick'] })).catch(() => {});
    expect(origin('rate')).toBe('fast /f.yaml:3');
  });

  test('what another tool changed', () => {
    kernel.change('veth0', { mtu: 1400 });
    expect(origin('mtu')).toBe('1400 kernel');
  });

  test('a port that is removed and added again has forgotten the file', async () => {
    await run(daemon.del({ port: 'eth0', veth: 'veth0' }));
    await run(daemon.add({ port: 'eth0', veth: 'veth0', options: ['port-priority=100'] }));
    expect(origin('port-priority', 'eth0')).toBe('100 command');
  });
});

describe('of one thing', () => {
  const names = (name: string) =>
    daemon.configuration
      .effective({ name })
      .interfaces.map((each) => [each.name, each.options.length > 0, each.ports.map((p) => p.name)]);

  test('an interface, a port, a port that waits', () => {
    expect(names('veth0')).toEqual([['veth0', true, ['eth0', 'eth9']]]);
    expect(names('eth0')).toEqual([['veth0', false, ['eth0']]]);
    expect(names('eth9')).toEqual([['veth0', false, ['eth9']]]);
  });

  test('nothing of this name', () => {
    expect(() => names('eth5')).toThrow('eth5: no such interface or port of vethd; there are veth0, eth0, eth9');
  });
});

describe('the data path, an option of vethd itself', () => {
  const told = (of = daemon) => effectiveView(of.configuration.effective({ name: 'vethd' }), false, 'vethd');
  const row = (value: string, origin: string) =>
    `vethd\n  datapath           ${value.padEnd(20)} ${origin}\n  net-alias-max      256                  default\n`;
  const apply = (text: string) =>
    run(daemon.configuration.apply({ file: 'f', path: '/f.yaml', text: `${text}${FILE}`, dryRun: false }));

  test('nobody said anything: what was found, and why not the better one', () => {
    expect(told()).toBe(row('kernel', 'auto'));
    kernel.refusesPrograms = 'bpf(2) not permitted';
    expect(told()).toBe(row('user', 'auto; bpf(2) not permitted'));
    expect(daemon.show({ name: 'vethd' })).toMatchObject({
      datapath: { kind: 'user', choice: 'auto', reason: 'bpf(2) not permitted' },
      aggregators: [],
    });
  });

  test('a command, a file, a file that does not say it, a command again', async () => {
    await run(daemon.set({ name: 'vethd', options: ['datapath=user'] }));
    expect(told()).toBe(row('user', 'command'));
    await apply('datapath: kernel\n');
    expect(told()).toBe(row('kernel', '/f.yaml:1'));
    await apply('');
    expect(told()).toBe(row('kernel', '/f.yaml:1'));
    await run(daemon.set({ name: 'vethd', options: ['datapath=auto'] }));
    expect(told()).toBe(row('kernel', 'auto, command'));
  });

  test.each([
    ['command line', { datapath: 'user' as const }, row('user', 'vethd --datapath')],
    ['file', { boot: readConfiguration('datapath: user\n', '/etc/f.yaml') }, row('user', '/etc/f.yaml:1')],
    [
      'command line before file',
      { datapath: 'kernel' as const, boot: readConfiguration('datapath: user\n', '/etc/f.yaml') },
      row('kernel', 'vethd --datapath'),
    ],
  ])('%s, at the start and after a crash; a command is stronger, also after a crash', async (_, options, expected) => {
    const directory = temporaryDirectory();
    const start = async () => {
      const { daemon: another } = paperDaemon(kernel, { directory, ...options });
      await run(another.start());
      return another;
    };
    expect(told(await start())).toBe(expected);
    const second = await start();
    expect(told(second)).toBe(expected);
    await run(second.set({ name: 'vethd', options: ['datapath=auto'] }));
    const third = await start();
    expect(told(third)).toBe(row('auto', 'command'));
    await run(third.stop());
    expect(told(await start())).toBe(expected);
  });
});

test('as text: vethd itself first, what waits says so', () => {
  const text = effectiveView(daemon.configuration.effective({}));
  expect(text).toMatch(/^vethd\n {2}datapath +kernel +auto\n {2}net-alias-max +256 +default\n\nveth0\n/);
  expect(text).toMatch(/^ {2}rate +fast +\/f\.yaml:3$/m);
  expect(text).toMatch(/^ {2}key +256 +auto$/m);
  expect(text).toMatch(/^ {2}eth9 {2}waiting$/m);
});
