/**
 * One master and its slaves in force: what the kernel is told so that they are as configured, and whose each address is.
 * `follow` compares what is with what should be, and does what is missing; all of it may be done again at any time.
 */
import type { LinkFacts } from '../../../aggregator/io.js';
import type { DatapathChoice } from '../../../drivers/datapath-choice.js';
import type { SlaveDrivers } from '../../../drivers/ipvlan/slave-drivers.js';
import type { SlavePair, Whereabouts } from '../../../drivers/ipvlan/slave-pair.js';
import type { SlavePath } from '../../../drivers/ipvlan/slave-path.js';
import { addressText } from '../../../drivers/link-message.js';
import { type Grants, grant, NO_GRANTS } from '../../../layers/ipvlan/grants.js';
import type { SlaveFlag, SlaveMode, SlaveTable } from '../../../layers/ipvlan/table.js';
import { siblingAddress } from '../../interface-mac.js';
import type { Log } from '../../log.js';
import type { LinksRecord } from './links-record.js';

/** Of one slave; one with more cannot fill the table for the others. */
export const MOST_ADDRESSES = 128;

export interface MasterOptions {
  readonly name: string;
  readonly drivers: SlaveDrivers;
  readonly record: LinksRecord;
  readonly log: Log;
  /** Index of the interface of ours that has this one as its port: its addresses are those of a slave below it. */
  above(ifindex: number): number | undefined;
}

/** How all slaves of a master are. */
export interface SlaveSettings {
  readonly mode: SlaveMode;
  readonly flag: SlaveFlag;
}

export interface Slave {
  readonly name: string;
  readonly pair: SlavePair;
  /** All that it has, granted or not; each of 4 or 16 octets, by its text. */
  addresses: ReadonlyMap<string, Uint8Array>;
  /** More addresses than are taken. */
  unknown: number;
  /** Why its addresses cannot be read. */
  unreadable: string | undefined;
  /** What was set on it last, as text. */
  done: string;
  /** Its carrier; undefined: not known. */
  up: boolean | undefined;
  /** Addresses that the host routes to it, by their text. */
  readonly routed: Map<string, Uint8Array>;
}

export class Master {
  readonly slaves = new Map<string, Slave>();
  /** Undefined: there is no such interface now. */
  facts: LinkFacts | undefined;
  settings: SlaveSettings;
  grants: Grants = NO_GRANTS;
  #own: ReadonlyMap<string, Uint8Array> = new Map();
  #path: { readonly path: SlavePath; readonly ifindex: number; readonly choice: DatapathChoice } | undefined;
  #written = '';

  constructor(
    private readonly options: MasterOptions,
    settings: SlaveSettings,
  ) {
    this.settings = settings;
  }

  get name(): string {
    return this.options.name;
  }

  get path(): SlavePath | undefined {
    return this.#path?.path;
  }

  addSlave(pair: SlavePair): void {
    const { name } = pair;
    this.slaves.set(name, {
      name,
      pair,
      addresses: new Map(),
      unknown: 0,
      unreadable: undefined,
      done: '',
      up: undefined,
      routed: new Map(),
    });
  }

  /** Reads what addresses there are. Whether they, or what is to be done about them, have changed. */
  learn(): boolean {
    const before = this.#addressState();
    const { drivers, log } = this.options;
    if (this.facts !== undefined) {
      this.#own = textMap(drivers.addresses.read({ ifindex: this.facts.ifindex, netnsid: undefined }));
    }
    for (const slave of this.slaves.values()) {
      const where = slave.pair.whereabouts();
      if (where === undefined) continue;
      try {
        const addresses = this.#read(where);
        slave.addresses = textMap(addresses.slice(0, MOST_ADDRESSES));
        slave.unknown = Math.max(0, addresses.length - MOST_ADDRESSES);
        slave.unreadable = undefined;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (slave.unreadable === undefined) log.error(`${slave.name}: ${why}: nothing is forwarded for it`);
        slave.unreadable = why;
        slave.addresses = new Map();
      }
    }
    return this.#addressState() !== before;
  }

  /** All that was to be done the last time is done, and frames take the chosen path. */
  isSettled(choice: DatapathChoice): boolean {
    return this.#path === undefined ? this.facts === undefined : this.#written !== '' && this.#path.choice === choice;
  }

