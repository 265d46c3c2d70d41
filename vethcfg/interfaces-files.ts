/** Files that interfaces(5) names, on this host. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { SourceFiles } from '../src/layers/alias/interfaces-lines.js';

export const hostFiles: SourceFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  matching(pattern, from) {
    const absolute = isAbsolute(pattern) ? pattern : join(dirname(resolve(from)), pattern);
    return expand('/', absolute.split('/').filter(Boolean));
  },
  inDirectory(path, from) {
    const directory = isAbsolute(path) ? path : join(dirname(resolve(from)), path);
    return names(directory, 'files')
      .filter((name) => /^[\w-]+$/.test(name))
      .map((name) => join(directory, name));
  },
};

/** What a pattern of the shell stands for, part by part. */
function expand(directory: string, [part, ...rest]: readonly string[]): string[] {
  if (part === undefined) return [directory];
  if (!/[*?[]/.test(part)) {
    const path = join(directory, part);
    return rest.length > 0 || names(directory, 'files').includes(part) ? expand(path, rest) : [];
  }
  const pattern = asPattern(part);
  return names(directory, rest.length === 0 ? 'files' : 'directories')
    .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
    .flatMap((name) => expand(join(directory, name), rest));
}

function asPattern(part: string): RegExp {
  const source = part.replace(/\[[!^]?[^\]]+\]|[\s\S]/g, (piece) => {
    if (piece === '*') return '.*';
    if (piece === '?') return '.';
    if (piece.length > 1) return piece.replace('[!', '[^');
    return piece.replace(/[.+^${}()|[\]\\]/, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}

function names(directory: string, kind: 'files' | 'directories'): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isSymbolicLink() || entry.isDirectory() === (kind === 'directories'))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
