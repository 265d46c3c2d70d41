/** The files of the page, read once: they are small, and none but these can be asked for. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DocumentRoute } from './route.js';

/** `dist/web`, from `dist/src/daemon/http`. */
const DIRECTORY = fileURLToPath(new URL('../../../web', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
};

/** `index.html` is at `/`, the others at their names. */
export function pageFiles(directory = DIRECTORY): DocumentRoute[] {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  return names.flatMap((name): DocumentRoute[] => {
    const type = TYPES[extname(name)];
    if (type === undefined) return [];
    const document = { type, body: readFileSync(join(directory, name)) };
    return [{ path: name === 'index.html' ? '/' : `/${name}`, maxAgeMs: undefined, answer: () => document }];
  });
}
