/** What a lab must not leave behind. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type Lab, labResidue } from '../../scripts/lab/lab.js';

const BPF = '/sys/fs/bpf';

/** Objects pinned in the machine's BPF file system; names that hold `veth` are ours. */
export function pinned(): string[] {
  if (!existsSync(BPF)) return [];
  return readdirSync(BPF, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('veth'));
}

/** One line for each thing that is still there after `dispose`. `pinnedBefore`: what was pinned before the lab. */
export function residueOf(lab: Lab, pinnedBefore: readonly string[]): string[] {
  const left: string[] = [];
  for (const { name, kind } of labResidue()) if (lab.owns(name)) left.push(`${kind} ${name}`);
  for (const pid of lab.pids) if (existsSync(`/proc/${pid}`)) left.push(`process ${pid}`);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`)) {
    const words = commandLine(pid);
    if (words.includes(lab.directory)) left.push(`process ${pid}: ${words}`);
  }
  for (const path of pinned()) if (!pinnedBefore.includes(path)) left.push(`${BPF}/${path}`);
  return left;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // ended meanwhile
  }
}
