/** Our programs that forward (veth.c) and the maps that they work on. */
import { BpfObject } from './bpf-object.js';
import { MAPS, type MapName, type MapSet } from './map-layout.js';

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

const OBJECT = new BpfObject<MapName, ProgramName>('./veth.o', 'veth', MAPS);

/** A number that another build of the programs does not have. */
export const programsBuild = (): number => OBJECT.build;

/** New maps, all zero. Throws SysError. */
export const createMaps = (): MapSet => OBJECT.createMaps();

/** Loads a program that works on these maps; returns its descriptor. Throws as `BpfObject.load`. */
export const loadOurs = (name: ProgramName, maps: MapSet): number => OBJECT.load(name, maps);
