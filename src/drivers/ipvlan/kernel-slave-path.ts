/**
 * The programs of one master in the kernel (bpf/ipvlan.c), their maps, and the hooks that they hang on: the master and
 * each hidden peer. Kept in the BPF file system, they go on while no process has them, and the next one takes them over.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import { IPVLAN_MAPS, type IpvlanMapName, type IpvlanMaps, ipvlanObject } from '../bpf/ipvlan-layout.js';
import type { HookMaker, HookPlace, IngressHook } from '../ingress-hook.js';
import { hooksFor } from '../kernel-opening.js';
import { makePinDirectory, pinDirectory, pinnedInterfaces, pinsIn, removePinDirectory } from '../kernel-pins.js';
import { hasShape } from '../sys/bpf-maps.js';
import { openPin, pin } from '../sys/bpf-pins.js';
import { libc } from '../sys/libc.js';
import { SysError } from '../sys/sys-error.js';
import { KernelSlaveTable } from './kernel-slave-table.js';
import type { SlaveDrops, SlavePath } from './slave-path.js';

const PROGRAMS = ['from_slave', 'from_wire'] as const;
type OurProgram = (typeof PROGRAMS)[number];
const NAMES = Object.keys(IPVLAN_MAPS) as IpvlanMapName[]; // of the object above
/** No interface has a name like this. */
const PREFIX = 'ipvlan:';
const placeOf = (master: number): string => `${PREFIX}${master}`;

export interface KernelSlavePathOptions {
  /** ifindex of the master. */
  readonly master: number;
  readonly log: (line: string) => void;
}

export class KernelSlavePath implements SlavePath {
  readonly kind = 'kernel';
  /** Why it does not outlive this process; undefined: it does. */
  readonly ends: string | undefined;
  readonly #directory: string;
  readonly #hooks: HookMaker;
  readonly #maps: IpvlanMaps;
  readonly #table: KernelSlaveTable;
  readonly #programs: Readonly<Record<OurProgram, number>>;
  /** By the interface that it hangs on. */
  readonly #hung = new Map<number, IngressHook>();
  readonly #adopted: boolean;

  /** Goes on with what an earlier process left, or begins anew with an empty table. Throws what the kernel refuses. */
  constructor(private readonly options: KernelSlavePathOptions) {
    const { master, log } = options;
    this.#directory = pinDirectory(placeOf(master));
    this.#hooks = hooksFor(master);
    const kept = openKept(this.#directory, master, log);
    this.#adopted = kept !== undefined;
    this.#maps = kept ?? ipvlanObject.createMaps();
    this.#table = new KernelSlaveTable(this.#maps);
    try {
      this.#programs = { from_slave: this.#program('from_slave'), from_wire: this.#program('from_wire') };
    } catch (error) {
      this.#table.close();
      for (const fd of Object.values(this.#maps)) libc().close(fd);
      throw error;
    }
    this.ends = this.#keep();
    if (this.ends !== undefined) log(this.ends);
  }

  write(table: SlaveTable): void {
    this.#table.write(table);
    const wanted = new Set([table.master.ifindex, ...table.slaves.map(({ ifindex }) => ifindex)]);
    for (const [ifindex, hook] of this.#hung) {
      if (wanted.has(ifindex)) continue;
      hook.end();
      this.#hung.delete(ifindex);
    }
    for (const ifindex of wanted) if (!this.#hung.has(ifindex)) this.#hung.set(ifindex, this.#hang(ifindex));
  }

  counters(ifindex: number): SlaveDrops | undefined {
    return this.#table.counters(ifindex);
  }

  close(): void {
    for (const hook of this.#hung.values()) hook.end();
    removePinDirectory(this.#directory);
    this.#closeDescriptors();
  }

  letGo(): void {
    for (const hook of this.#hung.values()) hook.letGo();
    this.#closeDescriptors();
  }

  #closeDescriptors(): void {
    this.#hung.clear();
    this.#table.close();
    for (const fd of [...Object.values(this.#maps), ...Object.values(this.#programs)]) libc().close(fd);
  }

  #hang(ifindex: number): IngressHook {
    const program = this.#programs[ifindex === this.options.master ? 'from_wire' : 'from_slave'];
    const place: HookPlace = {
      ifindex,
      pin: this.ends === undefined ? join(this.#directory, `hook-${ifindex}`) : undefined,
    };
    return (this.#adopted ? this.#hooks.adopt(program, place) : undefined) ?? this.#hooks.hang(program, place);
  }

  /** What is there of the same build is used again: the verifier takes its time. */
  #program(name: OurProgram): number {
    if (this.#adopted && this.#table.sameBuild) {
      try {
        return openPin(join(this.#directory, `program-${name}`));
      } catch (error) {
        if (!(error instanceof SysError)) throw error; // then it is loaded
      }
    }
    return ipvlanObject.load(name, this.#maps);
  }

  /** Keeps maps and programs. Gives why that cannot be done. */
  #keep(): string | undefined {
    try {
      makePinDirectory(this.#directory);
      if (!this.#adopted) for (const name of NAMES) pin(this.#maps[name], join(this.#directory, name));
      for (const name of PROGRAMS) {
        const path = join(this.#directory, `program-${name}`);
        rmSync(path, { force: true });
        pin(this.#programs[name], path);
      }
      return undefined;
    } catch (error) {
      if (!this.#adopted) removePinDirectory(this.#directory);
      const code = error instanceof SysError ? error.code : (error as NodeJS.ErrnoException).code;
      return `nothing can be kept in ${this.#directory}: ${code ?? String(error)}; is a BPF file system mounted?`;
    }
  }
}

function openKept(directory: string, master: number, log: (line: string) => void): IpvlanMaps | undefined {
  if (pinsIn(directory).length === 0) return undefined;
  const opened: [IpvlanMapName, number][] = [];
  try {
    for (const name of NAMES) {
      const fd = openPin(join(directory, name));
      opened.push([name, fd]);
      if (!hasShape(fd, IPVLAN_MAPS[name])) throw new Error(`${name} has another shape`);
    }
    const maps = Object.fromEntries(opened) as Record<IpvlanMapName, number>; // by the loop
    const table = new KernelSlaveTable(maps);
    const problem = table.unusable(master);
    table.close();
    if (problem !== undefined) throw new Error(problem);
    return maps;
  } catch (error) {
    for (const [, fd] of opened) libc().close(fd);
    removePinDirectory(directory);
    log(`${directory}: cannot be taken over (${error instanceof Error ? error.message : String(error)}): made anew`);
    return undefined;
  }
}

/** Takes away what an earlier process left for this master. */
export const removeSlavePath = (master: number): void => removePinDirectory(pinDirectory(placeOf(master)));

/** Takes away what earlier processes left for masters other than these. Gives the indexes of their masters. */
export function removeSlavePathsBut(masters: readonly number[]): number[] {
  const stale = pinnedInterfaces()
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => Number(name.slice(PREFIX.length)))
    .filter((master) => !masters.includes(master));
  for (const master of stale) removeSlavePath(master);
  return stale;
}