  /** Makes it so. Throws SysError; then what is not done yet is done the next time. */
  async follow(choice: DatapathChoice): Promise<void> {
    const { facts } = this;
    this.#grant();
    if (facts === undefined || this.slaves.size === 0) {
      for (const slave of this.slaves.values()) {
        this.#carry(slave, false);
        slave.done = '';
      }
      await this.close();
      return;
    }
    const table = this.#table(facts);
    const path = await this.#openPath(table, choice);
    this.#prepareMaster(facts);
    for (const slave of this.slaves.values()) this.#prepareSlave(slave, facts, path);
    const text = JSON.stringify(table, (_, value) => (value instanceof Uint8Array ? addressText(value) : value));
    if (text !== this.#written) {
      this.#written = '';
      path.write(table);
    }
    const up = facts.adminUp && facts.link !== 'down';
    for (const slave of this.slaves.values()) {
      this.#carry(slave, up);
      this.#route(slave);
    }
    this.#written = text;
  }

  /** Nothing is forwarded any more, and the master is as it was. Slaves stay. */
  async close(): Promise<void> {
    const path = this.#path?.path;
    this.#path = undefined;
    this.#written = '';
    for (const slave of this.slaves.values()) this.#unroute(slave);
    this.#restoreMaster();
    await path?.close();
  }

  async letGo(): Promise<void> {
    await this.#path?.path.letGo();
    this.#path = undefined;
  }

  /** It has been removed, or is about to be. */
  forget(slave: Slave): void {
    this.#unroute(slave);
    this.slaves.delete(slave.name);
  }

