/**
 * The run directory: control socket, status file, lock. One daemon at a time owns it, by flock(2) on the file
 * `lock`, which the kernel releases however the daemon ends; what a killed one left behind is then stale and goes.
 */
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { libc } from '../drivers/sys/libc.js';
import { Errno, SysError } from '../drivers/sys/sys-error.js';
import { SOCKET_NAME } from './messages.js';
import { Refusal } from './refusal.js';

export interface RunDir {
  readonly path: string;
  /** For `startControlServer`; nothing is there yet. */
  readonly socketPath: string;
  /** For `StatusFile`. */
  readonly statusPath: string;
  /** Descriptor of the lock, for a successor in the same process. */
  readonly lock: number;
  /** Gives the directory up; it stays, empty but for what others put there. May be called twice. */
  release(): void;
}

/** sun_path holds 108 octets with the final null. */
const LONGEST_SOCKET_PATH = 107;
const LOCK_EX = 2;
const LOCK_NB = 4;

export interface RunDirOptions {
  /** The control socket there is in use already, by systemd on our behalf. */
  readonly keepSocket?: boolean;
  /** The lock that a program before us in this process took: directory and socket are ours as they are. */
  readonly lock?: number | undefined;
}

/** Makes the directory (mode 0755) when it is missing and locks it. Throws a `Refusal` naming what is in the way. */
export function openRunDir(path: string, { keepSocket = false, lock: held }: RunDirOptions = {}): RunDir {
  const directory = resolve(path);
  const socketPath = join(directory, SOCKET_NAME);
  const statusPath = join(directory, 'status');
  if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
    throw new Refusal({
      thing: `run directory ${directory}`,
      problem: `its control socket would have a path longer than ${LONGEST_SOCKET_PATH} octets`,
      repair: 'choose a shorter one with --run-dir',
    });
  }
  const lockPath = join(directory, 'lock');
  const lock =
    held ??
    orRefuse(directory, () => {
      mkdirSync(directory, { recursive: true, mode: 0o755 });
      return takeLock(directory, lockPath);
    });
  if (held === undefined) {
    if (!keepSocket) rmSync(socketPath, { force: true });
    rmSync(statusPath, { force: true });
  }

  let ours = true;
  const release = () => {
    if (!ours) return;
    ours = false;
    rmSync(lockPath, { force: true });
    closeSync(lock);
  };
  return { path: directory, socketPath, statusPath, lock, release };
}

/** Returns the descriptor that holds the lock while it is open. */
function takeLock(directory: string, lockPath: string): number {
  for (;;) {
    const fd = openSync(lockPath, 'a+', 0o644);
    if (libc().flock(fd, LOCK_EX | LOCK_NB) !== 0) {
      const errno = libc().errno();
      if (errno !== Errno.EWOULDBLOCK) throw new SysError('flock', errno, `lock ${lockPath}`);
      const owner = readFileSync(lockPath, 'utf8').trim();
      closeSync(fd);
      throw new Refusal({
        thing: `run directory ${directory}`,
        problem: `in use by another vethd${owner === '' ? '' : ` (pid ${owner})`}`,
        repair: 'end that one first, or choose another with --run-dir',
        value: directory,
      });
    }
    // The owner before us may have removed the file between our open and our lock: then we hold a nameless one.
    if (sameFile(fd, lockPath)) {
      rewrite(fd, `${process.pid}\n`);
      return fd;
    }
    closeSync(fd);
  }
}

function sameFile(fd: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  return named !== undefined && named.ino === fstatSync(fd).ino;
}

function rewrite(fd: number, text: string): void {
  ftruncateSync(fd);
  writeSync(fd, text);
}

/** A directory that cannot be made or written is the user's to mend. */
function orRefuse<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw new Refusal({
      thing: `run directory ${directory}`,
      problem: `cannot be used (${(error as Error).message})`,
      repair: 'choose one that can be written with --run-dir',
      value: directory,
    });
  }
}
