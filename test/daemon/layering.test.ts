/** Members may themselves be virtual, but nothing may come to lie on itself. */
import { describe, expect, test } from 'vitest';
import type { LinkFacts } from '../../src/aggregator/io.js';
import { checkNewPort, type World } from '../../src/daemon/checks.js';
import { circle, wayDown } from '../../src/daemon/layering.js';
import { linkFacts } from '../../src/simulator/facts.js';

/** Links with indexes by their place, from 1. */
function links(...given: readonly (string | Partial<LinkFacts>)[]): LinkFacts[] {
  return given.map((each, index) => {
    const some = typeof each === 'string' ? { name: each } : each;
    return linkFacts(index + 1, some.name ?? '', '02:00:00:00:00:01', some);
  });
}

const named = (all: readonly LinkFacts[], name: string): LinkFacts => {
  const found = all.find((link) => link.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

const bundle = (...ifindexes: number[]) => ({ ports: ifindexes.map((ifindex) => ({ ifindex })) });

describe('R6 VE-2 the way down', () => {
  test('through our own interfaces to their ports', () => {
    const all = links('eth0', 'veth0', 'veth1', 'veth2');
    const world = { links: all, bundles: new Map(Object.entries({ veth1: bundle(2), veth2: bundle(3) })) };
    expect(wayDown(world, named(all, 'veth2'), 'veth0')).toEqual(['veth2', 'veth1', 'veth0']);
    expect(wayDown(world, named(all, 'veth2'), 'eth0')).toBeUndefined();
  });

  test('through a VLAN or macvlan to its lower device, and through a bridge to what it contains', () => {
    const all = links('veth0', { name: 'veth0.5', lower: 1 }, { name: 'veth0.6', lower: 1, master: 4 }, 'br0');
    const world = { links: all, bundles: new Map() };
    expect(wayDown(world, named(all, 'veth0.5'), 'veth0')).toEqual(['veth0.5', 'veth0']);
    expect(wayDown(world, named(all, 'br0'), 'veth0')).toEqual(['br0', 'veth0.6', 'veth0']);
  });

  test('through a slave to its master, though its pair says nothing of it', () => {
    const all = links('veth0', { name: 'ipvl0', lower: 3 }, { name: '_ipvl0', lower: 2 });
    const layers = { lower: (name: string) => (name === 'ipvl0' ? 'veth0' : undefined) };
    expect(wayDown({ links: all, bundles: new Map(), layers }, named(all, 'ipvl0'), 'veth0')).toEqual([
      'ipvl0',
      'veth0',
    ]);
  });

  test('ends where interfaces lie on each other in another place', () => {
    const all = links({ name: 'a', lower: 2 }, { name: 'b', lower: 1 }, 'veth0');
    expect(wayDown({ links: all, bundles: new Map() }, named(all, 'a'), 'veth0')).toBeUndefined();
  });
});

test('R6 VE-2 a port that lies on the interface it is added to is refused with the chain', () => {
  const all = links('veth0', { name: 'macvlan0', lower: 1, master: 3 }, 'br0');
  const world: World = { links: all, bundles: new Map(), orphans: new Set() };
  expect(() => checkNewPort(world, 'br0', 'veth0')).toThrow(
    'br0: veth0 would contain itself: br0 -> macvlan0 -> veth0; choose another port',
  );
  expect(() => checkNewPort(world, 'br0', 'veth1')).not.toThrow();
});

test('R6 a circle among names that are not there yet', () => {
  const lowers = (entries: Record<string, string[]>) => new Map(Object.entries(entries));
  expect(circle(lowers({ veth0: ['veth1'], veth1: ['ipvl0', 'eth0'], ipvl0: ['veth0'] }))).toEqual([
    'veth0',
    'veth1',
    'ipvl0',
    'veth0',
  ]);
  expect(circle(lowers({ veth9: ['veth0'], veth0: ['veth1'], veth1: ['veth0'] }))).toEqual(['veth0', 'veth1', 'veth0']);
  expect(circle(lowers({ veth0: ['eth0', 'eth1'], veth1: ['veth0'], veth2: ['veth0'] }))).toBeUndefined();
});
