/** BPF maps: make, read, write, and share the memory of one. */
import { readFileSync } from 'node:fs';
import { bpf, objectInfo, tryBpf, writeName } from './bpf.js';
import { libc } from './libc.js';
import { Errno, SysError } from './sys-error.js';

export type MapType = 'hash' | 'array' | 'per-CPU hash' | 'per-CPU array' | 'longest prefix';
const MAP_TYPES: Readonly<Record<MapType, number>> = {
  hash: 1,
  array: 2,
  'per-CPU hash': 5,
  'per-CPU array': 6,
  'longest prefix': 11,
};
const BPF_F_NO_PREALLOC = 1 << 0;
const BPF_F_MMAPABLE = 1 << 10;

export interface MapShape {
  readonly type: MapType;
  readonly keyOctets: number;
  readonly valueOctets: number;
  readonly entries: number;
  /** Its memory can be shared by `shareMap`; arrays only. */
  readonly shareable: boolean;
}

/** Entries of a large table take memory only when they are there; the kernel asks that of `longest prefix` always. */
const PREALLOCATED = 1024;

function flagsOf({ type, entries, shareable }: MapShape): number {
  const grows = type === 'longest prefix' || (type.endsWith('hash') && entries > PREALLOCATED);
  return (shareable ? BPF_F_MMAPABLE : 0) | (grows ? BPF_F_NO_PREALLOC : 0);
}

/** Makes an empty map (arrays: all zero); returns its descriptor. Throws SysError. */
export function createMap(name: string, shape: MapShape): number {
  const attr = Buffer.alloc(48);
  attr.writeUInt32LE(MAP_TYPES[shape.type], 0);
  attr.writeUInt32LE(shape.keyOctets, 4);
  attr.writeUInt32LE(shape.valueOctets, 8);
  attr.writeUInt32LE(shape.entries, 12);
  attr.writeUInt32LE(flagsOf(shape), 16);
  writeName(attr, name, 28);
  return bpf('BPF_MAP_CREATE', attr, `make the map ${name}`);
}

/** Whether a map, of whatever origin, has this shape. */
export function hasShape(map: number, shape: MapShape): boolean {
  const info = objectInfo(map, 24);
  const is = [0, 8, 12, 16, 20].map((at) => info.readUInt32LE(at));
  const wanted = [MAP_TYPES[shape.type], shape.keyOctets, shape.valueOctets, shape.entries, flagsOf(shape)];
  return is.every((value, i) => value === wanted[i]);
}

function elementRequest(map: number, key: Uint8Array, value?: Uint8Array): Buffer {
  const attr = Buffer.alloc(32);
  attr.writeUInt32LE(map, 0);
  attr.writeBigUInt64LE(libc().address(key), 8);
  if (value !== undefined) attr.writeBigUInt64LE(libc().address(value), 16);
  return attr;
}

/** A key or value of one 32-bit word. */
export function word(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

/**
 * Reads the value of a key into `value`; false: there is none. A per-CPU map gives the values of all possible CPUs one
 * after the other, each in whole 8 octets: `value` must have room for `possibleCpus()` of them. Throws SysError.
 */
export function lookupMap(map: number, key: Uint8Array, value: Uint8Array): boolean {
  const attr = elementRequest(map, key, value);
  if (tryBpf('BPF_MAP_LOOKUP_ELEM', attr) === 0) return true;
  const errno = libc().errno();
  if (errno === Errno.ENOENT) return false;
  throw new SysError(
    'bpf(BPF_MAP_LOOKUP_ELEM)',
    errno,
    `read ${value.length} octets of a map of ${key.length}-octet keys`,
  );
}

/** Sets the value of a key, there before or not; of a per-CPU map for all CPUs. Throws SysError. */
export function updateMap(map: number, key: Uint8Array, value: Uint8Array): void {
  bpf('BPF_MAP_UPDATE_ELEM', elementRequest(map, key, value), 'write a map', key, value);
}

/** Takes a key out of a hash map; one that is not there is no error. Throws SysError. */
export function deleteFromMap(map: number, key: Uint8Array): void {
  if (tryBpf('BPF_MAP_DELETE_ELEM', elementRequest(map, key)) === 0) return;
  const errno = libc().errno();
  if (errno !== Errno.ENOENT)
    throw new SysError('bpf(BPF_MAP_DELETE_ELEM)', errno, `take ${key.length} octets out of a map`);
}

/** All keys of a hash map that nobody changes meanwhile. Throws SysError. */
export function keysOf(map: number, keyOctets: number): Buffer[] {
  const keys: Buffer[] = [];
  for (;;) {
    const next = Buffer.alloc(keyOctets);
    const last = keys.at(-1);
    const attr = Buffer.alloc(32);
    attr.writeUInt32LE(map, 0);
    if (last !== undefined) attr.writeBigUInt64LE(libc().address(last), 8);
    attr.writeBigUInt64LE(libc().address(next), 16);
    if (tryBpf('BPF_MAP_GET_NEXT_KEY', attr) < 0) {
      const errno = libc().errno();
      if (errno === Errno.ENOENT) return keys;
      throw new SysError('bpf(BPF_MAP_GET_NEXT_KEY)', errno, `list the keys of a map of ${keyOctets}-octet keys`);
    }
    keys.push(next);
  }
}

/** Values that a per-CPU map has for each key: CPUs that could ever be there, as the kernel counts them. */
export function possibleCpus(): number {
  const ranges = readFileSync('/sys/devices/system/cpu/possible', 'latin1').trim();
  return Number(/(\d+)$/.exec(ranges)?.[1] ?? 0) + 1;
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

/** The memory that programs work on. */
export interface SharedMap {
  /** Not a SharedArrayBuffer, but Atomics on whole words of it are atomic towards programs and other mappings too. */
  readonly memory: ArrayBuffer;
  /** The map stays; its memory must not be touched through this mapping any more. */
  unmap(): void;
}

/** Maps the values of a shareable array into this process; `octets`: as much of them as is wanted. Throws SysError. */
export function shareMap(map: number, octets: number): SharedMap {
  const address = BigInt(libc().mmap(null, octets, PROT_READ_WRITE, MAP_SHARED, map, 0));
  if (address === MAP_FAILED) throw new SysError('mmap', libc().errno(), 'share the memory of a map');
  return {
    memory: libc().view(address, octets),
    unmap: () => {
      libc().munmap(address, octets);
    },
  };
}
