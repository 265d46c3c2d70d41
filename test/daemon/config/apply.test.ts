/** A daemon on a kernel of paper: what a file does to it, and what it leaves alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { Refusal } from '../../../src/daemon/refusal.js';
import { type PaperDaemonOptions, PaperKernel, paperDaemon, settled } from '../../support/paper-kernel.js';
import { temporaryDirectory } from '../control-fixture.js';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function started(kernel: PaperKernel, options: Partial<PaperDaemonOptions> & { readonly text?: string } = {}) {
  const { text, ...rest } = options;
  const directory = options.directory ?? temporaryDirectory();
  const boot = text === undefined ? {} : { boot: readConfiguration(text, '/etc/f.yaml') };
  const { daemon, lines } = paperDaemon(kernel, { directory, ...rest, ...boot });
  await settled(kernel, daemon.start());
  const stop = () => settled(kernel, daemon.stop());
  running.push(stop);
  const apply = (yaml: string, dryRun = false) =>
    settled(kernel, daemon.configuration.apply({ file: 'f.yaml', path: '/etc/f.yaml', text: yaml, dryRun }));
  const run = <T>(command: Promise<T>) => settled(kernel, command);
  /** What is configured, without the head of comments. */
  const saved = () => daemon.configuration.save().text.split('\n').slice(2).join('\n');
  return { daemon, kernel, directory, lines, apply, run, saved, stop };
}

const TWO = 'interfaces:\n  veth0:\n    rate: fast\n    ports:\n      eth0: {}\n      eth1: { port-priority: 100 }\n';
const message = (error: unknown) => (error as Error).message;

