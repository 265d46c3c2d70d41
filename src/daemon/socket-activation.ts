/**
 * The control socket as systemd passes it (sd_listen_fds(3)): it listens already, and clients that connected before
 * vethd was there are waiting in it. It stays when vethd ends, so that the next `vethcfg` starts vethd again.
 */
import { fstatSync } from 'node:fs';
import type { Environment } from './sd-notify.js';

const LISTEN_FDS_START = 3;
/** What vethd.socket calls it; a unit without names gives the name of the unit, or `unknown`. */
const NAMES = ['control', 'vethd.socket', 'unknown'];

/**
 * The descriptor of the control socket; undefined when this process was not started for a socket. Throws when it was,
 * but with something that cannot be the control socket.
 */
export function passedSocket(environment: Environment, pid: number): number | undefined {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = environment;
  if (LISTEN_PID !== `${pid}`) return undefined;
  const count = Number(LISTEN_FDS ?? 0);
  if (!Number.isInteger(count) || count < 1) return undefined;
  const names = LISTEN_FDNAMES === undefined || LISTEN_FDNAMES === '' ? [] : LISTEN_FDNAMES.split(':');
  const index = names.length === 0 ? 0 : names.findIndex((name) => NAMES.includes(name));
  if (index < 0 || index >= count || (names.length === 0 && count > 1)) {
    throw new Error(`systemd passed ${count} sockets (${names.join(', ') || 'no names'}), none of them called control`);
  }
  const fd = LISTEN_FDS_START + index;
  if (!isSocket(fd)) throw new Error(`descriptor ${fd}, passed as the control socket, is not a socket`);
  return fd;
}

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
