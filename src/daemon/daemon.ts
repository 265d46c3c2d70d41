/**
 * The commands, and the daemon's start and end: each change is checked whole before anything is done, made in its turn,
 * and acknowledged only when it would survive a crash.
 */
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../aggregator/settings.js';
import type { DatapathChoice } from '../drivers/datapath-choice.js';
import { namedSettings, settingsOfPorts } from './bundle.js';
import { checkNewInterface, checkNewPort, checkRoom, type Limits } from './checks.js';
import { addPort, configure } from './config/carry-out.js';
import { ConfigurationKeeper } from './config/keeper.js';
import type { FileConfiguration } from './config/model.js';
import { Transaction } from './config/transaction.js';
import { DAEMON_NAME, type DaemonSettings, parseDaemonOptions } from './daemon-options.js';
import type { Drivers } from './drivers.js';
import type { EventJournal, EventsPart } from './event-journal.js';
import { predictFlow } from './flow.js';
import { Host } from './host.js';
import { checkInterfaceName } from './interface-name.js';
import type { LacpJournal } from './lacp-journal.js';
import type { Lateness } from './lateness.js';
import { type AliasLayer, aliasLayer } from './layers/alias/alias-layer.js';
import { Layers } from './layers/layers.js';
import { openLayers } from './layers/open-layers.js';
import type { Log } from './log.js';
import {
  type Arguments,
  type DoneResult,
  type FlowResult,
  PROTOCOL,
  type Reduction,
  type ShowResult,
  type StatusResult,
  VERSION,
} from './messages.js';
import { before, modeNotes, portNotes } from './notes.js';
import { parseOptions } from './options.js';
import { RecentTraffic, sentOctets } from './recent-traffic.js';
import { Refusal } from './refusal.js';
import { asRefusal, refuseToChange } from './refusals-of-turns.js';
import type { SavedState } from './saved-state.js';
import { checkSettings } from './settings-check.js';
import { dataPathOf, showResult } from './show.js';
import { statusTable } from './status-table.js';
import { type WhyResult, whyResult } from './why.js';

export interface DaemonOptions {
  readonly drivers: Drivers;
  readonly state: SavedState;
  readonly journal: LacpJournal;
  readonly limits: Limits;
  /** Of the command line: where frames are forwarded; undefined: the configuration file says it, or nobody. */
  readonly datapath?: DatapathChoice | undefined;
  /** What works less well here than it could. */
  readonly reduced: readonly Reduction[];
  readonly log: Log;
  readonly lateness: Lateness;
  readonly events: EventJournal;
  /** The status table has changed. */
  readonly status: (table: string) => void;
  readonly configuration: {
    /** The run directory. */
    readonly directory: string;
    /** See identity.ts. */
    readonly identity: string;
    /** Where the configuration file is or would be; undefined: there is none. */
    readonly file: string | undefined;
    /** What it says, read and checked. */
    readonly boot: FileConfiguration | undefined;
  };
}