  async #openPath(table: SlaveTable, choice: DatapathChoice): Promise<SlavePath> {
    const { drivers, log } = this.options;
    const { ifindex } = table.master;
    if (this.#path !== undefined && (this.#path.ifindex !== ifindex || this.#path.choice !== choice)) {
      const { path } = this.#path;
      this.#path = undefined;
      this.#written = '';
      await path.close();
    }
    if (this.#path === undefined) {
      const path = await drivers.openPath({
        table,
        choice,
        log: (line) => log.warn(`${this.name}: ${line}`),
        onError: (error) => {
          log.error(`${this.name}: the data path of its slaves ended and is begun anew: ${error.message}`);
          this.#path = undefined;
        },
      });
      this.#path = { path, ifindex, choice };
      for (const slave of this.slaves.values()) slave.done = '';
    }
    return this.#path.path;
  }

  /** What the mode needs of the master; what it was before is written down first. */
  #prepareMaster({ ifindex }: LinkFacts): void {
    const { drivers, record } = this.options;
    const former = record.masters.get(this.name);
    const [groups, forwards] = [this.settings.mode === 'l2', this.settings.mode === 'l3s'];
    if (former?.ifindex === ifindex) {
      const isForwarding = Object.keys(former.forwarding).length > 0;
      if (former.allMulticast === groups && isForwarding === forwards) return;
      if (former.allMulticast || isForwarding) this.#restoreMaster();
    }
    if (groups && drivers.startAllMulticast(ifindex)) {
      record.noteMaster(this.name, { ifindex, allMulticast: true, forwarding: {} });
    }
    if (forwards) {
      const forwarding = drivers.startForwarding(this.name);
      if (Object.keys(forwarding).length > 0)
        record.noteMaster(this.name, { ifindex, allMulticast: false, forwarding });
    }
  }

  #restoreMaster(): void {
    restoreMaster(this.name, this.options);
  }

  #prepareSlave(slave: Slave, { mac, mtu }: LinkFacts, path: SlavePath): void {
    const { mode } = this.settings;
    const wanted = [mac, mtu, mode, path.kind].join(' ');
    if (slave.done === wanted) return;
    // Without a program of ours in front of the peer's stack, that must not take frames for its own.
    const silent = path.kind === 'user';
    slave.pair.setMac(mac, silent ? siblingAddress(mac) : mac);
    slave.pair.setMtu(mtu);
    slave.pair.setArp(mode === 'l2');
    const forwards = path.kind === 'kernel' && mode !== 'l2';
    slave.pair.setStack(forwards ? 'forwards' : mode === 'l3s' ? 'sends' : 'nothing');
    slave.done = wanted;
  }

  #table({ ifindex, mac }: LinkFacts): SlaveTable {
    const granted = (name: string, addresses: ReadonlyMap<string, Uint8Array>) =>
      [...addresses].filter(([text]) => this.grants.owners.get(text) === name).map(([, octets]) => octets);
    return {
      ...this.settings,
      master: { ifindex, mac, addresses: granted(this.name, this.#own) },
      slaves: [...this.slaves.values()].map(({ name, pair, addresses }) => {
        return { ifindex: pair.peer, addresses: granted(name, addresses) };
      }),
    };
  }

  #grant(): void {
    const { log } = this.options;
    const slaves = [...this.slaves.values()].map(({ name, addresses }) => ({ name, addresses: [...addresses.keys()] }));
    const before = this.grants;
    this.grants = grant(before, [{ name: this.name, addresses: [...this.#own.keys()] }, ...slaves]);
    for (const [address, name] of this.grants.owners) {
      if (name !== this.name && before.owners.get(address) !== name) log.info(`${name}: has ${address}`);
    }
    for (const { name, address, owner } of this.grants.duplicates) {
      const known = before.duplicates.some(
        (one) => one.name === name && one.address === address && one.owner === owner,
      );
      if (!known) log.warn(`${name}: ${address} is ${owner}'s: ${consequence(name, address, this.name, owner)}`);
    }
  }

  #carry(slave: Slave, up: boolean): void {
    if (slave.up === up) return;
    slave.pair.setCarrier(up);
    slave.up = up;
    // The kernel takes routes away when an interface goes down.
    if (!up) slave.routed.clear();
  }

  #route(slave: Slave): void {
    const routes = this.settings.mode === 'l3s' && slave.up === true;
    const { drivers } = this.options;
    const own = [...slave.addresses].filter(([text]) => this.grants.owners.get(text) === slave.name);
    const wanted = new Map(routes ? own : []);
    for (const [text, address] of slave.routed) {
      if (wanted.has(text)) continue;
      drivers.removeRoute(slave.pair.peer, address);
      slave.routed.delete(text);
    }
    for (const [text, address] of wanted) {
      if (slave.routed.has(text) || text.startsWith('fe80:')) continue;
      drivers.addRoute(slave.pair.peer, address);
      slave.routed.set(text, address);
    }
  }

  #unroute({ pair, routed }: Slave): void {
    for (const address of routed.values()) this.options.drivers.removeRoute(pair.peer, address);
    routed.clear();
  }

  #read(where: Whereabouts): readonly Uint8Array[] {
    const { drivers, above } = this.options;
    const own = drivers.addresses.read(where);
    const upper = where.netnsid === undefined ? above(where.ifindex) : undefined;
    return upper === undefined ? own : [...own, ...this.#read({ ifindex: upper, netnsid: undefined })];
  }

  #addressState(): string {
    const all = [this.#own, ...[...this.slaves.values()].map(({ addresses }) => addresses)];
    return JSON.stringify(all.map((addresses) => [...addresses.keys()]));
  }
}

/** Puts back what the record says was changed on a master, be it there or not. */
export function restoreMaster(name: string, { drivers, record }: Pick<MasterOptions, 'drivers' | 'record'>): void {
  const changes = record.masters.get(name);
  if (changes === undefined) return;
  const { ifindex, allMulticast, forwarding } = changes;
  if (allMulticast) drivers.endAllMulticast(ifindex);
  drivers.endForwarding(name, forwarding);
  record.noteMaster(name, undefined);
}

const textMap = (addresses: readonly Uint8Array[]): Map<string, Uint8Array> =>
  new Map(addresses.map((address) => [addressText(address), address]));

/** What follows from a duplicate for the one that came second. */
function consequence(name: string, address: string, master: string, owner: string): string {
  if (name === master) return `frames for it from the wire go to ${owner}`;
  const until = `nothing is forwarded for it here until ${owner} gives it up`;
  const repair = `say ip link set ${name} addrgenmode random where ${name} is, before it is up`;
  return address.startsWith('fe80:') ? `${until}; ${repair}` : until;
}
