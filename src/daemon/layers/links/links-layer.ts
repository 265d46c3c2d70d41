/** ipvlan slaves of a daemon: what is configured, the masters in force, and what events make of them. */
import type { LinkEvent, LinkFacts } from '../../../aggregator/io.js';
import type { SlaveDrivers } from '../../../drivers/ipvlan/slave-drivers.js';
import type { SlaveFlag, SlaveMode } from '../../../layers/ipvlan/table.js';
import { Refusal } from '../../refusal.js';
import type { Layer, LayerItem } from '../layer.js';
import type { LayerContext } from '../layer-context.js';
import { checkSlave, findMaster, type LinkWorld } from './check-link.js';
import { LINK_KIND } from './link-kind.js';
import { LinksRecord } from './links-record.js';
import { Master, restoreMaster, type SlaveSettings } from './master.js';
import { notesOf, showLink } from './show-link.js';
import type { ShownLink } from './shown-link.js';

/** No event tells of addresses in other namespaces: they are read so often, and in all take a hundredth of a CPU. */
const LOOK_AGAIN_MS = 200;
const LOOK_AGAIN_MS_EACH = 10;

export class LinksLayer implements Layer {
  readonly kind = LINK_KIND;
  readonly #items = new Map<string, LayerItem>();
  readonly #masters = new Map<string, Master>();
  readonly #record: LinksRecord;
  /** What is done to masters is done one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #timer: unknown;
  #ended = false;

  constructor(
    private readonly context: LayerContext,
    private readonly drivers: SlaveDrivers,
  ) {
    this.#record = new LinksRecord(context.runDirectory);
  }

  items(): readonly LayerItem[] {
    return [...this.#items.values()];
  }

  async make(item: LayerItem, { wait }: { readonly wait: boolean }): Promise<void> {
    const world = this.#world();
    if (this.#items.has(item.name))
      refuse(item.name, 'there is a slave of this name', `see vethcfg link show ${item.name}`);
    checkSlave(world, item);
    const { link = '' } = item.options;
    const facts = findMaster(world, link);
    if (facts === undefined && !wait) refuse(link, 'no such interface', 'see the names with: ip link');
    this.#items.set(item.name, item);
    if (facts === undefined) return this.context.log.info(`${item.name}: waits for ${link}`);
    try {
      await this.#bring(item, facts);
    } catch (error) {
      this.#items.delete(item.name);
      throw error;
    }
  }

  /** Mode and flag are those of all slaves of the master. */
  async change(item: LayerItem): Promise<void> {
    const former = this.#items.get(item.name) ?? this.#unknown(item.name);
    if (former.options.link !== item.options.link) return this.#move(former, item);
    const siblings = this.items().filter(({ options }) => options.link === item.options.link);
    const { mode, flag } = item.options;
    const put = (change: (sibling: LayerItem) => LayerItem) => {
      for (const sibling of siblings) this.#items.set(sibling.name, change(sibling));
    };
    put(({ name, options }) => ({ name, options: { ...options, ...pick({ mode, flag }) } }));
    const master = this.#masters.get(item.options.link ?? '');
    if (master === undefined) return;
    try {
      master.settings = settingsOf(item);
      await this.#follow(master);
    } catch (error) {
      put((sibling) => sibling);
      master.settings = settingsOf(former);
      await this.#follow(master).catch((again: unknown) => this.context.log.error(`${master.name}: ${String(again)}`));
      throw error;
    }
    this.context.log.info(`${master.name}: slaves are in mode ${mode} ${flag} now`);
  }

  async remove(name: string): Promise<void> {
    const item = this.#items.get(name) ?? this.#unknown(name);
    this.#items.delete(name);
    await this.#drop(item, true);
    this.context.log.info(`${name}: removed`);
  }

