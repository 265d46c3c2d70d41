/** States over time: one strip a row, coloured by state, with a time axis below. Heights differ as colours do. */
import type { Look } from './look.js';
import { element, escaped, fits, LINE, text, wrapped } from './svg.js';

export interface Strip {
  readonly label: string;
  readonly segments: readonly Segment[];
  /** Moments to be marked with `!`, and what was then. */
  readonly marks?: readonly { readonly at: number; readonly words: string }[];
}

/** Times in milliseconds. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly look: Look;
  /** The state. */
  readonly word: string;
}

const HEIGHTS: Readonly<Record<Look, number>> = {
  'in-use': 16,
  receives: 13,
  waiting: 10,
  standby: 7,
  out: 4,
  down: 2,
};
const ROW = 24;
const MARGIN = 8;
const AXIS = 26;

/** `until`: where time ends, in milliseconds from 0; `width` in pixels. */
export function stripsPicture(label: string, strips: readonly Strip[], until: number, width: number): string {
  const longest = Math.max(0, ...strips.map((strip) => strip.label.length));
  const left = Math.min(longest * 7.25 + 2 * MARGIN, width * 0.4);
  const right = width - 3 * MARGIN;
  const end = Math.max(until, 1);
  const x = (at: number) => left + ((right - left) * Math.min(Math.max(at, 0), end)) / end;
  const bottom = strips.length * ROW + MARGIN;
  const rows = strips.map((strip, row) => drawStrip(strip, row * ROW + MARGIN + ROW / 2, fits(left - MARGIN), x));
  const ticks = ticksOf(end, Math.floor((right - left) / 70)).map(
    ({ at, words }) =>
      element('line', { x1: x(at), y1: MARGIN, x2: x(at), y2: bottom + 4, class: 'tick' }) +
      text(x(at), bottom + LINE, words, { 'text-anchor': 'middle', class: 'words' }),
  );
  const height = bottom + AXIS;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'strips',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'group',
      'aria-label': label,
    },
    ticks.join('') + rows.join(''),
  );
}

function drawStrip({ label, segments, marks }: Strip, y: number, letters: number, x: (at: number) => number): string {
  const [name = ''] = wrapped(label, letters, 1);
  const drawn = segments.map(({ from, to, look, word }) => {
    const height = HEIGHTS[look];
    const width = Math.max(0.8, x(to) - x(from));
    const title = `${label}: ${word} from ${seconds(from)} to ${seconds(to)} s`;
    return element(
      'g',
      { class: `segment ${look}` },
      element('title', {}, escaped(title)) +
        element('rect', { x: x(from), y: y - height / 2, width, height }) +
        (look === 'in-use' && fits(width - 8) >= word.length
          ? text(x(from) + 4, y + 4, word, { class: 'inside' })
          : ''),
    );
  });
  const flags = (marks ?? []).map(({ at, words }) =>
    element(
      'g',
      { class: 'mark' },
      element('title', {}, escaped(`${seconds(at)} s: ${words}`)) +
        element('path', { d: `M${x(at)} ${y - 11}l4 7h-8z` }) +
        text(x(at), y - 4, '!', { 'text-anchor': 'middle' }),
    ),
  );
  return element(
    'g',
    { role: 'img', 'aria-label': describe(label, segments) },
    text(MARGIN / 2, y + 4, name) + [...drawn, ...flags].join(''),
  );
}

/** For those who do not see it; the first states are enough. */
const describe = (label: string, segments: readonly Segment[]): string =>
  `${label}: ${segments
    .slice(0, 12)
    .map(({ from, word }) => `${word} from ${seconds(from)} s`)
    .join(', ')}`;

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/** Round steps, at most `most` of them, and the unit that suits them. */
function ticksOf(end: number, most: number): { readonly at: number; readonly words: string }[] {
  const step = STEPS.find((each) => end / each <= Math.max(2, most)) ?? end;
  const [unit, name] =
    step >= 3_600_000 ? [3_600_000, 'h'] : step >= 60_000 ? [60_000, 'min'] : step >= 1_000 ? [1_000, 's'] : [1, 'ms'];
  const count = Math.floor(end / step) + 1;
  return Array.from({ length: count }, (_, place) => ({
    at: place * step,
    words: `${Math.round((place * step * 10) / unit) / 10} ${name}`,
  }));
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  [1, 2, 5, 10, 20, 50, 100, 200, 500],
  [1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
  [1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
  [1, 2, 5, 10, 24, 48, 120, 240, 1_200].map((each) => each * HOUR),
].flat();
