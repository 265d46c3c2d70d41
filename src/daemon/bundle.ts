/**
 * One virtual interface with its ports, in the kernel: what the engine decides for an aggregator is done here. Knows
 * nothing of protocol; each port's failure stays with that port.
 */
import type { Forwarding } from '../aggregator/aggregator.js';
import type { Datapath, LinkFacts, Member, VirtualInterface } from '../aggregator/io.js';
import { type AggregatorSettings, bridgeRules, hashSpec, type PortSettings } from '../aggregator/settings.js';
import type { Mac } from '../lacp/variables.js';
import { BUCKETS, type ForwardingTable, heldFor, isHeld, makeTable, NO_PORT, portOf } from '../mux/distributor.js';
import { bridges } from './datapath-of.js';
import { nextMac } from './interface-mac.js';
import type { Log } from './log.js';
import type { PeerNotifier } from './peer-notifier.js';
import type { SavedInterface } from './saved-state.js';

export interface BundlePort {
  readonly number: number;
  readonly ifindex: number;
  readonly member: Member;
  facts: LinkFacts;
  settings: PortSettings;
}

export class Bundle {
  readonly ports: BundlePort[] = [];
  #forwarding: Forwarding = { collecting: [], distributing: [], carrier: false };
  /** As the engine gives it: ports by Port Number. */
  #table: ForwardingTable;
  #promiscuous = false;

  constructor(
    readonly name: string,
    readonly index: number,
    readonly virtual: VirtualInterface,
    public datapath: Datapath,
    public mac: Mac,
    public mtu: number,
    public settings: AggregatorSettings,
    private readonly log: Log,
    private readonly peers: PeerNotifier,
  ) {
    this.#table = makeTable([], [], hashSpec(settings));
  }

  portByIndex(ifindex: number): BundlePort | undefined {
    return this.ports.find((port) => port.ifindex === ifindex);
  }

  portByNumber(number: number): BundlePort | undefined {
    return this.ports.find((port) => port.number === number);
  }

  /** A marker of ours, behind the data frames that it asks after. One that is refused will run into its time-out. */
  sendMarker(number: number, frame: Uint8Array): void {
    const port = this.portByNumber(number);
    if (port !== undefined) this.#sendBehind(port, frame);
  }

