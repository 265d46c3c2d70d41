/** Colours for a terminal; none elsewhere, and none with NO_COLOR. */
export interface Style {
  bold(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export function style(coloured: boolean): Style {
  const paint = (code: number) => (coloured ? (text: string) => `\u001b[${code}m${text}\u001b[0m` : plain);
  return { bold: paint(1), good: paint(32), bad: paint(31) };
}

const plain = (text: string) => text;
