/**
 * Reader of a BPF object file as clang writes it: ELF64, little-endian, relocatable (System V ABI, chapter 4).
 * Only what our own object has is understood: programs in sections `tcx/NAME` and `socket/NAME`, which refer to maps
 * by symbols that the file does not define. No BTF, no subprograms, no data sections: each is an error here.
 */
import type { ProgramType } from '../sys/bpf-programs.js';

export interface ObjectProgram {
  readonly name: string;
  readonly type: ProgramType;
  /** Eight octets an instruction, references not filled in. */
  readonly code: Buffer;
  readonly references: readonly MapReference[];
}

/** A 64-bit load (two instructions) that must get a map. */
export interface MapReference {
  readonly instruction: number;
  readonly map: string;
}

const TYPES: Readonly<Record<string, ProgramType>> = { tcx: 'classifier', socket: 'socket filter' };

const ELF64_LITTLE = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
const ET_REL = 1;
const EM_BPF = 247;
const SHT_PROGBITS = 1;
const SHT_SYMTAB = 2;
const SHT_REL = 9;
const SHF_EXECINSTR = 4;
const SECTION_HEADER = 64;
const SYMBOL = 24;
const RELOCATION = 16;
const SHN_UNDEF = 0;
const R_BPF_64_64 = 1;
const INSTRUCTION = 8;

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly octets: Buffer;
  /** Symbol table: its strings. Relocations: their symbol table. */
  readonly link: number;
  /** Relocations: the section that they are of. */
  readonly info: number;
}

/** All programs of the file. Throws Error that says what the file is not. */
export function readObjectFile(file: Buffer): readonly ObjectProgram[] {
  const sections = readSections(file);
  return sections.flatMap((section, index) => {
    if (section.type !== SHT_PROGBITS || (section.flags & SHF_EXECINSTR) === 0 || section.octets.length === 0)
      return [];
    const [kind = '', name = ''] = section.name.split('/');
    const type = TYPES[kind];
    if (type === undefined || name === '')
      throw new Error(`a program in a section of an unknown kind: ${section.name}`);
    const relocations = sections.filter((other) => other.type === SHT_REL && other.info === index);
    const references = relocations.flatMap((table) => readReferences(table, sections));
    return [{ name, type, code: section.octets, references }];
  });
}

function readSections(file: Buffer): Section[] {
  if (!file.subarray(0, ELF64_LITTLE.length).equals(ELF64_LITTLE)) throw new Error('not a little-endian ELF64 file');
  if (file.readUInt16LE(16) !== ET_REL || file.readUInt16LE(18) !== EM_BPF) throw new Error('not a BPF object file');
  const headers = Number(file.readBigUInt64LE(40));
  const count = file.readUInt16LE(60);
  const strings = bounds(file, headers + file.readUInt16LE(62) * SECTION_HEADER);
  return Array.from({ length: count }, (_, i) => {
    const at = headers + i * SECTION_HEADER;
    const type = file.readUInt32LE(at + 4);
    return {
      name: stringAt(strings, file.readUInt32LE(at)),
      type,
      flags: Number(file.readBigUInt64LE(at + 8)),
      octets: bounds(file, at),
      link: file.readUInt32LE(at + 40),
      info: file.readUInt32LE(at + 44),
    };
  });
}

/** The octets of the section whose header is at `at`. */
function bounds(file: Buffer, at: number): Buffer {
  const offset = Number(file.readBigUInt64LE(at + 24));
  const size = Number(file.readBigUInt64LE(at + 32));
  if (offset + size > file.length) throw new Error('the object file is cut off');
  return file.subarray(offset, offset + size);
}

function stringAt(strings: Buffer, at: number): string {
  return strings.toString('latin1', at, strings.indexOf(0, at));
}

function readReferences({ octets, link }: Section, sections: readonly Section[]): MapReference[] {
  const symbols = sections[link];
  const strings = sections[symbols?.link ?? 0];
  if (symbols?.type !== SHT_SYMTAB || strings === undefined) throw new Error('relocations without symbols');
  return Array.from({ length: octets.length / RELOCATION }, (_, i) => {
    const at = i * RELOCATION;
    const offset = Number(octets.readBigUInt64LE(at));
    const type = octets.readUInt32LE(at + 8);
    const symbol = octets.readUInt32LE(at + 12) * SYMBOL;
    const map = stringAt(strings.octets, symbols.octets.readUInt32LE(symbol));
    if (type !== R_BPF_64_64 || symbols.octets.readUInt16LE(symbol + 6) !== SHN_UNDEF)
      throw new Error(`a reference to something that is not a map: ${map}, type ${type}`);
    return { instruction: offset / INSTRUCTION, map };
  });
}
