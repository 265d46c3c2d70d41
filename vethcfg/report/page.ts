/**
 * The report of a replay as one HTML file: no script, nothing from elsewhere, every word escaped. What can be chosen in it
 * (kinds of lines, ends) is done by its style sheet.
 */
import { createHash } from 'node:crypto';
import { VERSION } from '../../src/daemon/messages.js';
import { bundlePicture } from '../../src/pictures/bundle.js';
import { LOOK_WORDS, LOOKS } from '../../src/pictures/look.js';
import { stripsPicture } from '../../src/pictures/strips.js';
import { PICTURE_STYLE } from '../../src/pictures/style.js';
import { element, escaped } from '../../src/pictures/svg.js';
import type { IntervalReport } from '../../src/replay/intervals.js';
import type { EndReport, HistoryEvent, Report } from '../../src/replay/report.js';
import { explanationLines } from '../replay-verdicts.js';
import { eventWords, type FileSummary, identity, seconds } from '../replay-view.js';
import { type Collected, MOST_LINES } from './collect.js';
import { capturedBundles } from './links.js';
import { REPORT_STYLE } from './style.js';

export interface ReportParts {
  /** Milliseconds since 1970; undefined: the captures are empty. */
  readonly start: number | undefined;
  readonly files: readonly FileSummary[];
  /** With the ends and disagreements that are shown. */
  readonly report: Report;
  readonly collected: Collected;
}

/** Pictures are drawn twice; the style sheet shows the one that fits. */
const WIDE = 960;
const NARROW = 340;

