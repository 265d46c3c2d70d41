/**
 * The control socket as systemd passes it (sd_listen_fds(3)): it listens already, and clients that connected before
 * vethd was there are waiting in it. It stays when vethd ends, so that the next `vethcfg` starts vethd again.
 */
import { AF_UNIX, SO_ACCEPTCONN, SO_DOMAIN, SO_TYPE, SOCK_STREAM, SOL_SOCKET } from '../drivers/sys/constants.js';
import { libc } from '../drivers/sys/libc.js';
import { Refusal } from './refusal.js';
import type { Environment } from './sd-notify.js';

/** The first descriptor that is passed. */
export const LISTEN_FDS_START = 3;
/** What vethd.socket calls it; a unit without names gives the name of the unit, or `unknown`. */
const NAMES = ['control', 'vethd.socket', 'unknown'];

/** How many descriptors were passed to this process; what was meant for another one does not count. */
export function passedCount({ LISTEN_PID, LISTEN_FDS }: Environment, pid: number): number {
  const count = Number(LISTEN_FDS ?? 0);
  return LISTEN_PID === `${pid}` && Number.isInteger(count) && count > 0 ? count : 0;
}

/**
 * The descriptor of the control socket; undefined when this process was not started for a socket. Throws a `Refusal`
 * when it was, but with something that cannot be the control socket: what is called so by a unit might listen for
 * the whole network.
 */
export function passedSocket(environment: Environment, pid: number, look = lookAtSocket): number | undefined {
  const count = passedCount(environment, pid);
  if (count === 0) return undefined;
  const names = (environment.LISTEN_FDNAMES ?? '').split(':').filter((name) => name !== '');
  const index = names.length === 0 && count === 1 ? 0 : names.findIndex((name) => NAMES.includes(name));
  if (index < 0 || index >= count) {
    throw refused(`${count} sockets were passed (${names.join(', ') || 'without names'}), none is called control`);
  }
  const fd = LISTEN_FDS_START + index;
  const problem = look(fd);
  if (problem !== undefined) throw refused(`descriptor ${fd}, which was passed, ${problem}`);
  return fd;
}

/** Why a descriptor cannot be the control socket; undefined: it can. */
export function lookAtSocket(fd: number): string | undefined {
  const domain = socketOption(fd, SO_DOMAIN);
  if (domain === undefined) return 'is not a socket';
  if (domain !== AF_UNIX || socketOption(fd, SO_TYPE) !== SOCK_STREAM) return 'is not a unix stream socket';
  return socketOption(fd, SO_ACCEPTCONN) === 1 ? undefined : 'does not listen (Accept= must be no)';
}

function socketOption(fd: number, option: number): number | undefined {
  const value = Buffer.alloc(4);
  const length = Buffer.from([value.length, 0, 0, 0]);
  return libc().getsockopt(fd, SOL_SOCKET, option, value, length) < 0 ? undefined : value.readUInt32LE(0);
}

const refused = (problem: string) =>
  new Refusal({
    thing: 'socket activation',
    problem,
    repair: 'the socket unit needs ListenStream=/run/veth/control and FileDescriptorName=control',
  });
