/**
 * A planned restart: the program that is on disk now takes the place of this one in the same process (docs/restart.md).
 * Descriptors stay open over execve(2), so frames, LACPDUs and clients that come meanwhile wait in their sockets.
 */
import type { ControlServer } from './control-server.js';
import type { Daemon } from './daemon.js';
import { asEnvironment, descriptorsOf, HERITAGE_FORMAT, type Heritage } from './heritage.js';
import type { KernelDrivers } from './kernel-drivers.js';
import type { Log } from './log.js';
import type { LogOutput } from './log-output.js';
import { type RestartResult, VERSION } from './messages.js';
import { executeAgain } from './privileges.js';
import { Refusal } from './refusal.js';
import { tryOutSuccessor } from './rehearsal.js';
import type { RunDir } from './run-dir.js';
import type { Notifier } from './sd-notify.js';

/** So long it waits for somebody to take the last lines of the log, in milliseconds: partners wait too. */
const LAST_WORDS_MS = 100;

export interface RestartContext {
  readonly daemon: Daemon;
  readonly drivers: KernelDrivers;
  readonly runDir: RunDir;
  readonly notifier: Notifier;
  /** The control socket, when it is systemd's: the successor finds it as we did. */
  readonly passed: number | undefined;
  readonly log: Log;
  readonly output: LogOutput;
}

export class Restart {
  #underWay = false;

  constructor(private readonly context: RestartContext) {}

  /**
   * Resolves when a successor was tried out and is about to take over, as soon as the answer is with the client.
   * Throws a `Refusal` when there can be none; then everything is as before.
   */
  async begin(server: ControlServer): Promise<RestartResult> {
    const { daemon, log } = this.context;
    if (this.#underWay) throw new Refusal({ thing: 'restart', problem: 'under way already' });
    this.#underWay = true;
    try {
      const successor = await tryOutSuccessor();
      await daemon.leave();
      log.info(`makes way for version ${successor}`);
      setImmediate(() => void this.#makeWay(server));
      return { version: VERSION, successor, pid: process.pid };
    } catch (error) {
      this.#underWay = false;
      throw error;
    }
  }

  async #makeWay(server: ControlServer): Promise<void> {
    const { daemon, drivers, runDir, notifier, passed, log, output } = this.context;
    try {
      notifier.reloading();
      const control = server.handOver();
      await output.flushed(LAST_WORDS_MS);
      const heritage: Heritage = {
        format: HERITAGE_FORMAT,
        lock: runDir.lock,
        ...(passed === undefined ? { control } : {}),
        ...(await drivers.handOver()),
      };
      await daemon.lastWord();
      executeAgain(asEnvironment(heritage), descriptorsOf(heritage));
    } catch (error) {
      // Sockets are given up already: as after a crash, whoever starts vethd again goes on from the run directory.
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error(`the restart failed, vethd ends; all that it knows is kept in ${runDir.path}: ${why}`);
      await output.flushed(LAST_WORDS_MS);
      process.exit(1);
    }
  }
}
