/** A bundle below a bridge: one of ours, and a Linux bridge. */
import { expect, test } from 'vitest';
import { distributing } from '../../scripts/lab/daemon.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { address, daemonPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();

test('NB-2 R6 R9 a bundle is a member of a bridge of ours, and of a Linux bridge; a link of it fails meanwhile', async () => {
  const { a, b, ports, left, daemons } = await daemonPair(lab, { links: 2 });
  const host = await lab.host('behind');
  await lab.link(a, 'eth2', host, 'eth0');
  await host.ip('addr add 10.0.0.3/24 dev eth0');
  await distributing(daemons, ports);
  await address(b, '10.0.0.2/24');
  await left.mustCfg('add veth0 veth1 mode=bridge');
  await left.mustCfg('add eth2 veth1');
  await a.ip('addr add 10.0.0.1/24 dev veth1');
  await a.ip('link set veth1 up');
  for (const [from, to] of [
    [host, '10.0.0.2'],
    [host, '10.0.0.1'],
    [b, '10.0.0.1'],
  ] as const) {
    expect(await ping(from, to, 5), `${from.name} to ${to}`).toMatchObject({ received: 5, duplicates: 0 });
  }
  await b.ip('link set eth0 down');
  await waitFor('one link less', () => !left.inUse('eth0'));
  expect(await ping(host, '10.0.0.2', 5)).toMatchObject({ received: 5, duplicates: 0 });
  // A loop of interfaces is refused, with the chain.
  const refused = await left.cfg('add veth1 veth0');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('veth1 -> veth0') });

  await left.mustCfg('del veth1');
  await a.ip('link add br0 type bridge');
  await a.ip('link set veth0 up');
  for (const port of ['veth0', 'eth2']) await a.ip(`link set ${port} master br0`);
  await a.ip('link set eth2 up');
  await a.ip('addr add 10.0.0.4/24 dev br0');
  await a.ip('link set br0 up');
  for (const [from, to] of [
    [host, '10.0.0.2'],
    [host, '10.0.0.4'],
    [b, '10.0.0.4'],
  ] as const) {
    expect(await ping(from, to, 5), `${from.name} to ${to}`).toMatchObject({ received: 5, duplicates: 0 });
  }
});

test('NB-2 what is no sense is refused with its repair, and nothing is changed', async () => {
  const { left } = await daemonPair(lab, { links: 1, left: 'mode=bridge', right: 'mode=bridge' });
  for (const [words, said] of [
    ['set veth0 mode=bridges', 'not a mode'],
    ['set veth0 bridge-stp=yes', 'say bridge-stp=1 or bridge-stp=0'],
    ['set veth0 bridge-forward-delay=1', 'less than 2'],
    ['set eth0 gate=closed', 'does not go with mode=bridge'],
    ['flow veth0 10.0.0.1 10.0.0.2', 'a bridge sends a frame where its destination was heard'],
  ] as const) {
    const { code, stderr } = await left.cfg(words);
    expect({ words, code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(said) });
  }
  expect((await left.aggregator())?.settings).toMatchObject({ mode: 'bridge', bridgeForwardDelay: 15 });
});