export function reportPage(parts: ReportParts): string {
  const { start, files, report } = parts;
  const style = PICTURE_STYLE + REPORT_STYLE + choiceRules(report.ends.length);
  const title = `Replay of ${files.map(({ file }) => file).join(', ')}`;
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    `<h1>${escaped(title)}</h1>`,
    start === undefined ? '' : p(`Time is in seconds from ${new Date(start).toISOString()}. vethcfg ${VERSION}`),
    ...files.map(fileSection),
    ...sections(parts),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function sections({ report, collected }: ReportParts): string[] {
  const { ends, disagreements } = report;
  if (ends.length === 0) return [p('No LACP: nobody has sent an LACPDU.'), ...notRead(report)];
  const { bundles, more } = capturedBundles(ends);
  return [
    section('links', 'Systems and links at the end', [
      ...bundles.map((bundle) => drawn((width) => bundlePicture(bundle, width))),
      ...(more === 0 ? [] : [p(`${more} more links are not drawn.`)]),
    ]),
    section(
      'why',
      'Why',
      ends.map((end) => tag('pre', explanationLines(end, report.until).join('\n'))),
    ),
    section('time', 'States over time', [
      p(
        'What each end says of itself, and what our engine in its place makes of what the other end says. ! marks disagreements with the standard.',
      ),
      legend(),
      ...ends.map((end) => strips(end, collected, report.until)),
    ]),
    section('disagreements', 'Disagreements with the standard', [
      disagreements.length === 0
        ? p('None.')
        : table(
            ['end', 'what', 'clause', 'times', 'first', 'last'],
            disagreements.map(({ end, text, clause, count, first, last }) => [
              end,
              text,
              clause,
              `${count}`,
              moment(first),
              moment(last),
            ]),
          ),
    ]),
    section('intervals', 'Intervals between LACPDUs', [intervals(ends)]),
    ...notRead(report),
    section('history', 'History', [history(ends, collected)]),
  ];
}

const p = (words: string): string => tag('p', words);
const tag = (name: string, words: string, attributes = {}): string =>
  element(name, attributes, words === '' ? ' ' : lines(words));
/** Line ends stay. */
const lines = (words: string): string => words.split('\n').map(escaped).join('\n');

const section = (id: string, title: string, content: readonly string[]): string =>
  `<section id="${id}">\n${tag('h2', title)}\n${content.join('\n')}\n</section>`;

const drawn = (picture: (width: number) => string): string =>
  `<div class="wide">${picture(WIDE)}</div><div class="narrow">${picture(NARROW)}</div>`;

const moment = ({ at, packet }: { at: number; packet: number | undefined }): string =>
  `${seconds(at)}${packet === undefined ? '' : ` (#${packet})`}`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (name: string, row: readonly string[]) => row.map((cell) => tag(name, cell)).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${cells('th', head)}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

function fileSection({ file, format, packets, first, last, damage, notes }: FileSummary): string {
  const span = first === undefined || last === undefined ? '' : `, ${seconds(last - first)} s`;
  return [
    p(`${file}: ${format}, ${packets} packets${span}`),
    ...(damage === undefined ? [] : [tag('p', `Damaged at octet ${damage.offset}: ${damage.what}`, { class: 'out' })]),
    ...notes.map(p),
  ].join('\n');
}

const legend = (): string => {
  const words = { ...LOOK_WORDS, down: { sign: LOOK_WORDS.down.sign, word: 'silent, or down' } };
  const spans = LOOKS.map((look) => tag('span', `${words[look].sign} ${words[look].word}`, { class: look }));
  return `<p class="legend">${spans.join(' ')}</p>`;
};

function strips(end: EndReport, collected: Collected, until: number): string {
  const silent = end.explanation.use === 'silent';
  const all = collected.strips(end.end, { last: end.last.at, silent, until });
  if (all.length === 0) return p(`${end.end}: not drawn, there are too many ends; the history has it`);
  return drawn((width) => stripsPicture(`states of ${end.end} over time`, all, until, width));
}

function intervals(ends: readonly EndReport[]): string {
  const row = (end: string, rate: string, report: IntervalReport | undefined) => {
    if (report === undefined) return [];
    const { count, min, median, max, late, missing, silences } = report;
    const times = [min, median, max].map((ms) => (ms / 1_000).toPrecision(3));
    return [[end, rate, `${count}`, ...times, `${late}`, `${missing}`, `${silences}`]];
  };
  return table(
    ['end', 'rate asked', 'intervals', 'least s', 'median s', 'most s', 'late', 'missing', 'silences'],
    ends.flatMap(({ end, timing }) => [...row(end, 'fast', timing.fast), ...row(end, 'slow', timing.slow)]),
  );
}

function notRead({ malformed, markers, others, duplicates, backwards, unfollowed }: Report): string[] {
  const counts: readonly (readonly [number, string])[] = [
    ...malformed.map(({ count, reason, source, place }) => {
      const from = [source || 'several addresses', place].filter(Boolean).join(' on ');
      return [count, `frames not read: ${reason}, from ${from}`] as const;
    }),
    [markers, 'markers and responses'],
    [others, 'frames of other slow protocols'],
    [duplicates, 'frames that were there twice'],
    [backwards, 'frames that are older than one before them'],
    [unfollowed, 'LACPDUs of further ends, not followed'],
  ];
  const rows = counts.filter(([count]) => count > 0).map(([count, what]) => [`${count}`, what]);
  return rows.length === 0 ? [] : [section('counts', 'Besides', [table(['times', 'what'], rows)])];
}

/** By what the history can be narrowed. */
const KINDS: readonly (readonly [kind: string, words: string, of: readonly HistoryEvent['kind'][]])[] = [
  ['says', 'what ends say', ['says', 'end']],
  ['machine', 'our machines', ['machine']],
  ['marker', 'markers', ['marker']],
  ['finding', 'findings', ['disagreement', 'malformed']],
];
/** More ends get no box of their own. */
const MOST_BOXES = 64;

function history(ends: readonly EndReport[], { events, left }: Collected): string {
  const places = new Map(ends.map(({ end }, place) => [end, place]));
  const box = (id: string, words: string) =>
    `<label><input type="checkbox" id="${id}" checked> ${escaped(words)}</label>`;
  const rows = events.map((event) => {
    const kind = KINDS.find(([, , of]) => of.includes(event.kind))?.[0] ?? 'says';
    const place = 'end' in event ? places.get(event.end) : undefined;
    const end = 'end' in event ? event.end : '';
    const cells = [seconds(event.at), event.packet === undefined ? '' : `#${event.packet}`, end, eventWords(event)];
    const cls = `k-${kind}${place === undefined ? '' : ` e-${place}`}`;
    return `<tr class="${cls}">${cells.map((cell) => tag('td', cell)).join('')}</tr>`;
  });
  return [
    '<fieldset><legend>shown</legend>',
    ...KINDS.map(([kind, words]) => box(`k-${kind}`, words)),
    ...ends.slice(0, MOST_BOXES).map(({ end, actor }, place) => box(`e-${place}`, `${end} (${identity(actor)})`)),
    '</fieldset>',
    '<div class="scroll history"><table><tbody>',
    ...rows,
    '</tbody></table></div>',
    left === 0
      ? ''
      : p(`${left} more lines are not here, after the first ${MOST_LINES}; vethcfg replay prints them all.`),
  ].join('\n');
}

/** A box that is not ticked hides its lines. */
function choiceRules(ends: number): string {
  const boxes = [
    ...KINDS.map(([kind]) => `k-${kind}`),
    ...Array.from({ length: Math.min(ends, MOST_BOXES) }, (_, n) => `e-${n}`),
  ];
  return `${boxes.map((box) => `#history:has(#${box}:not(:checked)) tr.${box}`).join(',\n')} { display: none; }\n`;
}
