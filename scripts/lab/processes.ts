/** Programs started by the demonstration and by the tests: run to the end, or kept, watched and ended by process id. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export interface Finished {
  /** Exit code; 128 + signal number is not made up: null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input; closed at once without it. */
  readonly input?: string;
  /** Ends the program by SIGKILL after so many milliseconds. Default 60 000. */
  readonly timeoutMs?: number;
}

/** A command line as an operator would type it, for messages. */
export const printed = (argv: readonly string[]): string => argv.join(' ');

/** Runs a program to its end. Never throws for an exit code; throws when it cannot be started. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [file = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, {
      stdio: 'pipe',
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // the program ended without reading
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** As `run`, but an exit code other than 0 is an error that names the command and what it said. Gives standard output. */
export async function must(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(argv, options);
  if (code !== 0) throw new Error(`${printed(argv)}: exit ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}

export interface RunningOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** File that takes what the program says. The program can then outlive us. */
  readonly log?: string;
}

/** A program that keeps running, with all that it has said so far. */
export class Running {
  /** Settles when the program has ended and its output is complete. */
  readonly ended: Promise<Finished>;
  readonly pid: number;
  #stdout = '';
  #stderr = '';
  #alive = true;
  readonly #child: ChildProcess;
  readonly #log: string | undefined;

  constructor(
    readonly argv: readonly string[],
    { env = {}, log }: RunningOptions = {},
  ) {
    const [file = '', ...rest] = argv;
    const output = log === undefined ? 'pipe' : openSync(log, 'a', 0o600);
    this.#log = log;
    // With a log of its own, also a session of its own: Ctrl-C at our terminal is for us alone.
    const child = spawn(file, rest, {
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env },
      detached: log !== undefined,
    });
    if (typeof output === 'number') closeSync(output);
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, problem = '') => {
        this.#alive = false;
        resolve({ code, stdout: this.stdout, stderr: `${this.#stderr}${problem}` });
      };
      child.on('error', (error) => end(127, error.message));
      child.on('close', (code) => end(code));
    });
  }

  /** What it said on standard output; with a log, on both. */
  get stdout(): string {
    return this.#log === undefined ? this.#stdout : readFileSync(this.#log, 'utf8');
  }

  get stderr(): string {
    return this.#stderr;
  }

  get alive(): boolean {
    return this.#alive;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#alive) this.#child.kill(signal);
  }

  /** We may end without it. */
  release(): void {
    this.#child.unref();
  }

  /**
   * Waits until the output (with a log: what was added since `from` characters) holds a text. Throws with all output
   * when the program ends or the time passes before.
   */
  async says(text: string, timeoutMs = 10_000, from = 0): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!this.stdout.includes(text, from) && !this.stderr.includes(text)) {
      const failed = (how: string) => new Error(`${printed(this.argv)}: ${how}: ${this.#output()}`);
      if (!this.#alive) throw failed(`ended before it said "${text}"`);
      if (performance.now() > deadline) throw failed(`did not say "${text}" in ${timeoutMs} ms`);
      await delay(10);
    }
  }

  /** Ends the program: the signal, and SIGKILL when it is still there after `graceMs`. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', graceMs = 5_000): Promise<Finished> {
    this.kill(signal);
    const timer = setTimeout(() => this.kill('SIGKILL'), graceMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  #output(): string {
    return `${this.stdout}${this.stderr}`.trim() || '(no output)';
  }
}
