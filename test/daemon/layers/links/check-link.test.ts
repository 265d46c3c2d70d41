import { expect, test } from 'vitest';
import type { LinkFacts } from '../../../../src/aggregator/io.js';
import type { LayerItem } from '../../../../src/daemon/layers/layer.js';
import { checkSlave, findMaster, type LinkWorld } from '../../../../src/daemon/layers/links/check-link.js';
import { facts } from '../../../support/system-lab.js';

const item = (name: string, link: string, more: object = {}): LayerItem => ({
  name,
  options: { link, mode: 'l2', flag: 'bridge', ...more },
});

const link = (name: string, ifindex: number, more: Partial<LinkFacts> = {}): LinkFacts => ({
  ...facts(ifindex),
  ifindex,
  name,
  ...more,
});
/** veth0 contains eth1, and its inner end is interface 9. */
const bundle = { name: 'veth0', portByIndex: (i: number) => (i === 2 ? {} : undefined), virtual: { peerIfindex: 9 } };
const world: LinkWorld = {
  links: [
    link('eth0', 1),
    link('eth1', 2),
    link('veth0', 8),
    link('_veth0', 9),
    link('lo', 10, { loopback: true }),
    link('tun0', 11, { ethernet: false }),
    link('eth2', 12, { master: 13 }),
    link('br0', 13),
    link('ipvl0', 14),
    link('_ipvl0', 15),
  ],
  bundles: new Map([['veth0', bundle]]) as unknown as LinkWorld['bundles'], // what the checks look at
  items: [item('ipvl0', 'eth0'), item('waits', 'later')],
};

test('R7 a master is an interface of the host, or one of vethd; one that is not there may come', () => {
  expect(findMaster(world, 'eth0')?.ifindex).toBe(1);
  expect(findMaster(world, 'veth0')?.ifindex).toBe(8);
  expect(findMaster(world, 'eth9')).toBeUndefined();
  expect(() => checkSlave(world, item('ipvl1', 'eth0'))).not.toThrow();
});

test.each([
  ['eth1', 'eth1: it is a member of veth0; say link veth0'],
  ['_veth0', '_veth0: it is the inner end of veth0'],
  ['lo', 'lo: a loopback interface cannot be a master'],
  ['tun0', 'tun0: not an Ethernet interface'],
  ['eth2', 'eth2: it belongs to br0; say link br0'],
  ['_ipvl0', '_ipvl0: it is the inner end of ipvl0'],
])('refused as a master: %s', (name, message) => {
  expect(() => findMaster(world, name)).toThrow(message);
});

test.each([
  [
    'IV-4 master and slave swapped',
    item('eth0', 'ipvl7'),
    'eth0 exists and ipvl7 does not: master and slave are swapped',
  ],
  ['IV-5 another mode', item('x', 'eth0', { mode: 'l3' }), 'mode l3: slaves of eth0 have one mode, and ipvl0 has l2'],
  ['IV-5 another flag', item('x', 'eth0', { flag: 'vepa' }), 'flag vepa: slaves of eth0 have one flag'],
  ['a slave on itself', item('x', 'x'), 'x: a slave cannot lie on itself'],
  ['a circle', item('later', 'waits'), 'later: it would lie on itself: later -> waits -> later'],
  ['a slave on a slave', item('x', 'ipvl0'), 'ipvl0: a slave cannot have slaves; say link eth0'],
  ['a name that is taken', item('eth1', 'eth0'), 'eth1: an interface eth1 exists already'],
  ['a name whose peer is taken', item('veth0x', 'eth0'), undefined],
])('refused: %s', (_, wanted, message) => {
  if (message === undefined) {
    const links = [...world.links, link(`_${wanted.name}`, 20)];
    expect(() => checkSlave({ ...world, links }, wanted)).toThrow(`an interface _${wanted.name} exists already`);
  } else expect(() => checkSlave(world, wanted)).toThrow(message);
});

test('refused: more than 256 slaves of a master', () => {
  const items = Array.from({ length: 256 }, (_, i) => item(`s${i}`, 'eth0'));
  expect(() => checkSlave({ ...world, items }, item('x', 'eth0'))).toThrow('eth0: it has 256 slaves already');
});
