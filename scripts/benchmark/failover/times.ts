/** Times out of the log of a vethd at level debug, and out of what link-observer said. Milliseconds of CLOCK_MONOTONIC. */

export interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** Lines of a log with their times; other lines are left out. */
export function linesOf(log: string): Line[] {
  return [...log.matchAll(/^vethd: \w+ (\d+\.\d+) (.*)$/gm)].map(([, at, text = '']) => ({ atMs: Number(at), text }));
}

/** When the first line after a time says so. */
export function firstAfter(lines: readonly Line[], fromMs: number, text: string): number | undefined {
  return lines.find((line) => line.atMs >= fromMs && line.text.includes(text))?.atMs;
}

/** When the observer was told that a link has this state; the first time after `fromMs`. */
export function observed(output: string, fromMs: number, name: string, state: string): number | undefined {
  const line = output.split('\n').find((row) => {
    const [at, ...words] = row.split(' ');
    return Number(at) >= fromMs && words.join(' ') === `${name} ${state}`;
  });
  return line === undefined ? undefined : Number.parseFloat(line);
}

/** The earlier of two, where one may not have been seen. */
export const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
