/** 128 kernel links at fast rate between two daemons: what a whole vethd costs, sockets and files included. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LatenessReport } from '../../src/daemon/messages.js';
import { Daemon, distributing } from '../lab/daemon.js';
import { Lab } from '../lab/lab.js';
import { manyPorts, PORTS_EACH } from './configuration.js';
import { lateText, range } from './figures.js';

const LINKS = 128;
const MEASURE_MS = 10_000;
/** The kernel's clock ticks in /proc/PID/stat. */
const TICKS_A_SECOND = 100;

export async function benchKernelScale(repetitions: number): Promise<void> {
  console.log(`${LINKS} kernel links at fast rate, a vethd at each end`);
  const lab = new Lab();
  try {
    const ports = Array.from({ length: LINKS }, (_, index) => `eth${index}`);
    const [a, b] = [await lab.host('a'), await lab.host('b')];
    for (const port of ports) await lab.link(a, port, b, port);
    const file = join(lab.directory, 'vethd.yaml');
    writeFileSync(file, manyPorts(LINKS));
    const words = ['--max-interfaces', `${LINKS / PORTS_EACH}`, '--max-ports', `${PORTS_EACH}`];
    const daemons = [a, b].map((host) => new Daemon(lab, host));
    for (const daemon of daemons) daemon.words = words;
    await Promise.all(daemons.map((daemon) => daemon.start()));
    const memoryBefore = daemons.map(residentKiB);

    const from = performance.now();
    for (const daemon of daemons) await daemon.mustCfg(`--timeout 120 apply ${file}`);
    console.log(`  vethcfg apply                ${((performance.now() - from) / 2000).toFixed(1)} s`);
    await distributing(daemons, ports, 60_000);
    const grown = daemons.map((daemon, index) => (residentKiB(daemon) - (memoryBefore[index] ?? 0)) / LINKS);
    console.log(`  memory (resident)            ${range(grown, 0)} KiB a port, with ${LINKS / PORTS_EACH} data paths`);

    const shares: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) {
      const before = daemons.map(processorSeconds);
      const start = performance.now();
      await delay(MEASURE_MS);
      const seconds = (performance.now() - start) / 1000;
      for (const [index, daemon] of daemons.entries()) {
        shares.push(((processorSeconds(daemon) - (before[index] ?? 0)) / seconds) * 100);
      }
    }
    console.log(
      `  processor                    ${range(shares, 1)} % of a core, ${repetitions} times ${MEASURE_MS / 1000} s`,
    );
    for (const daemon of daemons) {
      const { lateness }: { lateness: LatenessReport } = JSON.parse(await daemon.mustCfg('--json show'));
      console.log(`  control loop                 ${lateText(lateness)} since the start`);
    }
    await Promise.all(daemons.map((daemon) => daemon.stop()));
  } finally {
    await lab.dispose();
  }
}

function residentKiB(daemon: Daemon): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))?.[1]);
}

/** Of all threads, in user and kernel mode. */
function processorSeconds(daemon: Daemon): number {
  const stat = readFileSync(`/proc/${daemon.process.pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}
