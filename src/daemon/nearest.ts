/** What somebody who mistyped a word most likely meant. */

/** The candidate that differs by the fewest typing mistakes; undefined when more than a third of it would be wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly mistakes: number } | undefined;
  for (const candidate of candidates) {
    const mistakes = mistakesBetween(word.toLowerCase().replaceAll('_', '-'), candidate.replaceAll('_', '-'));
    const bearable = Math.ceil(candidate.length / 3);
    if (mistakes <= bearable && (best === undefined || mistakes < best.mistakes)) best = { candidate, mistakes };
  }
  return best?.candidate;
}

/** Letters left out, put in, replaced, or exchanged with their neighbour (optimal string alignment). */
function mistakesBetween(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : replaced;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replaced, exchanged));
    }
  }
  return at(a.length, b.length);
}
