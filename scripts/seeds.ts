/** Writes docs/seeds.md: `npm run seeds`. A test holds the page against the tests it names. */
import { writeFileSync } from 'node:fs';
import { seedsPage } from './seeds/page.js';

writeFileSync(new URL('../docs/seeds.md', import.meta.url), seedsPage());
