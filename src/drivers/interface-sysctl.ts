/**
 * Per-interface settings below /proc/sys/net. The kernel shows there the network namespace of the reading thread.
 * A setting is named `ipv6/disable_ipv6`; interface names may contain dots (they stay as they are in the path), never
 * slashes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { errnoName } from './sys/sys-error.js';

const path = (interfaceName: string, setting: string): string => {
  const [family, name] = setting.split('/');
  return `/proc/sys/net/${family}/conf/${interfaceName}/${name}`;
};

/** The value without its line end; undefined where there is no such setting (no IPv6, interface gone). */
export function readSysctl(interfaceName: string, setting: string): string | undefined {
  try {
    return readFileSync(path(interfaceName, setting), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Undefined when written, else why not, as an errno name (`EROFS`, `EACCES`, `ENOENT`). */
export function writeSysctl(interfaceName: string, setting: string, value: string): string | undefined {
  try {
    writeFileSync(path(interfaceName, setting), value);
    return undefined;
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    return code ?? errnoName(-(errno ?? 0));
  }
}