  #sendBehind({ ifindex, facts }: BundlePort, frame: Uint8Array): void {
    this.datapath.sendBehind(ifindex, frame).catch((error: unknown) => {
      this.log.debug(`${this.name}: ${facts.name}: not sent: ${String(error)}`);
    });
  }

  /** Acts when the host has the data frames that came in on a port before; never, when the port goes before that. */
  whenDelivered(number: number, act: (ifindex: number) => void): void {
    const port = this.portByNumber(number);
    if (port === undefined) return;
    this.datapath.delivered(port.ifindex).then(
      () => {
        if (this.ports.includes(port)) act(port.ifindex);
      },
      (error: unknown) => this.log.debug(`${this.name}: ${port.facts.name}: marker not answered: ${String(error)}`),
    );
  }

  /** Where frames go from now on. */
  setTable(table: ForwardingTable): void {
    this.#table = table;
    this.#applyTable();
    this.log.debug(`${this.name}: frames go by a new table`);
  }

  /** Whether the host sees carrier; the table was set before. */
  forward(forwarding: Forwarding): void {
    const before = this.#forwarding;
    this.#forwarding = forwarding;
    if (forwarding.carrier !== before.carrier) {
      this.#guard('carrier', () => this.virtual.setCarrier(forwarding.carrier));
      this.log.info(`${this.name}: carrier ${forwarding.carrier ? 'on' : 'off'}`);
    }
    if (this.settings.mode === 'active-backup') this.#carriedBy(forwarding.distributing[0], before.distributing);
  }

  /** mode=active-backup: another port carries than before, or none. */
  #carriedBy(number: number | undefined, before: readonly number[]): void {
    const port = this.ports.find((candidate) => candidate.number === number);
    if (port === undefined) this.peers.stop();
    if (port === undefined || (before.length === 1 && before[0] === number)) return;
    this.log.info(`${this.name}: ${port.facts.name} carries`);
    const send = (frame: Uint8Array) => this.#guard('peer-notify', () => this.#sendBehind(port, frame));
    this.peers.tell(this.settings.peerNotify, () => this.mac, send);
  }

  /** After a start, when frames wait for a table, and the host may see what an earlier process decided last. */
  confirm(): void {
    this.#applyTable();
    this.#guard('carrier', () => this.virtual.setCarrier(this.#forwarding.carrier));
  }

  /** What must be kept over a crash. */
  saved(): SavedInterface {
    const { name, index, mac, settings } = this;
    const ports = this.ports.map(({ number, settings: own, member, facts }) => {
      return { number, settings: own, record: { ...member.record, name: facts.name } };
    });
    return { name, index, mac, settings, ports };
  }

  /** For a data path in the place of the one it has. */
  get now() {
    const { name, virtual, mac, settings } = this;
    return { name, virtual, mac, settings };
  }

  /** The facts of a port, and what the bridge makes of it, where there is one. */
  withBridge(facts: LinkFacts): LinkFacts {
    const bridge = this.datapath.bridge?.ports().get(facts.ifindex);
    return bridge === facts.bridge ? facts : { ...facts, bridge };
  }

  /** Ports of which the bridge makes something else now. */
  bridgeChanges(): { readonly port: BundlePort; readonly facts: LinkFacts }[] {
    return this.ports.flatMap((port) => {
      const facts = this.withBridge(port.facts);
      const [now, before] = [facts.bridge, port.facts.bridge];
      const same = now?.state === before?.state && now?.loop?.other === before?.loop?.other;
      return same && (now?.loop === undefined) === (before?.loop === undefined) ? [] : [{ port, facts }];
    });
  }

  /** New settings of the interface itself. Throws what the kernel refuses, with nothing changed. */
  configure(settings: AggregatorSettings): void {
    const mac = nextMac(this.settings, settings, this.mac);
    if (mac !== this.mac) this.virtual.setMac(mac);
    try {
      const mtu = this.#wantedMtu(settings, this.ports);
      if (mtu !== this.mtu) this.#setMtu(mtu);
    } catch (error) {
      if (mac !== this.mac) this.#guard('MAC address', () => this.virtual.setMac(this.mac));
      throw error;
    }
    if (mac !== this.mac) {
      this.mac = mac;
      this.#setFilters();
    }
    if (bridges(settings)) this.datapath.bridge?.configure(bridgeRules(settings));
    this.settings = settings;
  }

  /** Another data path in the place of the one it has, see `Drivers.openBridge`. Rejects with the former one in force. */
  async replaceDatapath(open: () => Promise<Datapath>): Promise<void> {
    const former = this.datapath;
    const next = await open();
    try {
      for (const { ifindex } of this.ports) await next.addPort(ifindex);
    } catch (error) {
      await next.close();
      throw error;
    }
    // Programs in the kernel come before a bridge; sockets see what it forwards as well.
    const shadowed = next.kind === 'kernel';
    this.datapath = next;
    if (shadowed) this.#applyTable();
    await former.close();
    if (!shadowed) this.#applyTable();
  }

  /** Whether the host wants every frame: for a capture, or a bridge. */
  seeAll(promiscuous: boolean): void {
    if (promiscuous === this.#promiscuous) return;
    this.#promiscuous = promiscuous;
    this.#setFilters();
  }

  /** The host changed the virtual interface with other tools: the bundle follows. Returns whether settings changed. */
  follow(facts: LinkFacts): boolean {
    this.seeAll(facts.promiscuous);
    if (facts.mac === this.mac && facts.mtu === this.mtu) return false;
    this.settings = {
      ...this.settings,
      mac: facts.mac === this.mac ? this.settings.mac : facts.mac,
      mtu: facts.mtu === this.mtu ? this.settings.mtu : facts.mtu,
    };
    if (facts.mac !== this.mac) {
      this.mac = facts.mac;
      this.#setFilters();
    }
    if (facts.mtu !== this.mtu) this.#guard('MTU', () => this.#setMtu(facts.mtu));
    return true;
  }

  /** A port has come, or its MTU has changed: with mtu=auto the interface takes the smallest. */
  async addPort(port: BundlePort): Promise<void> {
    const mtu = this.#wantedMtu(this.settings, [...this.ports, port]);
    if (port.facts.mtu < mtu) port.member.setMtu(mtu);
    this.#setFilter(port);
    await this.datapath.addPort(port.ifindex);
    this.ports.push(port);
    if (port.member.reduced !== undefined) this.log.warn(`${this.name}: reduced: ${port.member.reduced}`);
    this.adjustMtu();
  }

  async removePort(port: BundlePort): Promise<void> {
    const place = this.ports.indexOf(port);
    if (place >= 0) this.ports.splice(place, 1);
    this.#applyTable();
    await this.datapath.removePort(port.ifindex).catch((error: unknown) => {
      this.log.warn(`${this.name}: data path of ${port.facts.name}: ${String(error)}`);
    });
    this.#guard(port.facts.name, () => port.member.release());
    this.adjustMtu();
  }

  adjustMtu(): void {
    const mtu = this.#wantedMtu(this.settings, this.ports);
    if (mtu !== this.mtu) this.#guard('MTU', () => this.#setMtu(mtu));
  }

  /** By which port frames of a bucket leave; `moving`: as soon as its conversations may. */
  portOfBucket(bucket: number): { readonly port: BundlePort | undefined; readonly moving: boolean } {
    const entry = this.#table.buckets[bucket] ?? NO_PORT;
    return { port: this.portByNumber(portOf(entry)), moving: isHeld(entry) };
  }

  /** Part of the buckets that leave by a port, 0 to 1; undefined when it does not distribute. */
  share(port: BundlePort): number | undefined {
    if (this.datapath.bridge !== undefined) return undefined;
    const buckets = this.#table.buckets.filter((entry) => portOf(entry) === port.number).length;
    return buckets === 0 ? undefined : buckets / BUCKETS;
  }

  async remove(): Promise<void> {
    this.peers.stop();
    await this.datapath.close();
    this.#guard(this.name, () => this.virtual.remove());
  }

  #setFilters(): void {
    this.#guard('address in the bridge', () => this.datapath.bridge?.setLocalAddress(this.mac));
    for (const port of this.ports) this.#setFilter(port);
  }

  #setFilter(port: BundlePort): void {
    this.#guard(port.facts.name, () => port.member.setFilter(this.mac, this.#promiscuous));
  }

  #applyTable(): void {
    const { buckets, collecting, discardWrong = [], ...rest } = this.#table;
    const ifindexes = new Map(this.ports.map(({ number, ifindex }) => [number, ifindex]));
    this.datapath.setTable({
      buckets: buckets.map((entry) => {
        const ifindex = ifindexes.get(portOf(entry)) ?? NO_PORT;
        return isHeld(entry) ? heldFor(ifindex) : ifindex;
      }),
      collecting: collecting.flatMap((number) => ifindexes.get(number) ?? []),
      discardWrong: discardWrong.flatMap((number) => ifindexes.get(number) ?? []),
      ...rest,
    });
  }

  #wantedMtu(settings: AggregatorSettings, ports: readonly BundlePort[]): number {
    if (settings.mtu !== undefined) return settings.mtu;
    return ports.length === 0 ? this.mtu : Math.min(...ports.map((port) => port.facts.mtu));
  }

  /** Ports first: they must take what the interface may send; larger ones may stay. A refusal undoes the others. */
  #setMtu(mtu: number): void {
    const changed: BundlePort[] = [];
    try {
      for (const port of this.ports) {
        if (port.facts.mtu >= mtu) continue;
        port.member.setMtu(mtu);
        changed.push(port);
      }
      this.virtual.setMtu(mtu);
      this.mtu = mtu;
    } catch (error) {
      for (const port of changed) this.#guard(port.facts.name, () => port.member.setMtu(port.facts.mtu));
      throw error;
    }
  }

  /** A failure that must not stop what else is to be done. */
  #guard(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.log.warn(`${this.name}: ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

export const namedSettings = (port: BundlePort) => ({ name: port.facts.name, settings: port.settings });

export const settingsOfPorts = (bundle: Bundle | undefined) => (bundle?.ports ?? []).map(namedSettings);
