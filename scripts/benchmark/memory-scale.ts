/** 1024 ports at fast rate in one daemon, over links in memory: what the control plane alone costs. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfiguration } from '../../src/daemon/config/read.js';
import { Daemon } from '../../src/daemon/daemon.js';
import { LacpJournal } from '../../src/daemon/lacp-journal.js';
import { Lateness } from '../../src/daemon/lateness.js';
import { createLog } from '../../src/daemon/log.js';
import { SavedState } from '../../src/daemon/saved-state.js';
import { createStatusFile } from '../../src/daemon/status-file.js';
import { systemClock } from '../../src/drivers/clock.js';
import { manyPorts, PORTS_EACH } from './configuration.js';
import { lateText, range } from './figures.js';
import { type Cable, cables, memoryDrivers } from './memory-host.js';

const PORTS = 1024;
const MEASURE_MS = 10_000;

export async function benchMemoryScale(repetitions: number): Promise<void> {
  console.log(`${PORTS} ports at fast rate in one daemon, links in memory (two daemons, each with all its files)`);
  const directory = mkdtempSync(join(tmpdir(), 'veth-bench-'));
  try {
    const heapBefore = heapUsed();
    const daemons = cables().map((cable, side) => memoryDaemon(side, cable, join(directory, `${side}`)));
    let from = performance.now();
    await Promise.all(daemons.map(({ daemon }) => daemon.start()));
    console.log(`  from configuration to LACP   ${((performance.now() - from) / 2000).toFixed(1)} s`);
    from = performance.now();
    while (!daemons.every(({ daemon }) => allDistributing(daemon))) {
      if (performance.now() - from > 60_000) throw new Error(`not all of ${PORTS} ports DISTRIBUTING after 60 s`);
      await delay(100);
    }
    console.log(`  until all are DISTRIBUTING   ${((performance.now() - from) / 1000).toFixed(1)} s`);
    console.log(
      `  memory                       ${((heapUsed() - heapBefore) / 2 / PORTS / 1024).toFixed(1)} KiB a port`,
    );

    for (const { lateness } of daemons) lateness.start();
    const shares: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) shares.push(await cpuShare(MEASURE_MS));
    const each = shares.map((share) => (share / daemons.length) * 100);
    console.log(
      `  processor                    ${range(each, 1)} % of a core, ${repetitions} times ${MEASURE_MS / 1000} s`,
    );
    for (const { lateness } of daemons) console.log(`  control loop                 ${lateText(lateness.report())}`);
    for (const { lateness } of daemons) lateness.stop();
    await Promise.all(daemons.map(({ daemon }) => daemon.stop()));
    await Promise.all(daemons.map(({ statusFile }) => statusFile.close()));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function memoryDaemon(side: number, cable: Cable, directory: string) {
  mkdirSync(directory);
  const log = createLog('error', (line) => process.stderr.write(line));
  const identity = 'memory';
  const lateness = new Lateness(systemClock, log);
  const statusFile = createStatusFile(join(directory, 'status'), log);
  const file = 'bench.yaml';
  const daemon = new Daemon({
    drivers: memoryDrivers(side, PORTS, cable, lateness.clock),
    state: new SavedState(directory, identity),
    journal: new LacpJournal({ directory, identity, log }),
    limits: { interfaces: PORTS / PORTS_EACH, portsEach: PORTS_EACH },
    log,
    reduced: [],
    lateness,
    status: statusFile.update,
    configuration: { directory, identity, file, boot: readConfiguration(manyPorts(PORTS), file) },
  });
  return { daemon, lateness, statusFile };
}

const allDistributing = (daemon: Daemon): boolean =>
  daemon.statusOf({}).status.aggregators.every(({ ports }) => ports.every(({ distributing }) => distributing));

/** Part of one core that this process takes, 0 and up. */
async function cpuShare(ms: number): Promise<number> {
  const [from, before] = [performance.now(), process.cpuUsage()];
  await delay(ms);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - from);
}

function heapUsed(): number {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
