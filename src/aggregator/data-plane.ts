/**
 * What follows from the machines for the data path: each aggregator's table, the markers for what moves, and ports that
 * are drained before they leave. With the timers of these, which belong to no port's machines.
 */
import type { Marker } from '../lacp/marker.pdu.js';
import type { ForwardingTable } from '../mux/distributor.js';
import type { Aggregator } from './aggregator.js';
import { leavesInOrder, nextPhase } from './departure.js';
import type { Clock } from './io.js';
import type { Member } from './member.js';
import type { PortSettings } from './settings.js';
import { TimerQueue } from './timer-queue.js';

export interface DataPlaneEffects {
  readonly clock: Clock;
  sendMarker(port: number, frame: Uint8Array): void;
  table(aggregator: string, table: ForwardingTable): void;
  /** Octets that each bucket has carried, see `Datapath.bucketBytes`. */
  bucketBytes(aggregator: string): Float64Array | undefined;
  /** Something that the status shows has changed. */
  changed(): void;
}

export class DataPlane {
  /** By the aggregators' indexes. */
  readonly #timers: TimerQueue;

  /** `onDue`: `expire` is to be called. */
  constructor(
    private readonly effects: DataPlaneEffects,
    onDue: () => void,
  ) {
    this.#timers = new TimerQueue(effects.clock, onDue);
  }

  /** The machines have settled. True: a departure has moved on, and the machines must settle anew. */
  settle(aggregator: Aggregator, now: number): boolean {
    return this.#proceed(aggregator, aggregator.updateTable(now), now);
  }

  /** A Marker Response came in. True as for `settle`. */
  answered(aggregator: Aggregator, member: Member, response: Marker, now: number): boolean {
    return this.#proceed(aggregator, aggregator.distribution.answered(member, response, now), now);
  }

  /** What is due. The aggregators whose machines must settle anew. */
  expire(aggregators: Iterable<Aggregator>, now: number): Aggregator[] {
    const due = new Set(this.#timers.takeDue(now));
    return [...aggregators]
      .filter(({ index }) => due.has(index))
      .filter((aggregator) => {
        const { distribution, members } = aggregator;
        const table = distribution.expire(members, now);
        return this.#proceed(aggregator, this.#rebalance(aggregator, now) ?? table, now);
      });
  }

  /** Where a round of rebalancing is due. */
  #rebalance({ name, distribution, members }: Aggregator, now: number): ForwardingTable | undefined {
    if ((distribution.balancer.deadline ?? Number.POSITIVE_INFINITY) > now) return undefined;
    const table = distribution.rebalance(this.effects.bucketBytes(name), members, now);
    if (table !== undefined) this.effects.changed();
    return table;
  }

  /** Let a port leave in order; it goes on from there by itself. Nothing happens where no order is possible. */
  depart(aggregator: Aggregator, member: Member): void {
    if (leavesInOrder(member, aggregator.members.values())) member.departure ??= { phase: 'draining' };
  }

  /** New settings of a port: a gate that closes lets it leave in order, one that opens takes it back. */
  configure(aggregator: Aggregator, member: Member, settings: PortSettings): void {
    const closes = settings.gate === 'closed' && member.settings.gate !== 'closed';
    member.settings = settings;
    if (closes) this.depart(aggregator, member);
    else if (settings.gate !== 'closed' && member.released === undefined) member.departure = undefined;
  }

  /** The aggregator is no more. */
  forget({ index }: Aggregator): void {
    this.#timers.set(index, undefined);
  }

  close(): void {
    this.#timers.close();
  }

  #proceed(aggregator: Aggregator, table: ForwardingTable | undefined, now: number): boolean {
    if (table !== undefined) this.effects.table(aggregator.name, table);
    for (const { port, frame } of aggregator.distribution.takeMarkers(aggregator.members)) {
      this.effects.sendMarker(port, frame);
    }
    const moved = [...aggregator.members.values()].filter((member) => departs(aggregator, member, now));
    this.#timers.set(aggregator.index, aggregator.nextDeadline);
    return moved.length > 0;
  }
}

/** Whether the departure of a port has gone on, or is over. */
function departs(aggregator: Aggregator, member: Member, now: number): boolean {
  const { departure } = member;
  if (departure === undefined) return false;
  const carries = aggregator.distribution.carries(member.number);
  const farewell = aggregator.rules.farewell !== 'none';
  member.departure = nextPhase(member, departure, { carries, farewell }, now);
  if (member.departure === departure) return false;
  if (departure.phase === 'draining' && member.released !== undefined && farewell) {
    member.port.send({ type: 'LEAVE' }, now);
    member.port.send({ type: 'CONFIGURE', configuration: aggregator.configurationOf(member) }, now);
  }
  return true;
}
