/**
 * The aliases of a daemon: what is configured, what of it is in force, and what waits for its main device. With its main
 * device an alias is closed and freed, as net_alias did; being configured it comes back when that does.
 */
import type { LinkEvent, LinkFacts } from '../../../aggregator/io.js';
import type { DatapathChoice } from '../../../drivers/datapath-choice.js';
import { SysError } from '../../../drivers/sys/sys-error.js';
import { ALIAS_TYPES, type AliasItem, addressText } from '../../../layers/alias/alias-item.js';
import { DEFAULT_MAXIMUM, NetAlias } from '../../../layers/alias/net-alias.js';
import type { Log } from '../../log.js';
import { Refusal } from '../../refusal.js';
import type { SavedNetAlias } from '../../saved-state.js';
import type { Layer, LayerItem } from '../layer.js';
import type { LayerContext } from '../layer-context.js';
import type { Layers } from '../layers.js';
import { AliasDevice } from './alias-device.js';
import { AliasFiles } from './alias-files.js';
import { ALIAS_KIND, asItem, orRefuse, readItem } from './alias-kind.js';
import { type MainDeviceNow, mainDevice } from './main-device.js';
import { type ConfiguredAlias, type ShownAlias, shownAliases } from './shown-alias.js';

export class AliasLayer implements Layer {
  readonly kind = ALIAS_KIND;
  readonly engine = new NetAlias();
  /** What is configured, by name, in order. */
  readonly #items = new Map<string, AliasItem>();
  /** Main devices that have aliases, by name. */
  readonly #devices = new Map<string, AliasDevice>();
  /** Why an alias that is configured is not there. */
  readonly #waits = new Map<string, string>();
  /** Main devices that have been down meanwhile, though perhaps not any more. */
  readonly #downs = new Set<string>();
  readonly #files: AliasFiles;
  /** Chosen by a command. */
  #maximum: number | undefined;

  constructor(private readonly context: LayerContext) {
    for (const type of ALIAS_TYPES) this.engine.register(type);
    this.#files = new AliasFiles(context.runDirectory, context.log);
    this.#tell();
  }

  get log(): Log {
    return this.context.log;
  }

  /** All of them, or those of a name or main device. */
  shown(only?: string): ShownAlias[] {
    return shownAliases(this, this.context.links(), only);
  }

