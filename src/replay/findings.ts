/** What is to be told at the end, counted: memory does not grow with the capture. */
import type { Mac } from '../lacp/variables.js';
import type { CountedDisagreement, Disagreement, Report } from './report.js';

interface Unread {
  readonly source: Mac;
  readonly place: string;
  readonly reason: string;
}

/** More sources of unread frames are counted together. */
const MOST_SOURCES = 1_000;

export class Findings {
  readonly #disagreements = new Map<string, CountedDisagreement>();
  readonly #unread = new Map<string, Unread & { count: number }>();

  get disagreements(): readonly CountedDisagreement[] {
    return [...this.#disagreements.values()];
  }

  get unread(): Report['malformed'] {
    return [...this.#unread.values()];
  }

  /** True: the first of its kind at this end. */
  disagreement(each: Disagreement & { readonly end: string }, moment: CountedDisagreement['first']): boolean {
    const key = `${each.end}|${each.rule}|${kind(each.text)}`;
    const known = this.#disagreements.get(key);
    const { count, first } = known ?? { count: 0, first: moment };
    this.#disagreements.set(key, { ...(known ?? each), count: count + 1, first, last: moment });
    return known === undefined;
  }

  malformed(frame: Unread): boolean {
    const all = this.#unread.size >= MOST_SOURCES ? { ...frame, source: '', place: '' } : frame;
    const key = `${all.place}|${all.source}|${all.reason}`;
    const known = this.#unread.get(key);
    this.#unread.set(key, { ...all, count: (known?.count ?? 0) + 1 });
    return known === undefined;
  }
}

/** The same words about other times, packets and states are the same disagreement. */
const kind = (text: string): string => text.replaceAll(/[\d.]+|\([^)]*\)/g, '');
