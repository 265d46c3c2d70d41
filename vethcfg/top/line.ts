/** A line of a screen: pieces of text with colours, cut to a width that colours do not count in. */

export interface Piece {
  readonly text: string;
  /** Undefined: as it is. */
  readonly paint?: ((text: string) => string) | undefined;
}

export type Line = readonly (Piece | string)[];

/** At most `width` characters of it, with the colours; what was cut off ends in `…`. */
export function cut(line: Line, width: number): string {
  const pieces = line.map((piece) => (typeof piece === 'string' ? { text: piece } : piece));
  const length = pieces.reduce((sum, { text }) => sum + characters(text).length, 0);
  let room = length <= width ? width : width - 1;
  const parts = pieces.map(({ text, paint = plain }: Piece) => {
    const shown = characters(text).slice(0, room);
    room -= shown.length;
    return shown.length === 0 ? '' : paint(shown.join(''));
  });
  return `${parts.join('')}${length <= width ? '' : '…'}`.replace(/ +$/, '');
}

const plain = (text: string): string => text;

/** What a terminal takes for a command is shown as `?`. */
const characters = (text: string): string[] =>
  [...text].map((character) => (/\p{Cc}|\p{Cf}/u.test(character) ? '?' : character));
