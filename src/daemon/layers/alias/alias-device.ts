/** A main device that has aliases: their addresses in the kernel, and the counting of its packets. */
import type { AliasCounting } from '../../../drivers/alias/alias-counting.js';
import type { AddressInKernel, InterfaceAddress } from '../../../drivers/alias/labelled-address.js';
import { type AliasCounts, COUNT_WORDS, NO_COUNTS } from '../../../drivers/bpf/alias-layout.js';
import type { DatapathChoice } from '../../../drivers/datapath-choice.js';
import { SysError } from '../../../drivers/sys/sys-error.js';
import { same } from '../../../layers/alias/address-hash.js';
import { type AliasItem, addressText } from '../../../layers/alias/alias-item.js';
import { countingTable, hasOwnRoute, MAIN, type NetworkAddress } from '../../../layers/alias/counting-table.js';
import type { Alias } from '../../../layers/alias/net-alias.js';
import { Refusal } from '../../refusal.js';
import type { AliasDrivers } from './alias-drivers.js';

export interface AliasDeviceOptions {
  readonly drivers: AliasDrivers;
  /** Name of the main device. */
  readonly main: string;
  readonly ifindex: number;
  readonly choice: DatapathChoice;
  /** Go on with what an earlier process counted. */
  readonly adopt: boolean;
  /** Not Ethernet: its frames have another header. */
  readonly countable: boolean;
  readonly log: (line: string) => void;
}

export class AliasDevice {
  readonly ifindex: number;
  #counting: AliasCounting | undefined;
  /** Why packets are not counted, or less well than they could be. */
  #reason: string | undefined;
  /** What was counted before the counting moved to another data path. */
  #before = new Map<number, AliasCounts>();
  readonly #slots = new Set<number>();

  constructor(private readonly options: AliasDeviceOptions) {
    this.ifindex = options.ifindex;
    this.#open(options.choice, options.adopt);
    this.#counting?.addSlot(MAIN, options.adopt);
  }

  /**
   * Gives the kernel an address, with the alias's name as its label. `former`: what it has of this alias now. `kept`: an
   * address that is there already was ours before. Throws a `Refusal` where another hand is in the way, and SysError.
   */
  put(alias: AliasItem, { former, kept = false }: { former?: AliasItem | undefined; kept?: boolean } = {}): void {
    const wanted = this.#inKernel(alias);
    const mine = former === undefined ? undefined : this.#inKernel(former);
    const others = this.addresses().filter((each) => mine === undefined || !isSame(each, mine));
    const found = others.find((each) => isSame(each, wanted));
    // IPv6 has no labels, by which one could tell whose an address is.
    if (found !== undefined && (found.label === undefined ? kept : found.label === alias.name)) return;
    this.#checkFree(alias, others);
    this.options.drivers.add({ ...wanted, label: alias.name, broadcast: alias.broadcast });
  }

