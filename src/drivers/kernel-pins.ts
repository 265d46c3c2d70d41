/**
 * Where the programs of a virtual interface and their maps are kept while no process has them: a directory of the BPF
 * file system for each interface, named after the network namespace and the interface.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BPFFS } from './bpf-file-system.js';

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

/** What is kept ends when nothing else holds it. Nothing happens when there is no such directory. */
export function removePinDirectory(directory: string): void {
  for (const name of pinsIn(directory)) rmSync(join(directory, name), { force: true });
  for (const empty of [directory, OURS]) {
    try {
      rmdirSync(empty);
    } catch {
      // Not there, or others have interfaces too.
    }
  }
}

/** Names of the interfaces of our network namespace for which something is kept. */
export function pinnedInterfaces(): string[] {
  const prefix = `${namespaceNumber()}-`;
  return pinsIn(OURS).flatMap((entry) => (entry.startsWith(prefix) ? [entry.slice(prefix.length)] : []));
}
