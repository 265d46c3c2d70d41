/**
 * Keeps the daemon's configuration: carries out a file at start and on command, knows where values come from, and
 * takes up ports that come later. Everything here runs in a turn of the daemon, or asks for one.
 */

import type { LinkFacts } from '../../aggregator/io.js';
import { type AggregatorSettings, DEFAULT_AGGREGATOR } from '../../aggregator/settings.js';
import type { DatapathChoice } from '../../drivers/datapath-choice.js';
import { checkNewInterface, checkRoom, type Limits } from '../checks.js';
import { DAEMON_NAME, DAEMON_OPTIONS, type DaemonSettings } from '../daemon-options.js';
import type { Host } from '../host.js';
import type { Layers } from '../layers/layers.js';
import type { Log } from '../log.js';
import type { Arguments } from '../messages.js';
import { OPTIONS } from '../options.js';
import { Refusal } from '../refusal.js';
import { checkSettings } from '../settings-check.js';
import { addPort, carryOut } from './carry-out.js';
import { changesBetween } from './change.js';
import type { Change } from './change-schema.js';
import { checkHost, checkLimits } from './check.js';
import { effectiveDaemonOf, effectiveOf } from './effective.js';
import { makeLayers, removeLayers } from './layers.js';
import type { Configuration, FileConfiguration } from './model.js';
import { Origins } from './origins.js';
import { readConfiguration } from './read.js';
import type { ApplyResult, EffectiveResult, SaveResult } from './results.js';
import { ConfigurationStore } from './store.js';
import { Transaction } from './transaction.js';
import { Waiting } from './waiting.js';
import { writeConfiguration } from './write.js';

export interface KeeperOptions {
  readonly host: Host;
  readonly layers: Layers;
  readonly limits: Limits;
  readonly log: Log;
  /** The run directory. */
  readonly directory: string;
  /** See identity.ts. */
  readonly identity: string;
  /** Where the configuration file of the daemon is or would be; undefined: it has none. */
  readonly file: string | undefined;
  /** Where frames are forwarded. */
  readonly datapath: {
    readonly choice: () => DatapathChoice;
    readonly choose: (choice: DatapathChoice) => Promise<void>;
    /** What has become of the choice. */
    readonly shown: () => { readonly kind: string; readonly reason?: string | undefined };
    /** Of the command line. */
    readonly argument: DatapathChoice | undefined;
  };
  readonly netAliasMax: { readonly now: () => number; readonly set: (maximum: number) => void };
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>;
  /** Resolves when the daemon's state, with this keeper's part, would survive a crash. */
  readonly save: () => Promise<void>;
}

export class ConfigurationKeeper {
  readonly #origins = new Origins();
  readonly #waiting = new Waiting();
  readonly #store: ConfigurationStore;
  /** Why a port that is there was not taken, so that the same is said once. */
  readonly #refused = new Map<string, string>();

  constructor(private readonly options: KeeperOptions) {
    this.#store = new ConfigurationStore(options.directory, options.identity);
  }

