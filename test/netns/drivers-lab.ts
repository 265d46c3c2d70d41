/** Network namespaces and driver processes inside them, for drivers.test.ts; everything is gone after `close`. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LinkEvent } from '../../src/aggregator/io.js';
import { CLONE_NEWNET, O_CLOEXEC, O_RDONLY } from '../../src/drivers/sys/constants.js';
import { check, libc } from '../../src/drivers/sys/libc.js';
import { type Calls, openCalls } from './drivers-calls.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIDE = fileURLToPath(new URL('drivers-side.ts', import.meta.url));
let labs = 0;

/** Runs a command; its standard output. Throws when it fails. */
export function run(command: string): string {
  const [file = '', ...args] = command.split(' ');
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** True when the command ends with exit code 0. */
export function succeeds(command: string): boolean {
  try {
    run(command);
    return true;
  } catch {
    return false;
  }
}

/** Asks again until the answer satisfies, at most `ms` long; the last answer. */
export async function eventually<T>(ask: () => T | Promise<T>, good: (answer: T) => boolean, ms = 5000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const answer = await ask();
    if (good(answer) || performance.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export interface Frame {
  readonly ifindex: number;
  readonly bytes: string;
}

/** Where drivers run: their frames and events so far, and calls into them (see drivers-calls.ts). */
export interface Side {
  readonly frames: Frame[];
  readonly events: LinkEvent[];
  call<T>(call: string, ...args: unknown[]): Promise<T>;
}

/** The drivers in this process: its thread enters the namespace for the duration of a call. */
class LocalSide implements Side {
  readonly frames: Frame[] = [];
  readonly events: LinkEvent[] = [];
  readonly #namespace: string;
  readonly #calls: Calls;

  constructor(namespace: string) {
    this.#namespace = namespace;
    this.#calls = inNamespace(namespace, () =>
      openCalls((told) => {
        const { frame, event } = told as { frame?: Frame; event?: LinkEvent };
        if (frame !== undefined) this.frames.push(frame);
        if (event !== undefined) this.events.push(event);
      }),
    );
  }

  async call<T>(call: string, ...args: unknown[]): Promise<T> {
    return inNamespace(this.#namespace, () => this.#calls[call]?.(...(args as never[]))) as T;
  }
}

function inNamespace<T>(namespace: string, act: () => T): T {
  const enter = (path: string) => {
    const fd = check(libc().open(path, O_RDONLY | O_CLOEXEC, 0), 'open', `open ${path}`);
    return () => {
      check(libc().setns(fd, CLONE_NEWNET), 'setns', `enter ${path}`);
      libc().close(fd);
    };
  };
  const back = enter('/proc/thread-self/ns/net');
  enter(`/run/netns/${namespace}`)();
  try {
    return act();
  } finally {
    back();
  }
}

/** A process with the drivers in it. */
export class ProcessSide implements Side {
  readonly frames: Frame[] = [];
  readonly events: LinkEvent[] = [];
  readonly #child: ChildProcess;
  readonly #answers = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;
  #ready: () => void = () => {};
  readonly ready = new Promise<void>((resolve) => {
    this.#ready = resolve;
  });
  readonly ended: Promise<void>;

  /** `prefix`: the command that enters the namespace. */
  constructor(prefix: readonly string[]) {
    const [file = '', ...args] = [...prefix, process.execPath, '--import', 'tsx', SIDE];
    this.#child = spawn(file, args, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => {
      this.#child.on('exit', () => {
        for (const { reject } of this.#answers.values()) reject(new Error('the driver process ended'));
        resolve();
      });
    });
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on('line', (l) => this.#take(l));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call<T>(call: string, ...args: unknown[]): Promise<T> {
    const id = ++this.#calls;
    this.#child.stdin?.write(`${JSON.stringify({ id, call, args })}\n`);
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve: (result) => resolve(result as T), reject });
    });
  }

  /** Ends the process: by the end of its input, or at once. */
  async end(how: 'in order' | 'SIGKILL' = 'in order'): Promise<void> {
    if (how === 'SIGKILL') this.#child.kill('SIGKILL');
    else this.#child.stdin?.end();
    await this.ended;
  }

  #take(line: string): void {
    const message = JSON.parse(line);
    if (message.ready === true) this.#ready();
    else if (message.frame !== undefined) this.frames.push(message.frame);
    else if (message.event !== undefined) this.events.push(message.event);
    else {
      const answer = this.#answers.get(message.id);
      this.#answers.delete(message.id);
      if (message.error === undefined) answer?.resolve(message.result);
      else answer?.reject(new Error(message.error));
    }
  }
}

/** Two namespaces: `here` with ports p0 and p1, `there` with their far ends q0 and q1, all up. */
export interface Lab {
  readonly here: string;
  readonly there: string;
  /** Opens the drivers in a namespace of the lab. */
  side(namespace: string): Side;
  /** Starts a driver process by way of a command that enters a namespace. */
  process(...command: string[]): Promise<ProcessSide>;
  /** `ip` and other commands inside a namespace. */
  at(namespace: string, command: string): string;
  index(namespace: string, name: string): number;
  close(): Promise<void>;
}

export function makeLab(): Lab {
  const prefix = `vdrv${process.pid}n${++labs}`;
  const [here, there] = [`${prefix}a`, `${prefix}b`];
  const sides: Side[] = [];
  const processes: ProcessSide[] = [];
  const at = (namespace: string, command: string) => run(`ip netns exec ${namespace} ${command}`);
  for (const namespace of [here, there]) {
    run(`ip netns add ${namespace}`);
    at(namespace, 'ip link set lo up');
  }
  for (const i of [0, 1]) {
    run(`ip link add dev p${i} netns ${here} type veth peer name q${i} netns ${there}`);
    at(here, `ip link set p${i} up`);
    at(there, `ip link set q${i} up`);
  }
  return {
    here,
    there,
    at,
    side(namespace) {
      const side = new LocalSide(namespace);
      sides.push(side);
      return side;
    },
    async process(...command) {
      const side = new ProcessSide(command);
      processes.push(side);
      await Promise.race([side.ready, side.ended.then(() => Promise.reject(new Error('no driver process')))]);
      return side;
    },
    index: (namespace, name) => JSON.parse(at(namespace, `ip -j link show dev ${name}`))[0].ifindex,
    async close() {
      await Promise.all([...sides.map((side) => side.call('close')), ...processes.map((side) => side.end())]);
      for (const namespace of [here, there]) run(`ip netns del ${namespace}`);
    },
  };
}
