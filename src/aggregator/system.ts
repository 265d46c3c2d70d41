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
import { slowProtocolsFrame, sourceOf } from '../lacp/slow-protocols.js';
import type { Mac, PortInformation, PortVariables } from '../lacp/variables.js';
import { remember } from './admission.js';
import { Aggregator } from './aggregator.js';
import { ConversationLogic } from './conversations.js';
import { DataPlane } from './data-plane.js';
import { hasLeft, isDraining } from './departure.js';
import { InternalError } from './internal-error.js';
import type { LinkFacts } from './io.js';
import { noPartner } from './lag-id.js';
import { beginHold, resumedHold } from './link-hold.js';
import { mattersToOthers } from './matters-to-others.js';
import { type HalfMember, halfMember, type Member, newMember } from './member.js';
import { Port, type PortStart } from './port.js';
import { Reception } from './reception.js';
import type { AggregatorSettings, PortSettings } from './settings.js';
import type { AggregatorSnapshot, PortSnapshot } from './snapshot.js';
import type { SystemStatus } from './status.js';
import { systemStatus } from './status-view.js';
import type { SystemEffects } from './system-effects.js';
import { TimerQueue } from './timer-queue.js';

export class LacpSystem {
  readonly #aggregators = new Map<string, Aggregator>();
  readonly #ports = new Map<number, { aggregator: Aggregator; member: Member; reception: Reception }>();
  /** Port Numbers given away; a port that is added while something settles has its number before it is in #ports. */
  readonly #numbers = new Set<number>();
  /** Ports whose link is down and who remember a partner. */
  readonly #remembering = new Set<number>();
  /** Deadlines of ports by their number, of aggregators by `clockOf`. */
  readonly #timers: TimerQueue;
  readonly #dataPlane: DataPlane;
  readonly #pending: (() => void)[] = [];
  #busy = false;

