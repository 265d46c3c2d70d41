/**
 * The LACP system: aggregators, their ports, and the order in which a stimulus settles.
 *
 *   1. the machines of the port that was touched                (port.ts)
 *   2. Selection Logic of its aggregator, until nothing moves   (aggregator.ts)
 *   3. which conversations go by which port                     (conversations.ts)
 *   4. the data path gets its new table, and markers for what moves
 *   5. one LACPDU with the final state leaves each port that needs to transmit
 *
 * The table changes before the partner is told: frames are collected before it may send them, and no longer
 * distributed before it may stop collecting.
 */
import { encodeLacpdu } from '../lacp/lacpdu.pdu.js';
import type { Marker } from '../lacp/marker.pdu.js';
import type { PortStimulus } from '../lacp/port-setup.js';
import { type Parsed, parseSlowProtocols, slowProtocolsFrame } from '../lacp/slow-protocols.js';
import type { Mac, PortVariables } from '../lacp/variables.js';
import { remember } from './admission.js';
import { Aggregator } from './aggregator.js';
import { ConversationLogic } from './conversations.js';
import { DataPlane } from './data-plane.js';
import { hasLeft, isDraining } from './departure.js';
import { InternalError } from './internal-error.js';
import type { LinkFacts } from './io.js';
import { Recorder } from './journal/recorder.js';
import { beginHold, resumedHold } from './link-hold.js';
import { type HalfMember, halfMember, type Member, newMember } from './member.js';
import { MovedPorts } from './moved-ports.js';
import { Port, type PortStart } from './port.js';
import { type NumberedPort, PortNumbers } from './port-numbers.js';
import { Reception } from './reception.js';
import type { AggregatorSettings, PortSettings } from './settings.js';
import type { AggregatorSnapshot, PortSnapshot } from './snapshot.js';
import type { SystemStatus } from './status.js';
import { explain, systemStatus } from './status-view.js';
import type { SystemEffects } from './system-effects.js';
import { takeSnapshot } from './take-snapshot.js';
import { TimerQueue } from './timer-queue.js';
import type { PortExplanation } from './verdict.js';

export class LacpSystem {
  readonly #aggregators = new Map<string, Aggregator>();
  readonly #ports = new PortNumbers();
  readonly #moved = new MovedPorts();
  readonly #recorder: Recorder;
  /** Deadlines of ports by their number, of aggregators by `clockOf`. */
  readonly #timers: TimerQueue;
  readonly #dataPlane: DataPlane;
  readonly #pending: (() => void)[] = [];
  #busy = false;

