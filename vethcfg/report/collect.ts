/** What the HTML report of a replay needs, collected while the capture is read; bounded, however long it is. */

import { stateLetters } from '../../src/lacp/port-state.js';
import { lookOfMachine, lookOfState } from '../../src/pictures/look.js';
import type { Segment, Strip } from '../../src/pictures/strips.js';
import type { HistoryEvent } from '../../src/replay/report.js';

/** Lines of the history, and changes of a strip; further ones are only counted. */
export const MOST_LINES = 20_000;
const MOST_SEGMENTS = 2_000;
/** Strips that are drawn: three for an end. */
const MOST_STRIPS = 192;
const MOST_MARKS = 50;

interface Growing {
  readonly label: string;
  readonly segments: Segment[];
  readonly marks: { readonly at: number; readonly words: string }[];
  /** From here on there were too many changes; undefined: there were not. */
  cut?: number;
}

export class Collected {
  readonly events: HistoryEvent[] = [];
  /** Lines that were too many. */
  left = 0;
  readonly #strips = new Map<string, Growing>();

  add(event: HistoryEvent): void {
    if (this.events.length < MOST_LINES) this.events.push(event);
    else this.left++;
    if (event.kind === 'says') {
      const { State } = event.actor;
      this.#change(`${event.end} says`, event.at, { look: lookOfState(State), word: stateLetters(State) });
    } else if (event.kind === 'machine') {
      const { machine, to } = event.step;
      const look = lookOfMachine(machine, to);
      if (look !== undefined) this.#change(`engine: ${machine}`, event.at, { look, word: to }, event.end);
    } else if (event.kind === 'disagreement') {
      const marks = this.#strip(`${event.end} says`, event.end)?.marks;
      if (marks !== undefined && marks.length < MOST_MARKS)
        marks.push({ at: event.at, words: `${event.end} ${event.text}` });
    }
  }

  /** Of one end; `last`: when it spoke last, `silent`: it has not for long, `until`: end of the capture. */
  strips(end: string, { last, silent, until }: { last: number; silent: boolean; until: number }): Strip[] {
    const rows = [`${end} says`, 'engine: receive', 'engine: mux'];
    return rows.flatMap((row): Strip[] => {
      const strip = this.#strips.get(`${end}|${row}`);
      if (strip === undefined) return [];
      const { label, segments, marks, cut } = strip;
      const over = cut ?? (label.endsWith(' says') && silent ? last : until);
      const word = cut === undefined ? 'silent' : 'too many changes to be drawn';
      const closed = segments.map((segment, place) => ({ ...segment, to: segments[place + 1]?.from ?? over }));
      const gone: Segment[] = over < until ? [{ from: over, to: until, look: 'down', word }] : [];
      return [{ label, segments: [...closed, ...gone], marks }];
    });
  }

  #change(
    label: string,
    at: number,
    { look, word }: Pick<Segment, 'look' | 'word'>,
    end = label.replace(/ says$/, ''),
  ): void {
    const strip = this.#strip(label, end);
    if (strip === undefined || strip.segments.at(-1)?.word === word) return;
    if (strip.segments.length < MOST_SEGMENTS) strip.segments.push({ from: at, to: at, look, word });
    else strip.cut ??= at;
  }

  #strip(label: string, end: string): Growing | undefined {
    const key = `${end}|${label}`;
    const known = this.#strips.get(key);
    if (known !== undefined || this.#strips.size >= MOST_STRIPS) return known;
    const strip: Growing = { label, segments: [], marks: [] };
    this.#strips.set(key, strip);
    return strip;
  }
}
