/** Aliases of a daemon on a kernel of paper: what is refused, what waits, what is undone, what a crash leaves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { answerAlias, answerImport } from '../../../src/daemon/layers/alias/commands.js';
import { MAIN } from '../../../src/layers/alias/counting-table.js';
import { type PaperDaemonOptions, PaperKernel, paperDaemon, settled } from '../../support/paper-kernel.js';
import { temporaryDirectory } from '../control-fixture.js';

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

async function started(
  kernel = new PaperKernel('eth0', 'eth1'),
  options: Partial<PaperDaemonOptions> & { text?: string } = {},
) {
  const { text, directory = temporaryDirectory(), ...rest } = options;
  const boot = text === undefined ? {} : { boot: readConfiguration(text, '/etc/f.yaml') };
  const { daemon, lines } = paperDaemon(kernel, { directory, ...rest, ...boot });
  await settled(kernel, daemon.start());
  const stop = () => settled(kernel, daemon.stop());
  running.push(stop);
  const run = <T>(command: Promise<T>) => settled(kernel, command);
  /** `eth0:0 200.1.1.1/24`, `eth0:0 down`, `eth0:0-`. */
  const alias = (words: string) => {
    const [name, word] = words.split(' ');
    if (word === undefined) return run(answerAlias(daemon, { name }));
    return run(answerAlias(daemon, word === 'up' || word === 'down' ? { name, state: word } : { name, address: word }));
  };
  const refusal = (words: string) =>
    alias(words).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  const set = (option: string) => run(daemon.set({ name: 'vethd', options: [option] }));
  const apply = (yaml: string) =>
    run(daemon.configuration.apply({ file: 'f.yaml', path: '/etc/f.yaml', text: yaml, dryRun: false }));
  const shown = async () =>
    (await run(answerAlias(daemon, {}))).aliases.map(({ name, state, address, why }) =>
      [name, state, why ?? address].join(' '),
    );
  const saved = () => daemon.configuration.save().text.split('\n').slice(2).join('\n');
  const idle = () => run(daemon.set({ name: 'vethd', options: [] }));
  return { daemon, kernel, directory, lines, alias, refusal, set, apply, shown, saved, run, stop, idle };
}

const inKernel = ({ aliases }: PaperKernel) =>
  aliases.kernel.map(
    ({ ifindex, label, address, length }) => `${ifindex} ${label ?? '-'} ${address.join('.')}/${length}`,
  );

describe('vethcfg alias', () => {
  test('NA-10 NA-17 NA-20 naming makes, naming again changes, a minus deletes', async () => {
    const { alias, kernel, shown } = await started();
    await alias('eth0:0 200.1.1.1');
    expect(inKernel(kernel)).toEqual(['1 eth0:0 200.1.1.1/24']);
    await alias('eth0:0 10.1.1.1/16');
    expect(inKernel(kernel)).toEqual(['1 eth0:0 10.1.1.1/16']);
    await alias('eth0:0- 0');
    expect(inKernel(kernel)).toEqual([]);
    expect(await shown()).toEqual([]);
  });

  test('NA-16 down takes the address and keeps the place, an address brings it up again', async () => {
    const { alias, kernel, shown } = await started();
    for (const words of ['eth0:1 10.0.1.1/24', 'eth0:0 10.0.0.1/24', 'eth0:1 down']) await alias(words);
    expect(inKernel(kernel)).toEqual(['1 eth0:0 10.0.0.1/24']);
    expect(await shown()).toEqual(['eth0:1 down 10.0.1.1/24', 'eth0:0 up 10.0.0.1/24']);
    await alias('eth0:1 up');
    await alias('eth0:0 down');
    await alias('eth0:0 10.0.2.1/24');
    expect(inKernel(kernel).sort()).toEqual(['1 eth0:0 10.0.2.1/24', '1 eth0:1 10.0.1.1/24']);
  });

  test.each([
    ['eth9:0 10.0.0.1', 'eth9:0: no such device: eth9; see the names with: ip link'],
    ['eth0: 10.0.0.1', 'eth0:: nothing after the colon'],
    ['eth0:0:0 10.0.0.1', 'an alias of an alias'],
    ['eth0:300 10.0.0.1', 'no such device: slot 300 is not below 256; take a slot from 0 to 255'],
    ['eth0:0 10.0.0', 'eth0:0 10.0.0: not an address'],
    ['eth0:0 up', 'no such alias; make it with vethcfg alias eth0:0 ADDRESS'],
    ['eth0:0-', 'eth0:0: no such alias; make one with vethcfg alias NAME ADDRESS'],
    ['eth0:0', 'eth0:0: no such alias'],
  ])('NA-11 NA-12 NA-13 NA-22 %s is refused', async (words, message) => {
    const { refusal, kernel } = await started();
    expect(await refusal(words)).toContain(message);
    expect(inKernel(kernel)).toEqual([]);
  });

  test('NA-13 not on a device that is down, and not on a port, whose addresses do not answer', async () => {
    const { refusal, kernel, run, daemon } = await started();
    kernel.change('eth1', { adminUp: false });
    expect(await refusal('eth1:0 10.0.0.1')).toBe('eth1:0: eth1 is not up; say ip link set eth1 up first');
    await run(daemon.add({ port: 'eth0', veth: 'veth0', options: [] }));
    expect(await refusal('eth0:0 10.0.0.1')).toBe(
      'eth0:0: eth0 is a port of veth0, its addresses do not answer; say veth0:0',
    );
    expect(await refusal('_veth0:0 10.0.0.1')).toContain('inner end of veth0; say veth0:0');
  });

  test('what the kernel refuses changes nothing: not made, not changed', async () => {
    const { alias, refusal, kernel, shown } = await started();
    await alias('eth0:0 10.0.0.1/24');
    kernel.aliases.refuses = true;
    expect(await refusal('eth0:1 10.0.1.1/24')).toContain('ENOBUFS');
    expect(await refusal('eth0:0 10.0.9.1/24')).toContain('ENOBUFS');
    expect(await shown()).toEqual(['eth0:0 up 10.0.0.1/24']);
    expect(inKernel(kernel)).toEqual(['1 eth0:0 10.0.0.1/24']);
    kernel.aliases.refuses = false;
    await alias('eth0:1 10.0.9.1/24'); // both slot and address are free
  });

  test('NA-51 NA-52 NA-53 the limit, by command', async () => {
    const { alias, refusal, set } = await started();
    await set('net-alias-max=10');
    await alias('eth0:0 10.0.0.1');
    await set('net-alias-max=1000');
    expect(await refusal('eth0:999 10.0.1.1')).toContain(
      'no such device: slot 999 is not below 10, the limit at the first',
    );
    await alias('eth0:0-');
    await alias('eth0:999 10.0.1.1');
    await set('net-alias-max=0');
    expect(await refusal('eth1:0 10.0.2.1')).toContain('creation of aliases is disabled (net-alias-max=0)');
  });
});

