/** Our own daemon and command on a host of the lab. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AggregatorStatus, PortStatus, SystemStatus } from '../../src/aggregator/status.js';
import type { Host, Lab } from './lab.js';
import { type Finished, printed, type Running } from './processes.js';
import { seconds, waitFor } from './wait.js';

/** The checkout: where package.json is, from the sources as from `dist`. */
const ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.js') ? '../../..' : '../..', import.meta.url));

/** Path of an executable of ours. */
export const executable = (name: 'vethd' | 'vethcfg'): string => join(ROOT, 'bin', name);
/** Path of a compiled file of ours; the lab's helper programs are run in compiled form. */
export const compiled = (path: string): string => join(ROOT, 'dist', path);

/** For tests that run once for each data path. */
const chosenDatapath = (chosen = process.env.VETH_TEST_DATAPATH): readonly string[] =>
  chosen === undefined ? [] : ['--datapath', chosen];

/** A `vethd` with its run directory. The directory outlives the process, as on a real host. */
export class Daemon {
  readonly runDirectory: string;
  /** More words of its command line, from the next start on. */
  words: readonly string[] = [];
  #running: Running | undefined;

  constructor(
    lab: Lab,
    readonly host: Host,
    private readonly logLevel = 'info',
    /** Configuration file. The machine's own must never get into a lab. */
    private readonly config = 'none',
    /** Words before the program's own: one that executes it with fewer privileges, for example. */
    private readonly through: readonly string[] = [],
    private readonly program = executable('vethd'),
  ) {
    this.runDirectory = lab.newDirectory(`run-${host.name}`);
  }

  /** Starts it and waits for the line `vethd: ready`. */
  async start(): Promise<void> {
    const earlier = this.log().length;
    const options = [
      '--run-dir',
      this.runDirectory,
      '--log-level',
      this.logLevel,
      '--config',
      this.config,
      ...chosenDatapath(),
      ...this.words,
    ];
    this.#running = this.host.start([...this.through, this.program, ...options], { log: this.#logPath });
    await this.#running.says('vethd: ready', 10_000, earlier);
  }

  /** All that it has said, over all its starts. */
  log(): string {
    return existsSync(this.#logPath) ? readFileSync(this.#logPath, 'utf8') : '';
  }

  get process(): Running {
    if (this.#running === undefined) throw new Error(`vethd on ${this.host.name} was not started`);
    return this.#running;
  }

  /** Orderly end; gives exit code and output. */
  stop(): Promise<Finished> {
    return this.process.stop('SIGTERM', 10_000);
  }

  /** The end that no program sees coming. */
  crash(): Promise<Finished> {
    return this.process.stop('SIGKILL');
  }

  /** `vethcfg` with words given as one text. */
  cfg(words: string): Promise<Finished> {
    return this.host.run(this.#command(words.split(' ')));
  }

  /** As `cfg`, but a refusal is an error. Gives standard output. */
  async mustCfg(words: string): Promise<string> {
    const { code, stdout, stderr } = await this.cfg(words);
    if (code !== 0) throw new Error(`${this.host.name}: vethcfg ${words}: exit ${code}: ${(stderr || stdout).trim()}`);
    return stdout;
  }

  /** The status object. */
  async status(): Promise<SystemStatus> {
    const out = await this.host.must(this.#command(['--json', 'status']));
    return JSON.parse(out) as SystemStatus; // our own declared output
  }

  async aggregator(name = 'veth0'): Promise<AggregatorStatus | undefined> {
    return (await this.status()).aggregators.find((aggregator) => aggregator.name === name);
  }

  async port(name: string): Promise<PortStatus | undefined> {
    return (await this.status()).aggregators.flatMap((aggregator) => aggregator.ports).find((p) => p.name === name);
  }

  /** The file `status`: what `cat /proc/net/veth` was. Cheap to read often; empty before the daemon wrote it. */
  table(): string {
    try {
      return readFileSync(join(this.runDirectory, 'status'), 'utf8');
    } catch {
      return '';
    }
  }

  /** MUX column of a port in the file `status`; undefined when the port is not in it. */
  muxOf(port: string): string | undefined {
    const line = this.table()
      .split('\n')
      .find((row) => new RegExp(`(^|\\s)${port}\\s`).test(row));
    // Counted from the right: the first column is blank for some states.
    return line?.trim().split(/\s+/).at(-5);
  }

  /** Whether each of the ports is DISTRIBUTING and no other port is. */
  distributes(ports: readonly string[]): boolean {
    const rows = this.table()
      .split('\n')
      .slice(1)
      .filter((row) => / (DIST|COLDIS) /.test(row));
    return rows.length === ports.length && ports.every((port) => this.inUse(port));
  }

  inUse(port: string): boolean {
    return ['DIST', 'COLDIS'].includes(this.muxOf(port) ?? '');
  }

  /** Command line that an operator would type to ask this daemon. */
  commandLine(words: string): string {
    return printed(['ip', 'netns', 'exec', this.host.namespace, ...this.#command(words.split(' '))]);
  }

  get #logPath(): string {
    return join(this.runDirectory, '..', `vethd-${this.host.name}.log`);
  }

  #command(words: readonly string[]): string[] {
    return [executable('vethcfg'), '--run-dir', this.runDirectory, ...words];
  }
}

/** Waits until exactly these ports are DISTRIBUTING at every daemon; gives the time it took in milliseconds. */
export async function distributing(daemons: readonly Daemon[], ports: readonly string[], timeoutMs = 20_000) {
  const from = performance.now();
  await waitFor(
    `${ports.join(', ') || 'no port'} in DISTRIBUTING on ${daemons.map((d) => d.host.name).join(' and ')}`,
    () => daemons.every((daemon) => daemon.distributes(ports)),
    {
      timeoutMs,
      everyMs: 20,
      seen: () =>
        daemons.map((d) => `${d.host.name} after ${seconds(performance.now() - from)} s\n${d.table()}`).join(''),
    },
  );
  return performance.now() - from;
}
