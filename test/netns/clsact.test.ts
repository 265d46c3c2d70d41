/** A kernel without tcx (before Linux 6.6), played by vethd itself: the data path hangs on clsact. */
import { expect, test } from 'vitest';
import { Daemon, distributing, executable } from '../../scripts/lab/daemon.js';
import { ping } from '../../scripts/lab/traffic.js';
import { addAll, address } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();

test('clsact: traffic passes, also without vethd; the next one takes over; the end, and --cleanup, leave nothing', async () => {
  const { a, b, ports } = await joinedBy(lab, 1);
  const old = ['env', 'VETH_WITHOUT_TCX=1'];
  const [left, right] = [new Daemon(lab, a, 'info', 'none', old), new Daemon(lab, b)];
  for (const daemon of [left, right]) {
    await daemon.start();
    await addAll(daemon, ports, 'rate=fast');
  }
  await distributing([left, right], ports);
  await address(a, '10.0.0.1/24');
  await address(b, '10.0.0.2/24');
  expect(await left.mustCfg('show')).toContain('data path kernel');
  const filters = () => a.must(['tc', 'filter', 'show', 'dev', 'eth0', 'ingress']);
  expect(await filters()).toMatch(/bpf .*veth direct-action/);
  expect(await ping(a, '10.0.0.2', 5)).toMatchObject({ received: 5, duplicates: 0 });

  await left.crash();
  expect(await ping(b, '10.0.0.1', 10)).toMatchObject({ received: 10, duplicates: 0 });
  await left.start();
  await distributing([left, right], ports);
  expect(await ping(b, '10.0.0.1', 5)).toMatchObject({ received: 5, duplicates: 0 });
  await left.crash();
  expect((await a.run([executable('vethd'), '--cleanup', '--run-dir', left.runDirectory])).code).toBe(0);
  expect(await a.ip('link show eth0')).not.toContain('clsact');
  expect(await a.must(['tc', 'qdisc', 'show', 'dev', 'eth0'])).not.toContain('clsact');
});
