/** mode=bridge while things change around it: the mode itself, the data path, the process. */
import { expect, test } from 'vitest';
import { executable } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { ping, UdpStream } from '../../scripts/lab/traffic.js';
import { useLab } from '../support/netns.js';
import { bridgeLab } from './bridge-lab.js';

const lab = useLab();
const RATE = 1_000;
/** Frames of 300 ms: 0 to 58 were lost on a busy machine. */
const SOME = 0.3 * RATE;

const veth0 = async (host: Host) => {
  const [{ ifindex, address }] = JSON.parse(await host.ip('-json link show veth0'));
  const [{ addr_info }] = JSON.parse(await host.ip('-json addr show veth0'));
  return { ifindex, address, addresses: addr_info.map(({ local }: { local: string }) => local) };
};

test.each(['kernel', 'user'] as const)(
  'NB-8 R9 to another mode and back while frames flow to veth0: the same interface with its addresses (%s)',
  async (path) => {
    const { hosts, daemon, bridge } = await bridgeLab(lab, 2, '', ['--datapath', path]);
    const [first] = hosts;
    if (first === undefined) throw new Error('no host');
    const before = await veth0(bridge);
    await ping(first, '10.0.0.9', 2);
    for (const mode of ['fec', 'bridge']) {
      const stream = await UdpStream.start(first, bridge, '10.0.0.9', { rate: RATE, flows: 4 });
      await daemon.mustCfg(`set veth0 mode=${mode}`);
      const { sent, lost, duplicates } = await stream.stop();
      console.log(`${path}, to mode=${mode}: ${lost} of ${sent} frames lost at ${RATE} a second`);
      expect(lost).toBeLessThanOrEqual(SOME);
      expect(duplicates).toBe(0);
      expect(await veth0(bridge)).toEqual(before);
      expect((await bridge.interfaces()).includes('_veth0b')).toBe(path === 'kernel' && mode === 'bridge');
    }
    // And the other way round under the bridge.
    const stream = await UdpStream.start(first, bridge, '10.0.0.9', { rate: RATE, flows: 4 });
    await daemon.mustCfg(`set vethd datapath=${path === 'kernel' ? 'user' : 'kernel'}`);
    const { sent, lost, duplicates } = await stream.stop();
    console.log(`bridge from ${path} to the other data path: ${lost} of ${sent} frames lost at ${RATE} a second`);
    expect(lost).toBeLessThanOrEqual(SOME);
    expect(duplicates).toBe(0);
    expect(await ping(first, '10.0.0.2', 3)).toMatchObject({ received: 3, duplicates: 0 });
  },
);

test('R9 kill -9 keeps the bridge in the kernel forwarding, the next vethd takes it over; --cleanup leaves nothing', async () => {
  const { hosts, daemon, bridge, ports } = await bridgeLab(lab, 2);
  const [first, second] = hosts;
  if (first === undefined || second === undefined) throw new Error('no hosts');
  const bridgeIndex = await bridge.ip('-oneline link show _veth0b');
  const stream = await UdpStream.start(first, second, '10.0.0.2', { rate: RATE, flows: 4 });
  await daemon.mustCfg('restart');
  await daemon.crash();
  expect(await ping(first, '10.0.0.9', 3)).toMatchObject({ received: 3, duplicates: 0 });
  await daemon.start();
  await daemon.mustCfg('set veth0 bridge-ageing=200');
  expect(await stream.stop()).toMatchObject({ lost: 0, duplicates: 0 });
  expect((await bridge.ip('-oneline link show _veth0b')).split(':')[0]).toBe(bridgeIndex.split(':')[0]);
  expect(await bridge.ip('-details link show _veth0b')).toContain('ageing_time 20000');
  expect(daemon.distributes(ports)).toBe(true);

  await daemon.crash();
  const { code, stdout } = await bridge.run([executable('vethd'), '--cleanup', '--run-dir', daemon.runDirectory], {
    timeoutMs: 20_000,
  });
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('bridge of veth0 removed') });
  expect((await bridge.interfaces()).sort()).toEqual(ports);
  for (const port of ports) expect(await bridge.ip(`-details link show ${port}`)).toMatch(/promiscuity 0 +allmulti 0/);
});

test('R9 a bridge in user space comes through a planned restart without losing a frame', async () => {
  const { hosts, daemon } = await bridgeLab(lab, 2, '', ['--datapath', 'user']);
  const [first, second] = hosts;
  if (first === undefined || second === undefined) throw new Error('no hosts');
  await ping(first, '10.0.0.2', 2);
  const stream = await UdpStream.start(first, second, '10.0.0.2', { rate: RATE, flows: 4 });
  await daemon.mustCfg('restart');
  expect(await stream.stop()).toMatchObject({ lost: 0, duplicates: 0 });
});
