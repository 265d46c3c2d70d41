/** SVG as text, safe to put into a page whatever the words in it are. */

/** Text of any origin, as content or as the value of an attribute in double quotes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
    .replace(UNSEEN, '\u{fffd}');
}

/** What XML does not know, and what turns the direction of the words around it. */
const UNSEEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; `content` is SVG already. Attributes without a value are left out. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const words = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? rounded(value) : String(value))}"`);
  return `<${name}${words.join('')}${content === '' ? '/>' : `>${content}</${name}>`}`;
}

export const text = (x: number, y: number, words: string, attributes: Attributes = {}): string =>
  element('text', { x, y, ...attributes }, escaped(words));

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

/** Letters of the pictures' font (monospaced) are so wide, and lines so high, in pixels. */
export const LETTER = 7.25;
export const LINE = 16;

/** How many letters go into a width. */
export const fits = (width: number): number => Math.max(1, Math.floor(width / LETTER));

/** `words` in lines of at most `length` letters; what does not go into `most` lines is cut, with an ellipsis. */
export function wrapped(words: string, length: number, most = Number.POSITIVE_INFINITY): string[] {
  const lines: string[] = [];
  for (const word of words.split(/\s+/).flatMap((each) => pieces(each, length))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= length) lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== '') lines.push(word);
  }
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  return [...kept.slice(0, -1), `${(kept.at(-1) ?? '').slice(0, length - 1)}…`];
}

const pieces = (word: string, length: number): string[] =>
  word.length <= length ? [word] : (word.match(new RegExp(`.{1,${length}}`, 'gu')) ?? []);

/** Parts with dots between them, in lines of at most `length` letters; a part is not broken unless it must be. */
export function joined(parts: readonly string[], length: number): string[] {
  const lines: string[] = [];
  for (const part of parts.flatMap((each) => wrapped(each, length))) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + part.length <= length) lines[lines.length - 1] = `${last} · ${part}`;
    else lines.push(part);
  }
  return lines;
}
