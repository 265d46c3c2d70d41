/** Bars with spreads, as plain SVG: no fonts, no scripts, readable in black and white. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Lowest and highest, drawn as a line over the bar. */
  readonly min: number;
  readonly max: number;
  readonly color: string;
  /** Beside the bar. */
  readonly text: string;
}

export interface Panel {
  readonly title: string;
  readonly bars: readonly Bar[];
  /** A line across all bars, with its words. */
  readonly reference?: { readonly value: number; readonly text: string };
  /** Where chance alone moves a bar. */
  readonly band?: { readonly min: number; readonly max: number };
  /** The axis ends here; what is more ends with it, and has only its figures. */
  readonly limit?: number;
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
}

export const COLORS = { raw: '#8a8f98', kernel: '#1f6fb4', user: '#2a9d74', ovs: '#d9822b', other: '#8559a5' } as const;

const WIDTH = 860;
const LABEL = 214;
const VALUE = 166;
const BAR = 16;
const STEP = 24;
const TITLE = 40;
const GAP = 26;
const PLOT = WIDTH - LABEL - VALUE;
const TOP = 66;

export function chart({ title, subtitle, panels }: Chart): string {
  const height = TOP + panels.reduce((sum, { bars }) => sum + TITLE + bars.length * STEP + GAP, 0);
  let y = TOP;
  const drawn = panels.map((panel) => {
    const text = drawPanel(panel, y);
    y += TITLE + panel.bars.length * STEP + GAP;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="28" font-size="17" font-weight="bold" fill="#1b1f24">${escaped(title)}</text>`,
    `<text x="16" y="48" fill="#57606a">${escaped(subtitle)}</text>`,
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, bars, reference, band, limit = Number.POSITIVE_INFINITY }: Panel, top: number): string {
  const most = Math.min(Math.max(...bars.map(({ max }) => max)), limit);
  const scale = niceScale(Math.max(most, reference?.value ?? 0, band?.max ?? 0));
  const x = (value: number): string => (LABEL + Math.min(value / scale.end, 1) * PLOT).toFixed(1);
  const first = top + TITLE;
  const last = first + bars.length * STEP;
  const ticks = Array.from({ length: Math.round(scale.end / scale.step) + 1 }, (_, i) => i * scale.step);
  return [
    `<text x="16" y="${top + 16}" font-weight="bold" fill="#1b1f24">${escaped(title)}</text>`,
    ...(band === undefined
      ? []
      : [
          `<rect x="${x(band.min)}" y="${first}" width="${((band.max - band.min) / scale.end) * PLOT}" height="${last - first}" fill="#e9ecef"/>`,
        ]),
    ...ticks.map(
      (tick) =>
        `<line x1="${x(tick)}" y1="${first}" x2="${x(tick)}" y2="${last}" stroke="#d0d7de"/><text x="${x(tick)}" y="${last + 13}" text-anchor="middle" font-size="10" fill="#57606a">${number(tick)}</text>`,
    ),
    ...bars.map((bar, index) => drawBar(bar, first + index * STEP, x)),
    ...(reference === undefined
      ? []
      : [
          `<line x1="${x(reference.value)}" y1="${first - 4}" x2="${x(reference.value)}" y2="${last}" stroke="#1b1f24" stroke-dasharray="4 3"/>`,
          `<text x="${x(reference.value)}" y="${first - 6}" text-anchor="middle" font-size="10" fill="#1b1f24">${escaped(reference.text)}</text>`,
        ]),
  ].join('\n');
}

function drawBar({ label, value, min, max, color, text }: Bar, top: number, x: (value: number) => string): string {
  const middle = top + STEP / 2;
  const width = Math.max(1, Number(x(value)) - LABEL).toFixed(1);
  return [
    `<text x="${LABEL - 8}" y="${middle + 4}" text-anchor="end" fill="#1b1f24">${escaped(label)}</text>`,
    `<rect x="${LABEL}" y="${middle - BAR / 2}" width="${width}" height="${BAR}" fill="${color}"/>`,
    `<line x1="${x(min)}" y1="${middle}" x2="${x(max)}" y2="${middle}" stroke="#1b1f24" stroke-width="1.5"/>`,
    ...[min, max].map(
      (end) =>
        `<line x1="${x(end)}" y1="${middle - 4}" x2="${x(end)}" y2="${middle + 4}" stroke="#1b1f24" stroke-width="1.5"/>`,
    ),
    `<text x="${WIDTH - VALUE + 12}" y="${middle + 4}" fill="#1b1f24">${escaped(text)}</text>`,
  ].join('\n');
}

/** An end not below `most` that is a whole number of round steps. */
export function niceScale(most: number): { end: number; step: number } {
  if (!(most > 0)) return { end: 1, step: 0.5 };
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  return { end: Math.ceil((most / step) * 0.999) * step, step };
}

const number = (value: number): string => `${Number(value.toPrecision(6))}`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