  constructor(private readonly effects: SystemEffects) {
    this.#recorder = new Recorder(effects.clock, effects.journal);
    this.#timers = new TimerQueue(effects.clock, () => {
      effects.drain?.();
      this.#enter(() => this.#expire());
    });
    const toDataPath = this.#recorder.dataPath(effects, (number) => this.#ports.must(number));
    this.#dataPlane = new DataPlane(toDataPath, () => this.#enter(() => this.#expireDataPlane()));
  }

  /** `index` is the number of the interface (0 for veth0), which its default key is made from. */
  addAggregator(name: string, index: number, mac: Mac, settings: AggregatorSettings): void {
    if (this.#aggregators.has(name)) throw new InternalError(`aggregator ${name} exists`);
    const { clock, md5 } = this.effects;
    this.#recorder.interfaceAdded(name, index, mac, settings);
    this.#aggregators.set(name, new Aggregator(name, index, mac, settings, new ConversationLogic(md5), clock.now()));
    this.effects.changed();
  }

  /** New settings act at once; ports whose LAG ID they change select anew. */
  setAggregator(name: string, settings: AggregatorSettings, mac: Mac): void {
    const aggregator = this.#aggregator(name);
    this.#enter(() => {
      this.#recorder.interfaceSet(name, mac, settings);
      aggregator.settings = settings;
      aggregator.mac = mac;
      this.#reconfigure(aggregator);
    });
  }

  removeAggregator(name: string): void {
    const aggregator = this.#aggregator(name);
    if (aggregator.members.size > 0) throw new InternalError(`aggregator ${name} still has ports`);
    this.#recorder.interfaceRemoved(name);
    this.#timers.set(clockOf(aggregator), undefined);
    this.#aggregators.delete(name);
    this.#dataPlane.forget(aggregator);
    this.effects.changed();
  }

  /** Returns the Port Number: the given one, or the lowest that is free in this system. */
  addPort(aggregatorName: string, facts: LinkFacts, settings: PortSettings, wanted?: number): number {
    const aggregator = this.#aggregator(aggregatorName);
    const number = this.#ports.give(wanted);
    this.#enter(() => {
      this.#recorder.portAdded(aggregatorName, number, facts, settings);
      const now = this.effects.clock.now();
      const half = halfMember(number, facts, settings, aggregator, beginHold(facts, now));
      const { port_enabled } = half.admission;
      this.#join(aggregator, half, { configuration: aggregator.configurationOf(half), port_enabled, now });
      this.#reconfigure(aggregator);
    });
    return number;
  }

  /**
   * Ports of an earlier process, in the states that they had; tell what has changed only then (`linkChanged`, `addPort`).
   * `paused: false`: no time has passed. Throws where a port is, or a snapshot fits no machine; all is then as before.
   */
  resumePorts(
    aggregatorName: string,
    former: Pick<AggregatorSnapshot, 'active' | 'moved'> & { readonly paused?: boolean },
    ports: readonly { readonly snapshot: PortSnapshot; readonly settings: PortSettings }[],
  ): void {
    const aggregator = this.#aggregator(aggregatorName);
    this.#enter(() => {
      const now = this.effects.clock.now();
      try {
        for (const { snapshot, settings } of ports) {
          const { number, facts } = snapshot;
          this.#ports.assertFree(number);
          const hold = resumedHold(facts, snapshot.variables.port_enabled, now);
          this.#join(aggregator, halfMember(number, facts, settings, aggregator, hold), {
            snapshot,
            now,
            paused: former.paused,
          });
          this.#ports.give(number);
        }
      } catch (error) {
        for (const member of aggregator.members.values()) this.#forget(aggregator, member);
        throw error;
      }
      this.#recorder.resumed(aggregatorName, former, ports);
      aggregator.resume(former, now);
      this.#reconfigure(aggregator);
    });
  }

  /** For `resumePorts` of a later process; ports that are leaving are left out. */
  snapshot(): AggregatorSnapshot[] {
    return [...this.#aggregators.values()].map(takeSnapshot);
  }

  setPort(number: number, settings: PortSettings): void {
    const { aggregator, member } = this.#ports.must(number);
    this.#enter(() => {
      this.#recorder.portSet({ aggregator, member }, settings);
      this.#dataPlane.configure(aggregator, member, settings);
      this.#reconfigure(aggregator);
    });
  }

  linkChanged(number: number, facts: LinkFacts): void {
    const { aggregator, member } = this.#ports.must(number);
    this.#enter(() => {
      this.#recorder.link({ aggregator, member }, facts);
      member.facts = remember(facts, member.facts);
      this.#reconfigure(aggregator);
    });
  }

  /**
   * Take a port out of service, so that nothing is lost: its conversations move away first, and what is under way from
   * the partner is still taken; not with `atOnce`. Its last LACPDU says so as `farewell` is set, as soon as the transmit
   * limit allows. `released` is called when the port is gone.
   */
  removePort(number: number, released: () => void, { atOnce = false } = {}): void {
    const { aggregator, member } = this.#ports.must(number);
    this.#enter(() => {
      this.#recorder.portRemoved({ aggregator, member }, atOnce);
      const before = member.released;
      member.released = () => {
        before?.();
        released();
      };
      if (atOnce) member.departure = undefined;
      else this.#dataPlane.depart(aggregator, member);
      if (!isDraining(member)) {
        if (aggregator.rules.farewell === 'none') {
          this.#release(aggregator, member);
          return;
        }
        member.port.send({ type: 'LEAVE' }, this.effects.clock.now());
      }
      this.#reconfigure(aggregator);
    });
  }

  /** A port's interface has vanished: nothing can be sent any more. */
  dropPort(number: number): void {
    const { aggregator, member } = this.#ports.must(number);
    this.#enter(() => {
      this.#recorder.portGone({ aggregator, member });
      this.#release(aggregator, member);
    });
  }

  /** A frame of EtherType 0x8809 arrived. `frame` starts at the destination address; it is not kept. */
  receive(number: number, frame: Uint8Array): void {
    if (this.#ports.has(number)) this.hear(number, parseSlowProtocols(frame), frame);
  }

  /** As `receive`, of a frame that has been read; `frame` itself is for the journal. */
  hear(number: number, parsed: Parsed, frame?: Uint8Array): void {
    const entry = this.#ports.get(number);
    if (entry === undefined) return;
    this.#recorder.frame(entry, parsed, frame);
    const heard = entry.reception.accept(parsed);
    if (heard === undefined) return;
    const { source, pdu } = heard;
    entry.member.lastHeard = { ...pdu, at: this.effects.clock.now() };
    entry.member.ownNameFrom = pdu.actor.System === entry.member.port.variables.Actor_Oper.System ? source : undefined;
    this.#enter(() => {
      const moved = this.#moved.movedTo(number, pdu.actor).map((other) => this.#ports.must(other));
      for (const other of moved) this.#touch(other, { type: 'PORT_MOVED' });
      if (this.#ports.has(number)) this.#touch(entry, { type: 'LACPDU', pdu });
    });
  }

  status(): SystemStatus {
    return systemStatus([...this.#aggregators.values()], this.effects.clock.now());
  }

  explain(): PortExplanation[] {
    return explain([...this.#aggregators.values()], this.effects.clock.now());
  }

  /** Every port that speaks periodically repeats now what it would say within the period: a pause is to come. */
  sayAgain(): void {
    this.#enter(() => {
      const now = this.effects.clock.now();
      this.#recorder.sayAgain();
      for (const [number, { member }] of this.#ports) {
        member.port.advancePeriodic(now);
        this.#timers.set(number, member.port.nextDeadline);
      }
      this.#expire();
    });
  }

  /** Stops all timers; nothing is sent. */
  close(): void {
    for (const { member } of this.#ports.values()) member.port.stop();
    this.#timers.close();
    this.#dataPlane.close();
  }

  /** One stimulus at a time: what happens meanwhile (an effect that calls back) waits its turn. */
  #enter(stimulus: () => void): void {
    this.#pending.push(stimulus);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) next();
    } finally {
      this.#busy = false;
    }
  }

  #expire(): void {
    const now = this.effects.clock.now();
    const touched = new Map<Aggregator, Map<Member, PortVariables>>();
    const due = this.#timers.takeDue(now);
    const waiting = [...this.#aggregators.values()].filter((aggregator) => due.includes(clockOf(aggregator)));
    for (const { aggregator, member } of due.flatMap((number) => this.#ports.get(number) ?? [])) {
      const before = member.port.variables;
      try {
        member.port.expireTimers(now);
      } catch (error) {
        // The other ports go on; this one has no timer any more.
        this.effects.failed(member.number, error);
        continue;
      }
      touched.set(aggregator, (touched.get(aggregator) ?? new Map()).set(member, before));
    }
    for (const [aggregator, members] of touched) this.#settle(aggregator, members, now);
    for (const aggregator of waiting) {
      this.#recorder.interfaceTimer(aggregator.name);
      this.#reconfigure(aggregator);
    }
  }

  #expireDataPlane(): void {
    const now = this.effects.clock.now();
    this.#recorder.movesTimer();
    for (const aggregator of this.#dataPlane.expire(this.#aggregators.values(), now)) this.#settleAll(aggregator, now);
  }

  #touch({ aggregator, member }: NumberedPort, stimulus: PortStimulus): void {
    const now = this.effects.clock.now();
    const before = member.port.variables;
    member.port.send(stimulus, now);
    this.#settle(aggregator, new Map([[member, before]]), now);
  }

  /** Settings or link facts changed: every port of the aggregator gets what follows from them. */
  #reconfigure(aggregator: Aggregator): void {
    const now = this.effects.clock.now();
    aggregator.admitAll(now);
    for (const member of aggregator.members.values()) {
      const configuration = aggregator.configurationOf(member);
      member.port.send({ type: 'CONFIGURE', configuration }, now);
      const { port_enabled } = member.admission;
      if (port_enabled !== member.port.variables.port_enabled) member.port.send({ type: 'LINK', port_enabled }, now);
    }
    this.#settleAll(aggregator, now);
  }

  /** Steps 2 to 5 for the ports that were touched, and for all ports when the touch matters to Selection. */
  #settle(aggregator: Aggregator, touched: ReadonlyMap<Member, PortVariables>, now: number): void {
    if (aggregator.isConcernedBy(touched)) this.#settleAll(aggregator, now);
    else for (const member of touched.keys()) this.#finish(aggregator, member, now);
  }

  #settleAll(aggregator: Aggregator, now: number): void {
    do {
      aggregator.runSelection(now);
      aggregator.runConversations(now);
    } while (this.#dataPlane.settle(aggregator, now));
    const forwarding = aggregator.updateForwarding(now);
    if (forwarding !== undefined) {
      this.#recorder.forwarding(aggregator.name, forwarding);
      this.effects.forwarding(aggregator.name, forwarding);
    }
    for (const member of aggregator.members.values()) this.#finish(aggregator, member, now);
    aggregator.observe(now);
    this.#timers.set(clockOf(aggregator), aggregator.deadline);
    this.effects.changed();
  }

  #markerAnswered(aggregator: Aggregator, member: Member, response: Marker): void {
    const now = this.effects.clock.now();
    if (this.#dataPlane.answered(aggregator, member, response, now)) this.#settleAll(aggregator, now);
  }

  #finish(aggregator: Aggregator, member: Member, now: number): void {
    member.port.transmitIfDue(now);
    this.#moved.follow(member);
    if (hasLeft(member, aggregator.rules.farewell !== 'none')) this.#release(aggregator, member);
    else this.#timers.set(member.number, member.port.nextDeadline);
  }

  #join(aggregator: Aggregator, half: HalfMember, start: PortStart): void {
    const { number } = half;
    const port = new Port(start, {
      transmit: (pdu) => {
        member.counters.lacpdusTx++;
        this.#recorder.sent({ aggregator, member }, pdu);
        this.effects.send(number, slowProtocolsFrame(member.facts.mac, encodeLacpdu(pdu)));
      },
      transition: (transition) => {
        member.events.transition(transition, this.effects.clock.now());
        member.since.moved(transition.machine, this.effects.clock.now());
        this.#recorder.transition({ aggregator, member }, transition);
        this.effects.transition(aggregator.name, member.facts.name, transition);
      },
      expired: (timer) => this.#recorder.timer({ aggregator, member }, timer),
    });
    const member = newMember(half, port);
    const reception = new Reception(member, {
      now: () => this.effects.clock.now(),
      answerMarker: (frame) => {
        this.#recorder.markerAnswered({ aggregator, member });
        this.effects.answerMarker(number, frame);
      },
      markerAnswered: (marker) => this.#enter(() => this.#markerAnswered(aggregator, member, marker)),
    });
    aggregator.members.set(number, member);
    this.#ports.set(number, { aggregator, member, reception });
  }

  #release(aggregator: Aggregator, member: Member): void {
    if (!this.#forget(aggregator, member)) return;
    this.#reconfigure(aggregator);
    member.released?.();
  }

  #forget(aggregator: Aggregator, member: Member): boolean {
    if (!aggregator.members.delete(member.number)) return false;
    this.#moved.forget(member.number);
    this.#ports.takeBack(member.number);
    this.#timers.set(member.number, undefined);
    member.port.stop();
    return true;
  }

  #aggregator(name: string): Aggregator {
    const aggregator = this.#aggregators.get(name);
    if (aggregator !== undefined) return aggregator;
    throw new InternalError(`no aggregator ${name}`);
  }
}

/** The owner of an aggregator's deadline, apart from all Port Numbers. */
const clockOf = ({ index }: Aggregator): number => -1 - index;
