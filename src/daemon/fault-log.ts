/** Faults of wiring in the log: once when they appear, once when they are gone. */
import type { SystemStatus } from '../aggregator/status.js';
import type { Log } from './log.js';

export class FaultLog {
  #present: ReadonlySet<string> = new Set();

  constructor(private readonly log: Pick<Log, 'warn' | 'info'>) {}

  follow({ aggregators }: SystemStatus): void {
    const present = new Set(aggregators.flatMap(({ name, faults }) => faults.map(({ text }) => `${name}: ${text}`)));
    for (const line of present) if (!this.#present.has(line)) this.log.warn(line);
    for (const line of this.#present) if (!present.has(line)) this.log.info(`no longer so: ${line}`);
    this.#present = present;
  }
}
