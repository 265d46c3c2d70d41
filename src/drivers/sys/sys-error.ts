/** A system call that the kernel refused, as an error that says who refused what, and what we were about to do. */
import { constants } from 'node:os';

/** errno -> name; the first name wins where two share a number (EAGAIN over EWOULDBLOCK). */
const NAMES = new Map<number, string>();
for (const [name, value] of Object.entries(constants.errno)) {
  if (!NAMES.has(value)) NAMES.set(value, name);
}

/** errno numbers by name, for comparisons: `Errno.EAGAIN`. */
export const Errno = constants.errno;

/** `EPERM` for 1; `errno 4711` for a number without a name. */
export function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}

/**
 * Thrown by drivers. `doing` tells the operator the purpose ("join the slow-protocols group on interface 7"),
 * `detail` is what the kernel itself said (netlink's extended acknowledgement), where it said something.
 */
export class SysError extends Error {
  override readonly name = 'SysError';
  readonly syscall: string;
  /** Positive number. */
  readonly errno: number;
  /** `EPERM` ... */
  readonly code: string;
  readonly doing: string;
  readonly detail: string | undefined;

  constructor(syscall: string, errno: number, doing: string, detail?: string) {
    const code = errnoName(errno);
    super(`cannot ${doing}: ${syscall}: ${code}${detail === undefined ? '' : ` (${detail})`}`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = code;
    this.doing = doing;
    this.detail = detail;
  }
}
