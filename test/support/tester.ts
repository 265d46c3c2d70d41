/**
 * A black-box tester in virtual time: a scripted partner on the links of one system under test. It sends any LACPDU at
 * any moment and judges by nothing but the frames that come back, and their times.
 */

import type { AggregatorSettings, PortSettings } from '../../src/aggregator/settings.js';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { encodeLacpdu, type Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import type { PortInformation, PortState } from '../../src/lacp/variables.js';
import { portInformation, type SomeInformation } from './builders.js';
import { facts, TestSystem } from './system-lab.js';

/** A frame from the system under test. */
export interface Heard {
  readonly at: number;
  readonly frame: Uint8Array;
  readonly pdu: Lacpdu;
}

export class TesterLink {
  /** Everything heard on this link. */
  readonly heard: Heard[] = [];
  /** What the tester says of itself; a test changes it and sends. */
  actor: PortInformation;
  #taken = 0;
  #keepAlive: number | undefined;

  constructor(
    private readonly clock: VirtualClock,
    readonly dut: TestSystem,
    /** Port Number of the system under test. */
    readonly port: number,
    some: SomeInformation,
  ) {
    const idle = { Synchronization: false, Collecting: false, Distributing: false };
    this.actor = portInformation({
      System: '02:cc:00:00:00:00',
      Port: port,
      ...some,
      State: { ...idle, ...some.State },
    });
  }

  /** The newest LACPDU; fails when none was heard. */
  get last(): Heard {
    const last = this.heard.at(-1);
    if (last === undefined) throw new Error(`port ${this.port} has sent nothing`);
    return last;
  }

  /** State of the system under test, as it last told. */
  get state(): PortState {
    return this.last.pdu.actor.State;
  }

  /** LACPDUs since the last call. */
  take(): Heard[] {
    const taken = this.heard.slice(this.#taken);
    this.#taken = this.heard.length;
    return taken;
  }

  /** Times of the LACPDUs since the last call. */
  takeTimes(): number[] {
    return this.take().map(({ at }) => at);
  }

  /** Say something else of ourselves from now on (sent with the next LACPDU). */
  become(some: SomeInformation): this {
    this.actor = { ...this.actor, ...some, State: { ...this.actor.State, ...some.State } };
    return this;
  }

  /** Send an LACPDU now: ourselves, and the system under test as it last described itself, except for `partner`. */
  send(some: { readonly partner?: SomeInformation; readonly actor?: SomeInformation } = {}): void {
    const echo = this.heard.at(-1)?.pdu.actor ?? portInformation({ State: {} });
    const pdu: Lacpdu = {
      version: 1,
      collectorMaxDelay: 0,
      actor: { ...this.actor, ...some.actor, State: { ...this.actor.State, ...some.actor?.State } },
      partner: { ...echo, ...some.partner, State: { ...echo.State, ...some.partner?.State } },
    };
    this.sendFrame(slowProtocolsFrame('02:cc:00:00:00:ff', encodeLacpdu(pdu)));
  }

  sendFrame(frame: Uint8Array): void {
    this.dut.system.receive(this.port, frame);
  }

  /** Send an LACPDU every `ms` from now on; 0 stops. */
  keepAlive(ms: number): this {
    if (this.#keepAlive !== undefined) this.clock.clearTimeout(this.#keepAlive);
    this.#keepAlive = undefined;
    if (ms === 0) return this;
    const beat = () => {
      this.send();
      this.#keepAlive = this.clock.setTimeout(beat, ms);
    };
    beat();
    return this;
  }

  /** Called with every frame of the system under test. */
  hear(frame: Uint8Array): void {
    const parsed = parseSlowProtocols(frame);
    if (parsed.kind === 'lacpdu') this.heard.push({ at: this.clock.now(), frame, pdu: parsed.pdu });
  }
}

export class Tester {
  readonly clock = new VirtualClock();
  readonly dut: TestSystem;
  readonly links: TesterLink[] = [];

  constructor(
    settings: Partial<AggregatorSettings> = {},
    options: {
      readonly links?: number;
      readonly actor?: SomeInformation;
      readonly port?: Partial<PortSettings>;
      readonly up?: boolean;
    } = {},
  ) {
    const { links = 1, actor = {}, port = {}, up = true } = options;
    this.dut = new TestSystem(this.clock, '02:aa:00:00:00:00', settings);
    this.dut.onFrame = (number, frame) => this.links[number - 1]?.hear(frame);
    for (let n = 1; n <= links; n++) this.links.push(new TesterLink(this.clock, this.dut, n, actor));
    for (let n = 1; n <= links; n++) this.dut.addPort(facts(n, { link: up ? 'up' : 'down' }), port);
  }

  /** The n-th link, from 1. */
  link(n = 1): TesterLink {
    const link = this.links[n - 1];
    if (link === undefined) throw new Error(`no link ${n}`);
    return link;
  }

  advance(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  setLink(n: number, up: boolean): void {
    this.dut.setLink(n, up);
  }

  /**
   * Every link as a well-behaved partner until frames flow: introduces itself, waits until the system under test is in
   * sync, says that it is itself in sync and collects. Goes on with an LACPDU a second.
   */
  bringUp(...numbers: readonly number[]): this {
    const chosen = numbers.length === 0 ? this.links : numbers.map((n) => this.link(n));
    for (const link of chosen) link.keepAlive(1_000);
    this.advance(2_000);
    for (const link of chosen) {
      link.become({ State: { Synchronization: true, Collecting: true, Distributing: true } }).keepAlive(1_000);
    }
    this.advance(1_100);
    for (const link of chosen) link.take();
    return this;
  }
}

/** The largest number of LACPDUs in any second, its end excluded. */
export function mostInAnySecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + 1_000).length));
}
