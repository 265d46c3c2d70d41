/** Manual pages in roff (man macros), with only what ours need. */

/** Text of any origin, so that roff prints it as it is. */
export function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/gm, '\\&')
    .replace(
      /[^\n -~]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

export const bold = (text: string): string => `\\fB${escaped(text)}\\fR`;

/** A page; each method adds to it. Text is given as it shall be read, never as roff. */
export class Page {
  readonly #lines: string[];

  /** `summary`: the line of `apropos`, without full stop. */
  constructor(name: string, section: 5 | 8, version: string, summary: string) {
    this.#lines = [
      '.\\" Made by npm run build; do not edit.',
      `.TH ${escaped(name.toUpperCase())} ${section} "" "veth ${version}" "veth"`,
      // No hyphens that are not in the words: options are to be copied.
      '.nh',
      '.ad l',
    ];
    this.section('NAME');
    this.#lines.push(`${escaped(name)} \\- ${escaped(summary)}`);
  }

  section(title: string): this {
    this.#lines.push(`.SH ${escaped(title)}`);
    return this;
  }

  subsection(title: string): this {
    this.#lines.push(`.SS ${escaped(title)}`);
    return this;
  }

  paragraph(text: string): this {
    this.#lines.push('.PP', escaped(text));
    return this;
  }

  /** A term, bold where it is typed as it stands, with its explanation. */
  entry(term: string, rest: string, text: string): this {
    this.#lines.push('.TP', `${bold(term)}${escaped(rest)}`, escaped(text));
    return this;
  }

  /** Lines that stay as they are. */
  lines(lines: readonly string[]): this {
    this.#lines.push('.PP', '.RS 4', '.nf', ...lines.map((line) => escaped(line)), '.fi', '.RE');
    return this;
  }

  /** Bold name, then the rest as it is: of a SYNOPSIS. */
  synopsis(name: string, rest: string): this {
    this.#lines.push('.PP', `${bold(name)} ${escaped(rest)}`);
    return this;
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