describe('apply', () => {
  test('makes what the file says, and the second time nothing', async () => {
    const { apply, kernel, saved } = await started(new PaperKernel('eth0', 'eth1'));
    const { changes } = await apply(TWO);
    expect(changes.map(({ action, veth, port }) => `${action} ${port ?? veth}`)).toEqual([
      'add veth0',
      'add eth0',
      'add eth1',
    ]);
    expect(saved()).toBe(TWO);
    kernel.calls.length = 0;
    expect(await apply(TWO)).toEqual({ changes: [], applied: true, notes: [] });
    expect(kernel.calls).toEqual([]);
  });

  test('does not touch what stays', async () => {
    const { apply, kernel, daemon } = await started(new PaperKernel('eth0', 'eth1', 'eth2'));
    await apply(`${TWO}  veth1: { ports: [eth2] }\n`);
    const before = daemon.statusOf({}).status.aggregators;
    kernel.calls.length = 0;
    await apply(`${TWO.replace('100', '200')}  veth1: { mtu: 9000, ports: [eth2] }\n`);
    // veth0 and its ports: no call at all; the priority is a matter of the engine alone.
    expect(kernel.calls).toEqual(['mtu eth2 9000', 'mtu veth1 9000']);
    const after = daemon.statusOf({}).status.aggregators;
    expect(after[0]?.ports.map(({ number }) => number)).toEqual(before[0]?.ports.map(({ number }) => number));
    expect(after[0]?.ports[1]?.settings.portPriority).toBe(200);
  });

  test('with dryRun only looks', async () => {
    const { apply, kernel, saved } = await started(new PaperKernel('eth0', 'eth1'));
    await apply(TWO);
    kernel.calls.length = 0;
    const { changes, applied } = await apply('interfaces: { veth0: { ports: [eth1] } }', true);
    expect(applied).toBe(false);
    expect(changes).toHaveLength(3);
    expect(kernel.calls).toEqual([]);
    expect(saved()).toBe(TWO);
  });

  test('removes what the file does not name, ports and interfaces', async () => {
    const { apply, kernel, saved } = await started(new PaperKernel('eth0', 'eth1'));
    await apply(TWO);
    await apply('interfaces: { veth0: { rate: fast, ports: [eth0] } }');
    expect(saved()).toBe('interfaces:\n  veth0:\n    rate: fast\n    ports:\n      eth0: {}\n');
    await apply('interfaces:');
    expect(saved()).toBe('interfaces: {}\n');
    expect(kernel.link('veth0')).toBeUndefined();
    expect(kernel.calls.filter((call) => call.startsWith('release'))).toEqual(['release eth1', 'release eth0']);
  });

  test('moves a port from one interface to another', async () => {
    const { apply, daemon, kernel } = await started(new PaperKernel('eth0', 'eth1', 'eth2'));
    await apply('interfaces: { veth0: { ports: [eth0, eth1] }, veth1: { ports: [eth2] } }');
    kernel.calls.length = 0;
    await apply('interfaces: { veth0: { ports: [eth0] }, veth1: { ports: [eth1, eth2] } }');
    const ports = daemon.statusOf({}).status.aggregators.map((each) => each.ports.map(({ name }) => name));
    expect(ports).toEqual([['eth0'], ['eth2', 'eth1']]);
    expect(kernel.calls.filter((call) => !call.startsWith('table'))).toEqual(['release eth1', 'attach eth1']);
  });

  test('an interface that goes hands its port to a new one', async () => {
    const { apply, saved } = await started(new PaperKernel('eth0', 'eth1'));
    await apply('interfaces: { veth0: { ports: [eth0, eth1] } }');
    await apply('interfaces: { veth1: { ports: [eth0] } }');
    expect(saved()).toBe('interfaces:\n  veth1:\n    ports:\n      eth0: {}\n');
  });

  test.each<[what: string, yaml: string, refusal: RegExp]>([
    ['a file that is wrong', 'interfaces: { veth0: { rate: quick } }', /^f\.yaml:1:30: veth0\.rate: quick: not a rate/],
    [
      'a port that belongs to a bridge',
      'interfaces: { veth0: { ports: [eth0, eth1, bad] } }',
      /^f\.yaml:1:44: bad: already belongs to br0;/,
    ],
    [
      'a name that is taken',
      'interfaces: { eth1: { ports: [eth2] } }',
      /^f\.yaml:1:15: eth1: an interface eth1 exists/,
    ],
    [
      'too many ports',
      'interfaces: { veth0: { ports: [a, b, c, d, e] } }',
      /^f\.yaml:1:15: veth0: 5 ports are more than the limit of 4/,
    ],
    [
      'too many interfaces',
      'interfaces: { a: , b: , c: }',
      /^f\.yaml:1:25: c: 3 interfaces are more than the limit of 2/,
    ],
  ])('%s is refused with its place, and nothing is changed', async (_, yaml, refusal) => {
    const kernel = new PaperKernel('eth0', 'eth1', 'eth2', 'br0', 'bad');
    kernel.change('bad', { master: kernel.link('br0')?.ifindex });
    const { apply, saved } = await started(kernel, { limits: { interfaces: 2, portsEach: 4 } });
    await apply(TWO);
    kernel.calls.length = 0;
    await expect(apply(yaml)).rejects.toThrow(refusal);
    await expect(apply(yaml)).rejects.toBeInstanceOf(Refusal);
    expect(kernel.calls).toEqual([]);
    expect(saved()).toBe(TWO);
  });
});

describe('a step that fails in the middle', () => {
  const before = `${TWO}  veth1:\n    ports:\n      eth2: {}\n`;
  /** New MTU and priority, a new interface, a port that moves, one that goes. */
  const after = `interfaces:
  veth0:
    mtu: 9000
    mac: 02:00:00:00:00:77
    ports:
      eth0: { port-priority: 7 }
      eth2: {}
  veth2:
    ports: { eth3: {} }
`;

  test.each([
    'mac veth0 02:00:00:00:00:77',
    'mtu eth0 9000',
    'mtu veth0 9000',
    'attach eth3',
    'create veth2',
    'attach eth2',
  ])('%s: the message says so, and all is as before', async (failing) => {
    const kernel = new PaperKernel('eth0', 'eth1', 'eth2', 'eth3');
    const { apply, saved, daemon, lines } = await started(kernel);
    await apply(before);
    const links = () =>
      ['eth0', 'eth1', 'eth2', 'eth3', 'veth0', 'veth1', 'veth2'].map((name) => {
        const link = kernel.link(name);
        return link && [name, link.mac, link.mtu];
      });
    const numbers = () =>
      daemon.statusOf({}).status.aggregators.map((a) => a.ports.map((p) => `${p.name} ${p.number}`).sort());
    const [linksBefore, numbersBefore] = [links(), numbers()];
    kernel.failing = failing;
    const text = await apply(after).then(() => 'applied', message);
    expect(text).toMatch(/^f\.yaml: (add|change) /);
    expect(text).toContain(`${failing}: no; nothing was changed`);
    expect(saved()).toBe(before);
    expect(links()).toEqual(linksBefore);
    expect(numbers()).toEqual(numbersBefore);
    expect(lines).toEqual([]);
    // And it is not for ever: the same file is taken now.
    await apply(after);
    expect(saved()).toContain('veth2');
  });

  test('what cannot be undone is named', async () => {
    const kernel = new PaperKernel('eth0', 'eth1', 'eth2');
    const { apply } = await started(kernel);
    await apply('interfaces: { veth0: { ports: [eth0] }, veth1: { ports: [eth1] } }');
    kernel.failing = 'attach eth2';
    const attempt = apply('interfaces: { veth0: { mtu: 9000, ports: [eth0, eth2] }, veth1: { ports: [eth1] } }');
    // Once the first failure has been met, the way back fails too.
    const drivers = kernel.calls.push.bind(kernel.calls);
    kernel.calls.push = (...calls) => {
      if (kernel.failing === undefined && calls[0] === 'mtu veth0 1500') throw new Error('stuck');
      return drivers(...calls);
    };
    await expect(attempt).rejects.toThrow(/attach eth2: no; not all could be undone \(veth0: settings\)/);
  });
});

