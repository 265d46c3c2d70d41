/** The maps of programs that an earlier process left forwarding, for the process that goes on with them. */
import { join } from 'node:path';
import { MAPS, type MapName, type MapSet, TABLE_OCTETS } from './bpf/map-layout.js';
import { pinDirectory, pinsIn, removePinDirectory } from './kernel-pins.js';
import { unusable } from './kernel-table.js';
import { hasShape, shareMap } from './sys/bpf-maps.js';
import { openPin } from './sys/bpf-pins.js';
import { libc } from './sys/libc.js';

export interface KeptWanted {
  /** Of the virtual interface. */
  readonly name: string;
  /** The hidden peer. */
  readonly hostIfindex: number;
  readonly log: (line: string) => void;
}

/** Undefined: there are none. What is of no use, for instance of another version, is removed, and told. */
export function openKeptMaps({ name: veth, hostIfindex, log }: KeptWanted): MapSet | undefined {
  const directory = pinDirectory(veth);
  if (pinsIn(directory).length === 0) return undefined;
  const opened: [MapName, number][] = [];
  try {
    for (const name of Object.keys(MAPS) as MapName[]) {
      const fd = openPin(join(directory, name));
      opened.push([name, fd]);
      if (!hasShape(fd, MAPS[name])) throw new Error(`${name} has another shape`);
    }
    const maps = Object.fromEntries(opened) as Record<MapName, number>; // by the loop
    const table = shareMap(maps.table, TABLE_OCTETS);
    const problem = unusable(new Int32Array(table.memory), hostIfindex);
    table.unmap();
    if (problem !== undefined) throw new Error(problem);
    return maps;
  } catch (error) {
    for (const [, fd] of opened) libc().close(fd);
    removePinDirectory(directory);
    const why = error instanceof Error ? error.message : String(error);
    log(`${directory}: cannot be taken over (${why}): made anew`);
    return undefined;
  }
}
