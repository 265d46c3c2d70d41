/** What `vethcfg replay` is to say of each capture in pcaps/, and the list of the cases. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../vethcfg/program.js';

/** From the root of the checkout. */
export const FOLDER = 'pcaps';
export const INPUT = 'input.pcap';
const GOLDEN = 'expected.txt';

/** Cases by folder. */
export function folders(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** All that replay prints of a case, and its exit code; in this process, from the root of the checkout. */
export async function replayOf(name: string): Promise<string> {
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const code = await run(['replay', join(FOLDER, name, INPUT)], {
    environment: {},
    coloured: false,
    terminal: false,
    screen: undefined,
    stdout: write,
    stderr: write,
    onInterrupt: () => () => {},
  });
  return `${text}exit code ${code}\n`;
}

export const golden = (name: string): string => readFileSync(join(FOLDER, name, GOLDEN), 'utf8');

export async function rewriteGolden(name: string): Promise<void> {
  writeFileSync(join(FOLDER, name, GOLDEN), await replayOf(name));
}