  /**
   * After the daemon has taken up what one before it left: that is newer than the file and stays; without it, the file
   * is carried out. A port that cannot be had is no failure: it is waited for.
   */
  async start(boot: FileConfiguration | undefined): Promise<void> {
    const { host, layers, log } = this.options;
    const stored = this.#store.load(log);
    for (const veth of stored?.made ?? []) host.formerInterface(veth);
    const goesOn = host.bundles.size > 0 || stored?.made.length === 0;
    if (goesOn && stored !== undefined) {
      this.#waiting.restore(stored.waiting);
      this.#origins.restore(stored.origins);
    }
    if (boot !== undefined && goesOn) {
      const differing = changesBetween(this.#current(), boot).length;
      if (differing > 0) {
        log.warn(`${boot.file}: not applied, the state before the crash goes on; see vethcfg apply --dry-run`);
      }
    } else if (boot !== undefined) {
      this.#adopt(boot);
    }
    if (boot !== undefined) this.#origins.ofBoot(boot, this.#ofDaemon());
    await this.#takeUpAll();
    if (boot !== undefined && !goesOn) await layers.makeAll(boot.layers ?? {});
  }

  /** The difference between the file and what is, and (unless only looked at) the file carried out, whole or not. */
  async apply({ file, path, text, dryRun }: Arguments<'apply'>): Promise<ApplyResult> {
    const desired = readConfiguration(text, file);
    checkLimits(desired, this.options.limits);
    return this.options.inTurn(async () => {
      const changes = changesBetween(this.#current(), desired);
      checkHost(this.#world(), desired, changes);
      if (!dryRun) await this.#carryOut(desired, path, changes);
      return { changes, applied: !dryRun, notes: this.#notes(desired) };
    });
  }

  /** The configuration in force, as a file. */
  save(): SaveResult {
    return { text: writeConfiguration(this.#current()), file: this.options.file };
  }

  effective({ name }: Arguments<'effective'>): EffectiveResult {
    const { host } = this.options;
    const { aggregators } = host.status();
    const all = this.#current().interfaces.map((each) => {
      const status = aggregators.find((candidate) => candidate.name === each.name);
      const bundle = host.bundles.get(each.name);
      const actual = status === undefined || bundle === undefined ? undefined : { status, mtu: bundle.mtu };
      return effectiveOf(each, actual, this.#origins);
    });
    const { choice, shown, argument } = this.options.datapath;
    const vethd = effectiveDaemonOf({ ...shown(), ...this.#ofDaemon(), choice: choice() }, argument, this.#origins);
    if (name === undefined) return { vethd, interfaces: all };
    if (name === DAEMON_NAME) return { vethd, interfaces: [] };
    const interfaces = all.flatMap((each) => {
      if (each.name === name) return [each];
      const ports = each.ports.filter((port) => port.name === name);
      return ports.length === 0 ? [] : [{ ...each, options: [], ports }];
    });
    if (interfaces.length > 0) return { interfaces };
    const names = all.flatMap((each) => [each.name, ...each.ports.map((port) => port.name)]);
    const repair = names.length === 0 ? 'make one with vethcfg add PORT VETH' : `there are ${names.join(', ')}`;
    throw new Refusal({ thing: name, problem: 'no such interface or port of vethd', repair, value: name });
  }

  /** The kernel has told of a link: perhaps a port that is waited for. */
  linkSeen({ name }: LinkFacts): void {
    const { inTurn, log, save } = this.options;
    if (this.#waiting.port(name) === undefined) return;
    inTurn(async () => {
      if (await this.#takeUp(name)) await save();
    }).catch((error: unknown) => log.error(`${name}: ${String(error)}`));
  }

  /** `add` or `set` has succeeded with these words, meant for the interface or for the port. */
  commanded(words: readonly string[], { veth, port }: { readonly veth?: string; readonly port?: string }): void {
    const bundle = veth === undefined ? undefined : this.options.host.bundles.get(veth);
    const found = port === undefined ? undefined : this.options.host.portByName(port);
    for (const word of words) {
      const option = OPTIONS.find(({ name }) => word.startsWith(`${name}=`));
      if (option?.aggregator !== undefined && bundle !== undefined) {
        this.#origins.command(option.aggregator.print(bundle.settings), bundle.name, undefined, option.name);
      } else if (option?.port !== undefined && found !== undefined) {
        const { bundle: owner, port: entry } = found;
        this.#origins.command(option.port.print(entry.settings), owner.name, entry.facts.name, option.name);
      }
    }
  }

  /** `set` has changed vethd itself. */
  daemonCommanded(settings: Partial<DaemonSettings>): void {
    for (const { name, print } of DAEMON_OPTIONS) {
      const value = print(settings);
      if (value !== undefined) this.#origins.command(value, DAEMON_NAME, undefined, name);
    }
  }

  /** Settings of an interface that is configured and waits for its first port. */
  settingsOf(veth: string): AggregatorSettings | undefined {
    return this.#waiting.settingsOf(veth);
  }

  /** `del` is meant for what waits as well; whether anything did. */
  stopWaiting(veth: string, port?: string): boolean {
    return this.#waiting.drop(veth, port);
  }

  /** Part of the daemon's save. */
  async persist(): Promise<void> {
    const { host } = this.options;
    const isMade = (veth: string) => host.bundles.has(veth);
    this.#waiting.settle(isMade, (port) => host.portByName(port) !== undefined);
    const there = this.#current().interfaces;
    this.#origins.keep((veth, port) =>
      there.some((each) => each.name === veth && (port === undefined || each.ports.some(({ name }) => name === port))),
    );
    await this.#store.save({
      made: [...host.bundles.keys()],
      waiting: this.#waiting.saved,
      origins: this.#origins.saved,
    });
  }

  /** At an orderly stop. */
  remove(): void {
    this.#store.remove();
  }

  #world() {
    const { host } = this.options;
    return host.world();
  }

  /** What is configured now: what there is, and what waits. */
  #current(): Configuration {
    const made = [...this.options.host.bundles.values()].map(({ name, settings, ports }) => ({
      name,
      settings,
      ports: [
        ...ports.map((port) => ({ name: port.facts.name, settings: port.settings })),
        ...this.#waiting.portsOf(name),
      ],
    }));
    const interfaces = [...made, ...this.#waiting.interfaces];
    return { interfaces, ...this.#ofDaemon(), layers: this.options.layers.items() };
  }

  #ofDaemon(): DaemonSettings {
    return { datapath: this.options.datapath.choice(), netAliasMax: this.options.netAliasMax.now() };
  }

  async #carryOut(desired: FileConfiguration, path: string, changes: readonly Change[]): Promise<void> {
    const { host, layers, log, save } = this.options;
    const before = { waiting: this.#waiting.saved, origins: this.#origins.saved };
    const steps = new Transaction(log);
    try {
      await this.#carryOutDaemon(desired, steps);
      await removeLayers(layers, changes, steps);
      await carryOut(host, desired, changes, steps);
      await makeLayers(layers, desired.layers ?? {}, changes, steps);
      this.#adopt({ ...desired, file: path });
      await save();
    } catch (error) {
      const stuck = await steps.undo();
      this.#waiting.restore(before.waiting);
      this.#origins.restore(before.origins);
      await save().catch((again: unknown) => log.error(String(again)));
      throw new Refusal({
        thing: desired.file,
        problem: error instanceof Error ? error.message : String(error),
        repair: stuck.length === 0 ? 'nothing was changed' : `not all could be undone (${stuck.join('; ')})`,
      });
    }
    // Those that are there but could not be had before may have been helped.
    if (await this.#takeUpAll()) await save();
  }

  async #carryOutDaemon({ datapath, netAliasMax }: Configuration, steps: Transaction): Promise<void> {
    const { now, set } = this.options.netAliasMax;
    const limit = now();
    if (netAliasMax !== undefined) {
      await steps.step(
        `net-alias-max=${netAliasMax}`,
        () => set(netAliasMax),
        () => set(limit),
      );
    }
    const { choice, choose } = this.options.datapath;
    const former = choice();
    if (datapath === undefined || datapath === former) return;
    const step = () => choose(datapath);
    await steps.step(`datapath=${datapath}`, step, () => choose(former));
  }

  #adopt(desired: FileConfiguration): void {
    const { host } = this.options;
    this.#origins.ofFile(desired);
    this.#waiting.replace(
      desired.interfaces,
      (veth) => host.bundles.has(veth),
      (port, veth) => host.portByName(port)?.bundle.name === veth,
    );
  }

  #notes({ interfaces }: Configuration): string[] {
    const { links } = this.#world();
    return interfaces.flatMap(({ name, ports }) => [
      ...(ports.length === 0 && !this.options.host.bundles.has(name) ? [`${name} is made with its first port`] : []),
      ...ports
        .filter((port) => !links.some((link) => link.name === port.name))
        .map((port) => `${port.name} is not there; it is added to ${name} when it appears`),
    ]);
  }

  /** Whether any of those that are waited for was added. */
  async #takeUpAll(): Promise<boolean> {
    let added = false;
    for (const { name } of this.#waiting.ports) added = (await this.#takeUp(name)) || added;
    return added;
  }

  /** Adds a port that is waited for, if it is there and can be had; whether it was. */
  async #takeUp(name: string): Promise<boolean> {
    const { host, log, limits } = this.options;
    const wanted = this.#waiting.port(name);
    if (wanted === undefined) return false;
    const bundle = host.bundles.get(wanted.veth);
    const settings = bundle?.settings ?? this.#waiting.settingsOf(wanted.veth) ?? DEFAULT_AGGREGATOR;
    try {
      if (!host.links().some((link) => link.name === name)) throw new Error('it is not there');
      if (bundle === undefined) checkNewInterface(this.#world(), wanted.veth, limits.interfaces);
      else checkRoom(bundle, limits.portsEach);
      const others = (bundle?.ports ?? []).map((port) => ({ name: port.facts.name, settings: port.settings }));
      checkSettings(wanted.veth, settings, [...others, wanted]);
      await addPort(host, { name: wanted.veth, settings }, wanted, new Transaction(log));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (this.#refused.get(name) !== why) log.warn(`${wanted.veth}: ${name} waits: ${why}`);
      this.#refused.set(name, why);
      return false;
    }
    this.#refused.delete(name);
    this.#waiting.settle(
      (veth) => host.bundles.has(veth),
      (port) => port === name,
    );
    return true;
  }
}
