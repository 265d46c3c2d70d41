/**
 * The composition root: engine, drivers and commands of one network namespace. Everything that happens (a command, a
 * link event, a frame) ends in a call of the engine; everything the engine decides ends in a bundle.
 */
import type {
  Clock,
  Datapath,
  LinkEvent,
  LinkFacts,
  LinkWatch,
  Member,
  MemberRecord,
  SlowProtocolsWire,
  VirtualInterface,
} from '../aggregator/io.js';
import type { Transition } from '../aggregator/port.js';
import { type AggregatorSettings, DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../aggregator/settings.js';
import { LacpSystem } from '../aggregator/system.js';
import type { Mac } from '../lacp/variables.js';
import { Bundle, type BundlePort } from './bundle.js';
import { checkNewInterface, checkNewPort } from './checks.js';
import { checkInterfaceName } from './interface-name.js';
import type { Log } from './log.js';
import { type Arguments, type DoneResult, PROTOCOL, type ShowResult, type StatusResult, VERSION } from './messages.js';
import { parseOptions } from './options.js';
import { Refusal } from './refusal.js';
import type { SavedInterface, SavedState } from './saved-state.js';
import { checkSettings } from './settings-check.js';
import { showResult } from './show.js';
import { statusTable } from './status-table.js';

/** Everything with an effect outside this process. */
export interface Drivers {
  readonly clock: Clock;
  readonly links: LinkWatch;
  readonly wire: SlowProtocolsWire;
  createVirtualInterface(name: string, facts: { mac: Mac; mtu: number }): VirtualInterface;
  adoptVirtualInterface(name: string): VirtualInterface | undefined;
  attachMember(facts: LinkFacts, former?: MemberRecord): Member;
  restoreMember(record: MemberRecord): void;
  openDatapath(hostIfindex: number, name: string): Promise<Datapath>;
}

export interface Limits {
  readonly interfaces: number;
  readonly portsEach: number;
}

export interface DaemonOptions {
  readonly drivers: Drivers;
  readonly state: SavedState;
  readonly limits: Limits;
  readonly log: Log;
  /** The status table has changed. */
  readonly status: (table: string) => void;
}

export class Daemon {
  readonly #bundles = new Map<string, Bundle>();
  readonly #system: LacpSystem;
  /** ifindex -> port number, for frames. */
  readonly #numbers = new Map<number, number>();
  /** Changes are made one after the other: none sees another half done. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: DaemonOptions) {
    const { drivers, log } = options;
    this.#system = new LacpSystem({
      clock: drivers.clock,
      send: (number, frame) => {
        const port = this.#portByNumber(number);
        if (port !== undefined) drivers.wire.send(port.ifindex, frame);
      },
      forwarding: (name, forwarding) => this.#bundles.get(name)?.forward(forwarding),
      transition: (aggregator, port, transition) => logTransition(log, aggregator, port, transition),
      changed: () => options.status(statusTable(this.#system.status())),
    });
  }

  /** Take up what a killed daemon left, then listen to the kernel and the partners. */
  async start(): Promise<void> {
    const { drivers, log, state } = this.options;
    for (const saved of state.load(log.warn)) await this.#takeUp(saved);
    drivers.links.start((event) => this.#linkEvent(event));
    drivers.wire.start((ifindex, frame) => {
      const number = this.#numbers.get(ifindex);
      if (number !== undefined) this.#system.receive(number, frame);
    });
    await this.#save();
    this.options.status(statusTable(this.#system.status()));
  }

  /** Farewell on every port, everything undone, nothing left behind. */
  async stop(): Promise<void> {
    await this.#inTurn(async () => {
      await Promise.all([...this.#bundles.values()].map((bundle) => this.#removeBundle(bundle)));
      this.options.state.remove();
      this.#system.close();
    });
    this.options.drivers.wire.close();
    this.options.drivers.links.close();
  }

  add({ port, veth, options }: Arguments<'add'>): Promise<DoneResult> {
    return this.#inTurn(async () => {
      checkInterfaceName('PORT', port);
      checkInterfaceName('VETH', veth);
      const words = parseOptions(options, 'add');
      const links = this.options.drivers.links.links();
      const world = { links, bundles: this.#bundles };
      const existing = this.#bundles.get(veth);
      if (existing === undefined) checkNewInterface(world, veth, this.options.limits.interfaces);
      else this.#checkRoom(existing);
      const facts = checkNewPort(world, port, veth);
      const settings = { ...(existing?.settings ?? DEFAULT_AGGREGATOR), ...words.aggregator };
      const portSettings = { ...DEFAULT_PORT, ...words.port };
      checkSettings(veth, settings, [...settingsOfPorts(existing), { name: port, settings: portSettings }]);

      const member = this.options.drivers.attachMember(facts);
      try {
        const bundle = existing ?? (await this.#makeBundle(veth, this.#freeIndex(veth), facts, member, settings));
        try {
          if (existing !== undefined) this.#configure(bundle, settings);
          await this.#addPort(bundle, { facts, member, settings: portSettings });
        } catch (error) {
          if (existing === undefined) await this.#removeBundle(bundle);
          throw error;
        }
      } catch (error) {
        member.release();
        throw error;
      }
      await this.#save();
      return { notes: this.#addNotes(facts, member) };
    });
  }

  del({ port, veth }: Arguments<'del'>): Promise<DoneResult> {
    return this.#inTurn(async () => {
      const bundle = this.#bundles.get(veth);
      if (bundle === undefined) throw this.#noSuchInterface(veth);
      if (port === undefined) {
        await this.#removeBundle(bundle);
      } else {
        const found = bundle.ports.find((candidate) => candidate.facts.name === port);
        if (found === undefined) {
          throw new Refusal({ thing: port, problem: `not a member of ${veth}`, repair: `see vethcfg show ${veth}` });
        }
        await this.#removePort(bundle, found);
      }
      await this.#save();
      return { notes: [] };
    });
  }

  set({ name, options }: Arguments<'set'>): Promise<DoneResult> {
    return this.#inTurn(async () => {
      const bundle = this.#bundles.get(name);
      const found = this.#portByName(name);
      if (bundle !== undefined) {
        const settings = { ...bundle.settings, ...parseOptions(options, 'aggregator').aggregator };
        checkSettings(name, settings, settingsOfPorts(bundle));
        this.#configure(bundle, settings);
      } else if (found !== undefined) {
        const settings = { ...found.port.settings, ...parseOptions(options, 'port').port };
        const others = found.bundle.ports.filter((port) => port !== found.port);
        const ports = [...others.map(namedSettings), { name, settings }];
        checkSettings(found.bundle.name, found.bundle.settings, ports);
        found.port.settings = settings;
        this.#system.setPort(found.port.number, settings);
      } else {
        throw this.#noSuchInterface(name);
      }
      await this.#save();
      return { notes: [] };
    });
  }

  statusOf({ veth }: Arguments<'status'>): StatusResult {
    if (veth !== undefined && !this.#bundles.has(veth)) throw this.#noSuchInterface(veth);
    const status = this.#system.status();
    const aggregators = status.aggregators.filter(({ name }) => veth === undefined || name === veth);
    return { table: statusTable(status, veth), status: { aggregators } };
  }

  show({ name }: Arguments<'show'>): ShowResult {
    if (name !== undefined && !this.#bundles.has(name) && this.#portByName(name) === undefined) {
      throw this.#noSuchInterface(name);
    }
    const addresses = (ifindex: number) => this.options.drivers.links.addresses(ifindex);
    return showResult(this.#system.status(), this.#bundles, addresses, name);
  }

  version() {
    return { version: VERSION, protocol: PROTOCOL, pid: process.pid };
  }

  /** A turn comes when all earlier ones have ended, well or badly. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #makeBundle(
    name: string,
    index: number,
    first: LinkFacts,
    member: Member,
    settings: AggregatorSettings,
  ): Promise<Bundle> {
    const { drivers } = this.options;
    // Where the port's own stack cannot be shut off wholly, an address of its own keeps unicast frames from it.
    const mac = settings.mac ?? (member.reduced === undefined ? first.mac : siblingAddress(first.mac));
    const mtu = settings.mtu ?? first.mtu;
    const virtual = drivers.createVirtualInterface(name, { mac, mtu });
    try {
      return await this.#openBundle(name, index, virtual, { mac, mtu }, settings);
    } catch (error) {
      virtual.remove();
      throw error;
    }
  }

  async #openBundle(
    name: string,
    index: number,
    virtual: VirtualInterface,
    { mac, mtu }: { mac: Mac; mtu: number },
    settings: AggregatorSettings,
  ): Promise<Bundle> {
    const datapath = await this.options.drivers.openDatapath(virtual.peerIfindex, name);
    const bundle = new Bundle(name, index, virtual, datapath, mac, mtu, settings, this.options.log);
    virtual.setCarrier(false);
    this.#bundles.set(name, bundle);
    this.#system.addAggregator(name, index, mac, settings);
    this.options.log.info(`${name}: made, address ${mac}, MTU ${mtu}`);
    return bundle;
  }

  async #addPort(bundle: Bundle, port: Omit<BundlePort, 'number' | 'ifindex'>, wanted?: number): Promise<void> {
    const { ifindex, name } = port.facts;
    const { drivers, log } = this.options;
    const number = wanted ?? this.#freeNumber();
    const entry: BundlePort = { ...port, ifindex, number };
    drivers.wire.join(ifindex);
    try {
      await bundle.addPort(entry);
    } catch (error) {
      drivers.wire.leave(ifindex);
      throw error;
    }
    this.#numbers.set(ifindex, number);
    // What the kernel says now: attaching has set the port up.
    entry.facts = drivers.links.links().find((link) => link.ifindex === ifindex) ?? port.facts;
    this.#system.addPort(bundle.name, entry.facts, port.settings, number);
    log.info(`${bundle.name}: ${name} added as port ${number}`);
  }

  async #removePort(bundle: Bundle, port: BundlePort): Promise<void> {
    await new Promise<void>((released) => this.#system.removePort(port.number, released));
    await this.#forgetPort(bundle, port);
    this.options.log.info(`${bundle.name}: ${port.facts.name} removed`);
  }

  /** The engine has let go of the port: give it back to the host. */
  async #forgetPort(bundle: Bundle, port: BundlePort): Promise<void> {
    this.#numbers.delete(port.ifindex);
    this.options.drivers.wire.leave(port.ifindex);
    await bundle.removePort(port);
  }

  async #removeBundle(bundle: Bundle): Promise<void> {
    await Promise.all([...bundle.ports].map((port) => this.#removePort(bundle, port)));
    this.#bundles.delete(bundle.name);
    this.#system.removeAggregator(bundle.name);
    await bundle.remove();
    this.options.log.info(`${bundle.name}: removed`);
  }

  #configure(bundle: Bundle, settings: AggregatorSettings): void {
    bundle.configure(settings);
    this.#system.setAggregator(bundle.name, settings, bundle.mac);
  }

  /** An interface of a daemon that was killed: the same interface, ports and settings again; LACP starts anew. */
  async #takeUp(saved: SavedInterface): Promise<void> {
    const { drivers, log } = this.options;
    try {
      const mtu = saved.settings.mtu ?? Math.min(1500, ...saved.ports.map((port) => port.record.mtu));
      const adopted = drivers.adoptVirtualInterface(saved.name);
      const virtual = adopted ?? drivers.createVirtualInterface(saved.name, { mac: saved.mac, mtu });
      const now = drivers.links.links().find((link) => link.ifindex === virtual.ifindex);
      const facts = { mac: saved.mac, mtu: now?.mtu ?? mtu };
      const bundle = await this.#openBundle(saved.name, saved.index, virtual, facts, saved.settings);
      for (const port of saved.ports) {
        const link = drivers.links.links().find((candidate) => candidate.ifindex === port.record.ifindex);
        if (link === undefined) {
          log.warn(`${saved.name}: port ${port.record.name} is no longer there; left out`);
          continue;
        }
        const member = drivers.attachMember(link, port.record);
        await this.#addPort(bundle, { facts: link, member, settings: port.settings }, port.number);
      }
      log.info(`${saved.name}: taken up from the daemon before`);
    } catch (error) {
      log.error(`${saved.name}: not taken up again: ${error instanceof Error ? error.message : String(error)}`);
      for (const port of saved.ports) this.#restore(port.record);
    }
  }

  #restore(record: MemberRecord): void {
    try {
      this.options.drivers.restoreMember(record);
    } catch (error) {
      this.options.log.warn(`${record.name}: not restored: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #linkEvent(event: LinkEvent): void {
    if (event.kind === 'address') return;
    const ifindex = event.kind === 'link' ? event.facts.ifindex : event.ifindex;
    for (const bundle of this.#bundles.values()) {
      const port = bundle.portByIndex(ifindex);
      if (port !== undefined) {
        if (event.kind === 'link') this.#portChanged(bundle, port, event.facts);
        else this.#portGone(bundle, port);
      } else if (ifindex === bundle.virtual.ifindex || ifindex === bundle.virtual.peerIfindex) {
        this.#virtualEvent(bundle, event);
      }
    }
  }

  #portChanged(bundle: Bundle, port: BundlePort, facts: LinkFacts): void {
    const renamed = facts.name !== port.facts.name;
    if (renamed) this.options.log.info(`${bundle.name}: ${port.facts.name} is now called ${facts.name}`);
    port.facts = facts;
    this.#system.linkChanged(port.number, facts);
    bundle.adjustMtu();
    if (renamed) this.#saveSoon();
  }

  #portGone(bundle: Bundle, port: BundlePort): void {
    this.options.log.warn(`${bundle.name}: ${port.facts.name} has gone; removed from the interface`);
    this.#system.dropPort(port.number);
    void this.#inTurn(async () => {
      await this.#forgetPort(bundle, port);
      await this.#save();
    });
  }

  #virtualEvent(bundle: Bundle, event: LinkEvent): void {
    const { log, drivers } = this.options;
    if (event.kind === 'link') {
      if (event.facts.ifindex !== bundle.virtual.ifindex) return;
      // An event may be older than our own last change: what counts is what the kernel says now.
      const facts = drivers.links.links().find((link) => link.ifindex === bundle.virtual.ifindex);
      if (facts === undefined || !bundle.follow(facts)) return;
      this.#system.setAggregator(bundle.name, bundle.settings, bundle.mac);
      this.#saveSoon();
      return;
    }
    // The host's end in another namespace still works through its peer here; without the peer the interface is gone.
    if (drivers.links.links().some((link) => link.ifindex === bundle.virtual.peerIfindex)) return;
    log.error(`${bundle.name}: the interface was removed by somebody else; its ports are released`);
    void this.#inTurn(async () => {
      if (this.#bundles.get(bundle.name) !== bundle) return;
      await this.#removeBundle(bundle);
      await this.#save();
    });
  }

  #saveSoon(): void {
    void this.#inTurn(() => this.#save());
  }

  /** Rejects when the state cannot be written: then the change must not be acknowledged. */
  async #save(): Promise<void> {
    const interfaces = [...this.#bundles.values()].map((bundle) => ({
      name: bundle.name,
      index: bundle.index,
      mac: bundle.mac,
      settings: bundle.settings,
      ports: bundle.ports.map(({ number, settings, member, facts }) => ({
        number,
        settings,
        record: { ...member.record, name: facts.name },
      })),
    }));
    await this.options.state.save(interfaces);
  }

  #checkRoom(bundle: Bundle): void {
    const { portsEach } = this.options.limits;
    if (bundle.ports.length < portsEach) return;
    throw new Refusal({
      thing: bundle.name,
      problem: `it has ${portsEach} ports already`,
      repair: 'remove one with vethcfg del, or start vethd with a larger --max-ports',
    });
  }

  #addNotes(facts: LinkFacts, member: Member): string[] {
    const addresses = this.options.drivers.links.addresses(facts.ifindex).filter((text) => !text.startsWith('fe80:'));
    return [
      ...(addresses.length === 0
        ? []
        : [`${facts.name} has the address ${addresses.join(', ')}, which does not answer while it is a port`]),
      ...(member.reduced === undefined ? [] : [`its own stack is only partly silent: ${member.reduced}`]),
    ];
  }

  /** veth0 is number 0; a name without a number, or with one in use, gets the lowest that is free. */
  #freeIndex(veth: string): number {
    const used = new Set([...this.#bundles.values()].map((bundle) => bundle.index));
    const own = Number(/(\d{1,3})$/.exec(veth)?.[1] ?? Number.NaN);
    if (own < 255 && !used.has(own)) return own;
    let index = 0;
    while (used.has(index)) index++;
    return index;
  }

  #freeNumber(): number {
    const used = new Set(this.#numbers.values());
    let number = 1;
    while (used.has(number)) number++;
    return number;
  }

  #portByNumber(number: number): BundlePort | undefined {
    for (const bundle of this.#bundles.values()) {
      const port = bundle.ports.find((candidate) => candidate.number === number);
      if (port !== undefined) return port;
    }
    return undefined;
  }

  #portByName(name: string): { bundle: Bundle; port: BundlePort } | undefined {
    for (const bundle of this.#bundles.values()) {
      const port = bundle.ports.find((candidate) => candidate.facts.name === name);
      if (port !== undefined) return { bundle, port };
    }
    return undefined;
  }

  #noSuchInterface(name: string): Refusal {
    const names = [...this.#bundles.values()].flatMap((b) => [b.name, ...b.ports.map((port) => port.facts.name)]);
    const repair = names.length === 0 ? 'make one with vethcfg add PORT VETH' : `there are ${names.join(', ')}`;
    return new Refusal({ thing: name, problem: 'no such interface or port of vethd', repair, value: name });
  }
}

const namedSettings = (port: BundlePort) => ({ name: port.facts.name, settings: port.settings });

const settingsOfPorts = (bundle: Bundle | undefined) => (bundle?.ports ?? []).map(namedSettings);

/** Another unicast address, locally administered, made from a given one. */
function siblingAddress(mac: Mac): Mac {
  const first = Number.parseInt(mac.slice(0, 2), 16);
  return ((first | 0x02) ^ 0x04).toString(16).padStart(2, '0') + mac.slice(2);
}

/** The states that an operator follows; the others are for a close look. */
function logTransition(log: Log, aggregator: string, port: string, { machine, from, to, cause }: Transition): void {
  if (machine === 'transmit') return;
  const line = `${aggregator} ${port} ${machine}: ${from} (${cause.type}) -> ${to}`;
  if (machine === 'mux' || machine === 'receive') log.info(line);
  else log.debug(line);
}
