/** A link between two hosts with a relay in the middle that delays every frame (slow-link.ts). */
import type { Host, Lab } from '../../scripts/lab/lab.js';
import type { Running } from '../../scripts/lab/processes.js';
import { ifindexOf } from '../netns/user-datapath-end.js';

/** Joins `name` on both hosts; gives the relay. Each way takes `ms` milliseconds. */
export async function slowLink(lab: Lab, a: Host, b: Host, name: string, ms: number): Promise<Running> {
  const relay = await lab.host(`relay-${a.name}`);
  await lab.link(a, name, relay, 'west', { up: false });
  await lab.link(relay, 'east', b, name, { up: false });
  for (const end of ['west', 'east']) {
    await relay.must(['sysctl', '-q', '-w', `net.ipv6.conf.${end}.disable_ipv6=1`]);
    await relay.ip(`link set ${end} arp off up`);
  }
  for (const host of [a, b]) await host.ip(`link set ${name} up`);
  const indexes = await Promise.all(['west', 'east'].map((end) => ifindexOf(relay, end)));
  const program = [process.execPath, '--import', 'tsx', 'test/netns/slow-link.ts', ...[...indexes, ms].map(String)];
  const running = relay.start(program);
  await running.says('relaying', 20_000);
  return running;
}