describe('what is not there yet', () => {
  const yaml = 'interfaces:\n  veth0:\n    rate: fast\n    ports:\n      eth0: {}\n      eth9: { port-priority: 5 }\n';

  test('a port is noted, saved, and added with its settings when it appears', async () => {
    const { apply, kernel, saved, daemon, run } = await started(new PaperKernel('eth0'));
    expect((await apply(yaml)).notes).toEqual(['eth9 is not there; it is added to veth0 when it appears']);
    expect(saved()).toBe(yaml);
    expect((await apply(yaml)).changes).toEqual([]);
    kernel.appear('eth9');
    await run(daemon.set({ name: 'veth0', options: [] })); // a turn later
    const ports = daemon.statusOf({}).status.aggregators[0]?.ports;
    expect(ports?.map(({ name, settings }) => [name, settings.portPriority])).toEqual([
      ['eth0', 32_768],
      ['eth9', 5],
    ]);
  });

  test('an interface is made with its first port, with the settings of the file', async () => {
    const { apply, kernel, daemon, run } = await started(new PaperKernel());
    await apply(yaml);
    expect(daemon.statusOf({}).status.aggregators).toEqual([]);
    kernel.appear('eth9');
    await run(daemon.del({ veth: 'veth0', port: 'eth0' })); // a turn later; eth0 is waited for no more
    expect(daemon.statusOf({}).status.aggregators).toMatchObject([{ name: 'veth0', settings: { rate: 'fast' } }]);
    kernel.appear('eth0');
    await run(daemon.set({ name: 'veth0', options: [] }));
    expect(daemon.statusOf({}).status.aggregators[0]?.ports.map(({ name }) => name)).toEqual(['eth9']);
  });

  test('a port that could not be had is taken when that has changed', async () => {
    const kernel = new PaperKernel('eth0', 'br0');
    kernel.appear('eth9', { master: kernel.link('br0')?.ifindex });
    const { kernel: k, daemon, run, lines } = await started(kernel, { text: yaml });
    expect(lines).toEqual([expect.stringContaining('veth0: eth9 waits: eth9: already belongs to br0')]);
    k.change('eth9', { mtu: 1400 });
    k.change('eth9', { master: undefined });
    await run(daemon.set({ name: 'veth0', options: [] }));
    expect(daemon.statusOf({}).status.aggregators[0]?.ports.map(({ name }) => name)).toEqual(['eth0', 'eth9']);
    expect(lines).toHaveLength(1); // the same reason is said once
  });

  test('a port that waits counts when it comes: the limits hold', async () => {
    const { kernel, daemon, run, lines } = await started(new PaperKernel('eth0', 'eth1'), {
      text: yaml,
      limits: { interfaces: 8, portsEach: 2 },
    });
    await run(daemon.add({ port: 'eth1', veth: 'veth0', options: [] }));
    kernel.appear('eth9');
    await run(daemon.set({ name: 'veth0', options: [] }));
    expect(daemon.statusOf({}).status.aggregators[0]?.ports.map(({ name }) => name)).toEqual(['eth0', 'eth1']);
    expect(lines.at(-1)).toContain('veth0: eth9 waits: veth0: it has 2 ports already');
  });
});

