/** How a daemon ends: in order with a farewell, or killed and started again. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { addAll, formedPair } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';
import { Capture } from '../support/traffic-capture.js';

const lab = useLab();

/** Everything of a port that a daemon changes while it is attached. */
async function portSettings(host: Host, port: string): Promise<unknown> {
  const [link] = JSON.parse(await host.ip(`-json -details link show ${port}`));
  const { flags, mtu, address, promiscuity, allmulti, operstate } = link;
  const sysctls = await host.run(['sysctl', '-a', '--pattern', `net\\.ipv[46]\\.conf\\.${port}\\.`]);
  const groups = await host.ip(`maddr show dev ${port}`);
  const multicast = groups.split('\n').sort(); // a group that was left and joined again is listed elsewhere
  return { flags: flags.sort(), mtu, address, promiscuity, allmulti, operstate, sysctls: sysctls.stdout, multicast };
}

test('SIGTERM: a farewell without Synchronization on each port, veth0 gone, ports as before, exit 0', async () => {
  const { a, b, ports } = await joinedBy(lab, 2);
  // Settled first: IPv6 joins its groups when duplicate address detection is over.
  await waitFor('IPv6 addresses to settle', async () => !(await a.ip('-6 addr show')).includes('tentative'));
  const before = await Promise.all(ports.map((port) => portSettings(a, port)));
  const interfaces = await a.interfaces();
  const left = new Daemon(lab, a);
  const right = new Daemon(lab, b);
  await Promise.all([left.start(), right.start()]);
  await Promise.all([addAll(left, ports, 'rate=fast mtu=1400'), addAll(right, ports, 'rate=fast')]);
  await distributing([left, right], ports);
  expect(await portSettings(a, 'eth0')).not.toEqual(before[0]);
  const macs = await Promise.all(ports.map(async (port) => (await left.port(port))?.mac));
  const captures = await Promise.all(ports.map((port) => Capture.start(b, port)));

  const { code } = await left.stop();
  expect(code).toBe(0);
  for (const [index, capture] of captures.entries()) {
    const farewell = () =>
      capture
        .lacpdus()
        .some(({ source, actor }) => source === macs[index] && actor.length > 0 && !actor.includes('Synchronization'));
    await waitFor('the farewell LACPDU', farewell, { seen: () => capture.text() });
    await capture.stop();
  }
  await distributing([right], [], 2_000);
  expect(await a.interfaces()).toEqual(interfaces);
  await waitFor('IPv6 addresses to settle', async () => !(await a.ip('-6 addr show')).includes('tentative'));
  expect(await Promise.all(ports.map((port) => portSettings(a, port)))).toEqual(before);
  expect(readdirSync(left.runDirectory)).not.toContain('control');
});

test('kill -9 and start again: the group forms without a command, veth0 keeps its index and addresses', async () => {
  const { a, left, right, ports, daemons } = await formedPair(lab, { links: 2 });
  const index = async () => JSON.parse(await a.ip('-json link show veth0'))[0].ifindex;
  const before = await index();
  const partner = (await right.aggregator())?.partnerSystem;
  await left.crash();
  expect(await a.ip('addr show veth0')).toContain('10.0.0.1/24');
  // The other side hears nothing for three fast periods.
  await distributing([right], [], 6_000);

  await left.start();
  await distributing(daemons, ports);
  expect(await index()).toBe(before);
  expect(await a.ip('addr show veth0')).toContain('10.0.0.1/24');
  expect((await right.aggregator())?.partnerSystem).toBe(partner);
  expect((await left.aggregator())?.settings.rate).toBe('fast');
  await waitFor('ping after the restart', async () => (await ping(a, '10.0.0.2', 5)).received === 5);
  // What the second daemon took over it also gives back.
  expect((await left.stop()).code).toBe(0);
  expect(await a.interfaces()).toEqual(ports);
  for (const port of ports) expect(await a.ip(`link show ${port}`)).not.toContain('NOARP');
});

test('kill -9 and a quick start: the other side never leaves CURRENT', async () => {
  const { a, left, right, ports, daemons } = await formedPair(lab, { links: 2 });
  await left.crash();
  await left.start();
  await distributing(daemons, ports);
  expect((await right.aggregator())?.ports.map(({ receive }) => receive)).toEqual(['CURRENT', 'CURRENT']);
  await waitFor('ping after the restart', async () => (await ping(a, '10.0.0.2', 5)).received === 5);
});

test('a second daemon on the same run directory is refused; the first goes on', async () => {
  const { a } = await joinedBy(lab, 1);
  const daemon = new Daemon(lab, a);
  await daemon.start();
  const second = await a.run([join(process.cwd(), 'bin/vethd'), '--run-dir', daemon.runDirectory], {
    timeoutMs: 5_000,
  });
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(daemon.runDirectory);
  expect((await daemon.cfg('status')).code).toBe(0);
});