  /** One address in the place of another, with nothing changed where the kernel refuses the new one. */
  exchange(former: AliasItem, alias: AliasItem): void {
    const isThere = isSame(this.#inKernel(former), this.#inKernel(alias));
    if (!isThere) {
      this.put(alias, { former });
      this.take(former);
      return;
    }
    if (former.broadcast?.join() === alias.broadcast?.join()) return;
    this.take(former);
    try {
      this.put(alias);
    } catch (error) {
      this.put(former);
      throw error;
    }
  }

  /** False: it was not there. */
  take(alias: AliasItem): boolean {
    return this.options.drivers.remove({ ...this.#inKernel(alias), label: alias.name });
  }

  has(alias: AliasItem): boolean {
    const wanted = this.#inKernel(alias);
    return this.addresses().some(
      (each) => isSame(each, wanted) && (each.label === undefined || each.label === alias.name),
    );
  }

  addresses(): readonly AddressInKernel[] {
    return this.options.drivers.addresses(this.ifindex);
  }

  /** Addresses that are of no alias. */
  ownAddresses(aliases: readonly Alias[]): readonly NetworkAddress[] {
    const ours = aliases.filter(({ up }) => up);
    return this.addresses().filter((each) => !ours.some((alias) => isSame(each, alias)));
  }

  hasOwnRoute(alias: NetworkAddress, aliases: readonly Alias[]): boolean {
    return hasOwnRoute(alias, this.ownAddresses(aliases));
  }

  addSlot(slot: number, kept: boolean): void {
    this.#slots.add(slot);
    this.#counting?.addSlot(slot, kept);
  }

  removeSlot(slot: number): void {
    this.#slots.delete(slot);
    this.#before.delete(slot);
    this.#counting?.removeSlot(slot);
  }

  /** Aliases, or addresses of the main device, have changed. */
  count(aliases: readonly Alias[]): void {
    const up = aliases.filter((alias) => alias.up);
    this.#counting?.setTable(countingTable(this.ownAddresses(aliases), up));
  }

  /** Counting goes on elsewhere, from where it was. */
  choose(choice: DatapathChoice, aliases: readonly Alias[]): void {
    this.#before = new Map([MAIN, ...this.#slots].map((slot) => [slot, this.counts(slot) ?? NO_COUNTS]));
    this.#counting?.end();
    this.#open(choice, false);
    for (const slot of [MAIN, ...this.#slots]) this.#counting?.addSlot(slot, false);
    this.count(aliases);
  }

  /** Of an alias by its slot, or of MAIN; undefined: nothing is counted here. */
  counts(slot: number): AliasCounts | undefined {
    const now = this.#counting?.counts(slot);
    const before = this.#before.get(slot);
    if (now === undefined || before === undefined) return now;
    return Object.fromEntries(COUNT_WORDS.map((word) => [word, now[word] + before[word]])) as unknown as AliasCounts; // every word
  }

  /** Where packets are counted; `nowhere`: with the reason. */
  get counting(): { readonly by: 'kernel' | 'user' | 'nowhere'; readonly reason?: string; readonly missed: number } {
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    return { by: this.#counting?.kind ?? 'nowhere', missed: this.#counting?.missed() ?? 0, ...reason };
  }

  end(): void {
    this.#counting?.end();
  }

  letGo(): void {
    this.#counting?.letGo();
  }

  #open(choice: DatapathChoice, adopt: boolean): void {
    const { drivers, main, ifindex, countable, log } = this.options;
    this.#counting = undefined;
    this.#reason = countable ? undefined : `${main} is no Ethernet interface`;
    if (!countable) return;
    try {
      this.#counting = drivers.openCounting({ ifindex, adopt, choice, log });
      this.#reason = this.#counting.reason;
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      this.#reason = error.message;
      log(`${main}: packets of its aliases are not counted: ${error.message}`);
    }
  }

  #checkFree(alias: AliasItem, others: readonly AddressInKernel[]): void {
    const { name, main, type } = alias;
    const labelled = others.find(({ label }) => label === name);
    const equal = others.find(({ family, address }) => family === type.family && same(address, alias.address));
    const other = labelled ?? equal;
    if (other === undefined) return;
    const text = addressText({ type: other.family === type.family ? type : alias.type, ...other });
    const called = other.label === undefined || other.label === main ? '' : ` as ${other.label}`;
    throw new Refusal({
      thing: `${name} ${addressText(alias)}`,
      problem: `${main} has ${text}${called} already, from another hand`,
      repair: `say ip addr del ${text} dev ${main} first, or take another ${labelled === undefined ? 'address' : 'slot'}`,
      value: addressText(alias),
    });
  }

  #inKernel({ type, address, length }: AliasItem): InterfaceAddress {
    return { ifindex: this.ifindex, family: type.family, address, length };
  }
}

const isSame = (a: NetworkAddress, b: NetworkAddress): boolean =>
  a.family === b.family && a.length === b.length && same(a.address, b.address);
