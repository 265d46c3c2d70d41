/**
 * Counting by programs of the kernel (bpf/alias.c) on both ways of a main device, behind all others that hang there.
 * The counts and the programs' links are pinned, so that counting goes on while no process is there; whoever comes next
 * puts programs with a table of its own in their place.
 */
import { join } from 'node:path';
import type { CountingTable } from '../../layers/alias/counting-table.js';
import {
  ALIAS_MAPS,
  ALIAS_OBJECT,
  type AliasCounts,
  type AliasMaps,
  addressKey,
  COUNT_WORDS,
  networkKey,
  ownerValue,
} from '../bpf/alias-layout.js';
import { clsact } from '../clsact-hook.js';
import type { HookPlace, IngressHook } from '../ingress-hook.js';
import { makePinDirectory, pinDirectory, pinnedInterfaces, pinsIn, removePinDirectory } from '../kernel-pins.js';
import type { Direction } from '../sys/bpf-links.js';
import { deleteFromMap, hasShape, lookupMap, possibleCpus, updateMap, word } from '../sys/bpf-maps.js';
import { openPin, pin } from '../sys/bpf-pins.js';
import { libc } from '../sys/libc.js';
import { Errno, SysError } from '../sys/sys-error.js';
import { tcx } from '../tcx-hook.js';
import type { AliasCounting } from './alias-counting.js';

const PREFIX = 'alias:';
const COUNTS_PIN = 'counts';
const WAYS = [
  ['ingress', 'alias_receive'],
  ['egress', 'alias_transmit'],
] as const satisfies readonly (readonly [Direction, string])[];

/** Not by name: names of the BPF file system have no dots. */
const directoryOf = (ifindex: number): string => pinDirectory(`${PREFIX}${ifindex}`);

export class KernelCounting implements AliasCounting {
  readonly kind = 'kernel';
  readonly reason: string | undefined;
  readonly #directory: string;
  readonly #maps: AliasMaps;
  readonly #hooks: IngressHook[] = [];
  /** Octets of a key in hexadecimal -> what is there. */
  readonly #written = { addresses: new Map<string, string>(), networks: new Map<string, string>() };
  readonly #entry = new BigUint64Array(possibleCpus() * COUNT_WORDS.length);

  /** Throws SysError where the kernel does not permit it; then nothing is left. */
  constructor(ifindex: number, adopt: boolean) {
    this.#directory = directoryOf(ifindex);
    const kept = adopt ? keptCounts(this.#directory) : undefined;
    if (kept === undefined) removePinDirectory(this.#directory);
    const fresh = ALIAS_OBJECT.createMaps();
    if (kept !== undefined) libc().close(fresh.counts);
    this.#maps = { ...fresh, counts: kept ?? fresh.counts };
    try {
      this.reason = kept === undefined ? this.#keep() : undefined;
      for (const [direction, name] of WAYS) {
        const program = ALIAS_OBJECT.load(name, this.#maps);
        const path = this.reason === undefined ? join(this.#directory, direction) : undefined;
        const place = { ifindex, pin: path, direction, owner: 'alias' } as const;
        try {
          this.#hooks.push((kept === undefined ? undefined : tcx.adopt(program, place)) ?? hang(program, place));
        } finally {
          libc().close(program); // its hook holds it
        }
      }
    } catch (error) {
      this.end();
      throw error;
    }
  }

  addSlot(slot: number, kept: boolean): void {
    if (kept && lookupMap(this.#maps.counts, word(slot), this.#bytes)) return;
    updateMap(this.#maps.counts, word(slot), new Uint8Array(this.#entry.byteLength));
  }

  removeSlot(slot: number): void {
    deleteFromMap(this.#maps.counts, word(slot));
  }

  setTable({ addresses, networks }: CountingTable): void {
    this.#write(
      'addresses',
      addresses.map((entry) => [addressKey(entry.family, entry.address), ownerValue(entry)]),
    );
    this.#write(
      'networks',
      networks.map((entry) => [networkKey(entry), ownerValue(entry)]),
    );
  }

  counts(slot: number): AliasCounts {
    const sums = COUNT_WORDS.map(() => 0);
    if (lookupMap(this.#maps.counts, word(slot), this.#bytes)) {
      for (const [place, value] of this.#entry.entries()) {
        const index = place % COUNT_WORDS.length;
        sums[index] = (sums[index] ?? 0) + Number(value);
      }
    }
    return Object.fromEntries(COUNT_WORDS.map((name, index) => [name, sums[index] ?? 0])) as unknown as AliasCounts; // every name
  }

  missed(): number {
    return 0;
  }

  end(): void {
    for (const hook of this.#hooks) hook.end();
    removePinDirectory(this.#directory);
    this.#close();
  }

  letGo(): void {
    for (const hook of this.#hooks) hook.letGo();
    this.#close();
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#entry.buffer);
  }

  #close(): void {
    for (const fd of Object.values(this.#maps)) libc().close(fd);
  }

  /** Only what differs: entries that stay are never missing. */
  #write(name: 'addresses' | 'networks', entries: readonly (readonly [key: Buffer, value: Buffer])[]): void {
    const written = this.#written[name];
    const wanted = new Map(entries.map(([key, value]) => [key.toString('hex'), value]));
    for (const [key, value] of wanted) {
      const text = value.toString('hex');
      if (written.get(key) === text) continue;
      updateMap(this.#maps[name], Buffer.from(key, 'hex'), value);
      written.set(key, text);
    }
    for (const key of [...written.keys()].filter((each) => !wanted.has(each))) {
      deleteFromMap(this.#maps[name], Buffer.from(key, 'hex'));
      written.delete(key);
    }
  }

  /** Gives why the counts end with this process; undefined: they do not. */
  #keep(): string | undefined {
    try {
      makePinDirectory(this.#directory);
      pin(this.#maps.counts, join(this.#directory, COUNTS_PIN));
      return undefined;
    } catch (error) {
      removePinDirectory(this.#directory);
      const code = error instanceof SysError ? error.code : (error as NodeJS.ErrnoException).code;
      return `counting ends with vethd: nothing can be kept in ${this.#directory} (${code ?? String(error)})`;
    }
  }
}

/** On clsact where the kernel has no tcx; nothing else is tried, as frames pass meanwhile. */
function hang(program: number, place: HookPlace): IngressHook {
  try {
    return tcx.hang(program, place);
  } catch (error) {
    if (error instanceof SysError && error.errno === Errno.EINVAL) return clsact.hang(program, place);
    throw error;
  }
}

/** Descriptor of what an earlier process left; undefined: there is nothing of use. */
function keptCounts(directory: string): number | undefined {
  if (!pinsIn(directory).includes(COUNTS_PIN)) return undefined;
  let fd: number | undefined;
  try {
    fd = openPin(join(directory, COUNTS_PIN));
    if (hasShape(fd, ALIAS_MAPS.counts)) return fd;
  } catch (error) {
    if (!(error instanceof SysError)) throw error;
  }
  if (fd !== undefined) libc().close(fd);
  return undefined;
}

/** Takes away what earlier processes left, but for these interfaces. */
export function sweepAliasCounting(but: ReadonlySet<number>): void {
  for (const name of pinnedInterfaces()) {
    if (name.startsWith(PREFIX) && !but.has(Number(name.slice(PREFIX.length)))) removePinDirectory(pinDirectory(name));
  }
}
