/** Descriptors that outlive the program: kept open over execve(2) for the next one of the same process. */
import { check, libc } from './libc.js';

const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** The next program of this process gets these. Node.js marks all of its own to be closed, standard streams too. */
export function keepOverExecve(fds: Iterable<number>): void {
  for (const fd of fds) libc().fcntl(fd, F_SETFD, 0);
}

/** No program that this one starts gets it. Throws SysError when there is no such descriptor. */
export function keepToOurselves(fd: number): void {
  check(libc().fcntl(fd, F_SETFD, FD_CLOEXEC), 'fcntl(F_SETFD)', `take over descriptor ${fd}`);
}

/** A second descriptor of the same open file. Throws SysError. */
export function duplicate(fd: number): number {
  return check(libc().dup(fd), 'dup', `keep descriptor ${fd} open`);
}

/** Gives the open file of `fd` the number `wanted`, and nothing else has `fd` then. Throws SysError. */
export function moveTo(fd: number, wanted: number): void {
  if (fd === wanted) return;
  check(libc().dup2(fd, wanted), 'dup2', `move descriptor ${fd} to ${wanted}`);
  libc().close(fd);
}
