/** docs/seeds.md as text: each statement with the tests that name it in their titles. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STATEMENTS, type Statement } from './statements.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const HEAD = `# The seeds, statement by statement

What the documents say from which veth descends, and the tests that show each. Made by \`npm run seeds\` from the titles of
the tests, and held against them by a test.
`;

const FAMILIES: Readonly<Record<string, string>> = {
  NA: 'NET_ALIAS 0.50',
  IA: 'A tutorial on IP aliases',
  VE: 'The veth driver of 2001',
  IV: "The kernel's text on IPVLAN",
  NB: 'A mail of 1999 on layered interfaces',
  R: 'What is kept of them',
};

const ID = /\b(NA-|IA-|VE-|IV-|NB-|R)(\d{1,2})(?:\.\.(\d{1,2}))?\b/g;

/** Test titles by the identifiers that they name; \`NA-11..13\` names three. */
export function titlesBySeed(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of testFiles()) {
    for (const title of titlesOf(readFileSync(join(ROOT, file), 'utf8'))) {
      for (const [, family = '', first = '', last = first] of title.matchAll(ID)) {
        for (let number = Number(first); number <= Number(last); number += 1) {
          const all = found.get(`${family}${number}`) ?? [];
          const shown = `\`${file}\`: ${title.trim()}`;
          if (!all.includes(shown)) found.set(`${family}${number}`, [...all, shown]);
        }
      }
    }
  }
  return found;
}

export function seedsPage(): string {
  const titles = titlesBySeed();
  const sections = Object.entries(FAMILIES).map(([family, title]) => {
    const statements = STATEMENTS.filter(({ id }) => id.replace(/-?\d+$/, '') === family);
    return `\n## ${title}\n\n${statements.map((each) => entry(each, titles.get(each.id) ?? [])).join('')}`;
  });
  return `${HEAD}${sections.join('')}`;
}

function entry({ id, says, today }: Statement, titles: readonly string[]): string {
  const below = [...(today === undefined ? [] : [today]), ...titles];
  return `- **${id}** ${says}\n${below.map((text) => `  - ${text}\n`).join('')}`;
}

function testFiles(): string[] {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join('test', file))
    .sort();
}

/** Titles of \`test\` and \`describe\`; one of a table of cases is its row that begins with the title. */
function titlesOf(source: string): string[] {
  return [...source.matchAll(/(?:\b(?:test|it|describe)\b[^'"`\n]*\(\s*|^\s*\[\s*)(['"`])((?:(?!\1).)+)\1/gm)].map(
    ([, , title = '']) => title,
  );
}
