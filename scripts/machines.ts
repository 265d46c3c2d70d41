/** Writes docs/machines.md from the machine definitions: `npm run machines`. */
import { writeFileSync } from 'node:fs';
import { machinesDocument } from '../src/machines/document.js';

writeFileSync(new URL('../docs/machines.md', import.meta.url), machinesDocument());
