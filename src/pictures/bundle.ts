/**
 * A bundle drawn: our system left, its partners right, a line for each link. As wide as it is told, down to a phone's
 * 300 pixels; words that do not fit go into further lines.
 */
import { LOOK_WORDS, type Look } from './look.js';
import { element, escaped, fits, joined, LETTER, LINE, text, wrapped } from './svg.js';

export interface SystemPicture {
  readonly title: string;
  /** Smaller, below the title. */
  readonly lines: readonly string[];
}

export interface LinkPicture {
  readonly look: Look;
  /** Instead of the word of its look. */
  readonly word?: string;
  /** What the link is known by: `data-port` of its group. */
  readonly id: string;
  /** At its ends. */
  readonly near: string;
  readonly far: string;
  /** Speed, states, share. */
  readonly facts: readonly string[];
  /** Why it is as it is. */
  readonly verdict?: string | undefined;
  /** Place of its partner in `far` of the picture; undefined: it has none. */
  readonly partner: number | undefined;
}

export interface BundlePicture {
  /** For those who do not see it. */
  readonly label: string;
  readonly near: SystemPicture;
  readonly far: readonly SystemPicture[];
  readonly links: readonly LinkPicture[];
  /** Links can be chosen, with a finger or with keys. */
  readonly choosable?: boolean;
}

const MARGIN = 1;
const PADDING = 8;
const MOST_VERDICT_LINES = 4;
/** Room above the line of a link for the names of its ends, below its words, and between two links. */
const ABOVE = 22;
const GAP = 18;

interface Row {
  readonly link: LinkPicture;
  readonly words: readonly string[];
  readonly verdict: readonly string[];
  readonly top: number;
  readonly height: number;
}

/** `width`: in pixels. */
export function bundlePicture(picture: BundlePicture, width: number): string {
  const narrow = width < 560;
  const box = (narrow ? 9 : 18) * LETTER + PADDING + 2;
  const left = MARGIN + box;
  const right = width - MARGIN - box;
  const room = fits(right - left - 2 * PADDING);
  const partners = picture.far.map((_, place) => picture.links.filter(({ partner }) => partner === place));
  const groups = [...partners, picture.links.filter(({ partner }) => partner === undefined)];
  let y = 6;
  const parts: string[] = [];
  for (const [place, links] of groups.entries()) {
    const from = y;
    for (const link of links) {
      const row = rowOf(link, y, room);
      parts.push(
        drawLink(row, { left, right, ends: place < picture.far.length, choosable: picture.choosable === true }),
      );
      y += row.height;
    }
    const system = picture.far[place];
    if (system === undefined) continue;
    y = Math.max(y, from + heightOf(system, box));
    parts.push(drawSystem(system, right, from, box, y - from - 6, 'far'));
    y += 6;
  }
  const height = Math.max(y, heightOf(picture.near, box) + 8);
  parts.push(drawSystem(picture.near, MARGIN, 6, box, height - 18, 'near'));
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'bundle',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'group',
      'aria-label': picture.label,
    },
    parts.join('\n'),
  );
}

function rowOf(link: LinkPicture, top: number, room: number): Row {
  const words = joined([`${LOOK_WORDS[link.look].sign} ${wordOf(link)}`, ...link.facts], room);
  const verdict = link.verdict === undefined ? [] : wrapped(link.verdict, room, MOST_VERDICT_LINES);
  return { link, words, verdict, top, height: ABOVE + 6 + (words.length + verdict.length) * LINE + GAP };
}

const wordOf = ({ look, word }: LinkPicture): string => word ?? LOOK_WORDS[look].word;

interface Place {
  readonly left: number;
  readonly right: number;
  /** Somebody is at the far end. */
  readonly ends: boolean;
  readonly choosable: boolean;
}

function drawLink({ link, words, verdict, top, height }: Row, { left, right, ends, choosable }: Place): string {
  const y = top + ABOVE;
  const to = ends ? right : right - 3 * PADDING;
  const middle = (left + to) / 2;
  const label = [link.near, wordOf(link), ...link.facts, link.verdict].filter(Boolean).join(', ');
  const choose = choosable ? { role: 'button', tabindex: 0 } : { role: 'img' };
  const below = (line: string, place: number, cls: string) =>
    text(left + PADDING, y + 4 + (place + 1) * LINE, line, { class: cls });
  const line = (x1: number, x2: number) => element('line', { x1, y1: y, x2, y2: y, class: 'line' });
  const cross = `M${middle - 6} ${y - 6}l12 12m0 -12l-12 12`;
  const content = [
    element('title', {}, escaped(label)),
    element('rect', { x: left + 2, y: top, width: right - left - 4, height: height - 6, class: 'touch', rx: 6 }),
    link.look === 'down'
      ? [line(left, middle - 14), line(middle + 14, to), element('path', { d: cross, class: 'cross' })].join('')
      : line(left, to),
    element('circle', { cx: left, cy: y, r: 4.5, class: 'plug' }),
    ends ? element('circle', { cx: right, cy: y, r: 4.5, class: 'plug' }) : '',
    text(left + PADDING, y - 8, link.near, { class: 'end' }),
    text(right - PADDING, y - 8, link.far, { class: 'end', 'text-anchor': 'end' }),
    ...words.map((each, place) => below(each, place, place === 0 ? 'words state' : 'words')),
    ...verdict.map((each, place) => below(each, words.length + place, 'verdict')),
  ];
  return element(
    'g',
    { class: `link ${link.look}`, 'data-port': link.id, 'aria-label': label, ...choose },
    content.join(''),
  );
}

const linesOf = ({ lines }: SystemPicture, width: number): string[] =>
  lines.flatMap((line) => wrapped(fits(width - 8) < line.length ? breakable(line) : line, fits(width - 8)));

/** An address may go on in the next line after its third octet. */
const breakable = (line: string): string => line.replace(/^(..:..:..:)(..:..:..)$/, '$1 $2');

const heightOf = (system: SystemPicture, width: number): number => 34 + linesOf(system, width).length * LINE;

function drawSystem(system: SystemPicture, x: number, y: number, width: number, height: number, cls: string): string {
  const [title = ''] = wrapped(system.title, fits(width - 8), 1);
  const middle = x + width / 2;
  const lines = linesOf(system, width).map((line, place) =>
    text(middle, y + 38 + place * LINE, line, { class: 'words', 'text-anchor': 'middle' }),
  );
  return element(
    'g',
    { class: `system ${cls}`, role: 'img', 'aria-label': [system.title, ...system.lines].join(', ') },
    [
      element('title', {}, escaped([system.title, ...system.lines].join(', '))),
      element('rect', { x, y, width, height, rx: 8 }),
      text(middle, y + 20, title, { class: 'name', 'text-anchor': 'middle' }),
      ...lines,
    ].join(''),
  );
}
