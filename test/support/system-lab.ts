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
import { LacpSystem } from '../../src/aggregator/system.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { md5 } from '../../src/daemon/md5.js';
import type { Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols } from '../../src/lacp/slow-protocols.js';
import { BUCKETS, type ForwardingTable } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';

/** Facts of a link that is up at 1 Gbit/s, full duplex. */
export function facts(n: number, differences: Partial<LinkFacts> = {}): LinkFacts {
  return {
    ifindex: 10 + n,
    name: `eth${n}`,
    mac: `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`,
    mtu: 1500,
    adminUp: true,
    link: 'up',
    speed: 1000,
    duplex: 'full',
    loopback: false,
    ethernet: true,
    promiscuous: false,
    master: undefined,
    lower: undefined,
    ...differences,
  };
}

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
  readonly #facts = new Map<number, LinkFacts>();
  forwarding: Forwarding = { collecting: [], distributing: [], carrier: false };
  readonly system: LacpSystem;
  onFrame: (port: number, frame: Uint8Array) => void = () => {};
  /** What lies in the socket while the control loop is late. */
  drain: () => void = () => {};

  constructor(
    readonly clock: VirtualClock,
    readonly id: string,
    readonly settings: Partial<AggregatorSettings> = {},
  ) {
    this.system = new LacpSystem({
      clock,
      md5,
      send: (port, frame) => {
        this.sent.push({ at: clock.now(), port, frame });
        this.onFrame(port, frame);
      },
      drain: () => this.drain(),
      // There are no data frames here, so nothing is to be waited for.
      sendMarker: (port, frame) => this.#marker(port, frame),
      answerMarker: (port, frame) => this.#marker(port, frame),
      bucketBytes: () => this.octets,
      table: (_, table) => {
        this.table = table;
        this.tables.push({ at: clock.now(), ...table });
      },
      forwarding: (_, forwarding) => {
        this.forwarding = forwarding;
        this.forwardings.push({ at: clock.now(), ...forwarding });
      },
      transition: (_, port, { machine, from, to, cause }) => {
        this.transitions.push(`${clock.now()} ${port} ${machine}: ${from} (${cause.type}) -> ${to}`);
      },
      journal: (at, happening) => this.journal.push({ at, happening }),
      changed: () => {},
      failed: (_, error) => {
        throw error;
      },
    });
    this.system.addAggregator('veth0', 0, id, { ...DEFAULT_AGGREGATOR, ...settings });
  }

  #marker(port: number, frame: Uint8Array): void {
    this.markers.push({ at: this.clock.now(), port, frame });
    this.onFrame(port, frame);
  }

  addPort(link: LinkFacts, settings: Partial<PortSettings> = {}): number {
    const number = this.system.addPort('veth0', link, { ...DEFAULT_PORT, ...settings });
    this.#facts.set(number, link);
    return number;
  }

  /** What the kernel says of a port's link changes. */
  link(number: number, differences: Partial<LinkFacts>): void {
    const before = this.#facts.get(number);
    if (before === undefined) throw new Error(`no port ${number}`);
    const now = { ...before, ...differences };
    this.#facts.set(number, now);
    this.system.linkChanged(number, now);
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
  /** Nothing passes. */
  cut = false;
  /** Nothing passes from the first end to the second. */
  oneWay = false;
  constructor(
    private readonly clock: VirtualClock,
    private readonly ends: readonly [[TestSystem, number], [TestSystem, number]],
    private readonly delay = 0,
  ) {}

  carry(from: TestSystem, port: number, frame: Uint8Array): void {
    if (this.cut) return;
    const [a, b] = this.ends;
    const far = a[0] === from && a[1] === port ? b : b[0] === from && b[1] === port ? a : undefined;
    if (far === undefined || (this.oneWay && far === b)) return;
    const copy = frame.slice();
    const arrive = () => {
      if (!this.cut) far[0].system.receive(far[1], copy); // a cut loses what is under way as well
    };
    this.clock.setTimeout(arrive, this.delay);
  }
}

/** Two systems joined by `links` cables. */
export function twoSystems(
  links: number,
  a: Partial<AggregatorSettings> = {},
  b: Partial<AggregatorSettings> = {},
  /** Of every cable, in ms. */
  delay = 0,
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
      ),
    );
  }
  for (let n = 1; n <= links; n++) {
    left.addPort(facts(n));
    right.addPort(facts(n, { mac: `02:00:00:00:01:0${n}` }));
  }
  return { clock, a: left, b: right, cables };
}

/** Pull the cable (both ends see it) or put it back. */
export function setCable(lab: ReturnType<typeof twoSystems>, link: number, up: boolean): void {
  const cable = lab.cables[link - 1];
  if (cable === undefined) throw new Error(`no cable ${link}`);
  cable.cut = !up;
  for (const end of [lab.a, lab.b]) end.setLink(link, up);
}
