/**
 * Programs in the kernel that forward the frames of one virtual interface (bpf/veth.c), with the maps that they work on
 * and the hooks that they hang on. Kept in the BPF file system, they go on while no process has them, and the next one
 * takes them over: the same maps, programs of its own, exchanged between two frames.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ForwardingTable } from '../mux/distributor.js';
import type { HashSpec } from '../mux/hash.js';
import { MAPS, type MapName, type MapSet, PENDING_OCTETS, TABLE_OCTETS } from './bpf/map-layout.js';
import { createMaps, loadOurs, programsBuild } from './bpf/programs.js';
import type { HookMaker, IngressHook } from './ingress-hook.js';
import type { KeptWanted } from './kept-maps.js';
import { KernelCounters } from './kernel-counters.js';
import { makePinDirectory, pinDirectory, pinsIn, removePinDirectory } from './kernel-pins.js';
import { buildOf, type ForwardingMode, initTable, type Slots, slotsOf, writeTable } from './kernel-table.js';
import { deleteFromMap, type SharedMap, shareMap, updateMap, word } from './sys/bpf-maps.js';
import { openPin, pin } from './sys/bpf-pins.js';
import { libc } from './sys/libc.js';
import { SysError } from './sys/sys-error.js';

export interface KernelForwardingOptions extends KeptWanted {
  readonly hooks: HookMaker;
}

/** Descriptors that the user-space part needs to take frames. */
export interface CaptureDescriptors {
  /** The map of what was captured and has not been sent. */
  readonly pending: number;
  /** Filters for the host's socket, and for those of ports. */
  readonly host: number;
  readonly port: number;
}

const PROGRAMS = ['transmit', 'receive', 'capture_transmit', 'capture_receive'] as const;
type OurProgram = (typeof PROGRAMS)[number];
const programPin = (name: OurProgram) => `program-${name}`;
const TRANSMIT_PIN = 'transmit';
const receivePin = (ifindex: number) => `receive-${ifindex}`;

export class KernelForwarding {
  /** An earlier process left it, and it forwards. */
  readonly adopted: boolean;
  /** Why it ends with this process; undefined when it does not. */
  readonly ends: string | undefined;
  readonly capture: CaptureDescriptors;
  readonly counters: KernelCounters;
  readonly #options: KernelForwardingOptions;
  readonly #directory: string;
  readonly #maps: MapSet;
  readonly #programs: Readonly<Record<OurProgram, number>>;
  readonly #table: SharedMap;
  readonly #words: Int32Array;
  #transmit: IngressHook | undefined;
  /** By ifindex. */
  readonly #receive = new Map<number, IngressHook>();
  readonly #slots: Map<number, number>;
  #hash: HashSpec | undefined;

