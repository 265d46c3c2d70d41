/**
 * A lab: hosts (network namespaces) joined by kernel links, with the programs that run in them. Everything carries the
 * process id of its maker, is removed by `dispose()`, on process exit, and, after a SIGKILL, by the next lab.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Finished, must, Running, type RunningOptions, type RunOptions, run } from './processes.js';

const PREFIX = 'vethlab';
const NAMESPACES = '/run/netns';
/** Where vethd keeps what outlives it. */
const PINS = '/sys/fs/bpf/veth';
/** File in the directory of a lab that was kept: its namespaces, one a line. */
const KEEP = 'keep';
let labs = 0;

export interface LinkOptions {
  /** Set both ends up. Default true. */
  readonly up?: boolean;
  /** False: the first end segments and sums in software, for a peer that cannot take super-frames. Default true. */
  readonly offload?: boolean;
}

/** One host: a network namespace of its own. */
export class Host {
  /** Number of the network namespace. */
  readonly number: number;

  constructor(
    private readonly lab: Lab,
    /** Short name within the lab. */
    readonly name: string,
    /** Name for `ip netns`. */
    readonly namespace: string,
  ) {
    this.number = numberOf(namespace);
  }

  /**
   * Command line that runs `argv` here. `nsenter` and not `ip netns exec`: the latter mounts a /sys of its own, where
   * objects pinned below /sys/fs/bpf would end with the process that pinned them.
   */
  inside(argv: readonly string[]): string[] {
    return ['nsenter', `--net=${join(NAMESPACES, this.namespace)}`, '--', ...argv];
  }

  run(argv: readonly string[], options?: RunOptions): Promise<Finished> {
    return run(this.inside(argv), options);
  }

  must(argv: readonly string[], options?: RunOptions): Promise<string> {
    return must(this.inside(argv), options);
  }

  /** `ip` with words given as one text. */
  ip(words: string): Promise<string> {
    return this.must(['ip', ...words.split(' ')]);
  }

  /** Starts a program that keeps running; it ends with the lab at the latest. */
  start(argv: readonly string[], options?: RunningOptions): Running {
    return this.lab.track(new Running(this.inside(argv), options));
  }

  /** Names of the interfaces here, without `lo`. */
  async interfaces(): Promise<string[]> {
    const links: { ifname: string }[] = JSON.parse(await this.must(['ip', '-json', 'link', 'show']));
    return links.map((link) => link.ifname).filter((name) => name !== 'lo');
  }
}

export class Lab {
  /** Directory for everything that the lab's programs write. */
  readonly directory: string;
  readonly #hosts: Host[] = [];
  /** Of all hosts that there ever were. */
  readonly namespaceNumbers: number[] = [];
  readonly #running: Running[] = [];
  readonly #prefix: string;
  readonly #onExit = (): void => this.#removeNow();
  #kept = false;

