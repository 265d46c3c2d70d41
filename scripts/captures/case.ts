/** What a capture case is made of: hosts, daemons, and a tcpdump that sees the slow protocols of one host. */
import { Daemon, distributing } from '../lab/daemon.js';
import type { Host, Lab } from '../lab/lab.js';
import type { Running } from '../lab/processes.js';

/** `eth0`: that link alone, microseconds; `any`: all links in one file, cooked (v2). With nanoseconds where wanted. */
export interface CaptureOptions {
  readonly on?: string;
  readonly nanoseconds?: boolean;
}

export interface CaptureCase {
  /** Of the folder. */
  readonly name: string;
  /** What is to be seen, in one line. */
  readonly about: string;
  make(stage: Stage): Promise<void>;
}

/** The means of one case. */
export class Stage {
  #tcpdump: Running | undefined;

  constructor(
    readonly lab: Lab,
    /** Short, without like in the lab. */
    private readonly name: string,
    /** Path of the capture. */
    private readonly output: string,
  ) {}

  host(name: string): Promise<Host> {
    return this.lab.host(`${this.name}${name}`);
  }

  async daemon(host: Host): Promise<Daemon> {
    const daemon = new Daemon(this.lab, host);
    await daemon.start();
    return daemon;
  }

  /** Two hosts with a vethd each, links between them, and a capture on the first host; nothing is added yet. */
  async pair(links: number, options: CaptureOptions = {}): Promise<Pair> {
    const [a, b] = [await this.host('a'), await this.host('b')];
    const ports = Array.from({ length: links }, (_, index) => `eth${index}`);
    for (const port of ports) await this.lab.link(a, port, b, port);
    const [left, right] = await Promise.all([this.daemon(a), this.daemon(b)]);
    await this.capture(a, { on: links > 1 ? 'any' : 'eth0', ...options });
    return new Pair(a, b, ports, left, right);
  }

  async capture(host: Host, { on = 'any', nanoseconds = false }: CaptureOptions): Promise<void> {
    const precision = nanoseconds ? ['--time-stamp-precision=nano'] : [];
    const words = ['-U', '--immediate-mode', '-Z', 'root', '-i', on, ...precision, '-w', this.output];
    // Tagged frames, too; cooked captures have no word for them.
    const filter = ['ether', 'proto', '0x8809', ...(on === 'any' ? [] : ['or', 'vlan'])];
    this.#tcpdump = host.start(['tcpdump', ...words, ...filter]);
    await this.#tcpdump.says('listening on');
  }

  /** Everything that was seen is in the file. */
  async end(): Promise<void> {
    await this.#tcpdump?.stop('SIGINT');
  }
}

export class Pair {
  constructor(
    readonly a: Host,
    readonly b: Host,
    readonly ports: readonly string[],
    readonly left: Daemon,
    readonly right: Daemon,
  ) {}

  /** Adds all links at both ends, with options for each interface. */
  async add(left: string, right: string): Promise<void> {
    for (const [index, port] of this.ports.entries()) {
      const words = (options: string) => `add ${port} veth0${index === 0 && options !== '' ? ` ${options}` : ''}`;
      await Promise.all([this.left.mustCfg(words(left)), this.right.mustCfg(words(right))]);
    }
  }

  /** As `add`, and waits until all links are in use. */
  async form(left: string, right: string): Promise<void> {
    await this.add(left, right);
    await this.inUse(this.ports);
  }

  async inUse(ports: readonly string[], timeoutMs = 60_000): Promise<void> {
    await distributing([this.left, this.right], ports, timeoutMs);
  }
}