export class Daemon {
  /** What is done with configuration files: `apply`, `save`, `effective`. */
  readonly configuration: ConfigurationKeeper;
  readonly layers: Layers;
  readonly #host: Host;
  readonly #traffic: RecentTraffic;
  readonly #aliases: AliasLayer;
  /** Chosen by a command. */
  #datapath: DatapathChoice | undefined;
  /** A successor is about to take over: nothing is changed any more. */
  #leaving = false;
  /** Changes are made one after the other: none sees another half done. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: DaemonOptions) {
    const { drivers, log, status, journal } = options;
    this.#host = new Host({
      drivers,
      log,
      changed: (now) => status(statusTable(now)),
      journal: options.events.write,
      layers: () => this.layers,
      moved: () => journal.changed(),
      event: (act) => this.#event(act),
      linkSeen: (event) => {
        if (event.kind === 'link') {
          log.debug(`${event.facts.name}: the kernel says ${event.facts.link}`);
          this.configuration.linkSeen(event.facts);
        }
        this.layers.linkEvent(event);
      },
    });
    const context = {
      drivers,
      log,
      bundles: this.#host.bundles,
      links: this.#host.links,
      addresses: (ifindex: number) => this.#host.addresses(ifindex),
      runDirectory: options.configuration.directory,
      event: (act: () => Promise<void>) => this.#event(act),
    };
    this.layers = new Layers(openLayers(context), log);
    this.#aliases = aliasLayer(this.layers);
    this.#traffic = new RecentTraffic(drivers.clock, () => sentOctets(this.#host.bundles));
    const { limits, configuration } = options;
    this.configuration = new ConfigurationKeeper({
      ...configuration,
      host: this.#host,
      layers: this.layers,
      limits,
      log,
      datapath: {
        choice: () => drivers.datapath.choice,
        choose: (choice) => this.#chooseDatapath(choice),
        shown: () => dataPathOf(this.#host.bundles, drivers.datapath.choice),
        argument: options.datapath,
      },
      netAliasMax: { now: () => this.#aliases.engine.maximum, set: (maximum) => this.#aliases.setMaximum(maximum) },
      inTurn: (act) => this.#inTurn(act),
      save: () => this.#save(),
    });
  }

  /** Take up what a killed daemon left, then listen to the kernel and the partners. */
  async start(): Promise<void> {
    const { log, state, status, journal } = this.options;
    const former = journal.load();
    const { interfaces, datapath, layers = {}, netAlias = { limits: {} } } = state.load(log);
    this.#datapath = datapath;
    const { boot } = this.options.configuration;
    // The data paths of interfaces that are taken up go on as they were first, and change under their traffic.
    await this.options.drivers.datapath.choose(datapath ?? this.options.datapath ?? boot?.datapath ?? 'auto');
    for (const saved of interfaces) await this.#host.takeUp(saved, former.get(saved.name));
    for (const veth of former.keys()) this.#host.formerInterface(veth);
    this.#host.listen();
    journal.start(() => this.#host.snapshot());
    await this.#inTurn(async () => {
      this.#aliases.restoreLimits(netAlias, boot?.netAliasMax);
      await this.layers.takeUp(layers);
      await this.configuration.start(boot);
      await this.#save();
    });
    status(statusTable(this.#host.status()));
    this.#traffic.start();
  }

  /** Farewell on every port, everything undone, nothing left behind. */
  async stop(): Promise<void> {
    await this.#inTurn(async () => {
      await this.layers.stop();
      await Promise.all([...this.#host.bundles.values()].map((bundle) => this.#host.removeBundle(bundle)));
      this.options.state.remove();
      this.configuration.remove();
      await this.options.journal.remove();
      this.#traffic.stop();
      this.#host.close();
    });
  }

  /**
   * Changes that were asked for before are made, later ones are refused, and the run directory holds all that a
   * successor needs, except for LACP: see `lastWord`.
   */
  leave(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#save();
      await this.layers.leave();
      this.#leaving = true;
    });
  }

  /**
   * An LACPDU on every port, so that the partners' patience begins now, and the state of LACP after it is written.
   * Nothing must come between this and the successor.
   */
  async lastWord(): Promise<void> {
    await this.options.journal.settled();
    this.#host.sayAgain();
    await this.options.journal.finish();
  }

  add({ port, veth, options }: Arguments<'add'>): Promise<DoneResult> {
    return this.#inTurn(async () => {
      checkInterfaceName('PORT', port);
      checkInterfaceName('VETH', veth);
      const words = parseOptions(options, 'add');
      const world = this.#host.world();
      const existing = this.#host.bundles.get(veth);
      if (existing === undefined) checkNewInterface(world, veth, this.options.limits.interfaces);
      else checkRoom(existing, this.options.limits.portsEach);
      const facts = checkNewPort(world, port, veth);
      const settings = {
        ...(existing?.settings ?? this.configuration.settingsOf(veth) ?? DEFAULT_AGGREGATOR),
        ...words.aggregator,
      };
      const portSettings = { ...DEFAULT_PORT, ...words.port };
      checkSettings(veth, settings, [...settingsOfPorts(existing), { name: port, settings: portSettings }]);

      const was = before(existing);
      const steps = new Transaction(this.options.log);
      try {
        if (existing !== undefined) await configure(this.#host, existing, settings, steps);
        await addPort(this.#host, { name: veth, settings }, { name: port, settings: portSettings }, steps);
        this.configuration.commanded(options, { veth, port });
        await this.#save();
      } catch (error) {
        await steps.undo();
        await this.#save().catch((again: unknown) => this.options.log.error(String(again)));
        throw error;
      }
      const added = this.#host.portByName(port);
      const notes = added === undefined ? [] : modeNotes(was, added.bundle);
      return { notes: [...portNotes(facts, this.#host.addresses(facts.ifindex), added?.port.member), ...notes] };
    });
  }

  del({ port, veth }: Arguments<'del'>): Promise<DoneResult> {
    return this.#inTurn(async () => {
      const bundle = this.#host.bundles.get(veth);
      const waited = this.configuration.stopWaiting(veth, port);
      if (waited && (bundle === undefined || port !== undefined)) {
        await this.#save();
        return { notes: [] };
      }
      if (bundle === undefined) throw this.#noSuchInterface(veth);
      const was = before(bundle);
      if (port === undefined) {
        await this.#host.removeBundle(bundle);
      } else {
        const found = bundle.ports.find((candidate) => candidate.facts.name === port);
        if (found === undefined) {
          throw new Refusal({ thing: port, problem: `not a member of ${veth}`, repair: `see vethcfg show ${veth}` });
        }
        await this.#host.removePort(bundle, found);
      }
      await this.#save();
      return { notes: bundle.ports.length === 0 ? [] : modeNotes(was, bundle) };
    });
  }

  set({ name, options }: Arguments<'set'>): Promise<DoneResult> {
    return this.#inTurn(async () => {
      if (name === DAEMON_NAME) return this.#setDaemon(parseDaemonOptions(options));
      const bundle = this.#host.bundles.get(name);
      const found = this.#host.portByName(name);
      const was = before(bundle);
      if (bundle !== undefined) {
        const settings = { ...bundle.settings, ...parseOptions(options, 'aggregator').aggregator };
        checkSettings(name, settings, settingsOfPorts(bundle));
        await this.#host.configure(bundle, settings);
      } else if (found !== undefined) {
        const settings = { ...found.port.settings, ...parseOptions(options, 'port').port };
        const others = found.bundle.ports.filter((port) => port !== found.port);
        const ports = [...others.map(namedSettings), { name, settings }];
        checkSettings(found.bundle.name, found.bundle.settings, ports);
        this.#host.configurePort(found.port, settings);
      } else {
        throw this.#noSuchInterface(name);
      }
      this.configuration.commanded(options, bundle === undefined ? { port: name } : { veth: name });
      await this.#save();
      return { notes: bundle === undefined ? [] : modeNotes(was, bundle) };
    });
  }

  async #setDaemon(settings: Partial<DaemonSettings>): Promise<DoneResult> {
    const { datapath, netAliasMax } = settings;
    if (datapath !== undefined) await this.#chooseDatapath(datapath);
    if (netAliasMax !== undefined) this.#aliases.setMaximum(netAliasMax);
    this.configuration.daemonCommanded(settings);
    await this.#save();
    const { reason } = datapath === undefined ? {} : dataPathOf(this.#host.bundles, datapath);
    return { notes: reason === undefined ? [] : [reason] };
  }

  /** Where frames are forwarded from now on, also after a crash. */
  async #chooseDatapath(datapath: DatapathChoice): Promise<void> {
    await this.options.drivers.datapath.choose(datapath);
    this.#datapath = datapath;
    this.layers.datapathChosen(datapath);
    this.options.log.info(`data path: ${datapath}`);
  }

  statusOf({ veth }: Arguments<'status'>): StatusResult {
    if (veth !== undefined && !this.#host.bundles.has(veth)) throw this.#noSuchInterface(veth);
    const status = this.#host.status();
    const aggregators = status.aggregators.filter(({ name }) => veth === undefined || name === veth);
    return { table: statusTable(status, veth), status: { aggregators } };
  }

  show({ name, addresses: withAddresses = false }: Arguments<'show'>): ShowResult {
    const aliases = this.#aliases.shown(name);
    const known = name === undefined || name === DAEMON_NAME || this.#host.bundles.has(name) || aliases.length > 0;
    if (!known && this.#host.portByName(name) === undefined) {
      throw this.#noSuchInterface(name);
    }
    const addresses = (ifindex: number) => this.#host.addresses(ifindex);
    const { reduced, lateness, drivers } = this.options;
    const datapath = dataPathOf(this.#host.bundles, drivers.datapath.choice);
    const clock = { now: drivers.clock.now(), time: Date.now() };
    const process = { reduced, datapath, lateness: lateness.report(), clock };
    const lately = (veth: string) => this.#traffic.of(veth);
    const shown = showResult(this.#host.status(), this.#host.bundles, addresses, process, lately, name, withAddresses);
    return { ...shown, aliases };
  }

  why({ name }: Arguments<'why'>): WhyResult {
    const ports = this.#host.explain();
    const chosen = ports.filter(({ veth, port }) => name === undefined || name === veth || name === port);
    if (name !== undefined && chosen.length === 0 && !this.#host.bundles.has(name)) throw this.#noSuchInterface(name);
    const { drivers, lateness } = this.options;
    return whyResult(chosen, this.#host.links(), lateness.report(), drivers.clock.now());
  }

  /** Entries of the journal, oldest first; with `follow` without end. */
  events({ name, ...request }: Arguments<'events'>): AsyncGenerator<EventsPart> {
    const { events } = this.options;
    const known = name === undefined || this.#host.bundles.has(name) || this.#host.portByName(name) !== undefined;
    if (!known && !events.knows(name)) throw this.#noSuchInterface(name);
    return events.read({ name, ...request });
  }

  flow(args: Arguments<'flow'>): FlowResult {
    const bundle = this.#host.bundles.get(args.veth);
    if (bundle === undefined) throw this.#noSuchInterface(args.veth);
    const { nextHop } = this.options.drivers;
    const nameOf = (ifindex: number) => this.#host.links().find((link) => link.ifindex === ifindex)?.name;
    return predictFlow(bundle, args, { nextHop, nameOf });
  }

  version() {
    return { version: VERSION, protocol: PROTOCOL, pid: process.pid };
  }

  /** What an event leaves to be done, and to be kept over a crash. */
  #event(act: () => Promise<void>): void {
    this.#inTurn(async () => {
      await act();
      await this.#save();
    }).catch((error: unknown) => {
      // A successor finds by itself what has become of its links.
      if (!this.#leaving) this.options.log.error(String(error));
    });
  }

  /** A command to a layer: acknowledged when it would survive a crash. */
  changeLayer<T>(act: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const result = await act();
      await this.#save();
      return result;
    });
  }

  /** A turn comes when all earlier ones have ended, well or badly. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => (this.#leaving ? refuseToChange() : act())).catch(asRefusal);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Rejects when the state cannot be written: then the change must not be acknowledged. */
  async #save(): Promise<void> {
    await this.options.state.save({
      interfaces: this.#host.saved(),
      datapath: this.#datapath,
      netAlias: this.#aliases.limits(),
      layers: this.layers.items(),
    });
    await this.configuration.persist();
  }

  #noSuchInterface(name: string): Refusal {
    const names = [...this.#host.bundles.values()].flatMap((b) => [b.name, ...b.ports.map((port) => port.facts.name)]);
    const repair = names.length === 0 ? 'make one with vethcfg add PORT VETH' : `there are ${names.join(', ')}`;
    return new Refusal({ thing: name, problem: 'no such interface or port of vethd', repair, value: name });
  }
}
