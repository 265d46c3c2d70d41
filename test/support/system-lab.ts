/** Systems on a table: the engine with everything around it replaced, for tests in virtual time. */

import type { Forwarding } from '../../src/aggregator/aggregator.js';
import type { LinkFacts } from '../../src/aggregator/io.js';
import type { Recorded } from '../../src/aggregator/journal/replay.js';
import {
  type AggregatorSettings,
  DEFAULT_AGGREGATOR,
  DEFAULT_PORT,
  type PortSettings,
} from '../../src/aggregator/settings.js';
import type { AggregatorStatus, PortStatus } from '../../src/aggregator/status.js';
import type { LacpSystem } from '../../src/aggregator/system.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { md5 } from '../../src/daemon/md5.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols } from '../../src/lacp/slow-protocols.js';
import { BUCKETS, type ForwardingTable } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';
import { Cable as SimulatedCable } from '../../src/simulator/cable.js';
import { linkFacts } from '../../src/simulator/facts.js';
import { SimulatedHost } from '../../src/simulator/host.js';
import type { Random } from '../../src/simulator/random.js';

/** Facts of a link that is up at 1 Gbit/s, full duplex. */
export const facts = (n: number, differences: Partial<LinkFacts> = {}): LinkFacts =>
  linkFacts(10 + n, `eth${n}`, `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`, differences);

/** One engine with one aggregator `veth0`, whose frames go to `onFrame` and are kept in `sent`. */
export class TestSystem {
  readonly sent: { at: number; port: number; frame: Uint8Array }[] = [];
  readonly transitions: string[] = [];
  /** All that the engine told of itself. */
  readonly journal: Recorded[] = [];
  /** Every change of the forwarding, with its time. */
  readonly forwardings: (Forwarding & { readonly at: number })[] = [];
  table: ForwardingTable = { buckets: [], collecting: [], hash: hashBy('layer2') };
  /** Every table for the data path, with its time. */
  readonly tables: (ForwardingTable & { readonly at: number })[] = [];
  /** Markers and responses, apart from `sent`. */
  readonly markers: { at: number; port: number; frame: Uint8Array }[] = [];
  /** What the buckets have carried so far. */
  octets: Float64Array | undefined = new Float64Array(BUCKETS);
  readonly host: SimulatedHost;
  onFrame: (port: number, frame: Uint8Array) => void = () => {};
  /** What lies in the socket while the control loop is late. */
  drain: () => void = () => {};

  constructor(
    readonly clock: VirtualClock,
    readonly id: string,
    readonly settings: Partial<AggregatorSettings> = {},
  ) {
    this.host = new SimulatedHost(clock, md5, {
      send: (port, frame) => this.sent.push({ at: clock.now(), port, frame }),
      sendMarker: (port, frame) => this.markers.push({ at: clock.now(), port, frame }),
      drain: () => this.drain(),
      bucketBytes: () => this.octets,
      table: (_, table) => {
        this.table = table;
        this.tables.push({ at: clock.now(), ...table });
      },
      forwarding: (_, forwarding) => this.forwardings.push({ at: clock.now(), ...forwarding }),
      transition: (_, port, { machine, from, to, cause }) => {
        this.transitions.push(`${clock.now()} ${port} ${machine}: ${from} (${cause.type}) -> ${to}`);
      },
      journal: (at, happening) => this.journal.push({ at, happening }),
    });
    this.host.onFrame = (port, frame) => this.onFrame(port, frame);
    this.host.addInterface('veth0', 0, id, { ...DEFAULT_AGGREGATOR, ...settings });
  }

  /** The engine that runs; another one after a crash. */
  get system(): LacpSystem {
    return this.host.system;
  }

  get forwarding(): Forwarding {
    return this.host.forwarding('veth0');
  }

  addPort(link: LinkFacts, settings: Partial<PortSettings> = {}): number {
    return this.host.addPort('veth0', link, { ...DEFAULT_PORT, ...settings });
  }

  /** What the kernel says of a port's link changes. */
  link(number: number, differences: Partial<LinkFacts>): void {
    this.host.link(number, differences);
  }

  setLink(number: number, up: boolean): void {
    this.link(number, { link: up ? 'up' : 'down' });
  }

  set(settings: Partial<AggregatorSettings>): void {
    this.system.setAggregator('veth0', { ...DEFAULT_AGGREGATOR, ...this.settings, ...settings }, this.id);
  }

