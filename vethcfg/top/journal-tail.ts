/** The last events of the journal, followed; a vethd that goes away is looked for again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../client.js';
import { listen } from '../listen.js';

/** More than any screen has lines. */
const KEPT = 200;
const SINCE_MS = 600_000;
const AGAIN_MS = 1_000;

export class JournalTail {
  readonly #stop = new AbortController();
  #lines: string[] = [];

  /** `name`: of this interface or port only. */
  constructor(
    private readonly address: Address,
    private readonly name: string | undefined,
  ) {
    void this.#follow();
  }

  /** `12:34:56 veth0 eth0 mux: ...`, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    let since = SINCE_MS;
    while (!signal.aborted) {
      const args = { follow: true, json: false, sinceMs: since, ...(this.name !== undefined && { name: this.name }) };
      // Whatever is the matter, asking for the status meets it too, and tells.
      await listen(this.address, 'events', args, ({ lines = [] }) => this.#take(lines), signal).catch(() => {});
      const lost = performance.now();
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => {});
      since = performance.now() - lost;
    }
  }

  #take(lines: readonly string[]): void {
    this.#lines = [...this.#lines, ...lines.filter(tells).map(shortened)].slice(-KEPT);
  }
}

/** Not the frames and timers of every second. */
const tells = (line: string): boolean => !/^\S+ \S+ \S+ (?:> |timer: |load: |< (?!malformed))/.test(line);

/** The time of day, as the clock of this host shows it, instead of the whole date. */
function shortened(line: string): string {
  const [time = '', ...rest] = line.split(' ');
  return [clockTime(new Date(time)), ...rest].join(' ');
}

export function clockTime(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((n) => String(n).padStart(2, '0')).join(':');
}
