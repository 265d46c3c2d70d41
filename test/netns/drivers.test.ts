/** The control-plane drivers against the kernel, in network namespaces of their own. Needs root. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LinkFacts } from '../../src/aggregator/io.js';
import { eventually, type Lab, makeLab, type Side } from './drivers-lab.js';

const GROUP = '0180c2000002';
const SOURCE = '020000000001';
/** An EtherType 0x8809 frame of 124 octets with an optional tag. */
const slowFrame = (mark: string, tag = '') => `${GROUP}${SOURCE}${tag}8809${mark}`.padEnd(2 * 124 + tag.length, '0');

let lab: Lab;
beforeEach(() => {
  lab = makeLab();
});
afterEach(() => lab.close());

describe('slow-protocols socket', () => {
  let here: Side;
  let there: Side;
  let p0: number;
  let p1: number;
  let q0: number;
  let q1: number;
  beforeEach(() => {
    [here, there] = [lab.side(lab.here), lab.side(lab.there)];
    [p0, p1] = [lab.index(lab.here, 'p0'), lab.index(lab.here, 'p1')];
    [q0, q1] = [lab.index(lab.there, 'q0'), lab.index(lab.there, 'q1')];
  });
  const received = (side: Side, count: number) =>
    eventually(
      () => side.frames,
      (frames) => frames.length >= count,
    );
  /** The last frame sent is the sign that all others would have come. */
  const last = slowFrame('ff');

  test('frames of two ports arrive octet by octet, under the right interface index', async () => {
    for (const port of [p0, p1]) await here.call('join', port);
    await there.call('send', q1, slowFrame('01'));
    await there.call('send', q0, slowFrame('02'));
    expect(await received(here, 2)).toEqual([
      { ifindex: p1, bytes: slowFrame('01') },
      { ifindex: p0, bytes: slowFrame('02') },
    ]);
  });

  test('a sender never sees its own frame; the far end does, once', async () => {
    await here.call('join', p0);
    await there.call('join', q0);
    await here.call('send', p0, slowFrame('01'));
    expect(await received(there, 1)).toEqual([{ ifindex: q0, bytes: slowFrame('01') }]);
    await there.call('send', q0, last);
    expect(await received(here, 1)).toEqual([{ ifindex: p0, bytes: last }]);
  });

  test('ports that are not joined, or have left, are not heard', async () => {
    await here.call('join', p0);
    await here.call('join', p1);
    await here.call('leave', p1);
    await there.call('send', q1, slowFrame('01'));
    await there.call('send', q0, last);
    expect(await received(here, 1)).toEqual([{ ifindex: p0, bytes: last }]);
    expect(await here.call('counters')).toMatchObject({ rxOther: 1 });
  });

  test('a frame with a VLAN tag is not handed up', async () => {
    await here.call('join', p0);
    await there.call('send', q0, slowFrame('01', '81000005'));
    await there.call('send', q0, last);
    expect(await received(here, 1)).toEqual([{ ifindex: p0, bytes: last }]);
    expect(await here.call('counters')).toMatchObject({ rxNotForUs: 1 });
  });

  test('on an attached member every kind of tag keeps a frame out, also a priority tag', async () => {
    await here.call('join', p0);
    await here.call('attach', 'p0');
    for (const tag of ['81000005', '81000000', '8100e000', '88a80000', '8100000081000000']) {
      await there.call('send', q0, slowFrame('01', tag));
    }
    await there.call('send', q0, last);
    expect(await received(here, 1)).toEqual([{ ifindex: p0, bytes: last }]);
  });

  test('a refused transmission is counted by its reason', async () => {
    expect(await here.call('send', 4711, slowFrame('01'))).toBe(0);
    lab.at(lab.here, 'ip link set p0 down');
    expect(await here.call('send', p0, slowFrame('01'))).toBe(0);
    expect(await here.call('counters')).toMatchObject({ txRefused: { ENXIO: 1, ENETDOWN: 1 } });
  });

  test('a burst on one port costs the other none of its frames', async () => {
    for (const port of [p0, p1]) await here.call('join', port);
    await here.call('count');
    const flood = there.call('send', q0, slowFrame('01'), 4000);
    const other = there.call('send', q1, last, 3);
    expect([await flood, await other]).toEqual([4000, 3]);
    const all = { [p0]: 4000, [p1]: 3 };
    const counted = await eventually(
      () => here.call<typeof all>('counted'),
      (now) => now[p1] === 3 && now[p0] === 4000,
    );
    expect(counted).toEqual(all);
  });

  test('joining an interface that does not exist says so', async () => {
    await expect(here.call('join', 4711)).rejects.toThrow(
      'cannot join the slow-protocols group on interface 4711: setsockopt(PACKET_ADD_MEMBERSHIP): ENODEV',
    );
  });
});