  async takeUp(items: readonly LayerItem[]): Promise<void> {
    const { log } = this.context;
    const links = this.context.links();
    if (items.length > 0) this.drivers.removeGuards();
    for (const item of items) {
      const pair = this.drivers.adoptPair(item.name);
      if (pair === undefined && this.#record.made.has(item.name)) {
        log.warn(`${item.name}: it went away with its namespace; removed`);
        this.#record.noteMade(item.name, false);
        continue;
      }
      this.#items.set(item.name, item);
      if (pair === undefined) continue;
      const master = this.#masterOf(item);
      master.facts = links.find(({ name }) => name === master.name);
      master.addSlave(pair);
    }
    for (const master of this.#masters.values()) await this.#tried(master);
    for (const item of items) await this.#appeared(item.options.link ?? '');
    for (const name of this.#record.masters.keys()) {
      if (!this.#masters.has(name)) restoreMaster(name, { drivers: this.drivers, record: this.#record });
    }
    const inUse = [...this.#masters.values()].flatMap(({ facts }) => (facts === undefined ? [] : [facts.ifindex]));
    this.drivers.removePathsBut(inUse);
    this.#lookAgain();
  }

  linkEvent(event: LinkEvent): void {
    if (this.#ended) return;
    const ifindex = event.kind === 'link' ? event.facts.ifindex : event.ifindex;
    for (const master of this.#masters.values()) {
      if (event.kind === 'link' && event.facts.name === master.name) {
        master.facts = event.facts;
        void this.#tried(master);
      } else if (event.kind !== 'address' && master.facts?.ifindex === ifindex) {
        this.context.log.warn(`${master.name}: it has gone; its slaves wait for it without carrier`);
        master.facts = undefined;
        void this.#tried(master);
      }
      if (event.kind === 'gone') this.#slaveGone(master, ifindex);
    }
    if (
      event.kind === 'link' &&
      this.items().some((item) => this.#waits(item) && item.options.link === event.facts.name)
    ) {
      this.context.event(() => this.#appeared(event.facts.name));
    }
  }

  async leave(): Promise<void> {
    this.#end();
    await this.#turn;
    for (const master of this.#masters.values()) await master.letGo();
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#turn;
    for (const item of [...this.items()].reverse()) await this.#drop(item, true);
    this.#items.clear();
  }

  /** Of all, or of one. */
  show(name?: string): ShownLink[] {
    if (name !== undefined && !this.#items.has(name)) this.#unknown(name);
    return this.items().flatMap((item) => {
      if (name !== undefined && item.name !== name) return [];
      const master = this.#masters.get(item.options.link ?? '');
      return [showLink(item, master, master?.slaves.get(item.name))];
    });
  }

  /** What the user should know of slaves of the same master. */
  notes(name: string): string[] {
    const master = this.#masters.get(this.#items.get(name)?.options.link ?? '');
    return [...(master?.slaves.values() ?? [])].flatMap((slave) =>
      master ? notesOf(slave, master, slave.pair.look()) : [],
    );
  }

  /** As configured; throws a `Refusal` when there is none. */
  get(name: string): LayerItem {
    return this.#items.get(name) ?? this.#unknown(name);
  }

  /** The interface of a slave whose master is there. */
  async #bring(item: LayerItem, facts: LinkFacts): Promise<void> {
    const pair = this.drivers.createPair(item.name, facts);
    const master = this.#masterOf(item);
    try {
      this.#record.noteMade(item.name, true);
      master.facts = facts;
      master.addSlave(pair);
      await this.#follow(master);
    } catch (error) {
      await this.#drop(item, true);
      throw error;
    }
    this.context.log.info(`${item.name}: made on ${facts.name}, mode ${item.options.mode} ${item.options.flag}`);
    this.#lookAgain();
  }

  async #drop(item: LayerItem, remove: boolean): Promise<void> {
    const master = this.#masters.get(item.options.link ?? '');
    const slave = master?.slaves.get(item.name);
    if (master === undefined || slave === undefined) return;
    master.forget(slave);
    await this.#tried(master);
    if (remove) slave.pair.remove();
    if (master.slaves.size === 0) this.#masters.delete(master.name);
    this.#record.noteMade(item.name, false);
  }

  /** To another master: the interface is made anew. */
  async #move(former: LayerItem, item: LayerItem): Promise<void> {
    const world = this.#world();
    checkSlave(world, item, { own: true });
    findMaster(world, item.options.link ?? '');
    await this.remove(former.name);
    await this.make(item, { wait: true });
  }

  /** An interface of this name is there: slaves that wait for it are made. */
  async #appeared(link: string): Promise<void> {
    for (const item of this.items().filter((one) => this.#waits(one) && one.options.link === link)) {
      try {
        const facts = findMaster(this.#world(), link);
        if (facts !== undefined) await this.#bring(item, facts);
      } catch (error) {
        this.context.log.error(`${item.name}: not made: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  #waits({ name, options }: LayerItem): boolean {
    return this.#masters.get(options.link ?? '')?.slaves.has(name) !== true;
  }

  #slaveGone(master: Master, ifindex: number): void {
    const slave = [...master.slaves.values()].find(({ pair }) => pair.peer === ifindex);
    const item = slave && this.#items.get(slave.name);
    if (slave === undefined || item === undefined) return;
    this.context.log.warn(`${slave.name}: it went away, alone or with its namespace; removed`);
    this.context.event(async () => {
      if (master.slaves.get(slave.name) !== slave) return;
      this.#items.delete(slave.name);
      await this.#drop(item, false);
    });
  }

  #masterOf(item: LayerItem): Master {
    const name = item.options.link ?? '';
    const { log } = this.context;
    const above = (ifindex: number) =>
      [...this.context.bundles.values()].find((bundle) => bundle.portByIndex(ifindex))?.virtual.ifindex;
    const options = { name, drivers: this.drivers, record: this.#record, log, above };
    const master = this.#masters.get(name) ?? new Master(options, settingsOf(item));
    this.#masters.set(name, master);
    return master;
  }

  #follow(master: Master): Promise<void> {
    const turn = this.#turn.then(async () => {
      master.learn();
      await master.follow(this.context.drivers.datapath.choice);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** For events: what fails is told, and tried again with the next look. */
  #tried(master: Master): Promise<void> {
    return this.#follow(master).catch((error: unknown) => {
      this.context.log.error(`${master.name}: its slaves are not as they should be: ${String(error)}`);
    });
  }

  #lookAgain(): void {
    const { clock } = this.context.drivers;
    clock.clearTimeout(this.#timer);
    if (this.#ended || this.#items.size === 0) return;
    const pause = Math.max(LOOK_AGAIN_MS, this.#items.size * LOOK_AGAIN_MS_EACH);
    this.#timer = clock.setTimeout(() => {
      void this.#look().then(() => this.#lookAgain());
    }, pause);
  }

  async #look(): Promise<void> {
    const choice = this.context.drivers.datapath.choice;
    for (const master of this.#masters.values()) {
      if (this.#ended) return;
      if (master.isSettled(choice) && !master.learn()) continue;
      await this.#tried(master);
    }
  }

  #end(): void {
    this.#ended = true;
    this.context.drivers.clock.clearTimeout(this.#timer);
  }

  #world(): LinkWorld {
    return { links: this.context.links(), bundles: this.context.bundles, items: this.items() };
  }

  #unknown(name: string): never {
    const names = [...this.#items.keys()];
    const repair = names.length === 0 ? 'make one with vethcfg link add' : `there are ${names.join(', ')}`;
    return refuse(name, 'no such slave', repair);
  }
}

// The texts have been checked by LINK_KIND.parse, or were written by us.
const settingsOf = ({ options }: LayerItem): SlaveSettings => ({
  mode: options.mode as SlaveMode,
  flag: options.flag as SlaveFlag,
});

const pick = (options: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

function refuse(thing: string, problem: string, repair: string): never {
  throw new Refusal({ thing, problem, repair, value: thing });
}
