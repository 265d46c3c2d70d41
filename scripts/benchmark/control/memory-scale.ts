/** Many ports at fast rate in one daemon, over links in memory: what the control plane alone costs. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { Daemon } from '../../../src/daemon/daemon.js';
import { EventJournal } from '../../../src/daemon/event-journal.js';
import { LacpJournal } from '../../../src/daemon/lacp-journal.js';
import { Lateness } from '../../../src/daemon/lateness.js';
import { createLog } from '../../../src/daemon/log.js';
import { SavedState } from '../../../src/daemon/saved-state.js';
import { createStatusFile } from '../../../src/daemon/status-file.js';
import { systemClock } from '../../../src/drivers/clock.js';
import type { ScaleFigure } from '../results.js';
import { manyPorts, PORTS_EACH } from './configuration.js';
import { type Cable, cables, memoryDrivers } from './memory-host.js';

/** Until all ports are DISTRIBUTING: 1024 take half a minute of processor time, more where others want it too. */
const MOST_MS = 150_000;

/** Two daemons in this process, each with all its files; figures are those of one. */
export async function benchMemoryScale(ports: number, repetitions: number, seconds: number): Promise<ScaleFigure> {
  const directory = mkdtempSync(join(tmpdir(), 'veth-bench-'));
  try {
    const heapBefore = heapUsed();
    const daemons = cables().map((cable, side) => memoryDaemon(side, ports, cable, join(directory, `${side}`)));
    const from = performance.now();
    await Promise.all(daemons.map(({ daemon }) => daemon.start()));
    while (!daemons.every(({ daemon }) => allDistributing(daemon))) {
      if (performance.now() - from > MOST_MS) {
        throw new Error(`not all of ${ports} ports DISTRIBUTING after ${MOST_MS / 1000} s`);
      }
      await delay(20);
    }
    const distributingS = (performance.now() - from) / 1000;
    const heap = heapUsed() - heapBefore;

    for (const { lateness } of daemons) lateness.start();
    const processor: number[] = [];
    for (let turn = 0; turn < repetitions; turn += 1) {
      processor.push(((await cpuShare(seconds * 1000)) / daemons.length) * 100);
    }
    const reports = daemons.map(({ lateness }) => lateness.report());
    for (const { lateness } of daemons) lateness.stop();
    await Promise.all(daemons.map(({ daemon }) => daemon.stop()));
    await Promise.all(daemons.map(({ statusFile }) => statusFile.close()));
    const classes = reports.flatMap((report) => report.classes);
    const count = (those: typeof classes) => those.reduce((sum, { count: number }) => sum + number, 0);
    return {
      ports,
      processor,
      worstLateMs: Math.max(...reports.map(({ worst }) => worst)),
      within10MsPercent: (100 * count(classes.filter(({ upTo }) => upTo !== undefined && upTo <= 10))) / count(classes),
      heapKiBPerPort: heap / daemons.length / ports / 1024,
      distributingS,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function memoryDaemon(side: number, ports: number, cable: Cable, directory: string) {
  mkdirSync(directory);
  const log = createLog('error', (line) => process.stderr.write(line));
  const identity = 'memory';
  const lateness = new Lateness(systemClock, log);
  const statusFile = createStatusFile(join(directory, 'status'), log);
  const file = 'bench.yaml';
  const daemon = new Daemon({
    drivers: memoryDrivers(side, ports, cable, lateness.clock),
    state: new SavedState(directory, identity),
    journal: new LacpJournal({ directory, identity, log }),
    limits: { interfaces: Math.ceil(ports / PORTS_EACH), portsEach: PORTS_EACH },
    log,
    reduced: [],
    lateness,
    events: new EventJournal(systemClock),
    status: statusFile.update,
    configuration: { directory, identity, file, boot: readConfiguration(manyPorts(ports), file) },
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
