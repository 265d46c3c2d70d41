/** What a data path in the kernel keeps for the next vethd: damaged, or impossible to keep. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { pinsOf } from '../../scripts/lab/lab.js';
import { ping, UdpStream } from '../../scripts/lab/traffic.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { addAll, address, formedPair } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();

test('damaged: made anew, the log says which and why, and traffic passes in the kernel again', async () => {
  const { a, left, daemons, ports } = await formedPair(lab, { links: 1 });
  await left.crash();
  const [directory = ''] = pinsOf(a.number);
  rmSync(join(directory, 'pending'));
  const logged = left.log().length;
  await left.start();
  await distributing(daemons, ports);
  expect(left.log().slice(logged)).toMatch(/warn veth0: \S+-veth0: cannot be taken over \(.*pending.*\): made anew/);
  expect(await ping(a, '10.0.0.2', 5)).toMatchObject({ received: 5, duplicates: 0 });
  expect(await left.mustCfg('show')).toContain('data path kernel');
});

test('no BPF file system: in the kernel all the same, show says what is less, and a planned restart loses nothing', async () => {
  const { a, b, ports } = await joinedBy(lab, 1);
  const without = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /sys/fs/bpf && exec "$@"', 'sh'];
  const [left, right] = [new Daemon(lab, a, 'info', 'none', without), new Daemon(lab, b)];
  for (const daemon of [left, right]) {
    await daemon.start();
    await addAll(daemon, ports, 'rate=fast');
  }
  await distributing([left, right], ports);
  await address(a, '10.0.0.1/24');
  await address(b, '10.0.0.2/24');
  const { datapath } = JSON.parse(await left.mustCfg('--json show')) as ShowResult;
  expect(datapath).toMatchObject({ kind: 'kernel', reason: expect.stringMatching(/^does not outlive vethd: .*EPERM/) });
  const streams = await Promise.all([
    UdpStream.start(a, b, '10.0.0.2', { rate: 500, flows: 8 }),
    UdpStream.start(b, a, '10.0.0.1', { rate: 500, flows: 8, port: 7100 }),
  ]);
  await left.mustCfg('restart');
  expect((JSON.parse(await left.mustCfg('--json show')) as ShowResult).datapath.kind).toBe('kernel');
  const results = await Promise.all(streams.map((stream) => stream.stop()));
  const whole = { lost: 0, reordered: 0, duplicates: 0 };
  expect(results).toMatchObject([whole, whole]);
});
