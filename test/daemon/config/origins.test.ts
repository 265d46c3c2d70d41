/** `show --effective`: each value with where it comes from, as a daemon on paper tells it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
    expect(origin('hash')).toBe('layer3+4 default');
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
    expect(origin('hash')).toBe('layer3+4 default');
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

test('as text: what waits says so', () => {
  const text = effectiveView(daemon.configuration.effective({}));
  expect(text).toMatch(/^veth0\n/);
  expect(text).toMatch(/^ {2}rate +fast +\/f\.yaml:3$/m);
  expect(text).toMatch(/^ {2}key +256 +auto$/m);
  expect(text).toMatch(/^ {2}eth9 {2}waiting$/m);
});
