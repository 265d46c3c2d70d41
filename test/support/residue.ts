/** What a lab must not leave behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Lab, labResidue, pinsOf } from '../../scripts/lab/lab.js';

/** One line for each thing that is still there after `dispose`. */
export function residueOf(lab: Lab): string[] {
  const left: string[] = [];
  for (const { name, kind } of labResidue()) if (lab.owns(name)) left.push(`${kind} ${name}`);
  for (const pid of lab.pids) if (existsSync(`/proc/${pid}`)) left.push(`process ${pid}`);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)) {
    const words = commandLine(pid);
    if (words.includes(lab.directory)) left.push(`process ${pid}: ${words}`);
  }
  return [...left, ...lab.namespaceNumbers.flatMap(pinsOf)];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // ended meanwhile
  }
}