  /**
   * Goes on with what an earlier process left of this interface (`kept`), or loads everything anew; then nothing hangs
   * anywhere until `hang`. Throws SysError when the kernel does not permit or does not know it; nothing is left then.
   */
  constructor(options: KernelForwardingOptions, kept?: MapSet) {
    this.#options = options;
    this.#directory = pinDirectory(options.name);
    this.#maps = kept ?? createMaps();
    this.adopted = kept !== undefined;
    const programs: [OurProgram, number][] = [];
    try {
      this.#table = shareMap(this.#maps.table, TABLE_OCTETS);
      this.#words = new Int32Array(this.#table.memory);
      for (const name of PROGRAMS) programs.push([name, this.#program(name)]);
    } catch (error) {
      for (const fd of [...Object.values(this.#maps), ...programs.map(([, each]) => each)]) libc().close(fd);
      throw error;
    }
    this.#programs = Object.fromEntries(programs) as Record<OurProgram, number>; // by the loop
    this.ends = this.#keep();
    initTable(this.#words, options.hostIfindex, programsBuild());
    this.#slots = this.adopted ? slotsOf(this.#words) : new Map();
    this.counters = new KernelCounters(this.#maps);
    const { capture_transmit: host, capture_receive: port } = this.#programs;
    this.capture = { pending: this.#maps.pending, host, port };
    if (this.adopted) this.#adoptHooks();
  }

  /** Ports and their places. */
  get slots(): Slots {
    return this.#slots;
  }

  /** What the table in force hashes by; undefined while nothing is hashed, or before our first table. */
  get hash(): HashSpec | undefined {
    return this.#hash;
  }

  /** Frames of the host meet the program from now on. Throws SysError. */
  hang(): void {
    const place = { ifindex: this.#options.hostIfindex, pin: this.#pin(TRANSMIT_PIN) };
    this.#transmit ??= this.#options.hooks.hang(this.#programs.transmit, place);
  }

  /** Frames of a port meet the program from now on; a port that is there already stays as it is. Throws SysError. */
  addPort(ifindex: number, slot: number): void {
    if (this.#receive.has(ifindex)) return;
    this.counters.clear(slot);
    updateMap(this.#maps.slots, word(ifindex), word(slot));
    this.#slots.set(ifindex, slot);
    const place = { ifindex, pin: this.#pin(receivePin(ifindex)) };
    this.#receive.set(ifindex, this.#options.hooks.hang(this.#programs.receive, place));
  }

  /** No table must name it. A port that is not there is no error. */
  removePort(ifindex: number): void {
    this.#receive.get(ifindex)?.end();
    this.#receive.delete(ifindex);
    this.#slots.delete(ifindex);
    deleteFromMap(this.#maps.slots, word(ifindex));
  }

  /** Puts a table in force. */
  write(table: ForwardingTable, mode: ForwardingMode): void {
    writeTable(this.#words, table, mode, this.#slots);
    this.#hash = table.buckets.length === 0 ? undefined : table.hash;
  }

  /** Nothing is under way: what an earlier process had captured was lost with it. */
  clearPending(): void {
    updateMap(this.#maps.pending, word(0), new Uint8Array(PENDING_OCTETS));
  }

  /** Takes everything off and away. */
  close(): void {
    for (const hook of this.#hooks()) hook.end();
    removePinDirectory(this.#directory);
    this.#closeDescriptors();
  }

  /** Leaves everything as it is, for the next process. */
  letGo(): void {
    for (const hook of this.#hooks()) hook.letGo();
    this.#closeDescriptors();
  }

  #hooks(): IngressHook[] {
    return [...(this.#transmit === undefined ? [] : [this.#transmit]), ...this.#receive.values()];
  }

  #closeDescriptors(): void {
    this.#table.unmap();
    for (const fd of [...Object.values(this.#maps), ...Object.values(this.#programs)]) libc().close(fd);
  }

  #pin(name: string): string | undefined {
    return this.ends === undefined ? join(this.#directory, name) : undefined;
  }

  /** The verifier takes its time, half a second with others at work: what is there of the same build is used again. */
  #program(name: OurProgram): number {
    if (this.adopted && buildOf(this.#words) === programsBuild()) {
      try {
        return openPin(join(this.#directory, programPin(name)));
      } catch (error) {
        if (!(error instanceof SysError)) throw error; // then it is loaded
      }
    }
    return loadOurs(name, this.#maps);
  }

  #adoptHooks(): void {
    const { hooks, hostIfindex, log } = this.#options;
    const transmit = { ifindex: hostIfindex, pin: this.#pin(TRANSMIT_PIN) };
    this.#transmit = hooks.adopt(this.#programs.transmit, transmit);
    if (this.#transmit === undefined) {
      log(`${this.#directory}: no program hangs on the interface any more: hung anew`);
      this.hang();
    }
    for (const ifindex of this.#slots.keys()) {
      const hook = hooks.adopt(this.#programs.receive, { ifindex, pin: this.#pin(receivePin(ifindex)) });
      if (hook !== undefined) this.#receive.set(ifindex, hook);
      else deleteFromMap(this.#maps.slots, word(ifindex));
    }
    for (const ifindex of this.#slots.keys()) if (!this.#receive.has(ifindex)) this.#slots.delete(ifindex);
  }

  /** Keeps maps and programs. Gives why that cannot be done. */
  #keep(): string | undefined {
    try {
      makePinDirectory(this.#directory);
      if (!this.adopted) {
        for (const name of Object.keys(MAPS) as MapName[]) pin(this.#maps[name], join(this.#directory, name));
      }
      for (const name of PROGRAMS) {
        const path = join(this.#directory, programPin(name));
        rmSync(path, { force: true });
        pin(this.#programs[name], path);
      }
      return undefined;
    } catch (error) {
      if (!this.adopted) removePinDirectory(this.#directory);
      const code = error instanceof SysError ? error.code : (error as NodeJS.ErrnoException).code;
      return `nothing can be kept in ${this.#directory}: ${code ?? String(error)}; is a BPF file system mounted?`;
    }
  }
}

/** Takes away what an earlier process left of an interface of this name; whether there was anything. */
export function removeKernelForwarding(name: string): boolean {
  const directory = pinDirectory(name);
  if (pinsIn(directory).length === 0) return false;
  removePinDirectory(directory);
  return true;
}
