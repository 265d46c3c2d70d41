/** A host that bridges its links, and a host at the other end of each, for tests of mode=bridge. */
import { Daemon } from '../../scripts/lab/daemon.js';
import type { Host, Lab } from '../../scripts/lab/lab.js';

export interface BridgeLab {
  readonly bridge: Host;
  readonly daemon: Daemon;
  /** `10.0.0.1` and so on, on interface `eth0`; behind `eth0`, `eth1` and so on of the bridge. */
  readonly hosts: readonly Host[];
  /** Members of veth0. */
  readonly ports: readonly string[];
}

let labs = 0;

/** `words`: options of veth0 besides mode=bridge. The bridge itself has 10.0.0.9. */
export async function bridgeLab(
  lab: Lab,
  hosts: number,
  words = '',
  daemonWords: readonly string[] = [],
): Promise<BridgeLab> {
  labs += 1;
  const bridge = await lab.host(`br${labs}`);
  const ends: Host[] = [];
  for (let i = 0; i < hosts; i++) {
    const host = await lab.host(`h${labs}${i}`);
    await lab.link(bridge, `eth${i}`, host, 'eth0');
    await host.ip(`addr add 10.0.0.${i + 1}/24 dev eth0`);
    ends.push(host);
  }
  const daemon = new Daemon(lab, bridge);
  daemon.words = daemonWords;
  await daemon.start();
  const ports = ends.map((_, i) => `eth${i}`);
  for (const [i, port] of ports.entries()) {
    await daemon.mustCfg(`add ${port} veth0${i === 0 ? ` mode=bridge${words === '' ? '' : ` ${words}`}` : ''}`);
  }
  if (hosts === 0) return { bridge, daemon, hosts: ends, ports };
  await bridge.ip('addr add 10.0.0.9/24 dev veth0');
  await bridge.ip('link set veth0 up');
  return { bridge, daemon, hosts: ends, ports };
}
