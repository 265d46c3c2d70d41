/**
 * The generic aliasing engine of net_alias 0.50: aliases of main devices, by families of addresses that register. It
 * knows who there is, in which order, and what is refused; what an alias does to the kernel is done elsewhere.
 */
import { AddressHash, hashSize } from './address-hash.js';
import type { AddressType } from './address-type.js';
import { AliasError } from './alias-error.js';
import { readAliasName } from './alias-name.js';

export const DEFAULT_MAXIMUM = 256;
/** The largest limit: slots have 16 bits. */
export const MOST_ALIASES = 65_536;

export interface Alias {
  /** `eth0:0`. */
  readonly name: string;
  readonly main: string;
  readonly slot: number;
  /** AF_* of a registered type. */
  readonly family: number;
  readonly address: Uint8Array;
  /** Of the network part. */
  readonly length: number;
  readonly up: boolean;
}

export type AliasAddress = Pick<Alias, 'family' | 'address' | 'length'>;

/** What the engine must know of a main device when its alias is made. */
export interface MainDevice {
  readonly name: string;
  readonly up: boolean;
}

/** Aliases of one main device. */
interface Aliased {
  /** Grabbed when its first alias was made. */
  readonly limit: number;
  readonly hash: AddressHash<string>;
  /** In order of creation. */
  readonly aliases: Map<string, Alias>;
}

export class NetAlias {
  #maximum: number;
  /** By family. */
  readonly #types = new Map<number, AddressType>();
  readonly #mains = new Map<string, Aliased>();
  /** Limits of devices that had their first alias in an earlier process. */
  readonly #remembered = new Map<string, number>();

  constructor(maximum = DEFAULT_MAXIMUM) {
    this.#maximum = maximum;
  }

  /** Most aliases of a device whose first alias is yet to be made. */
  get maximum(): number {
    return this.#maximum;
  }

  /** Gives what is to be logged, nothing where nothing changes. Aliases that exist stay. */
  setMaximum(maximum: number): string[] {
    const before = this.#maximum;
    this.#maximum = maximum;
    if (before === maximum) return [];
    return [
      `net-alias-max changed (max. aliases ${maximum}, hash size ${hashSize(maximum)})`,
      ...(maximum === 0 ? ['creation of aliases disabled'] : []),
      ...(before === 0 ? ['creation of aliases enabled'] : []),
    ];
  }

  register(type: AddressType): void {
    if (this.#types.has(type.family)) {
      throw new AliasError('EINVAL', `family ${type.family}`, 'has a type already', 'unregister that one first');
    }
    this.#types.set(type.family, type);
  }

  unregister(family: number): void {
    const { name } = this.#type(family, `family ${family}`);
    const attached = this.attached(family);
    if (attached > 0) {
      throw new AliasError('EINVAL', `type ${name}`, `${attached} aliases are of it`, 'delete them first');
    }
    this.#types.delete(family);
  }

