/** Octets counted become bits per second: what ports have carried lately, by name of interface and port. */
import type { StateDocument } from '../src/daemon/http/documents.js';

/** Columns as the plots want them: seconds since 1970, bits/s out, bits/s in. */
export type Columns = readonly [times: number[], out: (number | null)[], into: (number | null)[]];

/** Seconds that are kept. */
export const WINDOW_S = 180;
const LEAST_MS = 400;

interface Counted {
  readonly at: number;
  readonly out: number;
  readonly into: number;
}

export class Rates {
  readonly #columns = new Map<string, Columns>();
  readonly #last = new Map<string, Counted>();

  add({ at, time, show }: StateDocument): void {
    for (const { name: veth, ports } of show.aggregators) {
      for (const { name, dataCounters } of ports) {
        this.#count(`${veth} ${name}`, time / 1_000, { at, out: dataCounters.txBytes, into: dataCounters.rxBytes });
      }
    }
  }

  of(veth: string, port: string): Columns {
    return this.#columns.get(`${veth} ${port}`) ?? [[], [], []];
  }

  #count(key: string, time: number, now: Counted): void {
    const before = this.#last.get(key);
    // Another vethd, or another port of this name, counts anew.
    const anew = before === undefined || now.at < before.at || now.out < before.out || now.into < before.into;
    if (!anew && now.at - before.at < LEAST_MS) return;
    this.#last.set(key, now);
    const columns = this.#columns.get(key) ?? [[], [], []];
    this.#columns.set(key, columns);
    const [times, out, into] = columns;
    times.push(time);
    const seconds = anew ? 0 : (now.at - before.at) / 1_000;
    out.push(anew ? null : ((now.out - before.out) * 8) / seconds);
    into.push(anew ? null : ((now.into - before.into) * 8) / seconds);
    while ((times[0] ?? time) < time - WINDOW_S) for (const column of columns) column.shift();
  }
}

/** `1.25 Mbit/s`. */
export function rateWords(bits: number | null | undefined): string {
  if (bits === null || bits === undefined) return '-';
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bits)) / 3));
  const value = bits / 1_000 ** step;
  return `${value.toFixed(value < 10 && step > 0 ? 1 : 0)} ${['', 'k', 'M', 'G'][step]}bit/s`;
}
