/** 128 kernel links at fast rate between two daemons: what a whole vethd costs, sockets and files included. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LatenessReport } from '../../../src/daemon/messages.js';
import { Daemon, distributing } from '../../lab/daemon.js';
import { Lab } from '../../lab/lab.js';
import { processSeconds } from '../measure/processor.js';
import type { Figure } from '../results.js';
import { manyPorts, PORTS_EACH } from './configuration.js';

const LINKS = 128;

export async function benchKernelScale(repetitions: number, seconds: number): Promise<Figure[]> {
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
    const applied = (performance.now() - from) / 1000 / daemons.length;
    await distributing(daemons, ports, 60_000);
    const grown = daemons.map((daemon, index) => (residentKiB(daemon) - (memoryBefore[index] ?? 0)) / LINKS);

    const shares: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) {
      const before = daemons.map(({ process }) => processSeconds(process.pid));
      const start = performance.now();
      await delay(seconds * 1000);
      const took = (performance.now() - start) / 1000;
      for (const [index, { process }] of daemons.entries()) {
        shares.push(((processSeconds(process.pid) - (before[index] ?? 0)) / took) * 100);
      }
    }
    const worst: number[] = [];
    for (const daemon of daemons) {
      const { lateness }: { lateness: LatenessReport } = JSON.parse(await daemon.mustCfg('--json show'));
      worst.push(lateness.worst);
    }
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    const what = `${LINKS} kernel links, 16 groups`;
    return [
      { name: `${what}: vethcfg apply`, unit: 's', digits: 1, values: [applied] },
      { name: `${what}: processor of one vethd`, unit: '% of a core', digits: 1, values: shares },
      { name: `${what}: resident memory, with the data paths`, unit: 'KiB a port', digits: 0, values: grown },
      { name: `${what}: latest timer since the start`, unit: 'ms', digits: 1, values: worst },
    ];
  } finally {
    await lab.dispose();
  }
}

function residentKiB(daemon: Daemon): number {
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))?.[1]);
}
