/**
 * Where the programs of a virtual interface and their maps are kept while no process has them: a directory of the BPF
 * file system for each interface, named after the network namespace and the interface.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BPFFS } from './bpf-file-system.js';
import { detachLink, linkInfo } from './sys/bpf-links.js';
import { openPin } from './sys/bpf-pins.js';
import { libc } from './sys/libc.js';
import { SysError } from './sys/sys-error.js';

const OURS = join(BPFFS, 'veth');

/** Number of our network namespace. */
const namespaceNumber = (): number => statSync('/proc/self/ns/net').ino;

/** Directory for an interface of our network namespace; it need not exist. */
export const pinDirectory = (name: string): string => join(OURS, `${namespaceNumber()}-${name}`);

/** Makes the directory. Throws what the file system answers. */
export function makePinDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/** Names of what is kept there; none when there is no such directory. */
export function pinsIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}

/**
 * What is kept ends when nothing else holds it. Programs are off their interfaces when this returns; without their pins
 * alone they would go on for some time, beside their successor. Nothing happens when there is no such directory.
 */
export function removePinDirectory(directory: string): void {
  for (const name of pinsIn(directory)) {
    takeOff(join(directory, name));
    rmSync(join(directory, name), { force: true });
  }
  for (const empty of [directory, OURS]) {
    try {
      rmdirSync(empty);
    } catch {
      // Not there, or others have interfaces too.
    }
  }
}

/** If it is a link that hangs somewhere. */
function takeOff(path: string): void {
  let fd: number | undefined;
  try {
    fd = openPin(path);
    if (linkInfo(fd) !== undefined) detachLink(fd);
  } catch (error) {
    if (!(error instanceof SysError)) throw error; // a map or a program; or its interface has gone
  } finally {
    if (fd !== undefined) libc().close(fd);
  }
}

/** Names of the interfaces of our network namespace for which something is kept. */
export function pinnedInterfaces(): string[] {
  const prefix = `${namespaceNumber()}-`;
  return pinsIn(OURS).flatMap((entry) => (entry.startsWith(prefix) ? [entry.slice(prefix.length)] : []));
}
