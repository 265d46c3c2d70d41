import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LinkFacts } from '../../../../src/aggregator/io.js';
import { VirtualClock } from '../../../../src/aggregator/virtual-clock.js';
import type { LayerContext } from '../../../../src/daemon/layers/layer-context.js';
import { LINK_KIND } from '../../../../src/daemon/layers/links/link-kind.js';
import { LinksLayer } from '../../../../src/daemon/layers/links/links-layer.js';
import { createLog } from '../../../../src/daemon/log.js';
import { PaperSlaves } from '../../../support/paper-slaves.js';
import { facts } from '../../../support/system-lab.js';

const A = [192, 0, 2, 10];
const B = [192, 0, 2, 11];
const item = (name: string, mode = 'l2', link = 'eth0') => LINK_KIND.parse(name, { link, mode });
const eth0: LinkFacts = { ...facts(0), ifindex: 1, name: 'eth0' };

let directory: string;
let links: LinkFacts[];
let kernel: PaperSlaves;
let clock: VirtualClock;
let said: string;
let events: Promise<void>[];
let layer: LinksLayer;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'veth-links-'));
  links = [eth0];
  kernel = new PaperSlaves();
  clock = new VirtualClock();
  said = '';
  events = [];
  layer = open();
});
afterEach(() => rmSync(directory, { recursive: true }));

function open(): LinksLayer {
  const context = {
    drivers: { clock, datapath: { choice: 'auto' } },
    log: createLog('info', (line) => {
      said += line;
    }),
    bundles: new Map(),
    links: () => links,
    runDirectory: directory,
    event: (act: () => Promise<void>) => void events.push(act()),
  };
  return new LinksLayer(context as unknown as LayerContext, kernel); // what the layer uses of it
}

/** What events have begun is done. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all(events);
}

/** Addresses are looked at again. */
async function lookAgain(): Promise<void> {
  clock.advance(250);
  await settled();
}

const granted = () => kernel.table?.slaves.map(({ addresses }) => addresses.map((address) => [...address]));

test('IV-5 mode and flag are changed for all slaves of the master, and all of that is undone when it fails', async () => {
  await layer.make(item('ipvl0'), { wait: false });
  await layer.make(item('ipvl1'), { wait: false });
  await layer.change(item('ipvl0', 'l3'));
  expect(layer.items().map(({ options }) => options.mode)).toEqual(['l3', 'l3']);
  expect(kernel.table?.mode).toBe('l3');
  expect(kernel.calls).toContain('ipvl1 arp off');

  kernel.refuses = 'l2';
  await expect(layer.change(item('ipvl1', 'l2'))).rejects.toThrow('cannot forward');
  expect(layer.items().map(({ options }) => options.mode)).toEqual(['l3', 'l3']);
  expect(kernel.table?.mode).toBe('l3');
});