describe('link watch', () => {
  let side: Side;
  const byName = async (name: string) => (await side.call<LinkFacts[]>('links')).find((link) => link.name === name);
  const heard = (good: (event: Side['events'][number]) => boolean) =>
    eventually(
      () => side.events.find(good),
      (event) => event !== undefined,
    );
  beforeEach(() => {
    side = lab.side(lab.here);
  });

  test('links tell what the kernel says, speed and duplex included', async () => {
    const { mac, ifindex, ...rest } = (await byName('p0')) ?? { mac: '', ifindex: 0 };
    expect(rest).toEqual({
      name: 'p0',
      mtu: 1500,
      adminUp: true,
      link: 'up',
      speed: 10_000,
      duplex: 'full',
      loopback: false,
      ethernet: true,
      promiscuous: false,
    });
    expect(ifindex).toBe(lab.index(lab.here, 'p0'));
    expect(lab.at(lab.here, 'ip link show dev p0')).toContain(mac);
    expect(await byName('lo')).toMatchObject({ loopback: true, ethernet: false, link: 'unknown', adminUp: true });
  });

  test('a lost and returned link, a rename, an address and a removal are told in order', async () => {
    await side.call('links');
    await side.call('startWatch');
    const ifindex = lab.index(lab.here, 'p0');
    lab.at(lab.there, 'ip link set q0 down');
    await heard((event) => event.kind === 'link' && event.facts.link === 'down'); // else the kernel tells only the end
    lab.at(lab.there, 'ip link set q0 up');
    await heard((event) => event.kind === 'link' && event.facts.link === 'up');
    lab.at(lab.here, 'ip link set p0 name uplink');
    lab.at(lab.here, 'ip addr add 192.0.2.1/24 dev uplink');
    lab.at(lab.here, 'ip addr del 192.0.2.1/24 dev uplink');
    lab.at(lab.here, 'ip link del uplink');
    await heard((event) => event.kind === 'gone' && event.ifindex === ifindex);
    const story = side.events.flatMap((event) => {
      if (event.kind === 'link') {
        return event.facts.ifindex === ifindex ? [`${event.facts.name} ${event.facts.link}`] : [];
      }
      if (event.ifindex !== ifindex) return [];
      if (event.kind === 'gone') return ['gone'];
      return event.address.startsWith('fe80') ? [] : [`${event.added ? '+' : '-'}${event.address}`];
    });
    const squeezed = story.filter((line, i) => line !== story[i - 1]);
    expect(squeezed).toEqual([
      'p0 down',
      'p0 up',
      'uplink up',
      '+192.0.2.1/24',
      '-192.0.2.1/24',
      'uplink down',
      'gone',
    ]);
  });

  test('an interface that moves to another namespace is gone, and new there', async () => {
    const elsewhere = lab.side(lab.there);
    for (const one of [side, elsewhere]) {
      await one.call('links');
      await one.call('startWatch');
    }
    const ifindex = lab.index(lab.here, 'p1');
    lab.at(lab.here, `ip link set p1 netns ${lab.there}`);
    expect(await heard((event) => event.kind === 'gone')).toEqual({ kind: 'gone', ifindex });
    const arrived = await eventually(
      () => elsewhere.events.some((event) => event.kind === 'link' && event.facts.name === 'p1'),
      (yes) => yes,
    );
    expect(arrived).toBe(true);
  });

  test('a port that leaves a bridge is not gone', async () => {
    lab.at(lab.here, 'ip link add name br0 type bridge');
    lab.at(lab.here, 'ip link set p0 master br0');
    await side.call('links');
    await side.call('startWatch');
    const ifindex = lab.index(lab.here, 'p0');
    const bridge = lab.index(lab.here, 'br0');
    expect(await byName('p0')).toMatchObject({ master: bridge, promiscuous: true });
    lab.at(lab.here, 'ip link set p0 nomaster');
    lab.at(lab.here, 'ip link set p0 mtu 1400');
    await heard((event) => event.kind === 'link' && event.facts.mtu === 1400);
    expect(side.events.filter((event) => event.kind === 'gone')).toEqual([]);
    expect(await byName('p0')).toMatchObject({ ifindex, master: undefined });
  });

  test('a lost link reaches the listener within milliseconds', async () => {
    lab.at(lab.here, 'ip link add dev x0 type veth peer name x1');
    const figures: number[] = [];
    await side.call('links');
    await side.call('startWatch');
    for (let i = 0; i < 9; i++) {
      for (const name of ['x0', 'x1']) lab.at(lab.here, `ip link set ${name} up`);
      await eventually(
        () => byName('x0'),
        (link) => link?.link === 'up',
      );
      figures.push(await side.call<number>('latency', 'x0', 'x1'));
    }
    const median = figures.sort((a, b) => a - b)[4] ?? Number.NaN;
    process.stdout.write(`link down -> event: median ${median.toFixed(2)} ms, worst ${figures[8]?.toFixed(2)} ms\n`);
    expect(median).toBeLessThan(10);
  });

  test('after more events than the socket holds, the listener knows the world as it is', async () => {
    lab.at(lab.here, 'ip link add dev x0 type veth peer name x1');
    await side.call('links');
    await side.call('startWatch');
    const gone = lab.index(lab.here, 'p1');
    const storm = 8000;
    const storming = side.call('storm', 'x0', storm, 1234);
    lab.at(lab.here, 'ip link del p1'); // its own event finds no room either
    await storming;
    await heard((event) => event.kind === 'link' && event.facts.name === 'x0' && event.facts.mtu === 1234);
    expect(await heard((event) => event.kind === 'gone' && event.ifindex === gone)).toBeDefined();
    const told = side.events.filter((event) => event.kind === 'link' && event.facts.name === 'x0').length;
    expect(told).toBeLessThan(storm); // else nothing was lost, and this test proves nothing
  });
});
