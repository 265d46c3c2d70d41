/** Loads our programs (veth.c) and makes the maps that they work on. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { createMap } from '../sys/bpf-maps.js';
import { loadProgram } from '../sys/bpf-programs.js';
import { libc } from '../sys/libc.js';
import { MAPS, type MapName, type MapSet } from './map-layout.js';
import { type ObjectProgram, readObjectFile } from './object-file.js';

/** What each is for stands at the top of veth.c. */
export const PROGRAMS = [
  'transmit',
  'receive',
  'capture_transmit',
  'capture_receive',
  'classify',
  'classify_filter',
] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** The compiled programs; `npm run build` copies it beside this file. */
const OBJECT = new URL('./veth.o', import.meta.url);

/** src_reg of a 64-bit load: what its immediate stands for. */
const BPF_PSEUDO_MAP_FD = 1;
const BPF_PSEUDO_MAP_VALUE = 2;

let build: number | undefined;

/** A number that another build of the programs does not have, as far as 32 bits go. */
export function programsBuild(): number {
  build ??= createHash('sha256').update(readFileSync(OBJECT)).digest().readInt32LE();
  return build;
}

let programs: ReadonlyMap<string, ObjectProgram> | undefined;

function program(name: ProgramName): ObjectProgram {
  if (endianness() !== 'LE') throw new Error('the kernel data path is built for little-endian machines only');
  programs ??= new Map(readObjectFile(readFileSync(OBJECT)).map((each) => [each.name, each]));
  const found = programs.get(name);
  if (found === undefined) throw new Error(`${OBJECT.pathname} has no program ${name}`);
  return found;
}

/** New maps, all zero; closes what it made when one cannot be made. Throws SysError. */
export function createMaps(): MapSet {
  const made: [MapName, number][] = [];
  try {
    for (const name of Object.keys(MAPS) as MapName[]) made.push([name, createMap(`veth_${name}`, MAPS[name])]);
  } catch (error) {
    for (const [, fd] of made) libc().close(fd);
    throw error;
  }
  return Object.fromEntries(made) as Record<MapName, number>; // all of MAPS, by the loop
}

/**
 * Loads a program that works on these maps; returns its descriptor. Throws SysError: EPERM without CAP_BPF and
 * CAP_NET_ADMIN, EACCES or E2BIG without CAP_PERFMON, for then the verifier guards against speculation: it forbids
 * places in a table that depend on the frame, and stops to see that two ways through a program come to the same.
 */
export function loadOurs(name: ProgramName, maps: MapSet): number {
  const { code, type, references } = program(name);
  const wired = Buffer.from(code);
  for (const { instruction, map } of references) wire(wired, instruction * 8, map, maps);
  return loadProgram(type, `veth_${name}`, wired);
}

/** Fills a 64-bit load with a map, or with a place in the one value of a map that has shared memory. */
function wire(code: Buffer, at: number, name: string, maps: MapSet): void {
  if (!isMapName(name)) throw new Error(`the programs ask for an unknown map ${name}`);
  const inPlace = MAPS[name].shareable;
  const offset = code.readInt32LE(at + 4);
  const registers = code.readUInt8(at + 1) & 0x0f;
  code.writeUInt8(((inPlace ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD) << 4) | registers, at + 1);
  code.writeInt32LE(maps[name], at + 4);
  code.writeInt32LE(inPlace ? offset : 0, at + 12);
}

function isMapName(name: string): name is MapName {
  return name in MAPS;
}
