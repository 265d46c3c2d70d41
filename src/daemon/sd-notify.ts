/**
 * Tells systemd how vethd is, by its datagram protocol (sd_notify(3)): `READY=1` when commands are taken, `WATCHDOG=1`
 * while the event loop turns, `RELOADING=1` before a planned restart, `STOPPING=1` when the end begins. Without NOTIFY_SOCKET nothing is sent.
 */
import { AF_UNIX, MSG_DONTWAIT, MSG_NOSIGNAL, SOCK_CLOEXEC, SOCK_DGRAM } from '../drivers/sys/constants.js';
import { check, libc } from '../drivers/sys/libc.js';
import { errnoName } from '../drivers/sys/sys-error.js';
import type { Log } from './log.js';

/** sun_path. */
const LONGEST_PATH = 108;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Notifier {
  /** From now on the watchdog is fed too, where systemd asks for it. */
  ready(): void;
  /** Another program takes the place of this one in the same process; it says `ready` again. */
  reloading(): void;
  stopping(): void;
  close(): void;
}

export interface NotifierOptions {
  readonly environment: Environment;
  readonly pid: number;
  readonly log: Log;
}

/** Throws when the system gives no socket; a peer that cannot be reached is told to the log, once. */
export function openNotifier({ environment, pid, log }: NotifierOptions): Notifier {
  const address = socketAddress(environment.NOTIFY_SOCKET);
  if (address === undefined) return { ready() {}, reloading() {}, stopping() {}, close() {} };
  const fd = check(libc().socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), 'socket(AF_UNIX)', 'notify systemd');
  let watchdog: NodeJS.Timeout | undefined;
  let complained = false;

  function send(text: string): void {
    const data = Buffer.from(text);
    if (libc().sendto(fd, data, data.length, MSG_DONTWAIT | MSG_NOSIGNAL, address ?? null, address?.length ?? 0) >= 0) {
      return;
    }
    const code = errnoName(libc().errno());
    if (!complained)
      log.warn(`systemd cannot be told ${text.split('\n')[0]}: sendto(${environment.NOTIFY_SOCKET}): ${code}`);
    complained = true;
  }

  return {
    ready() {
      send('READY=1\nSTATUS=Takes commands');
      const intervalMs = watchdogInterval(environment, pid);
      if (intervalMs === undefined) return;
      // On the loop that runs the protocol and from nowhere else: when that loop is stuck, this stops.
      watchdog = setInterval(() => send('WATCHDOG=1'), intervalMs);
      watchdog.unref();
    },
    reloading() {
      // Until READY=1; the time tells systemd which of several reloads that is (microseconds of CLOCK_MONOTONIC).
      send(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}\nSTATUS=Restarts`);
    },
    stopping() {
      send('STOPPING=1\nSTATUS=Gives ports back');
    },
    close() {
      clearInterval(watchdog);
      libc().close(fd);
    },
  };
}

/** How often (ms) to feed the watchdog: half of what systemd allows; undefined when it does not watch this process. */
export function watchdogInterval(environment: Environment, pid: number): number | undefined {
  const allowedUs = Number(environment.WATCHDOG_USEC ?? Number.NaN);
  const { WATCHDOG_PID: watched } = environment;
  if (!Number.isSafeInteger(allowedUs) || allowedUs <= 0) return undefined;
  if (watched !== undefined && watched !== `${pid}`) return undefined;
  return Math.max(1, Math.floor(allowedUs / 2000));
}

/** struct sockaddr_un of a path or, with a leading `@`, of an abstract name; undefined for anything else. */
export function socketAddress(name: string | undefined): Buffer | undefined {
  if (name === undefined || !/^[/@]./.test(name)) return undefined;
  const path = Buffer.from(name);
  if (path.length >= LONGEST_PATH) return undefined;
  const abstract = path[0] === '@'.charCodeAt(0);
  if (abstract) path[0] = 0;
  // An abstract name ends with the address, a path with a null.
  const address = Buffer.alloc(2 + path.length + (abstract ? 0 : 1));
  address.writeUInt16LE(AF_UNIX, 0);
  path.copy(address, 2);
  return address;
}
