/** The listening socket of the control server, opened by its number so that it can outlive the server. */
import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../drivers/sys/constants.js';
import { check, libc } from '../drivers/sys/libc.js';
import { socketAddress } from './sd-notify.js';

/** Clients that connect while nobody takes them wait; as many as Node.js itself lets wait. */
const BACKLOG = 511;

/** Gives the descriptor of a socket that listens at `path`, which must be absolute. Throws SysError. */
export function listenAt(path: string): number {
  const doing = `listen at ${path}`;
  const address = socketAddress(path);
  if (address === undefined) throw new RangeError(`${path}: no path of a socket`);
  const fd = check(libc().socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), 'socket(AF_UNIX)', doing);
  // The mask makes the socket 0600 from its first moment, there is none before a chmod.
  const mask = process.umask(0o177);
  try {
    check(libc().bind(fd, address, address.length), 'bind(AF_UNIX)', doing);
    check(libc().listen(fd, BACKLOG), 'listen', doing);
    return fd;
  } catch (error) {
    libc().close(fd);
    throw error;
  } finally {
    process.umask(mask);
  }
}