  constructor() {
    labs += 1;
    removeAbandoned();
    this.#prefix = `${PREFIX}-${process.pid}-${labs}`;
    this.directory = mkdtempSync(join(tmpdir(), `${this.#prefix}-`));
    process.on('exit', this.#onExit);
  }

  get hosts(): readonly Host[] {
    return this.#hosts;
  }

  /** Process ids of all programs that were started, also of those that have ended. */
  get pids(): readonly number[] {
    return this.#running.map((running) => running.pid);
  }

  /** Whether a namespace or a directory of `labResidue` is of this lab. */
  owns(name: string): boolean {
    return name.startsWith(`${this.#prefix}-`);
  }

  async host(name: string): Promise<Host> {
    const namespace = `${this.#prefix}-${name}`;
    await must(['ip', 'netns', 'add', namespace]);
    const host = new Host(this, name, namespace);
    this.#hosts.push(host);
    this.namespaceNumbers.push(host.number);
    await host.ip('link set lo up');
    // The same for both sides of every comparison; the machine's default may pace (BBR) and hide the link's speed.
    await host.must(['sysctl', '-q', '-w', 'net.ipv4.tcp_congestion_control=reno']);
    return host;
  }

  /** Joins two hosts by one veth link. */
  async link(a: Host, aName: string, b: Host, bName: string, options: LinkOptions = {}): Promise<void> {
    await must(
      `ip link add ${aName} netns ${a.namespace} type veth peer name ${bName} netns ${b.namespace}`.split(' '),
    );
    if (options.offload === false) {
      for (const [host, name] of [[a, aName] as const, [b, bName] as const]) {
        await host.must(['ethtool', '-K', name, 'tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off']);
      }
    }
    if (options.up === false) return;
    await a.ip(`link set ${aName} up`);
    await b.ip(`link set ${bName} up`);
  }

  /** A directory below the lab's own. */
  newDirectory(name: string): string {
    const path = join(this.directory, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  track(running: Running): Running {
    this.#running.push(running);
    return running;
  }

  /** Leaves everything as it is: processes, namespaces, directory. `removeKept` removes it. */
  keep(): void {
    this.#kept = true;
    writeFileSync(join(this.directory, KEEP), `${this.#hosts.map((host) => host.namespace).join('\n')}\n`);
    for (const running of this.#running) running.release();
    process.off('exit', this.#onExit);
  }

  /** Ends the programs, removes namespaces and directory. Safe to call again, and after a failure. */
  async dispose(): Promise<void> {
    if (this.#kept) return;
    await Promise.all([...this.#running].reverse().map((running) => running.stop('SIGTERM', 2_000)));
    this.#removeNow();
    process.off('exit', this.#onExit);
  }

  #removeNow(): void {
    for (const running of this.#running) running.kill('SIGKILL');
    for (const host of this.#hosts.splice(0)) removeNamespace(host.namespace);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const numberOf = (namespace: string): number =>
  statSync(join(NAMESPACES, namespace), { throwIfNoEntry: false })?.ino ?? 0;

/** Directories of the BPF file system that vethd has for the interfaces of a network namespace. */
export function pinsOf(number: number): string[] {
  const all = existsSync(PINS) ? readdirSync(PINS) : [];
  return all.filter((name) => name.startsWith(`${number}-`)).map((name) => join(PINS, name));
}

/** Ends what still runs in a namespace and removes it, with what a killed vethd keeps of it. Synchronous: it is also the last thing that a process does. */
export function removeNamespace(namespace: string): void {
  for (const pid of pidsIn(namespace)) signal(pid, 'SIGKILL');
  const number = numberOf(namespace);
  spawnSync('ip', ['netns', 'del', namespace]);
  for (const directory of pinsOf(number)) rmSync(directory, { recursive: true, force: true });
  try {
    rmdirSync(PINS);
  } catch {
    // Not there, or of use for others.
  }
}

/** Namespaces and directories of labs, with the process id of the maker. */
export function labResidue(): { name: string; maker: number; kind: 'namespace' | 'directory' }[] {
  const found = (directory: string, kind: 'namespace' | 'directory') =>
    (existsSync(directory) ? readdirSync(directory) : []).flatMap((name) => {
      const maker = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
      return maker === undefined ? [] : [{ name, maker: Number(maker), kind }];
    });
  return [...found(NAMESPACES, 'namespace'), ...found(tmpdir(), 'directory')];
}

/** Removes what makers left that are no more (SIGKILL), unless it was kept. */
function removeAbandoned(): void {
  const residue = labResidue().filter(({ maker }) => !existsSync(`/proc/${maker}`));
  const kept = new Set(residue.filter(({ name, kind }) => kind === 'directory' && isKept(name)).map((r) => r.maker));
  for (const { name, kind, maker } of residue) {
    if (kept.has(maker)) continue;
    if (kind === 'namespace') removeNamespace(name);
    else rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** Ends and removes all labs that were kept. Gives their directories. */
export async function removeKept(): Promise<string[]> {
  const directories = labResidue()
    .filter(({ name, kind }) => kind === 'directory' && isKept(name))
    .map(({ name }) => join(tmpdir(), name));
  for (const directory of directories) {
    const namespaces = readFileSync(join(directory, KEEP), 'utf8').trim().split('\n');
    const pids = namespaces.flatMap(pidsIn);
    for (const pid of pids) signal(pid, 'SIGTERM'); // daemons say farewell and restore their ports
    const deadline = performance.now() + 5_000;
    while (pids.some((pid) => existsSync(`/proc/${pid}`)) && performance.now() < deadline) await delay(50);
    for (const namespace of namespaces) removeNamespace(namespace);
    rmSync(directory, { recursive: true, force: true });
  }
  return directories;
}

const isKept = (directory: string): boolean => existsSync(join(tmpdir(), directory, KEEP));

const pidsIn = (namespace: string): number[] =>
  (spawnSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' }).stdout ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}
