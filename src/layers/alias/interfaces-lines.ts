/** Lines of interfaces(5), those of the files that it names in their place: comments away, continued lines joined. */

export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly thing: string;
  readonly problem: string;
  readonly repair: string;
}

export interface LogicalLine {
  readonly file: string;
  /** Of its beginning, from 1. */
  readonly line: number;
  /** At least one. */
  readonly words: readonly string[];
}

/** The files of a host. */
export interface SourceFiles {
  /** Undefined: it cannot be read. */
  read(path: string): string | undefined;
  /** Paths of files that a pattern of the shell stands for, in order. Relative ones are from the directory of `from`. */
  matching(pattern: string, from: string): readonly string[];
  /** Files in a directory whose names are of letters, digits, `_` and `-` only, in order. */
  inDirectory(path: string, from: string): readonly string[];
}

export interface SourceLines {
  readonly lines: readonly LogicalLine[];
  readonly problems: readonly FileProblem[];
}

/** Files that name each other end here, as in ifupdown. */
const DEEPEST = 10;

export function sourceLines(file: string, files: SourceFiles): SourceLines {
  const lines: LogicalLine[] = [];
  const problems: FileProblem[] = [];

  function take(path: string, named: { file: string; line: number }, depth: number): void {
    const text = files.read(path);
    if (text === undefined || depth > DEEPEST) {
      const problem = text === undefined ? 'cannot be read' : 'files name each other in a circle';
      const repair = depth === 0 ? 'name another file' : 'mend the line that names it';
      problems.push({ ...named, thing: path, problem, repair });
      return;
    }
    for (const line of logicalLines(path, text)) {
      const [word, pattern = ''] = line.words;
      const paths =
        word === 'source'
          ? files.matching(pattern, path)
          : word === 'source-directory'
            ? files.inDirectory(pattern, path)
            : undefined;
      if (paths === undefined) lines.push(line);
      else for (const each of paths) take(each, line, depth + 1);
    }
  }

  take(file, { file, line: 1 }, 0);
  return { lines, problems };
}

function logicalLines(file: string, text: string): LogicalLine[] {
  const found: LogicalLine[] = [];
  let joined = '';
  let line = 0;
  for (const [index, physical] of text.split('\n').entries()) {
    if (joined === '') line = index + 1;
    // A comment is a whole line, and does not go on; within a continued line # is a character like others.
    if (joined === '' && /^\s*#/.test(physical)) continue;
    joined += physical.replace(/\\$/, ' ');
    if (physical.endsWith('\\')) continue;
    take();
  }
  take(); // the last line went on, to nothing
  return found;

  function take(): void {
    const words = joined.trim().split(/\s+/);
    if (words[0] !== '') found.push({ file, line, words });
    joined = '';
  }
}
