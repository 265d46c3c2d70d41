/** vethd to vethd over kernel links: which settings form a group, and at which rate it is kept. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { distributing } from '../../scripts/lab/daemon.js';
import { address, daemonPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';
import { Capture } from '../support/traffic-capture.js';

const lab = useLab();

test('R3 the file status, `vethcfg status` and the rows of 79 columns are the same text', async () => {
  const { left } = await daemonPair(lab, { links: 1, right: 'lacp=off' });
  // Quiet by now or not, the two are read until nothing changed in between.
  for (let attempt = 0; ; attempt += 1) {
    const before = left.table();
    const printed = await left.mustCfg('status');
    if (before !== left.table() && attempt < 20) continue;
    expect(printed).toBe(before);
    expect(before.trimEnd().split('\n')).toHaveLength(2);
    for (const row of before.trimEnd().split('\n')) expect(row).toHaveLength(79);
    return;
  }
});

test('four links, slow on one side, fast on the other: each sends at the rate that the other asks for', async () => {
  const { a, ports, left, right, daemons } = await daemonPair(lab, { links: 4, left: 'rate=slow', right: 'rate=fast' });
  await distributing(daemons, ports);
  expect(await left.aggregator()).toMatchObject({ ports: ports.map(() => ({ periodic: 'FAST_PERIODIC' })) });
  expect(await right.aggregator()).toMatchObject({ ports: ports.map(() => ({ periodic: 'SLOW_PERIODIC' })) });
  await delay(1_000); // what convergence still had to say
  const capture = await Capture.start(a, 'eth0');
  const mac = (await left.port('eth0'))?.mac;
  await delay(4_500);
  const sources = capture.lacpdus().map(({ source }) => source);
  await capture.stop();
  const sent = sources.filter((source) => source === mac).length;
  expect(sent).toBeGreaterThanOrEqual(4);
  expect(sent).toBeLessThanOrEqual(5);
  // One in 30 seconds, so one at most falls into this window.
  expect(sources.length - sent).toBeLessThanOrEqual(1);
});

test('active and passive: the group forms, and the passive side says that it is passive', async () => {
  const { a, ports, right, daemons } = await daemonPair(lab, {
    links: 2,
    left: 'lacp=active rate=slow',
    right: 'lacp=passive rate=slow',
  });
  await distributing(daemons, ports);
  expect((await right.port('eth0'))?.actor.State.LACP_Activity).toBe(false);
  expect((await right.port('eth0'))?.partner.State.LACP_Activity).toBe(true);
  await address(a, '10.0.0.1/24');
});

test('passive and passive: nobody speaks, nothing is in use, veth0 has no carrier', async () => {
  const { a, b, daemons, left } = await daemonPair(lab, { links: 2, left: 'lacp=passive', right: 'lacp=passive' });
  const captures = [await Capture.start(a, 'eth0'), await Capture.start(b, 'eth1')];
  await address(a, '10.0.0.1/24');
  await delay(4_000);
  for (const capture of captures) {
    expect(capture.text()).not.toContain('LACP');
    await capture.stop();
  }
  for (const daemon of daemons) expect(daemon.distributes([])).toBe(true);
  expect((await left.aggregator())?.carrier).toBe(false);
  expect(await a.ip('-oneline link show veth0')).not.toContain('LOWER_UP');
  // The eye can see: an LACPDU does show when one side turns active.
  const capture = await Capture.start(a, 'eth0');
  await left.mustCfg('set veth0 lacp=active');
  await distributing(daemons, ['eth0', 'eth1']);
  expect(capture.lacpdus().length).toBeGreaterThan(1);
});
