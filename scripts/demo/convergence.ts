/** When links came up and when they were in use, read from the kernel and from the daemons' status files. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Daemon } from '../lab/daemon.js';
import type { Host } from '../lab/lab.js';
import type { Running } from '../lab/processes.js';
import type { Narrator } from './narrator.js';

/** Notes when the kernel reports a link of a host as up, by `ip monitor`. */
export class LinkMonitor {
  readonly #process: Running;
  readonly #up = new Map<string, number>();
  #read = 0;

  constructor(host: Host) {
    this.#process = host.start(['ip', '-oneline', 'monitor', 'link']);
  }

  /** To be called often: a time is the time of the call that saw it. */
  poll(): void {
    const lines = this.#process.stdout.slice(this.#read).split('\n');
    const rest = lines.pop() ?? '';
    this.#read = this.#process.stdout.length - rest.length;
    for (const line of lines) {
      const [, name, flags] = /^\d+: ([^@:]+)[@:].*?<([^>]*)>/.exec(line) ?? [];
      if (name === undefined || flags === undefined) continue;
      if (!flags.split(',').includes('LOWER_UP')) this.#up.delete(name);
      else if (!this.#up.has(name)) this.#up.set(name, performance.now());
    }
  }

  /** performance.now() at which the link came up last; undefined while it is down. */
  upSince(name: string): number | undefined {
    return this.#up.get(name);
  }

  stop(): Promise<unknown> {
    return this.#process.stop();
  }
}

/**
 * Waits until both ends of all ports are DISTRIBUTING, showing the first daemon's table when it changes. Gives by port
 * the milliseconds from link up to DISTRIBUTING at the later of the two ends.
 */
export async function watchConvergence(
  narrator: Narrator,
  daemons: readonly Daemon[],
  links: LinkMonitor,
  ports: readonly string[],
  timeoutMs = 20_000,
): Promise<Map<string, number>> {
  const took = new Map<string, number>();
  const deadline = performance.now() + timeoutMs;
  let shown = '';
  let seen = '';
  let changedAt = 0;
  for (;;) {
    links.poll();
    const now = performance.now();
    for (const port of ports) {
      const up = links.upSince(port);
      if (up === undefined || took.has(port) || !daemons.every((daemon) => daemon.inUse(port))) continue;
      took.set(port, now - up);
    }
    const table = daemons[0]?.table() ?? '';
    const done = took.size === ports.length;
    if (table !== seen) {
      seen = table;
      changedAt = now;
    }
    // Changes come in bunches: show what a bunch came to.
    if (table !== shown && (done || now - changedAt > 60)) {
      narrator.say(`status of ${daemons[0]?.host.name}`);
      narrator.block(table);
      shown = table;
    }
    if (done) return took;
    if (now > deadline) {
      const tables = daemons.map((daemon) => `${daemon.host.name}\n${daemon.table()}`).join('');
      throw new Error(`not all links are in use after ${timeoutMs / 1000} s\n${tables}`);
    }
    await delay(5);
  }
}
