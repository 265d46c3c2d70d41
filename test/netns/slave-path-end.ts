/**
 * A host with a master `eth0`, two slaves in hosts of their own, and the user path between them, driven call by call
 * (see slave-path-side.ts):
 *
 *     a (sl0, 10.0.0.11) ---+                    +--- out (eth0, 10.0.0.9)
 *                           +- host (eth0, .1) --+
 *     b (sl1, 10.0.0.12) ---+      eth1 ----------------- far (eth0, 10.1.0.9), which reaches the slaves by way of out
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Host, Lab } from '../../scripts/lab/lab.js';
import type { SlaveDrops } from '../../src/drivers/ipvlan/slave-path.js';
import type { SlaveFlag, SlaveMode } from '../../src/layers/ipvlan/table.js';
import { ifindexOf } from './user-datapath-end.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const MAC = '02:00:00:00:00:01';

export interface SlaveWorld {
  readonly host: Host;
  readonly out: Host;
  readonly far: Host;
  readonly a: Host;
  readonly b: Host;
}

export async function slaveWorld(lab: Lab): Promise<SlaveWorld> {
  const [host, out, far, a, b] = await Promise.all(['host', 'out', 'far', 'a', 'b'].map((name) => lab.host(name)));
  if (!host || !out || !far || !a || !b) throw new Error('no hosts');
  await lab.link(host, 'eth0', out, 'eth0');
  await lab.link(host, 'eth1', far, 'eth0');
  await lab.link(out, 'eth1', far, 'eth1');
  await host.ip(`link set eth0 address ${MAC}`);
  const addresses: [Host, string, string, string][] = [
    [host, 'eth0', '10.0.0.1/24', '2001:db8::1/64'],
    [host, 'eth1', '10.1.0.1/24', '2001:db8:1::1/64'],
    [out, 'eth0', '10.0.0.9/24', '2001:db8::9/64'],
    [out, 'eth1', '10.2.0.9/24', '2001:db8:2::9/64'],
    [far, 'eth0', '10.1.0.9/24', '2001:db8:1::9/64'],
    [far, 'eth1', '10.2.0.8/24', '2001:db8:2::8/64'],
  ];
  for (const [number, slave] of [a, b].entries()) {
    const name = `sl${number}`;
    await host.ip(`link add ${name} address ${MAC} type veth peer name _${name}`);
    await host.must(['sysctl', '-q', '-w', `net.ipv6.conf._${name}.disable_ipv6=1`]);
    await host.ip(`link set _${name} arp off up`);
    await host.ip(`link set ${name} netns ${slave.namespace}`);
    // Link-local addresses of one MAC address would be the same.
    await slave.must(['sysctl', '-q', '-w', `net.ipv6.conf.${name}.addr_gen_mode=1`]);
    addresses.push([slave, name, `10.0.0.1${number + 1}/24`, `2001:db8::1${number + 1}/64`]);
  }
  for (const [where, name, ipv4, ipv6] of addresses) {
    await where.ip(`addr add ${ipv4} dev ${name}`);
    await where.ip(`addr add ${ipv6} dev ${name} nodad`);
    await where.ip(`link set ${name} up`);
  }
  for (const slave of [a, b]) {
    await slave.ip('route add default via 10.0.0.9');
    await slave.ip('route add default via 2001:db8::9');
  }
  await out.must(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
  await far.ip('route add 10.0.0.0/24 via 10.2.0.9');
  await far.ip('route add 2001:db8::/64 via 2001:db8:2::9');
  return { host, out, far, a, b };
}

export class SlavePathEnd {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #input: Interface;
  /** What it said to the operator. */
  log = '';

  private constructor(
    host: Host,
    table: string,
    private readonly ifindexes: readonly number[],
  ) {
    const side = ['--import', 'tsx', 'test/netns/slave-path-side.ts', 'dist', table];
    const [file = '', ...rest] = host.inside([process.execPath, ...side]);
    this.#child = spawn(file, rest, { cwd: ROOT });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    this.#input = createInterface({ input: this.#child.stdout });
    this.#lines = this.#input[Symbol.asyncIterator]();
  }

  static async open(host: Host, mode: SlaveMode, flag: SlaveFlag = 'bridge'): Promise<SlavePathEnd> {
    const ifindexes = await Promise.all(['eth0', '_sl0', '_sl1'].map((name) => ifindexOf(host, name)));
    const end = new SlavePathEnd(host, tableOf(ifindexes, mode, flag), ifindexes);
    await end.#answer();
    return end;
  }

  /** Another table, for the same slaves. */
  async use(mode: SlaveMode, flag: SlaveFlag = 'bridge'): Promise<void> {
    this.#child.stdin.write(`${tableOf(this.ifindexes, mode, flag)}\n`);
    await this.#answer();
    await new Promise((resolve) => setTimeout(resolve, 50)); // the worker has read it
  }

  /** Of slave 0 or 1: reasons with a number other than 0. */
  async drops(slave: number): Promise<Partial<SlaveDrops>> {
    this.#child.stdin.write(`counters ${this.ifindexes[1 + slave]}\n`);
    const drops = (await this.#answer()) as SlaveDrops; // by slave-path-side.ts
    return Object.fromEntries(Object.entries(drops).filter(([, count]) => count > 0));
  }

  async close(): Promise<number | null> {
    this.#child.stdin.end();
    return new Promise((resolve) => this.#child.once('exit', resolve));
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await new Promise((resolve) => this.#child.once('exit', resolve));
  }

  async #answer(): Promise<unknown> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the path ended: ${this.log}`);
    return JSON.parse(value);
  }
}

function tableOf([master, ...slaves]: readonly number[], mode: SlaveMode, flag: SlaveFlag): string {
  const prefix = '20010db8000000000000000000000';
  return JSON.stringify({
    mode,
    flag,
    master: { ifindex: master, mac: MAC, addresses: ['0a000001', `${prefix}001`] },
    slaves: slaves.map((ifindex, i) => ({
      ifindex,
      addresses: [`0a00000${i === 0 ? 'b' : 'c'}`, `${prefix}01${i + 1}`],
    })),
  });
}
