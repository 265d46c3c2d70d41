/** Processor time, of the whole machine and of some processes, while something runs. */
import { readFileSync } from 'node:fs';

export interface Processor {
  /** Seconds that the machine's processors were busy, all of them together. */
  readonly machineS: number;
  /** Of these, the given processes with all threads. What the kernel does for them in interrupts is not in it. */
  readonly engineS: number;
  readonly seconds: number;
}

/** Ticks of /proc, whatever the kernel's own clock runs at. */
const TICKS_A_SECOND = 100;

/** What `act` gives, and what it cost. */
export async function withProcessor<T>(pids: readonly number[], act: () => Promise<T>): Promise<[T, Processor]> {
  const [from, machine, engine] = [performance.now(), machineSeconds(), enginesSeconds(pids)];
  const result = await act();
  return [
    result,
    {
      machineS: machineSeconds() - machine,
      engineS: enginesSeconds(pids) - engine,
      seconds: (performance.now() - from) / 1000,
    },
  ];
}

function machineSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)
    .flatMap((line) => line.trim().split(/\s+/).slice(1).map(Number));
  return (user + nice + system + irq + softirq) / TICKS_A_SECOND;
}

const enginesSeconds = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + processSeconds(pid), 0);

/** Of all threads, in user and kernel mode. */
export function processSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
