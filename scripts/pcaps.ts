/**
 * Makes the captures of pcaps/ anew, on kernel links in network namespaces, and what replay is to say of them:
 *
 *     scripts/pcaps [--case NAME,NAME] [--goldens]
 *
 * `--goldens`: only what is to be said, of the captures that are there. Look at the difference before you commit it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CaptureCase, Stage } from './captures/case.js';
import { CASES } from './captures/cases.js';
import { FOLDER, folders, INPUT, rewriteGolden } from './captures/golden.js';
import { Lab } from './lab/lab.js';

/** Cases that are made at the same time: they mostly wait. */
const AT_ONCE = 4;

const { values } = parseArgs({ options: { case: { type: 'string' }, goldens: { type: 'boolean', default: false } } });
const only = values.case?.split(',');
const unknown = only?.find((name) => !CASES.some((each) => each.name === name));
if (unknown !== undefined)
  throw new Error(`--case ${unknown}: the cases are ${CASES.map(({ name }) => name).join(', ')}`);
const wanted = CASES.filter(({ name }) => only === undefined || only.includes(name));

if (!values.goldens) {
  const lab = new Lab();
  try {
    const waiting = [...wanted];
    await Promise.all(Array.from({ length: AT_ONCE }, () => work(lab, waiting)));
  } finally {
    await lab.dispose();
  }
}
for (const { name } of wanted) if (folders().includes(name)) await rewriteGolden(name);
writeFileSync(
  join(FOLDER, 'README.md'),
  `# Captures

Made by \`scripts/pcaps\` on kernel links between real daemons; slow protocols only. In each folder \`input.pcap\`, and in
\`expected.txt\` what \`vethcfg replay\` says of it (\`test/replay/pcaps.test.ts\` holds it; \`scripts/pcaps --goldens\` writes
it anew). Those of several links were captured on the interface \`any\`.

${CASES.map(({ name, about }) => `- **${name}**: ${about}\n`).join('')}`,
);

async function work(lab: Lab, waiting: CaptureCase[]): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { name } = next;
    const folder = join(FOLDER, name);
    mkdirSync(folder, { recursive: true });
    const stage = new Stage(lab, `p${CASES.indexOf(next)}`, join(process.cwd(), folder, INPUT));
    process.stderr.write(`${name}\n`);
    await next.make(stage);
    await stage.end();
  }
}