  constructor(private readonly effects: SystemEffects) {
    this.#timers = new TimerQueue(effects.clock, () => {
      effects.drain?.();
      this.#enter(() => this.#expire());
    });
    this.#dataPlane = new DataPlane(effects, () => this.#enter(() => this.#expireDataPlane()));
  }

  /** `index` is the number of the interface (0 for veth0), which its default key is made from. */
  addAggregator(name: string, index: number, mac: Mac, settings: AggregatorSettings): void {
    if (this.#aggregators.has(name)) throw new InternalError(`aggregator ${name} exists`);
    const { clock, md5 } = this.effects;
    this.#aggregators.set(name, new Aggregator(name, index, mac, settings, new ConversationLogic(md5), clock.now()));
    this.effects.changed();
  }

  /** New settings act at once; ports whose LAG ID they change select anew. */
  setAggregator(name: string, settings: AggregatorSettings, mac: Mac): void {
    const aggregator = this.#aggregator(name);
    this.#enter(() => {
      aggregator.settings = settings;
      aggregator.mac = mac;
      this.#reconfigure(aggregator);
    });
  }

  /** The aggregator must have no ports left. */
  removeAggregator(name: string): void {
    const aggregator = this.#aggregator(name);
    if (aggregator.members.size > 0) throw new InternalError(`aggregator ${name} still has ports`);
    this.#timers.set(clockOf(aggregator), undefined);
    this.#aggregators.delete(name);
    this.#dataPlane.forget(aggregator);
    this.effects.changed();
  }

  /** Returns the Port Number: the given one, or the lowest that is free in this system. */
  addPort(aggregatorName: string, facts: LinkFacts, settings: PortSettings, wanted?: number): number {
    const aggregator = this.#aggregator(aggregatorName);
    const number = wanted !== undefined && !this.#numbers.has(wanted) ? wanted : this.#freeNumber();
    this.#numbers.add(number);
    this.#enter(() => {
      const half = halfMember(number, facts, settings, aggregator, beginHold(facts, this.effects.clock.now()));
      const { port_enabled } = half.admission;
      const configuration = aggregator.configurationOf(half);
      this.#join(aggregator, half, { configuration, port_enabled, now: this.effects.clock.now() });
      this.#reconfigure(aggregator);
    });
    return number;
  }

  /**
   * Ports of an earlier process, all at once and in the states that they had, so that Selection finds nothing to
   * change. Only then tell what has become different meanwhile (`linkChanged`, `addPort`). The aggregator must have no
   * port yet. Throws when a snapshot does not fit the machines; the aggregator is then as before.
   */
  resumePorts(
    aggregatorName: string,
    former: Pick<AggregatorSnapshot, 'active' | 'moved'>,
    ports: readonly { readonly snapshot: PortSnapshot; readonly settings: PortSettings }[],
  ): void {
    const aggregator = this.#aggregator(aggregatorName);
    this.#enter(() => {
      const now = this.effects.clock.now();
      try {
        for (const { snapshot, settings } of ports) {
          const { number, facts } = snapshot;
          if (this.#numbers.has(number)) throw new InternalError(`port ${number} exists`);
          const hold = resumedHold(facts, snapshot.variables.port_enabled, now);
          this.#join(aggregator, halfMember(number, facts, settings, aggregator, hold), { snapshot, now });
          this.#numbers.add(number);
        }
      } catch (error) {
        for (const member of aggregator.members.values()) this.#forget(aggregator, member);
        throw error;
      }
      aggregator.resume(former, now);
      this.#reconfigure(aggregator);
    });
  }

  /** For `resumePorts` of a later process; ports that are leaving are left out. */
  snapshot(): AggregatorSnapshot[] {
    return [...this.#aggregators.values()].map(({ name, active, members, distribution }) => ({
      name,
      active,
      moved: distribution.balancer.moved,
      ports: [...members.values()]
        .filter((member) => !member.port.variables.leaving)
        .map(({ number, facts, port }) => ({ number, facts, states: port.states, variables: port.variables })),
    }));
  }

  setPort(number: number, settings: PortSettings): void {
    const { aggregator, member } = this.#port(number);
    this.#enter(() => {
      this.#dataPlane.configure(aggregator, member, settings);
      this.#reconfigure(aggregator);
    });
  }

  /** Link, speed, duplex, address or name of a port changed. */
  linkChanged(number: number, facts: LinkFacts): void {
    const { aggregator, member } = this.#port(number);
    this.#enter(() => {
      member.facts = remember(facts, member.facts);
      this.#reconfigure(aggregator);
    });
  }

  /**
   * Take a port out of service, by default so that nothing is lost: its conversations move away first, and what is
   * under way from the partner is still taken. `atOnce` does without. Its last LACPDU says so as `farewell` is set; it
   * goes out at once, or as soon as the transmit limit allows. `released` is called when the port is gone.
   */
  removePort(number: number, released: () => void, { atOnce = false } = {}): void {
    const { aggregator, member } = this.#port(number);
    this.#enter(() => {
      const before = member.released;
      member.released = () => {
        before?.();
        released();
      };
      if (atOnce) member.departure = undefined;
      else this.#dataPlane.depart(aggregator, member);
      if (!isDraining(member)) {
        if (aggregator.settings.farewell === 'none') {
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
    const { aggregator, member } = this.#port(number);
    this.#enter(() => this.#release(aggregator, member));
  }

  /** A frame of EtherType 0x8809 arrived. `frame` starts at the destination address; it is not kept. */
  receive(number: number, frame: Uint8Array): void {
    const entry = this.#ports.get(number);
    if (entry === undefined) return;
    const pdu = entry.reception.accept(frame);
    if (pdu === undefined) return;
    const { member } = entry;
    const ours = pdu.actor.System === member.port.variables.Actor_Oper.System;
    member.ownNameFrom = ours ? sourceOf(frame) : undefined;
    this.#enter(() => {
      this.#detectMove(number, pdu.actor);
      if (this.#ports.has(number)) this.#touch(entry.aggregator, member, { type: 'LACPDU', pdu });
    });
  }

  status(): SystemStatus {
    return systemStatus([...this.#aggregators.values()]);
  }

  /** Every port that speaks periodically repeats now what it would say within the period: a pause is to come. */
  sayAgain(): void {
    this.#enter(() => {
      const now = this.effects.clock.now();
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
    for (const number of due) {
      const entry = this.#ports.get(number);
      if (entry === undefined) continue;
      const { aggregator, member } = entry;
      const before = member.port.variables;
      try {
        member.port.expireTimers(now);
      } catch (error) {
        // The other ports go on; this one has no timer any more.
        this.effects.failed(number, error);
        continue;
      }
      touched.set(aggregator, (touched.get(aggregator) ?? new Map()).set(member, before));
    }
    for (const [aggregator, members] of touched) this.#settle(aggregator, members, now);
    for (const aggregator of waiting) this.#reconfigure(aggregator);
  }

  #expireDataPlane(): void {
    const now = this.effects.clock.now();
    for (const aggregator of this.#dataPlane.expire(this.#aggregators.values(), now)) this.#settleAll(aggregator, now);
  }

  #touch(aggregator: Aggregator, member: Member, stimulus: PortStimulus): void {
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
    const relevant = [...touched].some(([member, before]) => mattersToOthers(before, member.port.variables));
    if (relevant) this.#settleAll(aggregator, now);
    else for (const member of touched.keys()) this.#finish(aggregator, member, now);
  }

  #settleAll(aggregator: Aggregator, now: number): void {
    do {
      aggregator.runSelection(now);
      aggregator.runConversations(now);
    } while (this.#dataPlane.settle(aggregator, now));
    const forwarding = aggregator.updateForwarding(now);
    if (forwarding !== undefined) this.effects.forwarding(aggregator.name, forwarding);
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
    const { port_enabled, Partner_Oper } = member.port.variables;
    if (port_enabled || noPartner(Partner_Oper)) this.#remembering.delete(member.number);
    else this.#remembering.add(member.number);
    if (hasLeft(member, aggregator.settings.farewell !== 'none')) this.#release(aggregator, member);
    else this.#timers.set(member.number, member.port.nextDeadline);
  }

  #join(aggregator: Aggregator, half: HalfMember, start: PortStart): void {
    const { number } = half;
    const port = new Port(start, {
      transmit: (pdu) => {
        member.counters.lacpdusTx++;
        this.effects.send(number, slowProtocolsFrame(member.facts.mac, encodeLacpdu(pdu)));
      },
      transition: (transition) => {
        member.events.transition(transition);
        this.effects.transition(aggregator.name, member.facts.name, transition);
      },
    });
    const member = newMember(half, port);
    const reception = new Reception(member, {
      now: () => this.effects.clock.now(),
      answerMarker: (frame) => this.effects.answerMarker(number, frame),
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
    this.#ports.delete(member.number);
    this.#remembering.delete(member.number);
    this.#numbers.delete(member.number);
    this.#timers.set(member.number, undefined);
    member.port.stop();
    return true;
  }

  /**
   * port_moved, x.4.8: an LACPDU on this port comes from the partner that a port with its link down still remembers.
   */
  #detectMove(number: number, actor: PortInformation): void {
    for (const other of this.#remembering) {
      const entry = this.#ports.get(other);
      if (entry === undefined || other === number) continue;
      const { Partner_Oper } = entry.member.port.variables;
      if (Partner_Oper.System === actor.System && Partner_Oper.Port === actor.Port) {
        this.#touch(entry.aggregator, entry.member, { type: 'PORT_MOVED' });
      }
    }
  }

  #freeNumber(): number {
    let number = 1;
    while (this.#numbers.has(number)) number++;
    return number;
  }

  #aggregator(name: string): Aggregator {
    const aggregator = this.#aggregators.get(name);
    if (aggregator === undefined) throw new InternalError(`no aggregator ${name}`);
    return aggregator;
  }

  #port(number: number): { aggregator: Aggregator; member: Member } {
    const entry = this.#ports.get(number);
    if (entry === undefined) throw new InternalError(`no port ${number}`);
    return entry;
  }
}

/** The owner of an aggregator's deadline, apart from all Port Numbers. */
const clockOf = ({ index }: Aggregator): number => -1 - index;