  /** In the order of the table `alias_types`: 16 chains by family number. */
  types(): AddressType[] {
    return [...this.#types.values()].sort((a, b) => (a.family & 15) - (b.family & 15));
  }

  /** Aliases of a family. */
  attached(family: number): number {
    return this.#all().filter((alias) => alias.family === family).length;
  }

  /** A new alias, not up, behind those that its main device has. Throws `AliasError`, with nothing changed. */
  create(main: MainDevice, slot: number, { family, address, length }: AliasAddress): Alias {
    const { name } = readAliasName(`${main.name}:${slot}`);
    const type = this.#type(family, name);
    const aliased = this.#mains.get(main.name);
    const limit = aliased?.limit ?? this.#remembered.get(main.name) ?? this.#maximum;
    if (slot >= limit) throw tooHigh(name, slot, limit, aliased !== undefined);
    if (!main.up) {
      throw new AliasError('EIO', name, `${main.name} is not up`, `say ip link set ${main.name} up first`);
    }
    if (aliased?.aliases.has(name)) {
      throw new AliasError('EEXIST', name, 'there is such an alias', 'give it another address, or delete it');
    }
    this.#checkFree(name, type, address);
    const own = aliased ?? { limit, hash: new AddressHash<string>(hashSize(limit)), aliases: new Map() };
    const alias: Alias = { name, main: main.name, slot, family, address, length, up: false };
    own.hash.add(type, address, name);
    own.aliases.set(name, alias);
    this.#mains.set(main.name, own);
    this.#remembered.delete(main.name);
    return alias;
  }

  /** Another address, perhaps of another family; the place in the order stays. Throws `AliasError`. */
  readdress(name: string, { family, address, length }: AliasAddress): Alias {
    const { alias, own } = this.#known(name);
    const type = this.#type(family, name);
    this.#checkFree(name, type, address);
    own.hash.remove(this.#type(alias.family, name), alias.address);
    own.hash.add(type, address, name);
    return this.#put(own, { ...alias, family, address, length });
  }

  setUp(name: string, up: boolean): Alias {
    const { alias, own } = this.#known(name);
    return this.#put(own, { ...alias, up });
  }

  /** Throws `AliasError` ENODEV where there is no such alias. */
  remove(name: string): void {
    const { alias, own } = this.#known(name);
    own.hash.remove(this.#type(alias.family, name), alias.address);
    own.aliases.delete(name);
    // With the last alias the limit is forgotten: the next first alias grabs that of then.
    if (own.aliases.size === 0) this.#mains.delete(alias.main);
  }

  /** The main device goes down or away: all its aliases are freed. Gives them, the last one first. */
  mainDown(main: string): Alias[] {
    this.#remembered.delete(main);
    const freed = this.aliasesOf(main).reverse();
    this.#mains.delete(main);
    return freed;
  }

  find(name: string): Alias | undefined {
    const colon = name.indexOf(':');
    return this.#mains.get(name.slice(0, Math.max(0, colon)))?.aliases.get(name);
  }

  /** In order of creation. */
  aliasesOf(main: string): Alias[] {
    return [...(this.#mains.get(main)?.aliases.values() ?? [])];
  }

  /** Names of devices, each main device with its aliases behind it: `lo eth0 eth0:0 eth0:2 eth1`. */
  chain(mains: readonly string[]): string[] {
    return mains.flatMap((main) => [main, ...this.aliasesOf(main).map(({ name }) => name)]);
  }

  /** The alias of a main device that has this address, by hash. */
  lookup(main: string, family: number, address: Uint8Array): Alias | undefined {
    const type = this.#types.get(family);
    const own = this.#mains.get(main);
    const name = type && own?.hash.find(type, address);
    return name === undefined ? undefined : own?.aliases.get(name);
  }

  /** What a main device grabbed before, for its next first alias. */
  remember(main: string, limit: number): void {
    this.#remembered.set(main, limit);
  }

  /** By main device, for `remember` in a later process. */
  limits(): Record<string, number> {
    return Object.fromEntries([...this.#mains].map(([main, { limit }]) => [main, limit]));
  }

  /** What a main device remembers since its first alias; undefined: it has none. */
  limitOf(main: string): number | undefined {
    return this.#mains.get(main)?.limit;
  }

  #all(): Alias[] {
    return [...this.#mains.values()].flatMap(({ aliases }) => [...aliases.values()]);
  }

  #type(family: number, thing: string): AddressType {
    const type = this.#types.get(family);
    if (type !== undefined) return type;
    const names = this.types().map((each) => `${each.family} (${each.name})`);
    throw new AliasError('EINVAL', thing, `no type for family ${family}`, `families are ${names.join(', ') || 'none'}`);
  }

  /** An address stands for one alias of a device, or the hash could not say which. */
  #checkFree(name: string, type: AddressType, address: Uint8Array): void {
    const { main } = readAliasName(name);
    const other = this.lookup(main, type.family, address);
    if (other === undefined || other.name === name) return;
    const text = type.print?.(address) ?? 'the address';
    throw new AliasError('EEXIST', name, `${text} is that of ${other.name}`, `delete that one with ${other.name}-`);
  }

  #known(name: string): { alias: Alias; own: Aliased } {
    const alias = this.find(name);
    const own = alias && this.#mains.get(alias.main);
    if (alias !== undefined && own !== undefined) return { alias, own };
    throw new AliasError('ENODEV', name, 'no such alias', 'see vethcfg alias');
  }

  #put(own: Aliased, alias: Alias): Alias {
    own.aliases.set(alias.name, alias);
    return alias;
  }
}

function tooHigh(name: string, slot: number, limit: number, grabbed: boolean): AliasError {
  if (limit === 0) {
    const repair = 'say vethcfg set vethd net-alias-max=256';
    return new AliasError('ENODEV', name, 'creation of aliases is disabled (net-alias-max=0)', repair);
  }
  const since = grabbed ? ', the limit at the first alias of this device' : '';
  const more = grabbed ? 'or delete all aliases of the device and raise net-alias-max' : 'or raise net-alias-max';
  const problem = `no such device: slot ${slot} is not below ${limit}${since}`;
  return new AliasError('ENODEV', name, problem, `take a slot from 0 to ${limit - 1}, ${more}`);
}
