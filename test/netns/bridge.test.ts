/** mode=bridge on kernel links: the kernel's bridge, and the one in user space. */
import { expect, test } from 'vitest';
import { ping } from '../../scripts/lab/traffic.js';
import { useLab } from '../support/netns.js';
import { bridgeLab } from './bridge-lab.js';

const lab = useLab();

test.each(['kernel', 'user'] as const)(
  'NB-2 R9 three hosts on three members talk through the bridge, and to the address on veth0 (%s)',
  async (path) => {
    const { hosts, daemon, bridge, ports } = await bridgeLab(lab, 3, '', ['--datapath', path]);
    const ways = [
      [0, '10.0.0.2'],
      [0, '10.0.0.3'],
      [1, '10.0.0.9'],
      [2, '10.0.0.9'],
      [0, '10.0.0.9'], // which has the address of the member that it came in by
    ] as const;
    for (const [from, to] of ways) {
      const host = hosts[from] ?? bridge;
      expect(await ping(host, to, 5), `${host.name} to ${to}`).toMatchObject({ received: 5, duplicates: 0 });
    }
    expect(daemon.distributes(ports)).toBe(true);
    const show = await daemon.mustCfg('show --addresses veth0');
    expect(show).toContain(`bridge     in ${path === 'kernel' ? 'the kernel' : 'user space'}, loop guard, 3 addresses`);
    for (const port of ports) expect(show).toMatch(new RegExp(`([0-9a-f]{2}:){5}[0-9a-f]{2} {2}${port} {2}\\d+ s ago`));
    expect(await daemon.mustCfg('why')).toContain('bridge: link up, it forwards');
    await daemon.stop();
    expect((await bridge.interfaces()).sort()).toEqual(ports);
  },
);
