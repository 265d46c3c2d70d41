/** The program `vethd`: everything put together, in the foreground until SIGTERM or SIGINT. */
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CommanderError } from 'commander';
import { findReductions, type Reduction } from '../drivers/abilities.js';
import { systemClock } from '../drivers/clock.js';
import { ownIdentity } from '../drivers/identity.js';
import { scratchTable } from '../drivers/kernel-table.js';
import { libc } from '../drivers/sys/libc.js';
import { SysError } from '../drivers/sys/sys-error.js';
import { answer } from './answer.js';
import { cleanUp } from './cleanup.js';
import { configurationFile, readBootFile } from './config/boot.js';
import { ConfigurationStore } from './config/store.js';
import { startControlServer } from './control-server.js';
import { Daemon } from './daemon.js';
import { EventJournal } from './event-journal.js';
import { takeHeritage } from './heritage.js';
import { HttpService } from './http/http-service.js';
import { httpRoutes, type Routes } from './http/routes.js';
import { JournalFile } from './journal-file.js';
import { openKernelDrivers } from './kernel-drivers.js';
import { LacpJournal } from './lacp-journal.js';
import { Lateness } from './lateness.js';
import { createLog, type Log } from './log.js';
import { createLogOutput, type LogOutput } from './log-output.js';
import { isReduced, missingCapabilities, ownPrivileges } from './privileges.js';
import { Refusal } from './refusal.js';
import { rehearse } from './rehearsal.js';
import { Restart } from './restart.js';
import { openRunDir } from './run-dir.js';
import { SavedState } from './saved-state.js';
import { openNotifier } from './sd-notify.js';
import { passedSocket } from './socket-activation.js';
import { createStatusFile } from './status-file.js';
import { readVethdOptions, VETHD_EXIT, type VethdOptions } from './vethd-command.js';
import { warmUp } from './warm-up.js';

/** Of the log, when vethd ends: so long it waits for somebody to take them, in milliseconds. */
const LAST_WORDS_MS = 1000;
const MEBIBYTE = 1024 * 1024;

async function main(argv: readonly string[]): Promise<number> {
  let options: VethdOptions;
  try {
    options = readVethdOptions(argv, process.env);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? VETHD_EXIT.done : VETHD_EXIT.usage;
  }
  const output = createLogOutput();
  const log = createLog(options.logLevel, output.write);
  const code = await run(options, log, output).then(
    () => VETHD_EXIT.done,
    (error: unknown) => {
      log.error(explain(error));
      return VETHD_EXIT.failed;
    },
  );
  // An end in the usual way would wait for the write that nobody takes.
  if (!(await output.flushed(LAST_WORDS_MS))) libc()._exit(code);
  return code;
}

async function run(options: VethdOptions, log: Log, output: LogOutput): Promise<void> {
  if (options.cleanup) {
    const done = cleanUp(options.runDir, log);
    process.stdout.write(`${(done.length === 0 ? ['nothing was left'] : done).join('\n')}\n`);
    return;
  }
  const signal = untilSignal();
  const limits = { interfaces: options.maxInterfaces, portsEach: options.maxPorts };
  const file = configurationFile(options.config, options.runDir);
  const boot = readBootFile(file, limits);
  if (options.rehearse) return rehearse(() => checkRunDir(options.runDir, log));
  const heritage = takeHeritage();
  const reduced = findReductions();
  sayPrivileges(log, reduced);
  const passed = passedSocket(process.env, process.pid);
  const notifier = openNotifier({ environment: process.env, pid: process.pid, log });
  const runDir = openRunDir(options.runDir, { keepSocket: passed !== undefined, lock: heritage?.lock });
  const statusFile = createStatusFile(runDir.statusPath, log);
  const { journal } = options;
  const journalFile =
    journal === undefined ? undefined : new JournalFile({ path: journal, size: options.journalSize * MEBIBYTE, log });
  const events = new EventJournal(systemClock, { file: journalFile?.write });
  const lateness = new Lateness(systemClock, log, (ms) => events.late(ms));
  const ending = new AbortController();
  let page: Routes | undefined;
  let http: HttpService | undefined;
  try {
    const identity = ownIdentity();
    const drivers = openKernelDrivers(lateness.clock, log, heritage);
    const daemon = new Daemon({
      drivers,
      state: new SavedState(runDir.path, identity),
      journal: new LacpJournal({ directory: runDir.path, identity, log }),
      limits,
      datapath: options.datapath,
      reduced,
      log,
      lateness,
      events,
      status: (table) => {
        statusFile.update(table);
        page?.changed();
      },
      configuration: { directory: runDir.path, identity, file: file?.path, boot },
    });
    await daemon.start();
    drivers.settled();
    lateness.start();
    const restart = new Restart({ daemon, drivers, runDir, notifier, passed, log, output });
    const server = await startControlServer({
      path: runDir.socketPath,
      passed,
      inherited: heritage?.control,
      handle: (request) => answer(daemon, () => restart.begin(server), request),
      log,
    });
    if (options.http !== undefined) {
      page = httpRoutes(daemon, events);
      http = new HttpService(options.http, page.routes, log);
      await http.start();
    }
    process.stdout.write('vethd: ready\n');
    notifier.ready();
    const pause = (ms: number) => delay(ms, undefined, { ref: false });
    warmUp({ table: scratchTable(), pause, signal: ending.signal }).catch((error: unknown) =>
      log.warn(`warming up: ${String(error)}`),
    );
    log.info(`${await signal}: ending`);
    notifier.stopping();
    events.close();
    await http?.close();
    await server.close();
    await daemon.stop();
  } finally {
    ending.abort();
    lateness.stop();
    await statusFile.close();
    await journalFile?.settled();
    runDir.release();
    notifier.close();
  }
}

/** Throws what a daemon would put aside. */
function checkRunDir(path: string, log: Log): void {
  const directory = resolve(path);
  const identity = ownIdentity();
  new SavedState(directory, identity).check();
  new LacpJournal({ directory, identity, log }).check();
  new ConfigurationStore(directory, identity).check();
}

/** What this process may do, and what is less for it. */
function sayPrivileges(log: Log, reduced: readonly Reduction[]): void {
  const privileges = ownPrivileges();
  const missing = missingCapabilities(privileges);
  if (missing.length > 0) log.warn(`without ${missing.join(', ')}: what needs it is refused or reduced`);
  for (const { part, why, effect } of reduced) log.warn(`reduced: ${part} (${why}): ${effect}`);
  log.info(isReduced(privileges) ? 'privileges reduced to the needed ones' : 'runs with all privileges of its user');
}

/** The first signal ends in order; a second one, when that hangs, at once. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        resolve(name);
        process.once(name, () => process.exit(VETHD_EXIT.failed));
      });
    }
  });
}

function explain(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof SysError && (error.code === 'EPERM' || error.code === 'EACCES')) {
    return `${error.message}: vethd needs CAP_NET_ADMIN and CAP_NET_RAW in its network namespace; run it as root`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

process.exitCode = await main(process.argv.slice(2));
