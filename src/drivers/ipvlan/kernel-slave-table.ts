/**
 * The table of the programs of one master (bpf/ipvlan-maps.h), written from a SlaveTable. Mode, flag and slaves are
 * replaced whole, by one store; addresses one by one, those that are no longer right first.
 */

import type { SlaveTable } from '../../layers/ipvlan/table.js';
import { DROP_REASONS, type DropReason } from '../../layers/ipvlan/verdict.js';
import {
  addressKey,
  COPY,
  COPY_WORDS,
  copyAt,
  DROP_WORDS,
  FLAGS,
  type IpvlanMaps,
  ipvlanObject,
  LAYOUT_VERSION,
  MODES,
  SLAVE_SLOTS,
  TABLE,
  TABLE_OCTETS,
} from '../bpf/ipvlan-layout.js';
import { macBytes } from '../link-message.js';
import {
  deleteFromMap,
  keysOf,
  lookupMap,
  possibleCpus,
  type SharedMap,
  shareMap,
  updateMap,
  word,
} from '../sys/bpf-maps.js';
import type { SlaveDrops } from './slave-path.js';

export class KernelSlaveTable {
  readonly #shared: SharedMap;
  readonly #words: Int32Array;
  /** ifindex of the hidden peer -> slot; stays the same as long as the slave is there. */
  readonly #slots: Map<number, number>;
  /** Key as hexadecimal text -> slot; -1: of a process before us. */
  readonly #addresses: Map<string, number>;

  /** `maps`: empty, or with what an earlier process wrote. */
  constructor(private readonly maps: IpvlanMaps) {
    this.#shared = shareMap(maps.table, TABLE_OCTETS);
    this.#words = new Int32Array(this.#shared.memory);
    const at = copyAt(this.#words[TABLE.generation] ?? 0) + COPY.ifindex;
    const there = [...this.#words.subarray(at, at + SLAVE_SLOTS).entries()].filter(([, ifindex]) => ifindex !== 0);
    this.#slots = new Map(there.map(([slot, ifindex]) => [ifindex, slot]));
    this.#addresses = new Map(
      keysOf(maps.addresses, addressKey(new Uint8Array(4)).length).map((key) => [key.toString('hex'), -1]),
    );
  }

  /** Why what an earlier process wrote is of no use for a master; undefined when it is. */
  unusable(master: number): string | undefined {
    const version = this.#words[TABLE.version];
    if (version !== LAYOUT_VERSION) return `layout version ${version}, not ${LAYOUT_VERSION}`;
    return this.#words[TABLE.master] === master ? undefined : 'made for another interface';
  }

  /** Whether the programs of an earlier process are those that this one would load. */
  get sameBuild(): boolean {
    return this.#words[TABLE.build] === ipvlanObject.build;
  }

  /** Hidden peers in the table. */
  get slaves(): readonly number[] {
    return [...this.#slots.keys()];
  }

  /** Puts a table in force. Throws SysError, and RangeError for more slaves than there are slots. */
  write(table: SlaveTable): void {
    const wanted = new Set(table.slaves.map(({ ifindex }) => ifindex));
    const gone = [...this.#slots].filter(([ifindex]) => !wanted.has(ifindex));
    for (const [ifindex] of gone) {
      this.#slots.delete(ifindex);
      deleteFromMap(this.maps.slots, word(ifindex));
    }
    for (const { ifindex } of table.slaves) this.#place(ifindex);
    const addresses = this.#wantedAddresses(table);
    for (const [key, slot] of this.#addresses) {
      const still = addresses.get(key);
      if (still !== undefined && (slot === -1 || slot === still)) continue;
      deleteFromMap(this.maps.addresses, Buffer.from(key, 'hex'));
      this.#addresses.delete(key);
    }
    this.#putInForce(table);
    for (const [key, slot] of addresses) {
      if (this.#addresses.get(key) !== slot) updateMap(this.maps.addresses, Buffer.from(key, 'hex'), word(slot));
      this.#addresses.set(key, slot);
    }
  }

  /** By the hidden peer; undefined: it is not in the table. */
  counters(ifindex: number): SlaveDrops | undefined {
    const slot = this.#slots.get(ifindex);
    if (slot === undefined) return undefined;
    const perCpu = DROP_WORDS * 8;
    const value = Buffer.alloc(perCpu * possibleCpus());
    lookupMap(this.maps.drops, word(slot), value);
    const sum = (reason: number) => {
      let total = 0;
      for (let at = reason * 8; at < value.length; at += perCpu) total += Number(value.readBigUInt64LE(at));
      return total;
    };
    // One entry for each reason, by the map over them.
    return Object.fromEntries(DROP_REASONS.map((reason, i) => [reason, sum(i)])) as Record<DropReason, number>;
  }

  /** The maps stay. */
  close(): void {
    this.#shared.unmap();
  }

  #place(ifindex: number): void {
    if (this.#slots.has(ifindex)) return;
    const taken = new Set(this.#slots.values());
    let slot = 0;
    while (taken.has(slot)) slot++;
    if (slot >= SLAVE_SLOTS) throw new RangeError(`more than ${SLAVE_SLOTS} slaves`);
    updateMap(this.maps.drops, word(slot), new Uint8Array(DROP_WORDS * 8 * possibleCpus()));
    updateMap(this.maps.slots, word(ifindex), word(slot));
    this.#slots.set(ifindex, slot);
  }

  #wantedAddresses({ slaves }: SlaveTable): Map<string, number> {
    const entries = slaves.flatMap(({ ifindex, addresses }) => {
      const slot = this.#slots.get(ifindex) ?? 0; // each has been placed
      return addresses.map((address) => [addressKey(address).toString('hex'), slot] as const);
    });
    return new Map(entries);
  }

  #putInForce({ mode, flag, master, slaves }: SlaveTable): void {
    const words = this.#words;
    const generation = ((words[TABLE.generation] ?? 0) + 1) | 0;
    const at = copyAt(generation);
    const mac = Buffer.concat([macBytes(master.mac), Buffer.alloc(2)]);
    words.fill(0, at, at + COPY_WORDS);
    words[at + COPY.mode] = MODES.indexOf(mode);
    words[at + COPY.flag] = FLAGS.indexOf(flag);
    words[at + COPY.mac] = mac.readInt32LE(0);
    words[at + COPY.mac + 1] = mac.readInt32LE(4);
    words[at + COPY.master] = master.ifindex;
    words[at + COPY.end] = Math.max(-1, ...this.#slots.values()) + 1;
    for (const { ifindex } of slaves) words[at + COPY.ifindex + (this.#slots.get(ifindex) ?? 0)] = ifindex;
    words[TABLE.version] = LAYOUT_VERSION;
    words[TABLE.build] = ipvlanObject.build;
    words[TABLE.master] = master.ifindex;
    Atomics.store(words, TABLE.generation, generation);
  }
}
