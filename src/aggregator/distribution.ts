/**
 * Where an aggregator's conversations go: from the ports that distribute to the table of the data path, and the Marker
 * Generator (x.2.5) for those that change port. What a move is: conversation-moves.ts.
 */
import { encodeMarker, type Marker } from '../lacp/marker.pdu.js';
import { slowProtocolsFrame } from '../lacp/slow-protocols.js';
import type { Mac } from '../lacp/variables.js';
import { Balancer } from '../mux/balancer.js';
import { ConversationMoves } from '../mux/conversation-moves.js';
import { BUCKETS, type ForwardingTable, NO_PORT } from '../mux/distributor.js';
import { type HashSpec, sameHash } from '../mux/hash.js';
import { Spreader, type WeightedLink } from '../mux/weighted-spread.js';
import { xorShares } from '../mux/xor-shares.js';
import { weightedLinks } from './link-weights.js';
import type { Member } from './member.js';
import type { Weights } from './settings.js';

export interface MarkerFrame {
  readonly port: number;
  readonly frame: Uint8Array;
}

/** What is decided elsewhere of a table. */
export interface Decided extends Omit<ForwardingTable, 'buckets'> {
  /** Bucket -> port, where version 2 decides that; else each port has its share. */
  readonly ports?: readonly number[] | undefined;
  readonly weights: Weights;
}

export class Distribution {
  readonly #moves: ConversationMoves;
  readonly balancer = new Balancer();
  readonly #spreader = new Spreader(BUCKETS);
  #links: readonly WeightedLink[] = [];
  #shares: { readonly ports: readonly number[]; readonly buckets: readonly number[] } = { ports: [], buckets: [] };
  #decided: Decided;
  #table: ForwardingTable;
  #partner: Mac | undefined;

  constructor(hash: HashSpec, firstTransaction: number) {
    this.#moves = new ConversationMoves(firstTransaction);
    this.#table = { buckets: [], collecting: [], hash };
    this.#decided = { collecting: [], hash, weights: 'speed' };
  }

  /** The members and what is decided of them, as they are now: the new table, if it is new. */
  update(members: ReadonlyMap<number, Member>, decided: Decided, now: number): ForwardingTable | undefined {
    const distributing = [...members.values()].filter(({ port }) => port.variables.distributing);
    const partner = distributing[0]?.port.variables.Partner_Oper.System;
    if (partner !== undefined && partner !== this.#partner) this.#moves.forgetPartner();
    this.#partner = partner ?? this.#partner;
    if (!sameHash(decided.hash, this.#table.hash)) {
      this.#moves.rehash(now);
      this.balancer.forget();
    }
    const ports = new Map([...members.values()].map((member) => [member.number, use(member)]));
    this.#links = weightedLinks(distributing, decided.weights);
    this.#decided = decided;
    this.#moves.update(this.#place(), ports, now);
    return this.#replaceTable(decided);
  }

  /** A round of rebalancing by what each bucket has carried. The new table, if it changes one. */
  rebalance(
    octets: Float64Array | undefined,
    members: ReadonlyMap<number, Member>,
    now: number,
  ): ForwardingTable | undefined {
    const changes = this.balancer.round(octets, this.#spread(), this.#links, now);
    return changes ? this.update(members, this.#decided, now) : undefined;
  }

  #place(): readonly number[] {
    const { ports } = this.#decided;
    if (ports?.length === BUCKETS) return ports;
    return this.balancer.place(this.#spread(), this.#links);
  }

  /** The same array while nothing changes. */
  #spread(): readonly number[] {
    if (this.#decided.hash.policy !== 'mac-xor') return this.#spreader.spread(this.#links);
    const ports = this.#links.map(({ port }) => port);
    if (!same(this.#shares.ports, ports)) this.#shares = { ports, buckets: xorShares(ports) };
    return this.#shares.buckets;
  }

  /** A Marker Response came in on a member. The new table, if it changes one. */
  answered({ number, port, counters }: Member, response: Marker, now: number): ForwardingTable | undefined {
    const ours = response.requesterPort === number && response.requesterSystem === port.variables.Actor_Oper.System;
    const verdict = ours ? this.#moves.answered(number, response.requesterTransactionId, now) : 'unknown';
    if (verdict !== 'awaited') counters.markerResponsesUnexpected++;
    return this.#replaceTable(this.#table);
  }

  /** Time has passed `nextDeadline`. The new table, if it changes one. */
  expire(members: ReadonlyMap<number, Member>, now: number): ForwardingTable | undefined {
    for (const number of this.#moves.expire(now)) {
      const member = members.get(number);
      if (member !== undefined) member.counters.markerTimeouts++;
    }
    return this.#replaceTable(this.#table);
  }

  get nextDeadline(): number | undefined {
    const { nextDeadline } = this.#moves;
    const { deadline } = this.balancer;
    return nextDeadline === undefined || (deadline !== undefined && deadline < nextDeadline) ? deadline : nextDeadline;
  }

  /** Markers that the newest table asks for; they must leave behind all frames that earlier tables sent. */
  takeMarkers(members: ReadonlyMap<number, Member>): MarkerFrame[] {
    return this.#moves.takeMarkers().flatMap(({ port: number, transactionId }) => {
      const member = members.get(number);
      if (member === undefined) return [];
      member.counters.markersTx++;
      const marker = encodeMarker({
        kind: 'information',
        requesterPort: number,
        requesterSystem: member.port.variables.Actor_Oper.System,
        requesterTransactionId: transactionId,
      });
      return [{ port: number, frame: slowProtocolsFrame(member.facts.mac, marker) }];
    });
  }

  /** Conversations use the port, or may have frames under way on it. */
  carries(port: number): boolean {
    return this.#moves.carries(port);
  }

  #replaceTable(decided: Omit<Decided, 'weights'>): ForwardingTable | undefined {
    const { collecting, discardWrong = [], hash, transparent = false } = decided;
    const all = this.#moves.buckets;
    const buckets = all.every((entry) => entry === NO_PORT) ? [] : all;
    const before = this.#table;
    const unchanged =
      sameHash(hash, before.hash) &&
      transparent === (before.transparent ?? false) &&
      same(collecting, before.collecting) &&
      same(discardWrong, before.discardWrong ?? []) &&
      same(buckets, before.buckets);
    if (unchanged) return undefined;
    this.#table = { buckets, collecting, discardWrong, hash, transparent };
    return this.#table;
  }
}

/** A partner that is not heard does not answer. A port that leaves has been drained, or is not to be waited for. */
const use = ({ port: { variables, states } }: Member) => ({
  flushable: variables.port_enabled && !variables.leaving && states.receive === 'CURRENT',
  distributing: variables.distributing,
});

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a === b || (a.length === b.length && a.every((value, i) => value === b[i]));
