/** The example of docs/interfaces/bridge.md, as it is written. */
import { expect, test } from 'vitest';
import { Daemon } from '../../scripts/lab/daemon.js';
import { ping } from '../../scripts/lab/traffic.js';
import { useLab } from '../support/netns.js';
import { runBlock, shellBlocks } from '../support/page.js';

const lab = useLab();

test('NB-5 R9 docs/interfaces/bridge.md: three links are one network, the fourth is routed to the address on veth0', async () => {
  const [block = ''] = shellBlocks('interfaces/bridge.md');
  const router = await lab.host('router');
  const hosts = [];
  for (const [i, address] of ['192.0.2.10', '192.0.2.11', '192.0.2.12', '198.51.100.10'].entries()) {
    const host = await lab.host(`host${i}`);
    await lab.link(router, `eth${i}`, host, 'eth0');
    await host.ip(`addr add ${address}/24 dev eth0`);
    await host.ip(`route add default via ${i < 3 ? '192.0.2.1' : '198.51.100.1'}`);
    hosts.push(host);
  }
  const daemon = new Daemon(lab, router);
  await daemon.start();
  await runBlock(block, daemon);
  const [first, , third, routed] = hosts;
  if (first === undefined || third === undefined || routed === undefined) throw new Error('no hosts');
  for (const [from, to] of [
    [first, '192.0.2.12'],
    [third, '192.0.2.1'],
    [first, '198.51.100.10'],
    [routed, '192.0.2.12'],
  ] as const) {
    expect(await ping(from, to, 5), `${from.name} to ${to}`).toMatchObject({ received: 5, duplicates: 0 });
  }
});
