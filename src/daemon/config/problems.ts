/** What is wrong with a configuration file: all of it at once, each with its place. */
import { Refusal } from '../refusal.js';
import type { Place } from './model.js';

export interface Problem extends Place {
  /** What is wrong, as a path in the file: `veth0.rate`. */
  readonly thing: string;
  /** Without a full stop: `quick is not a rate`. */
  readonly problem: string;
  readonly repair?: string | undefined;
}

/** A refusal whose message has a line for each problem: `FILE:LINE:COLUMN: THING: PROBLEM; REPAIR`. */
export class FileRefusal extends Refusal {
  readonly problems: readonly Problem[];

  constructor(
    readonly file: string,
    problems: readonly Problem[],
  ) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const [first, ...rest] = sorted.map((problem) => problemLine(file, problem));
    super({ thing: file, problem: '' });
    this.message = [first ?? `${file}: not usable`, ...rest].join('\n');
    this.problems = sorted;
  }
}

function problemLine(file: string, { line, column, thing, problem, repair }: Problem): string {
  return `${file}:${line}:${column}: ${thing}: ${problem}${repair === undefined ? '' : `; ${repair}`}`;
}

/** A refusal made without a place, for a place. */
export function problemAt(place: Place, { thing, problem, repair }: Refusal): Problem {
  return { ...place, thing, problem, repair };
}