describe('NA-62 whom packets count for', () => {
  test('aliases that are up, and the addresses of the main device', async () => {
    const { alias, kernel } = await started();
    kernel.aliases.add({
      ifindex: 1,
      family: 2,
      address: Uint8Array.of(10, 0, 0, 9),
      length: 24,
      label: 'eth0',
      broadcast: undefined,
    });
    await alias('eth0:3 200.1.1.1/24');
    await alias('eth0:4 10.0.0.4/24');
    await alias('eth0:5 10.9.0.4/24');
    await alias('eth0:5 down');
    const told = kernel.aliases.tables
      .get(1)
      ?.addresses.map(({ address, slot, ownRoute }) => [address.join('.'), slot, ownRoute]);
    expect(told).toEqual([['10.0.0.9', MAIN, false], ['200.1.1.1', 3, true], ['10.0.0.4', 4, false]]); // biome-ignore format: rows
  });
});

describe('IA-10 lasting', () => {
  const FILE =
    'aliases:\n  eth0:0: 200.1.1.1/24\n  eth0:1:\n    address: 10.0.0.1/16\n    state: down\n  eth7:0: 2001:db8::1/64\n';

  test('a file makes them, save writes them, and one without its device waits', async () => {
    const { saved, shown, kernel, idle } = await started(undefined, { text: FILE });
    expect(saved()).toBe(`interfaces: {}\n${FILE}`);
    expect(await shown()).toEqual([
      'eth0:0 up 200.1.1.1/24',
      'eth0:1 down 10.0.0.1/16',
      'eth7:0 waiting no such device: eth7',
    ]);
    kernel.appear('eth7');
    await idle();
    expect((await shown())[2]).toBe('eth7:0 up 2001:db8::1/64');
  });

  test('NA-30 NA-32 closed and freed with the main device, in the files too, and made anew with it', async () => {
    const { kernel, idle, shown, directory, daemon } = await started(undefined, { text: FILE });
    kernel.change('eth0', { adminUp: false });
    await idle();
    expect(inKernel(kernel)).toEqual([]);
    expect((await shown())[0]).toContain('eth0:0 waiting eth0 is not up');
    kernel.change('eth0', { adminUp: true });
    await idle();
    expect(inKernel(kernel)).toEqual(['1 eth0:0 200.1.1.1/24']);
    await daemon.layers.leave(); // the files are written
    expect(
      readFileSync(join(directory, 'aliases'), 'utf8')
        .split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual([
      'device           family address',
      'eth0:0           2      200.1.1.1',
      'eth0:1           2      10.0.0.1',
      '',
    ]);
  });

  test('a crash leaves addresses, limits and the limit set by command; the end leaves nothing', async () => {
    const kernel = new PaperKernel('eth0', 'eth1');
    const first = await started(kernel);
    await first.set('net-alias-max=10');
    await first.alias('eth0:0 200.1.1.1/24');
    await first.set('net-alias-max=20');
    running.pop(); // killed
    const second = await started(kernel, { directory: first.directory });
    expect(inKernel(kernel)).toEqual(['1 eth0:0 200.1.1.1/24']);
    expect(await second.refusal('eth0:10 10.0.0.1')).toContain('is not below 10');
    await second.alias('eth1:19 10.0.0.1');
    expect(await second.refusal('eth1:20 10.0.1.1')).toContain('is not below 20');
    await second.stop();
    running.pop();
    expect(inKernel(kernel)).toEqual([]);
  });

  test('apply changes, adds and removes; a step that fails undoes all', async () => {
    const { apply, kernel, saved } = await started(undefined, { text: FILE });
    await apply('aliases:\n  eth0:0: 200.1.1.9/24\n  eth1:0: 10.7.0.1/24\n');
    expect(inKernel(kernel)).toEqual(['1 eth0:0 200.1.1.9/24', '2 eth1:0 10.7.0.1/24']);
    const before = saved();
    kernel.aliases.add({
      ifindex: 2,
      family: 2,
      address: Uint8Array.of(9, 0, 0, 9),
      length: 8,
      label: 'eth1:5',
      broadcast: undefined,
    });
    await expect(apply('aliases:\n  eth0:0: 200.1.1.8/24\n  eth1:5: 10.8.0.1/24\n')).rejects.toThrow(
      'eth1 has 9.0.0.9/8 as eth1:5 already, from another hand',
    );
    expect(saved()).toBe(before);
    expect(inKernel(kernel).sort()).toEqual(['1 eth0:0 200.1.1.9/24', '2 eth1:0 10.7.0.1/24', '2 eth1:5 9.0.0.9/8']);
  });

  test.each([
    ['aliases: { eth0:x: 10.0.0.1/24 }', "1:12: eth0:x: 'x' is not a slot number; say a main device, a colon"],
    ['aliases: { eth0:0: 10.0.0.1/40 }', "1:12: eth0:0 10.0.0.1/40: '40' is no length of a network"],
    ['aliases: { eth0:0: { state: down } }', '1:12: eth0:0: no address; say eth0:0 200.1.1.1/24'],
    ['aliases: { eth0:0: { adress: 1 } }', '1:22: aliases.eth0:0.adress: no such option; did you mean address?'],
  ])('%s is refused with its place', (text, message) => {
    expect(() => readConfiguration(text, 'f.yaml')).toThrow(message);
  });
});

describe('IA-10 vethcfg import', () => {
  const item = (name: string, address: string, line: number) => ({
    name,
    options: { address },
    place: `/etc/network/interfaces:${line}`,
  });

  test('adds and changes, all or none, and refuses with the place in the file', async () => {
    const { run, daemon, kernel, alias, shown } = await started();
    await alias('eth0:0 10.0.0.1/24');
    await alias('eth1:3 10.3.0.1/24');
    const aliases = [
      item('eth0:0', '10.0.0.2/24', 4),
      item('eth0:1', '10.1.0.1/24', 9),
      item('eth7:0', '10.7.0.1/24', 14),
    ];
    const dry = await run(answerImport(daemon, { aliases, dryRun: true }));
    expect(dry.changes.map(({ action, veth }) => `${action} ${veth}`)).toEqual([
      'change eth0:0',
      'add eth0:1',
      'add eth7:0',
    ]);
    expect(inKernel(kernel)).toEqual(['1 eth0:0 10.0.0.1/24', '2 eth1:3 10.3.0.1/24']);
    const bad = [...aliases, item('eth1:4', '10.3.0.1/24', 20)];
    await expect(run(answerImport(daemon, { aliases: bad, dryRun: false }))).rejects.toThrow(
      '/etc/network/interfaces:20: eth1:4: 10.3.0.1 is that of eth1:3; delete that one with eth1:3-',
    );
    expect(inKernel(kernel).sort()).toEqual(['1 eth0:0 10.0.0.1/24', '2 eth1:3 10.3.0.1/24']);
    const { notes } = await run(answerImport(daemon, { aliases, dryRun: false }));
    expect(notes).toEqual(['eth7:0 waits: no such device: eth7']);
    expect(await shown()).toContain('eth0:1 up 10.1.0.1/24');
    expect((await run(answerImport(daemon, { aliases, dryRun: false }))).changes).toEqual([]);
  });
});
