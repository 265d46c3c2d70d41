/** A compiled object file beside this one: makes the maps that its programs work on, and loads the programs. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { createMap, type MapShape } from '../sys/bpf-maps.js';
import { type Licence, loadProgram } from '../sys/bpf-programs.js';
import { libc } from '../sys/libc.js';
import { type ObjectProgram, readObjectFile } from './object-file.js';

/** src_reg of a 64-bit load: what its immediate stands for. */
const BPF_PSEUDO_MAP_FD = 1;
const BPF_PSEUDO_MAP_VALUE = 2;

export class BpfObject<MapName extends string, ProgramName extends string> {
  readonly #file: URL;
  #build: number | undefined;
  #programs: ReadonlyMap<string, ObjectProgram> | undefined;

  /**
   * `file`: `veth.o`, which `npm run build` copies here. `prefix`: of names for `bpftool`. `licence`: as `loadProgram`.
   */
  constructor(
    file: string,
    private readonly prefix: string,
    private readonly shapes: Readonly<Record<MapName, MapShape>>,
    private readonly licence: Licence = 'MIT',
  ) {
    this.#file = new URL(file, import.meta.url);
  }

  /** A number that another build of the programs does not have, as far as 32 bits go. */
  get build(): number {
    this.#build ??= createHash('sha256').update(readFileSync(this.#file)).digest().readInt32LE();
    return this.#build;
  }

  get mapNames(): readonly MapName[] {
    return Object.keys(this.shapes) as MapName[];
  }

  /** New maps, all zero or empty; closes what it made when one cannot be made. Throws SysError. */
  createMaps(): Record<MapName, number> {
    const made: [MapName, number][] = [];
    try {
      for (const name of this.mapNames) made.push([name, createMap(`${this.prefix}_${name}`, this.shapes[name])]);
    } catch (error) {
      for (const [, fd] of made) libc().close(fd);
      throw error;
    }
    return Object.fromEntries(made) as Record<MapName, number>; // all of them, by the loop
  }

  /**
   * Loads a program that works on these maps; returns its descriptor. Throws SysError: EPERM without CAP_BPF and
   * CAP_NET_ADMIN, EACCES or E2BIG without CAP_PERFMON, for then the verifier guards against speculation: it forbids
   * places in a table that depend on the frame, and stops to see that two ways through a program come to the same.
   */
  load(name: ProgramName, maps: Readonly<Record<MapName, number>>): number {
    const { code, type, references } = this.#program(name);
    const wired = Buffer.from(code);
    for (const { instruction, map } of references) this.#wire(wired, instruction * 8, map, maps);
    return loadProgram(type, `veth_${name}`, wired, this.licence);
  }

  #program(name: ProgramName): ObjectProgram {
    if (endianness() !== 'LE') throw new Error('the kernel data path is built for little-endian machines only');
    this.#programs ??= new Map(readObjectFile(readFileSync(this.#file)).map((each) => [each.name, each]));
    const found = this.#programs.get(name);
    if (found === undefined) throw new Error(`${this.#file.pathname} has no program ${name}`);
    return found;
  }

  /** Fills a 64-bit load with a map, or with a place in the one value of a map that has shared memory. */
  #wire(code: Buffer, at: number, name: string, maps: Readonly<Record<string, number>>): void {
    const shape = (this.shapes as Readonly<Record<string, MapShape>>)[name];
    const map = maps[name];
    if (shape === undefined || map === undefined) throw new Error(`the programs ask for an unknown map ${name}`);
    const offset = code.readInt32LE(at + 4);
    const registers = code.readUInt8(at + 1) & 0x0f;
    code.writeUInt8(((shape.shareable ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD) << 4) | registers, at + 1);
    code.writeInt32LE(map, at + 4);
    code.writeInt32LE(shape.shareable ? offset : 0, at + 12);
  }
}
