/** A labelled line of `vethcfg show`. */
export const field = (indentation: number, label: string, text: string): string =>
  `${' '.repeat(indentation)}${label.padEnd(10)} ${text}`;