  items(): readonly LayerItem[] {
    return [...this.#items.values()].map(asItem);
  }

  /** What is configured of an alias. */
  find(name: string): AliasItem | undefined {
    return this.#items.get(name);
  }

  /** Configured, in order: those that are there, with their device, or why they are not. */
  all(): readonly ConfiguredAlias[] {
    const place = new Map(this.engine.chain(this.#mains()).map((name, index) => [name, index]));
    const last = place.size;
    return [...this.#items.values()]
      .sort((a, b) => (place.get(a.name) ?? last) - (place.get(b.name) ?? last))
      .map((item) => {
        const alias = this.engine.find(item.name);
        const device = this.#devices.get(item.main);
        if (alias !== undefined && device !== undefined) return { item, alias, device };
        return { item, why: this.#waits.get(item.name) ?? 'not made yet' };
      });
  }

  async make(wanted: LayerItem, { wait }: { readonly wait: boolean }): Promise<void> {
    const item = readItem(wanted);
    if (this.#items.has(item.name)) {
      throw new Refusal({ thing: item.name, problem: 'there is such an alias', repair: 'see vethcfg alias' });
    }
    const main = this.#mainOf(item.main);
    if (main.usable) this.#bring(item, main.facts, false);
    else if (wait) this.#wait(item, main.why);
    else throw refusal(item, main);
    this.#items.set(item.name, item);
    this.#tell();
  }

  async change(wanted: LayerItem): Promise<void> {
    const item = readItem(wanted);
    const former = this.#known(item.name);
    const device = this.#devices.get(item.main);
    const alias = this.engine.find(item.name);
    if (alias === undefined || device === undefined) {
      const main = this.#mainOf(item.main);
      if (main.usable) this.#bring(item, main.facts, false);
    } else {
      const { family, address, length } = alias;
      orRefuse(() => this.engine.readdress(item.name, { ...item, family: item.type.family }));
      try {
        exchange(device, former, item);
      } catch (error) {
        this.engine.readdress(item.name, { family, address, length });
        throw error;
      }
      this.engine.setUp(item.name, item.up);
      device.count(this.engine.aliasesOf(item.main));
    }
    this.#items.set(item.name, item);
    this.#tell();
  }

  async remove(name: string): Promise<void> {
    const item = this.#known(name);
    const device = this.#devices.get(item.main);
    if (device !== undefined && this.engine.find(name) !== undefined) {
      if (item.up) device.take(item);
      this.engine.remove(name);
      this.#leaveDevice(item, device);
    }
    this.#items.delete(name);
    this.#waits.delete(name);
    this.#tell();
  }

  async takeUp(items: readonly LayerItem[]): Promise<void> {
    const { drivers, log } = this.context;
    for (const saved of items) {
      try {
        const item = readItem(saved);
        this.#items.set(item.name, item);
        const main = this.#mainOf(item.main);
        if (main.usable) this.#tryBring(item, main.facts, true);
        else this.#wait(item, main.why);
      } catch (error) {
        log.error(`${saved.name}: not taken up again: ${messageOf(error)}`);
      }
    }
    drivers.aliases.sweep(new Set([...this.#devices.values()].map(({ ifindex }) => ifindex)));
    this.#tell();
  }

  linkEvent(event: LinkEvent): void {
    const ifindex = event.kind === 'link' ? event.facts.ifindex : event.ifindex;
    const [main, device] = [...this.#devices].find(([, each]) => each.ifindex === ifindex) ?? [];
    if (main !== undefined && device !== undefined) {
      if (event.kind === 'address') {
        if (this.#isForeign(main, device)) this.#later(main);
        else device.count(this.engine.aliasesOf(main));
        return;
      }
      const stays = event.kind === 'link' && event.facts.name === main && this.#mainOf(main, event.facts).usable;
      if (!stays) this.#downs.add(main);
      if (!stays) this.#later(main);
    }
    if (event.kind !== 'link') return;
    const { name } = event.facts;
    const waits = [...this.#items.values()].some((item) => item.main === name && !this.engine.find(item.name));
    if (waits && this.#mainOf(name, event.facts).usable) this.#later(name);
  }

  /** Counting goes on in another data path. */
  datapathChosen(choice: DatapathChoice): void {
    for (const [main, device] of this.#devices) device.choose(choice, this.engine.aliasesOf(main));
  }

  /** What must be kept over a crash, beside the items. */
  limits(): SavedNetAlias {
    return { maximum: this.#maximum, limits: this.engine.limits() };
  }

  /** Before `takeUp`; `fallback`: where no command has said it. */
  restoreLimits({ maximum, limits }: SavedNetAlias, fallback: number | undefined): void {
    this.#maximum = maximum;
    this.engine.setMaximum(maximum ?? fallback ?? DEFAULT_MAXIMUM);
    for (const [main, limit] of Object.entries(limits)) this.engine.remember(main, limit);
  }

  /** Most aliases of a device whose first alias is yet to be made; also after a crash. */
  setMaximum(maximum: number): void {
    this.#maximum = maximum;
    for (const line of this.engine.setMaximum(maximum)) this.context.log.info(line);
  }

  async leave(): Promise<void> {
    for (const device of this.#devices.values()) device.letGo();
    await this.#files.settled();
  }

  async stop(): Promise<void> {
    for (const main of this.#devices.keys()) this.#close(main);
    await this.#files.remove();
  }

  #mains(): string[] {
    return this.context.links().map(({ name }) => name);
  }

  #mainOf(name: string, facts = this.context.links().find((link) => link.name === name)): MainDeviceNow {
    return mainDevice(name, facts, this.context.bundles);
  }

  #later(main: string): void {
    this.context.event(async () => this.#settle(main));
  }

  /** Makes true what is configured for a main device, after something happened to it. */
  #settle(main: string): void {
    const { log } = this.context;
    const now = this.#mainOf(main);
    const device = this.#devices.get(main);
    const replaced = now.usable && device !== undefined && now.facts.ifindex !== device.ifindex;
    if (device !== undefined && (!now.usable || replaced || this.#downs.has(main))) {
      const names = this.#close(main);
      for (const name of names) this.#waits.set(name, now.usable ? `${main} was down` : now.why);
      log.info(`${now.usable ? `${main} was down` : now.why}: closed ${names.join(', ')}, until ${main} is up`);
    }
    this.#downs.delete(main);
    if (now.usable) {
      this.#follow(main);
      const waiting = [...this.#items.values()].filter(({ name, main: on }) => on === main && !this.engine.find(name));
      for (const item of waiting) this.#tryBring(item, now.facts, false);
    }
    this.#tell();
  }

  /** What another hand did to addresses of aliases is taken for what the user wants. */
  #follow(main: string): void {
    const device = this.#devices.get(main);
    if (device === undefined) return;
    for (const { name } of this.engine.aliasesOf(main)) {
      const item = this.#items.get(name);
      const up = item !== undefined && device.has(item);
      if (item === undefined || up === item.up) continue;
      this.#items.set(name, { ...item, up });
      this.engine.setUp(name, up);
      const text = up ? 'is there again, from another hand: up' : `was removed by another hand: down`;
      const more = up ? '' : `; vethcfg alias ${name} up puts it back`;
      this.context.log.warn(`${name}: ${addressText(item)} ${text}${more}`);
    }
    device.count(this.engine.aliasesOf(main));
  }

  #isForeign(main: string, device: AliasDevice): boolean {
    return this.engine.aliasesOf(main).some(({ name, up }) => {
      const item = this.#items.get(name);
      return item !== undefined && device.has(item) !== up;
    });
  }

  /** Frees the aliases of a main device. Gives their names. */
  #close(main: string): string[] {
    const device = this.#devices.get(main);
    const freed = this.engine.mainDown(main);
    for (const { name, up } of freed) {
      const item = this.#items.get(name);
      try {
        if (up && item !== undefined) device?.take(item);
      } catch (error) {
        this.context.log.error(`${name}: ${messageOf(error)}`);
      }
    }
    device?.end();
    this.#devices.delete(main);
    return freed.map(({ name }) => name);
  }

  /** Throws `Refusal` and SysError, with nothing changed. `kept`: it was there before, with its counts. */
  #bring(item: AliasItem, facts: LinkFacts, kept: boolean): void {
    const { name, main, slot, type } = item;
    orRefuse(() => this.engine.create({ name: main, up: facts.adminUp }, slot, { ...item, family: type.family }));
    const device = this.#devices.get(main) ?? this.#openDevice(main, facts, kept);
    this.#devices.set(main, device);
    try {
      if (item.up) device.put(item, { kept });
    } catch (error) {
      this.engine.remove(name);
      this.#leaveDevice(item, device);
      throw error;
    }
    this.engine.setUp(name, item.up);
    this.#waits.delete(name);
    device.addSlot(slot, kept);
    device.count(this.engine.aliasesOf(main));
    this.context.log.info(`${name}: ${addressText(item)}${item.up ? '' : ', down'}`);
  }

  #tryBring(item: AliasItem, facts: LinkFacts, kept: boolean): void {
    try {
      this.#bring(item, facts, kept);
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof SysError)) throw error;
      this.#wait(item, messageOf(error));
    }
  }

  /** An alias of the device has gone. */
  #leaveDevice({ main, slot }: AliasItem, device: AliasDevice): void {
    const left = this.engine.aliasesOf(main);
    if (left.length === 0) {
      device.end();
      this.#devices.delete(main);
      return;
    }
    device.removeSlot(slot);
    device.count(left);
  }

  #openDevice(main: string, { ifindex, ethernet, loopback }: LinkFacts, adopt: boolean): AliasDevice {
    const { drivers, log } = this.context;
    const { choice } = drivers.datapath;
    const warn = (line: string) => log.warn(line);
    const countable = ethernet || loopback;
    return new AliasDevice({ drivers: drivers.aliases, main, ifindex, choice, adopt, countable, log: warn });
  }

  #wait(item: AliasItem, why: string): void {
    if (this.#waits.get(item.name) !== why) this.context.log.warn(`${item.name} waits: ${why}`);
    this.#waits.set(item.name, why);
  }

  #known(name: string): AliasItem {
    const item = this.#items.get(name);
    if (item !== undefined) return item;
    const names = [...this.#items.keys()];
    const repair = names.length === 0 ? 'make one with vethcfg alias NAME ADDRESS' : `there are ${names.join(', ')}`;
    throw new Refusal({ thing: name, problem: 'no such alias', repair, value: name });
  }

  #tell(): void {
    this.#files.update(this.engine, this.#mains());
  }
}

/** The aliases of a daemon. */
export function aliasLayer(layers: Layers): AliasLayer {
  const layer = layers.get(ALIAS_KIND.key);
  if (layer instanceof AliasLayer) return layer;
  throw new Error('no layer of aliases');
}

/** From what there is now to what there shall be, up or down. */
function exchange(device: AliasDevice, former: AliasItem, item: AliasItem): void {
  if (former.up && item.up) device.exchange(former, item);
  else if (former.up) device.take(former);
  else if (item.up) device.put(item);
}

const refusal = ({ name, main }: AliasItem, { why, repair }: { why: string; repair: string }) =>
  new Refusal({ thing: name, problem: why, repair, value: main });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
