/** A host with a virtual interface and a user-space data path, driven call by call (see user-datapath-side.ts). */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Host } from '../../scripts/lab/lab.js';
import type { PortCounters } from '../../src/aggregator/io.js';
import { makeTable } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Counters {
  readonly ports: Record<string, PortCounters>;
  readonly txNoPort: number;
  readonly txSlowProtocols: number;
  readonly rxHostRefused: number;
  readonly txOverrun: number;
}

export interface Statistics {
  readonly batches: number;
  readonly superFrames: number;
  readonly tableApplied: boolean;
}

type Answer = { readonly result?: unknown; readonly error?: string; readonly crashed?: string; readonly log?: string };

export class End {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #input: Interface;
  /** Exit code of the process. */
  readonly ended: Promise<number | null>;
  /** Port name -> ifindex. */
  readonly ports = new Map<string, number>();

  private constructor(
    readonly host: Host,
    peerIfindex: number,
  ) {
    const [file = '', ...rest] = host.inside([
      process.execPath,
      '--import',
      'tsx',
      'test/netns/user-datapath-side.ts',
      'dist',
      `${peerIfindex}`,
    ]);
    this.#child = spawn(file, rest, { cwd: ROOT });
    this.#child.stderr.pipe(process.stderr);
    this.#input = createInterface({ input: this.#child.stdout });
    this.#lines = this.#input[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  /** Silent ports as the members' driver makes them; `veth0` with MAC 02:00:00:00:00:0N and address 10.0.0.N. */
  static async open(host: Host, number: number, ports: readonly string[], mtu: number): Promise<End> {
    await host.ip(`link add veth0 mtu ${mtu} address 02:00:00:00:00:0${number} type veth peer name hidden mtu ${mtu}`);
    for (const name of ['hidden', 'veth0', ...ports]) {
      await host.must(['sysctl', '-q', '-w', `net.ipv6.conf.${name}.disable_ipv6=1`]);
    }
    for (const name of ['hidden', ...ports]) await host.ip(`link set ${name} mtu ${mtu} arp off up`);
    await host.ip(`addr add 10.0.0.${number}/24 dev veth0`);
    await host.ip('link set veth0 up');
    const end = new End(host, await ifindexOf(host, 'hidden'));
    await end.#answer();
    for (const name of ports) {
      const ifindex = await ifindexOf(host, name);
      end.ports.set(name, ifindex);
      await end.call('addPort', ifindex);
    }
    return end;
  }

  /** Rejects with the data path's own message. */
  async call<Result>(call: string, ...args: unknown[]): Promise<Result> {
    this.#child.stdin.write(`${JSON.stringify({ call, args })}\n`);
    return (await this.#answer()) as Result; // each call's answer is known to its caller
  }

  /** Gives the table; resolves when it is in force. */
  async use(
    distributing: readonly string[],
    collecting: readonly string[] = [...this.ports.keys()],
    discarding: readonly string[] = [],
  ): Promise<void> {
    const numbers = (names: readonly string[]) => names.map((name) => this.ports.get(name) ?? 0);
    const table = makeTable(numbers(distributing), numbers(collecting), hashBy('layer3+4'));
    await this.call('setTable', { ...table, discardWrong: numbers(discarding) });
    while (!(await this.statistics()).tableApplied);
  }

  counters = (): Promise<Counters> => this.call('counters');
  bucketBytes = (): Promise<number[]> => this.call('bucketBytes');
  statistics = (): Promise<Statistics> => this.call('statistics');

  async port(name: string): Promise<PortCounters> {
    const counters = (await this.counters()).ports[this.ports.get(name) ?? 0];
    if (counters === undefined) throw new Error(`no counters of ${name}`);
    return counters;
  }

  /** What the kernel counts on an interface; a super-frame is one packet there. */
  async kernel(name: string): Promise<{ txPackets: number; txBytes: number; rxPackets: number }> {
    const [link] = JSON.parse(await this.host.must(['ip', '-s', '-json', 'link', 'show', name]));
    const { tx, rx } = link.stats64;
    return { txPackets: tx.packets, txBytes: tx.bytes, rxPackets: rx.packets };
  }

  /** Ends in order; the exit code. */
  async close(): Promise<number | null> {
    this.#child.stdin.end();
    return this.ended;
  }

  async #answer(): Promise<unknown> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error('the data path process ended');
      const answer = JSON.parse(value) as Answer;
      if (answer.crashed !== undefined) throw new Error(`crashed: ${answer.crashed}`);
      if (answer.error !== undefined) throw new Error(answer.error);
      if (answer.log === undefined) return answer.result;
    }
  }
}

export async function ifindexOf(host: Host, name: string): Promise<number> {
  return JSON.parse(await host.must(['ip', '-json', 'link', 'show', name]))[0].ifindex;
}