  get aggregator(): AggregatorStatus {
    const [aggregator] = this.system.status().aggregators;
    if (aggregator === undefined) throw new Error('no aggregator');
    return aggregator;
  }

  port(number: number): PortStatus {
    const port = this.aggregator.ports.find((candidate) => candidate.number === number);
    if (port === undefined) throw new Error(`no port ${number}`);
    return port;
  }

  /** LACPDUs sent on a port since the last call, with their times. */
  takeLacpdus(port: number): { at: number; pdu: Lacpdu }[] {
    const taken = this.sent.filter((entry) => entry.port === port);
    this.sent.splice(0, this.sent.length, ...this.sent.filter((entry) => entry.port !== port));
    return taken.flatMap(({ at, frame }) => {
      const parsed = parseSlowProtocols(frame);
      return parsed.kind === 'lacpdu' ? [{ at, pdu: parsed.pdu }] : [];
    });
  }
}

/** A cable between two ports: delivers after `delay` ms. */
export class Cable {
  /** What it does to frames. */
  readonly inner: SimulatedCable;

  constructor(
    clock: VirtualClock,
    private readonly ends: readonly [[TestSystem, number], [TestSystem, number]],
    delay = 0,
    random?: Random,
  ) {
    const takers = ends.map(
      ([system, port]) =>
        (frame: Uint8Array) =>
          system.host.receive(port, frame),
    );
    this.inner = new SimulatedCable(clock, takers, random);
    this.inner.qualities.delay = delay;
  }

  /** Nothing passes, and what is under way is lost. */
  get cut(): boolean {
    return this.inner.cut;
  }

  set cut(cut: boolean) {
    this.inner.cut = cut;
  }

  /** Nothing passes from the first end to the second. */
  set oneWay(oneWay: boolean) {
    if (oneWay) this.inner.unreached.add(1);
    else this.inner.unreached.delete(1);
  }

  carry(from: TestSystem, port: number, frame: Uint8Array): void {
    const end = this.ends.findIndex(([system, number]) => system === from && number === port);
    if (end >= 0) this.inner.carry(end, frame);
  }
}

/** Two systems joined by `links` cables. */
export function twoSystems(
  links: number,
  a: Partial<AggregatorSettings> = {},
  b: Partial<AggregatorSettings> = {},
  /** Of every cable, in ms. */
  delay = 0,
  /** Which frames are lost, where cables lose any. */
  random?: Random,
): { clock: VirtualClock; a: TestSystem; b: TestSystem; cables: Cable[] } {
  const clock = new VirtualClock();
  const left = new TestSystem(clock, '02:aa:00:00:00:00', a);
  const right = new TestSystem(clock, '02:bb:00:00:00:00', b);
  const cables: Cable[] = [];
  left.onFrame = (port, frame) => {
    for (const cable of cables) cable.carry(left, port, frame);
  };
  right.onFrame = (port, frame) => {
    for (const cable of cables) cable.carry(right, port, frame);
  };
  for (let n = 1; n <= links; n++) {
    cables.push(
      new Cable(
        clock,
        [
          [left, n],
          [right, n],
        ],
        delay,
        random,
      ),
    );
  }
  for (let n = 1; n <= links; n++) {
    left.addPort(facts(n));
    right.addPort(facts(n, { mac: `02:00:00:00:01:0${n}` }));
  }
  return { clock, a: left, b: right, cables };
}

/** One system whose ports 1 and 2 are the ends of one cable. */
export function joinedToItself(settings: Partial<AggregatorSettings> = {}): {
  clock: VirtualClock;
  system: TestSystem;
  cable: Cable;
} {
  const clock = new VirtualClock();
  const system = new TestSystem(clock, '02:aa:00:00:00:00', settings);
  const cable = new Cable(clock, [
    [system, 1],
    [system, 2],
  ]);
  system.onFrame = (port, frame) => cable.carry(system, port, frame);
  for (const n of [1, 2]) system.addPort(facts(n));
  return { clock, system, cable };
}

/** Pull the cable (both ends see it) or put it back. */
export function setCable(lab: ReturnType<typeof twoSystems>, link: number, up: boolean): void {
  const cable = lab.cables[link - 1];
  if (cable === undefined) throw new Error(`no cable ${link}`);
  cable.cut = !up;
  for (const end of [lab.a, lab.b]) end.setLink(link, up);
}
