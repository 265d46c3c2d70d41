/**
 * The bundles of one network namespace, between engine and kernel: what the engine decides ends in a bundle, and what
 * the kernel tells of links ends in the engine. Commands (daemon.ts) call it one after the other.
 */
import type { LinkEvent, LinkFacts, Member, MemberRecord, VirtualInterface } from '../aggregator/io.js';
import type { AggregatorSettings, PortSettings } from '../aggregator/settings.js';
import type { AggregatorSnapshot } from '../aggregator/snapshot.js';
import type { SystemStatus } from '../aggregator/status.js';
import { LacpSystem } from '../aggregator/system.js';
import type { Mac } from '../lacp/variables.js';
import { Bundle, type BundlePort } from './bundle.js';
import type { World } from './checks.js';
import { bridges, datapathOf } from './datapath-of.js';
import { FaultLog } from './fault-log.js';
import { freeIndex, lowestFree } from './free-number.js';
import type { HostOptions } from './host-options.js';
import { macOf, siblingAddress } from './interface-mac.js';
import { md5 } from './md5.js';
import { Orphans } from './orphans.js';
import { peerNotifierOf } from './peer-notifier.js';
import type { SavedInterface } from './saved-state.js';
import { Sparing } from './sparing.js';
import { logTransition } from './transition-log.js';

export class Host {
  readonly bundles = new Map<string, Bundle>();
  readonly #system: LacpSystem;
  /** ifindex -> port number, for frames. */
  readonly #numbers = new Map<number, number>();
  readonly #orphans: Orphans;
  readonly #telling: Sparing;

