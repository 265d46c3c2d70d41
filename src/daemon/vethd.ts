/** The program `vethd`: everything put together, in the foreground until SIGTERM or SIGINT. */
import { CommanderError } from 'commander';
import type { Clock } from '../aggregator/io.js';
import { findReductions, type Reduction } from '../drivers/abilities.js';
import { systemClock } from '../drivers/clock.js';
import { ownIdentity } from '../drivers/identity.js';
import { openLinkWatch } from '../drivers/link-watch.js';
import { attachMember, restoreMember } from '../drivers/member.js';
import { openSlowProtocolsSocket } from '../drivers/slow-protocols-socket.js';
import { libc } from '../drivers/sys/libc.js';
import { SysError } from '../drivers/sys/sys-error.js';
import { openUserDatapath } from '../drivers/user-datapath.js';
import { adoptVirtualInterface, createVirtualInterface } from '../drivers/virtual-interface.js';
import { configurationFile, readBootFile } from './config/boot.js';
import { startControlServer } from './control-server.js';
import { Daemon } from './daemon.js';
import type { Drivers } from './drivers.js';
import { LacpJournal } from './lacp-journal.js';
import { Lateness } from './lateness.js';
import { createLog, type Log } from './log.js';
import { createLogOutput } from './log-output.js';
import type { Request } from './messages.js';
import { isReduced, missingCapabilities, ownPrivileges } from './privileges.js';
import { Refusal } from './refusal.js';
import { openRunDir } from './run-dir.js';
import { SavedState } from './saved-state.js';
import { openNotifier } from './sd-notify.js';
import { passedSocket } from './socket-activation.js';
import { createStatusFile } from './status-file.js';
import { readVethdOptions, VETHD_EXIT, type VethdOptions } from './vethd-command.js';

/** Of the log, when vethd ends: so long it waits for somebody to take them, in milliseconds. */
const LAST_WORDS_MS = 1000;

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
  const code = await run(options, log).then(
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

async function run(options: VethdOptions, log: Log): Promise<void> {
  const signal = untilSignal();
  const limits = { interfaces: options.maxInterfaces, portsEach: options.maxPorts };
  const file = configurationFile(options.config, options.runDir);
  const boot = readBootFile(file, limits);
  const reduced = findReductions();
  sayPrivileges(log, reduced);
  const passed = passedSocket(process.env, process.pid);
  const notifier = openNotifier({ environment: process.env, pid: process.pid, log });
  const runDir = openRunDir(options.runDir, passed !== undefined);
  const statusFile = createStatusFile(runDir.statusPath, log);
  const lateness = new Lateness(systemClock, log);
  try {
    const identity = ownIdentity();
    const state = new SavedState(runDir.path, identity);
    const journal = new LacpJournal({ directory: runDir.path, identity, log });
    const daemon = new Daemon({
      drivers: openDrivers(log, lateness.clock),
      state,
      journal,
      limits,
      reduced,
      log,
      lateness,
      status: statusFile.update,
      configuration: { directory: runDir.path, identity, file: file?.path, boot },
    });
    await daemon.start();
    lateness.start();
    const server = await startControlServer({
      path: runDir.socketPath,
      passed,
      handle: (request) => answer(daemon, request),
      log,
    });
    process.stdout.write('vethd: ready\n');
    notifier.ready();
    log.info(`${await signal}: ending`);
    notifier.stopping();
    await server.close();
    await daemon.stop();
  } finally {
    lateness.stop();
    await statusFile.close();
    runDir.release();
    notifier.close();
  }
}

/** What this process may do, and what is less for it. */
function sayPrivileges(log: Log, reduced: readonly Reduction[]): void {
  const privileges = ownPrivileges();
  const missing = missingCapabilities(privileges);
  if (missing.length > 0) log.warn(`without ${missing.join(', ')}: what needs it is refused or reduced`);
  for (const { part, why, effect } of reduced) log.warn(`reduced: ${part} (${why}): ${effect}`);
  log.info(isReduced(privileges) ? 'privileges reduced to the needed ones' : 'runs with all privileges of its user');
}

function openDrivers(log: Log, clock: Clock): Drivers {
  return {
    clock,
    links: openLinkWatch(),
    wire: openSlowProtocolsSocket(),
    createVirtualInterface,
    adoptVirtualInterface,
    attachMember,
    restoreMember,
    openDatapath: (hostIfindex, name) =>
      openUserDatapath({
        hostIfindex,
        log: (line) => log.warn(`${name}: ${line}`),
        onError: (error) => log.error(`${name}: the data path ended, no frame passes: ${error.message}`),
      }),
  };
}

async function answer(daemon: Daemon, request: Request): Promise<unknown> {
  switch (request.command) {
    case 'add':
      return daemon.add(request.args);
    case 'del':
      return daemon.del(request.args);
    case 'set':
      return daemon.set(request.args);
    case 'status':
      return daemon.statusOf(request.args);
    case 'show':
      return daemon.show(request.args);
    case 'version':
      return daemon.version();
    case 'apply':
      return daemon.configuration.apply(request.args);
    case 'save':
      return daemon.configuration.save();
    case 'effective':
      return daemon.configuration.effective(request.args);
  }
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