test('what cannot be forwarded is not made, and nothing is left of it', async () => {
  kernel.refuses = 'l2';
  await expect(layer.make(item('ipvl0'), { wait: false })).rejects.toThrow('cannot forward');
  expect(layer.items()).toEqual([]);
  expect([...kernel.pairs.keys()]).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

test('R7 addresses are learned and given up; who comes second is refused until then, and told', async () => {
  await layer.make(item('ipvl0'), { wait: false });
  await layer.make(item('ipvl1'), { wait: false });
  kernel.has.set('ipvl0', [A]);
  await lookAgain();
  kernel.has.set('ipvl1', [A, B]);
  await lookAgain();
  expect(granted()).toEqual([[A], [B]]);
  expect(said).toContain("ipvl1: 192.0.2.10 is ipvl0's: nothing is forwarded for it here until ipvl0 gives it up");
  expect(layer.show('ipvl1')[0]?.addresses).toEqual([
    { address: '192.0.2.10', duplicateOf: 'ipvl0' },
    { address: '192.0.2.11' },
  ]);
  kernel.has.set('ipvl0', []);
  await lookAgain();
  expect(granted()).toEqual([[], [A, B]]);
});

test("R7 a slave gets no address of its master's, and not more than 128", async () => {
  kernel.has.set('eth0', [A]);
  kernel.has.set('ipvl0', [A, ...Array.from({ length: 200 }, (_, i) => [10, 0, 0, i])]);
  await layer.make(item('ipvl0'), { wait: false });
  expect(granted()?.[0]).toHaveLength(127);
  expect(granted()?.[0]).not.toContainEqual(A);
});

test('R7 MTU and carrier follow the master; without it slaves wait, and go on when it comes again', async () => {
  await layer.make(item('ipvl0'), { wait: false });
  layer.linkEvent({ kind: 'link', facts: { ...eth0, mtu: 1400 } });
  layer.linkEvent({ kind: 'link', facts: { ...eth0, mtu: 1400, link: 'down' } });
  await settled();
  expect(kernel.calls).toContain('ipvl0 mtu 1400');
  expect(kernel.calls.at(-1)).toBe('ipvl0 down');
  layer.linkEvent({ kind: 'gone', ifindex: 1 });
  await settled();
  expect(layer.show()[0]?.state).toBe('waiting');
  expect(kernel.calls.at(-1)).toBe('close path');
  layer.linkEvent({ kind: 'link', facts: { ...eth0, ifindex: 2 } });
  await settled();
  expect(layer.show()[0]?.state).toBe('up');
  expect(kernel.table?.master.ifindex).toBe(2);
});

test('a slave of a file waits for its master; of a command it is refused', async () => {
  links = [];
  await expect(layer.make(item('ipvl0'), { wait: false })).rejects.toThrow('eth0: no such interface');
  await layer.make(item('ipvl0'), { wait: true });
  expect(layer.show('ipvl0')[0]?.state).toBe('waiting');
  links = [eth0];
  layer.linkEvent({ kind: 'link', facts: eth0 });
  await settled();
  expect(layer.show('ipvl0')[0]?.state).toBe('up');
});

test('R7 a slave that goes away with its namespace is gone from the table too, the others stay', async () => {
  await layer.make(item('ipvl0'), { wait: false });
  await layer.make(item('ipvl1'), { wait: false });
  layer.linkEvent({ kind: 'gone', ifindex: 10 });
  await settled();
  expect(layer.items().map(({ name }) => name)).toEqual(['ipvl1']);
  expect(kernel.table?.slaves.map(({ ifindex }) => ifindex)).toEqual([11]);
});

test('R7 after a crash: pairs are adopted, one that went meanwhile is left out, masters are given back', async () => {
  await layer.make(item('ipvl0', 'l3s'), { wait: false });
  await layer.make(item('ipvl1', 'l3s'), { wait: false });
  const items = layer.items();
  kernel.pairs.delete('ipvl1');
  const before = kernel.calls.length;
  const next = open();
  await next.takeUp(items);
  expect(next.items().map(({ name }) => name)).toEqual(['ipvl0']);
  expect(kernel.calls.slice(before)).toContain('keep paths of 1');
  expect(kernel.calls.slice(before)).not.toContain('create ipvl0');
  expect(said).toContain('ipvl1: it went away with its namespace; removed');
  await next.stop();
  expect(kernel.calls.slice(-3)).toEqual(['forwarding of eth0 as before', 'close path', 'remove ipvl0']);
  expect(readdirSync(directory)).toEqual([]);
});

test('IV-11 l3s: granted addresses are routed to the slave, and no longer when it gives them up', async () => {
  kernel.has.set('ipvl0', [A]);
  await layer.make(item('ipvl0', 'l3s'), { wait: false });
  expect(kernel.calls).toContain('route 192.0.2.10 10');
  kernel.has.set('ipvl0', [B]);
  await lookAgain();
  expect(kernel.calls.slice(-2)).toEqual(['unroute 192.0.2.10', 'route 192.0.2.11 10']);
});

test('a planned restart lets the data path go as it is', async () => {
  await layer.make(item('ipvl0'), { wait: false });
  await layer.leave();
  expect(kernel.calls.at(-1)).toBe('let go');
  expect([...kernel.pairs.keys()]).toEqual(['ipvl0']);
});

test('refused: a name that is there, one that is not, and another master without its refusals', async () => {
  await layer.make(item('ipvl0'), { wait: false });
  await expect(layer.make(item('ipvl0'), { wait: false })).rejects.toThrow('ipvl0: there is a slave of this name');
  await expect(layer.remove('nix')).rejects.toThrow('nix: no such slave; there are ipvl0');
  expect(() => layer.show('nix')).toThrow('nix: no such slave');
  links = [eth0, { ...facts(3), ifindex: 7, name: 'lo', loopback: true }];
  await expect(layer.change(item('ipvl0', 'l2', 'lo'))).rejects.toThrow('lo: a loopback interface');
  expect(layer.items()[0]?.options.link).toBe('eth0');
});