  constructor(private readonly options: HostOptions) {
    const { drivers, log } = options;
    const faults = new FaultLog(log);
    this.#telling = new Sparing(() => {
      const status = this.status();
      options.changed(status);
      faults.follow(status);
    });
    this.#orphans = new Orphans((name) => drivers.adoptVirtualInterface(name));
    this.#system = new LacpSystem({
      clock: drivers.clock,
      md5,
      send: (number, frame) => {
        const port = this.#bundleOf(number)?.portByNumber(number);
        if (port !== undefined) drivers.wire.send(port.ifindex, frame);
      },
      drain: () => drivers.wire.drain(),
      sendMarker: (number, frame) => this.#bundleOf(number)?.sendMarker(number, frame),
      answerMarker: (number, frame) =>
        this.#bundleOf(number)?.whenDelivered(number, (ifindex) => drivers.wire.send(ifindex, frame)),
      table: (name, table) => this.bundles.get(name)?.setTable(table),
      bucketBytes: (name) => this.bundles.get(name)?.datapath.bucketBytes(),
      forwarding: (name, forwarding) => this.bundles.get(name)?.forward(forwarding),
      transition: (aggregator, port, transition) => {
        logTransition(log, aggregator, port, transition);
        if (transition.machine !== 'transmit') options.moved();
      },
      changed: () => {
        this.#telling.request();
        options.moved();
      },
      journal: options.journal,
      failed: (number, error) => this.#portFailed(number, error),
    });
  }

  /** Link events and frames come in from now on. */
  listen(): void {
    const { drivers, log } = this.options;
    // A fault of ours with one port's event must not end the service of the others.
    const guarded = (what: string, act: () => void) => {
      try {
        act();
      } catch (error) {
        log.error(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      }
    };
    drivers.links.start((event) => guarded('link event', () => this.#linkEvent(event)));
    drivers.wire.start((ifindex, frame) => {
      const number = this.#numbers.get(ifindex);
      if (number !== undefined) guarded(`frame on port ${number}`, () => this.#system.receive(number, frame));
    });
  }

  /** Stops the engine and gives up sockets; every bundle must have been removed. */
  close(): void {
    this.#telling.close();
    this.#orphans.remove();
    this.#system.close();
    this.options.drivers.wire.close();
    this.options.drivers.links.close();
  }

  status(): SystemStatus {
    return this.#system.status();
  }

  readonly explain = () => this.#system.explain();

  readonly links = () => this.options.drivers.links.links();

  /** For checks.ts. */
  world(): World {
    return { links: this.links(), bundles: this.bundles, layers: this.options.layers(), orphans: this.#orphans.names };
  }

  addresses(ifindex: number): readonly string[] {
    return this.options.drivers.links.addresses(ifindex);
  }

  attach(facts: LinkFacts): Member {
    return this.options.drivers.attachMember(facts);
  }

  /** A new interface, whose address and MTU come from its first port unless they are set. */
  async makeBundle(name: string, first: LinkFacts, member: Member, settings: AggregatorSettings): Promise<Bundle> {
    const { drivers } = this.options;
    // Where the port's own stack cannot be shut off wholly, an address of its own keeps unicast frames from it.
    const mac = macOf(settings, member.reduced === undefined ? first.mac : siblingAddress(first.mac));
    const mtu = settings.mtu ?? first.mtu;
    const virtual = this.#orphans.take(name, { mac, mtu }) ?? drivers.createVirtualInterface(name, { mac, mtu });
    try {
      const index = freeIndex(name, this.bundles.values());
      const bundle = await this.#openBundle(name, index, virtual, { mac, mtu }, settings, false);
      virtual.setCarrier(false);
      return bundle;
    } catch (error) {
      virtual.remove();
      throw error;
    }
  }

  /** The run directory says that a daemon before us had an interface of this name. */
  formerInterface(veth: string): void {
    if (!this.bundles.has(veth)) this.#orphans.note(veth);
  }

  async #openBundle(
    name: string,
    index: number,
    virtual: VirtualInterface,
    { mac, mtu }: { mac: Mac; mtu: number },
    settings: AggregatorSettings,
    hold: boolean,
  ): Promise<Bundle> {
    const bridgeChanged = () => this.#bridgeChanged(name);
    const datapath = await datapathOf(this.options.drivers, { name, virtual, mac, settings, hold, bridgeChanged });
    const peers = peerNotifierOf(virtual, this.options.drivers);
    const bundle = new Bundle(name, index, virtual, datapath, mac, mtu, settings, this.options.log, peers);
    this.bundles.set(name, bundle);
    this.#system.addAggregator(name, index, mac, settings);
    this.options.log.info(`${name}: made, address ${mac}, MTU ${mtu}`);
    return bundle;
  }

  async addPort(bundle: Bundle, port: Omit<BundlePort, 'number' | 'ifindex'>, wanted?: number): Promise<void> {
    const { ifindex, name } = port.facts;
    const { drivers, log } = this.options;
    const entry: BundlePort = { ...port, ifindex, number: wanted ?? lowestFree(1, new Set(this.#numbers.values())) };
    await this.#enlist(bundle, entry);
    // What the kernel says now: attaching has set the port up.
    entry.facts = bundle.withBridge(drivers.links.links().find((link) => link.ifindex === ifindex) ?? port.facts);
    this.#system.addPort(bundle.name, entry.facts, port.settings, entry.number);
    log.info(`${bundle.name}: ${name} added as port ${entry.number}`);
    this.#tellOf(ifindex);
  }

  /** The kernel's side of a port that the engine is about to get. */
  async #enlist(bundle: Bundle, port: BundlePort): Promise<void> {
    const { wire } = this.options.drivers;
    wire.join(port.ifindex);
    try {
      await bundle.addPort(port);
    } catch (error) {
      wire.leave(port.ifindex);
      throw error;
    }
    this.#numbers.set(port.ifindex, port.number);
  }

  /** Nothing is lost, unless `atOnce`; then farewell. Resolves when the port is the host's again. */
  async removePort(bundle: Bundle, port: BundlePort, { atOnce = false } = {}): Promise<void> {
    await new Promise<void>((released) => this.#system.removePort(port.number, released, { atOnce }));
    await this.#forgetPort(bundle, port);
    this.options.log.info(`${bundle.name}: ${port.facts.name} removed`);
  }

  async removeBundle(bundle: Bundle): Promise<void> {
    await Promise.all([...bundle.ports].map((port) => this.removePort(bundle, port, { atOnce: true })));
    this.bundles.delete(bundle.name);
    this.#system.removeAggregator(bundle.name);
    await bundle.remove();
    this.options.log.info(`${bundle.name}: removed`);
  }

  /** New settings of an interface. Rejects what the kernel refuses, with nothing changed. */
  async configure(bundle: Bundle, settings: AggregatorSettings): Promise<void> {
    const former = bundle.settings;
    bundle.configure(settings);
    if (bridges(former) !== bridges(settings)) {
      const bridgeChanged = () => this.#bridgeChanged(bundle.name);
      await bundle
        .replaceDatapath(() => datapathOf(this.options.drivers, { ...bundle.now, hold: false, bridgeChanged }))
        .catch((error: unknown) => {
          bundle.configure(former);
          throw error;
        });
      bridgeChanged();
    }
    this.#system.setAggregator(bundle.name, settings, bundle.mac);
  }

  configurePort(port: BundlePort, settings: PortSettings): void {
    port.settings = settings;
    this.#system.setPort(port.number, settings);
  }

  /**
   * An interface of an earlier daemon: the same interface, ports and settings again. With a snapshot, ports that have
   * one go on in the states they had, and what has changed meanwhile is told after that; else LACP starts anew.
   */
  async takeUp(saved: SavedInterface, snapshot?: AggregatorSnapshot): Promise<void> {
    const { drivers, log } = this.options;
    try {
      const mtu = saved.settings.mtu ?? Math.min(1500, ...saved.ports.map((port) => port.record.mtu));
      const adopted = drivers.adoptVirtualInterface(saved.name);
      const virtual = adopted ?? drivers.createVirtualInterface(saved.name, { mac: saved.mac, mtu });
      const links = drivers.links.links();
      const host = links.find(({ ifindex }) => ifindex === virtual.ifindex);
      const facts = { mac: saved.mac, mtu: host?.mtu ?? mtu };
      const bundle = await this.#openBundle(saved.name, saved.index, virtual, facts, saved.settings, true);
      bundle.seeAll(host?.promiscuous === true);
      const ports: BundlePort[] = [];
      for (const { number, settings, record } of saved.ports) {
        const link = links.find((candidate) => candidate.ifindex === record.ifindex);
        if (link === undefined) {
          log.warn(`${saved.name}: port ${record.name} is no longer there; left out`);
          continue;
        }
        const { ifindex } = link;
        ports.push({ number, ifindex, settings, facts: link, member: drivers.attachMember(link, record) });
      }
      // The interface was made anew: nobody can have gone on with the old one.
      const resumed = await this.#resume(bundle, ports, adopted === undefined ? undefined : snapshot);
      for (const port of ports) {
        if (resumed.has(port)) continue;
        await this.addPort(bundle, port, port.number);
      }
      bundle.confirm();
      log.info(`${saved.name}: taken up from the daemon before, ${resumed.size} of ${ports.length} ports as they were`);
    } catch (error) {
      log.error(`${saved.name}: not taken up again: ${error instanceof Error ? error.message : String(error)}`);
      for (const port of saved.ports) this.#restore(port.record);
    }
  }

  /** Gives the ports that are with the engine then: all that the snapshot has. */
  async #resume(
    bundle: Bundle,
    ports: readonly BundlePort[],
    snapshot: AggregatorSnapshot | undefined,
  ): Promise<ReadonlySet<BundlePort>> {
    const known = ports.flatMap((port) => {
      const former = snapshot?.ports.find(
        ({ number, facts }) => number === port.number && facts.ifindex === port.ifindex,
      );
      return former === undefined ? [] : [{ port, snapshot: former, settings: port.settings }];
    });
    if (snapshot === undefined) return new Set();
    for (const { port } of known) await this.#enlist(bundle, port);
    const now = new Map(this.links().map((link) => [link.ifindex, link]));
    for (const { port } of known) port.facts = bundle.withBridge(now.get(port.ifindex) ?? port.facts);
    try {
      this.#system.resumePorts(bundle.name, snapshot, known);
      for (const { port } of known) this.#system.linkChanged(port.number, port.facts);
    } catch (error) {
      this.options.log.error(
        `${bundle.name}: LACP starts anew: ${error instanceof Error ? error.message : String(error)}`,
      );
      for (const { port } of known) this.#system.addPort(bundle.name, port.facts, port.settings, port.number);
    }
    return new Set(known.map(({ port }) => port));
  }

  /** Every port repeats now what it would say within the period. */
  sayAgain(): void {
    this.#system.sayAgain();
  }

  /** For a later process, see `takeUp`. */
  readonly snapshot = (): readonly AggregatorSnapshot[] => this.#system.snapshot();

  /** What must be kept over a crash. */
  readonly saved = (): SavedInterface[] => [...this.bundles.values()].map((bundle) => bundle.saved());

  portByName(name: string): { bundle: Bundle; port: BundlePort } | undefined {
    for (const bundle of this.bundles.values()) {
      const port = bundle.ports.find((candidate) => candidate.facts.name === name);
      if (port !== undefined) return { bundle, port };
    }
    return undefined;
  }

  /** The engine has let go of the port: give it back to the host. */
  async #forgetPort(bundle: Bundle, port: BundlePort): Promise<void> {
    this.#numbers.delete(port.ifindex);
    this.options.drivers.wire.leave(port.ifindex);
    await bundle.removePort(port);
    this.#tellOf(port.ifindex);
  }

  /** For what lies on a link: it has become a port, or is none any more. No event of the kernel says so. */
  #tellOf(ifindex: number): void {
    for (const facts of this.links()) if (facts.ifindex === ifindex) this.options.linkSeen({ kind: 'link', facts });
  }

  #restore(record: MemberRecord): void {
    try {
      this.options.drivers.restoreMember(record);
    } catch (error) {
      this.options.log.warn(`${record.name}: not restored: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #linkEvent(event: LinkEvent): void {
    this.options.linkSeen(event);
    if (event.kind === 'address') return;
    const ifindex = event.kind === 'link' ? event.facts.ifindex : event.ifindex;
    for (const bundle of this.bundles.values()) {
      const port = bundle.portByIndex(ifindex);
      if (port !== undefined) {
        if (event.kind === 'link') this.#portChanged(bundle, port, event.facts);
        else this.#portGone(bundle, port);
      } else if (ifindex === bundle.virtual.ifindex || ifindex === bundle.virtual.peerIfindex) {
        this.#virtualEvent(bundle, event);
      }
    }
  }

  #portChanged(bundle: Bundle, port: BundlePort, told: LinkFacts): void {
    const facts = bundle.withBridge(told);
    const renamed = facts.name !== port.facts.name;
    if (renamed) this.options.log.info(`${bundle.name}: ${port.facts.name} is now called ${facts.name}`);
    port.facts = facts;
    this.#system.linkChanged(port.number, facts);
    bundle.adjustMtu();
    if (renamed) this.options.event(async () => {});
  }

  #bridgeChanged(name: string): void {
    const bundle = this.bundles.get(name);
    if (bundle === undefined) return;
    for (const { port, facts } of bundle.bridgeChanges()) this.#portChanged(bundle, port, facts);
  }

  #portGone(bundle: Bundle, port: BundlePort): void {
    this.options.log.warn(`${bundle.name}: ${port.facts.name} has gone; removed from the interface`);
    this.#system.dropPort(port.number);
    this.options.event(() => this.#forgetPort(bundle, port));
  }

  /** A fault of ours: the port is given back, so that it harms nobody, and can be added again. */
  #portFailed(number: number, error: unknown): void {
    const bundle = this.#bundleOf(number);
    const port = bundle?.portByNumber(number);
    if (port === undefined || bundle === undefined) return;
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.options.log.error(`${bundle.name}: ${port.facts.name} failed and is removed: ${why}`);
    this.options.event(async () => {
      this.#system.dropPort(number);
      await this.#forgetPort(bundle, port);
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
      this.options.event(async () => {});
      return;
    }
    // The host's end in another namespace still works through its peer here; without the peer the interface is gone.
    if (drivers.links.links().some((link) => link.ifindex === bundle.virtual.peerIfindex)) return;
    log.error(`${bundle.name}: the interface was removed by somebody else; its ports are released`);
    this.options.event(async () => {
      if (this.bundles.get(bundle.name) === bundle) await this.removeBundle(bundle);
    });
  }

  #bundleOf(number: number): Bundle | undefined {
    return [...this.bundles.values()].find((bundle) => bundle.portByNumber(number) !== undefined);
  }
}