describe('start', () => {
  test('carries out the file; a stop in order forgets what commands changed', async () => {
    const kernel = new PaperKernel('eth0', 'eth1');
    const first = await started(kernel, { text: TWO });
    expect(first.saved()).toBe(TWO);
    await first.run(first.daemon.set({ name: 'veth0', options: ['rate=slow'] }));
    await first.stop();
    running.pop();
    expect(kernel.link('veth0')).toBeUndefined();
    const second = await started(kernel, { text: TWO, directory: first.directory });
    expect(second.saved()).toBe(TWO);
  });

  test('after a crash what was in force goes on, not the file', async () => {
    const kernel = new PaperKernel('eth0', 'eth1');
    const first = await started(kernel, { text: `${TWO}      eth9: {}\n` });
    await first.run(first.daemon.set({ name: 'veth0', options: ['rate=slow'] }));
    running.pop(); // no stop: killed
    const second = await started(kernel, { text: TWO, directory: first.directory });
    expect(second.saved()).toBe(TWO.replace('    rate: fast\n', '').concat('      eth9: {}\n'));
    expect(second.lines).toEqual([
      expect.stringContaining('/etc/f.yaml: not applied, the state before the crash goes on'),
      expect.stringContaining('eth9 waits'),
    ]);
    const { interfaces } = second.daemon.configuration.effective({});
    expect(interfaces[0]?.ports[1]?.options.find(({ option }) => option === 'port-priority')?.origin).toEqual({
      kind: 'file',
      file: '/etc/f.yaml',
      line: 6,
    });
  });

  test('after a crash with nothing configured by command, nothing comes back', async () => {
    const kernel = new PaperKernel('eth0', 'eth1');
    const first = await started(kernel, { text: TWO });
    await first.run(first.daemon.del({ veth: 'veth0' }));
    running.pop();
    expect((await started(kernel, { text: TWO, directory: first.directory })).saved()).toBe('interfaces: {}\n');
  });

  test('a change that cannot be kept is not made', async () => {
    const { apply, saved, directory, kernel } = await started(new PaperKernel('eth0', 'eth1'));
    await apply(TWO);
    const { rmSync, mkdirSync } = await import('node:fs');
    rmSync(join(directory, 'state.json'));
    mkdirSync(join(directory, 'state.json'));
    await expect(apply('interfaces: { veth0: { ports: [eth0] } }')).rejects.toThrow('nothing was changed');
    expect(saved()).toBe(TWO);
    expect(kernel.link('veth0')).toBeDefined();
    rmSync(join(directory, 'state.json'), { recursive: true });
    await apply('interfaces: { veth0: { ports: [eth0] } }');
    expect(readFileSync(join(directory, 'state.json'), 'utf8')).not.toContain('eth1');
  });
});

describe('add by command', () => {
  test.each(['attach eth1', 'mtu eth1 9000', 'mtu eth0 9000'])(
    'when %s fails, options are not set either',
    async (failing) => {
      const kernel = new PaperKernel('eth0', 'eth1');
      const { daemon, run, saved } = await started(kernel);
      await run(daemon.add({ port: 'eth0', veth: 'veth0', options: [] }));
      const before = saved();
      kernel.failing = failing;
      const adding = daemon.add({ port: 'eth1', veth: 'veth0', options: ['rate=fast', 'mtu=9000'] });
      await expect(run(adding)).rejects.toThrow(`${failing}: no`);
      expect(saved()).toBe(before);
      expect([kernel.link('veth0')?.mtu, kernel.link('eth0')?.mtu]).toEqual([1500, 1500]);
      await run(daemon.add({ port: 'eth1', veth: 'veth0', options: ['rate=fast', 'mtu=9000'] }));
      expect(kernel.link('veth0')?.mtu).toBe(9000);
    },
  );

  test('the first port of an interface that cannot be added leaves no interface', async () => {
    const kernel = new PaperKernel('eth0');
    const { daemon, run, saved } = await started(kernel);
    kernel.failing = 'mtu eth0 9000';
    await expect(run(daemon.add({ port: 'eth0', veth: 'veth0', options: ['mtu=9000'] }))).rejects.toThrow('no');
    expect(saved()).toBe('interfaces: {}\n');
    expect(kernel.link('veth0')).toBeUndefined();
  });
});
