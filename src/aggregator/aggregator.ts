/** One aggregator interface: its ports, what its settings make of each, and who is selected. */
import type { Mac, PortConfiguration, PortVariables } from '../lacp/variables.js';
import type { ForwardingTable } from '../mux/distributor.js';
import { admit, defaultKey, operationalKey, sortingSpeeds } from './admission.js';
import { type ConversationLogic, type Conversations, discardsWrong, sameActor } from './conversations.js';
import { isDraining, isLingering } from './departure.js';
import { Distribution } from './distribution.js';
import { assumedPartner, chooseFallback, type FallbackPort } from './fallback.js';
import { nextHearing } from './hearing.js';
import { inVainUntil, speaksInVain } from './in-vain.js';
import { isLoop } from './lag-id.js';
import { type HoldRules, nextHold } from './link-hold.js';
import { Listening } from './listening.js';
import { mattersToOthers } from './matters-to-others.js';
import type { HalfMember, Member } from './member.js';
import { GRANTED_PARTNER, isStatic, type ModeInForce, mayDiffer, modeInForce } from './mode.js';
import { partnerAdmin } from './partner-admin.js';
import { rulesOf } from './rules.js';
import { ready, type SelectionPort, select } from './selection.js';
import { type AggregatorSettings, hashSpec } from './settings.js';
import { mtuTooSmall } from './since.js';
import type { AggregatorSnapshot } from './snapshot.js';
import { nextCarrier } from './takeover.js';

/** What the Mux machines have decided. Port numbers in ascending order. */
export interface Forwarding {
  readonly collecting: readonly number[];
  readonly distributing: readonly number[];
  /** At least min-links ports distribute, or will in a moment (takeover.ts). */
  readonly carrier: boolean;
  /** Version 2: the port of each conversation (bucket), and ports that discard frames of others. */
  readonly conversations?: { readonly ports: readonly number[]; readonly discardWrong: readonly number[] };
}

export class Aggregator {
  readonly members = new Map<number, Member>();
  active: string | undefined;
  forwarding: Forwarding = { collecting: [], distributing: [], carrier: false };
  /** See fallback.ts. */
  #aloneSince: number | undefined;
  #fallbackDeadline: number | undefined;
  #takeoverDeadline: number | undefined;
  #rules:
    | { readonly of: AggregatorSettings; readonly mode: ModeInForce; readonly rules: AggregatorSettings }
    | undefined;
  /** Undefined: version 1. */
  conversations: Conversations | undefined;

  readonly distribution: Distribution;
  readonly #listening = new Listening();

  constructor(
    readonly name: string,
    /** Number of the interface (0 for veth0), for its default key. */
    readonly index: number,
    public mac: Mac,
    public settings: AggregatorSettings,
    private readonly conversationLogic: ConversationLogic,
    /** Where its marker transactions are counted from. */
    firstTransaction = 0,
  ) {
    this.distribution = new Distribution(hashSpec(settings), firstTransaction);
  }

  get mode(): ModeInForce {
    return modeInForce(this.settings.mode, this.members.size);
  }

  /** The settings as the mode lets them act. */
  get rules(): AggregatorSettings {
    const { settings, mode } = this;
    if (this.#rules?.of !== settings || this.#rules.mode !== mode) {
      this.#rules = { of: settings, mode, rules: rulesOf(settings, mode) };
    }
    return this.#rules.rules;
  }

  get systemId(): Mac {
    return this.settings.systemId ?? this.mac;
  }

  get adminKey(): number {
    return this.settings.key ?? defaultKey(this.index);
  }

  /** Read the settings and link facts of all members anew: who is admitted, under which key, as whom. */
  admitAll(now: number): void {
    const members = [...this.members.values()];
    const rules: HoldRules = this.settings;
    for (const member of members) {
      member.hold = nextHold(member.hold, member.facts, rules, now);
      const facts = { ...member.facts, link: member.hold.link };
      member.admission = admit(facts, member.settings, this.settings.agg_wc);
    }
    const speeds = mayDiffer(this.mode) ? [] : sortingSpeeds(members.map((member) => member.admission));
    for (const [i, member] of members.entries()) member.speed = speeds[i];
  }

  /** When to look at everything anew though nothing happens; undefined: never. */
  get deadline(): number | undefined {
    const all = [...this.members.values()].flatMap((member) => [
      member.hold.deadline,
      member.hearing.deadline,
      isStatic(this.mode) ? inVainUntil(member) : undefined,
    ]);
    return [...all, this.#takeoverDeadline, this.#listening.deadline].reduce(
      (first, each) => (first === undefined || (each !== undefined && each < first) ? each : first),
      this.#fallbackDeadline,
    );
  }

  configurationOf(member: HalfMember & Partial<Pick<Member, 'port' | 'departure'>>): PortConfiguration {
    const { rules: settings, mode } = this;
    const alike = mayDiffer(mode);
    const leavesIndividual = settings.farewell === 'individual' && member.port?.variables.leaving === true;
    const LACP_Enabled = settings.lacp !== 'off' && member.admission.admitted;
    const set = partnerAdmin(member.settings);
    const open = member.settings.gate === 'open' && member.departure === undefined;
    return {
      LACP_Enabled,
      static_group: isStatic(mode) && (member.admission.admitted || mode === 'bridge'),
      // Coupled control cannot collect alone.
      coupled_control: settings.mux === 'coupled' && open,
      may_distribute: open,
      Actor: {
        System_Priority: settings.systemPriority,
        System: this.systemId,
        Key: operationalKey((alike ? undefined : member.settings.key) ?? this.adminKey, member.speed),
        Port_Priority: member.settings.portPriority,
        Port: member.number,
        LACP_Activity: settings.lacp === 'active',
        LACP_Timeout: settings.rate === 'fast',
        Aggregation: alike || (member.settings.aggregation && !leavesIndividual),
      },
      Partner_Admin: isStatic(mode) ? GRANTED_PARTNER : LACP_Enabled && member.fallback ? assumedPartner(set) : set,
    };
  }

  /** After ports were taken over from an earlier process: those in fallback have waited long enough. */
  resume({ active, moved = [] }: Pick<AggregatorSnapshot, 'active' | 'moved'>, now: number): void {
    this.active = active;
    this.distribution.balancer.every(this.settings.rebalance, now);
    this.distribution.balancer.resume(moved);
    for (const member of this.members.values()) {
      const { Partner_Admin } = member.port.variables;
      const asSet = partnerAdmin(member.settings).State.Synchronization;
      member.fallback = Partner_Admin.State.Synchronization && !asSet && this.rules.fallback !== 'none';
      if (member.fallback) this.#aloneSince = Number.NEGATIVE_INFINITY;
    }
  }

  /** More than the ports that were touched, with their variables before, is to be looked at anew. */
  isConcernedBy(touched: ReadonlyMap<Member, PortVariables>): boolean {
    // Without LACP what is heard only shows in the status.
    if (isStatic(this.mode)) return true;
    return [...touched].some(([member, before]) => mattersToOthers(before, member.port.variables));
  }

  /** Decide anew and tell the ports, until nothing moves any more. */
  runSelection(now: number): void {
    for (let moved = true; moved; ) {
      moved = false;
      const members = [...this.members.values()];
      const { maxLinks, policy, primary, primaryReselect } = this.rules;
      const ports = members.map((member) => selectionPort(member, primary));
      const backup = this.mode === 'active-backup' ? primaryReselect : undefined;
      const { active, decisions } = select(ports, { maxLinks, policy, active: this.active, backup });
      this.active = active;
      for (const [i, member] of members.entries()) {
        const decision = decisions[i];
        member.decision = decision;
        if (decision === undefined || decision.selected === member.port.variables.Selected) continue;
        member.stoodBy = decision.selected === 'SELECTED' && member.port.variables.Selected === 'STANDBY';
        member.port.send({ type: 'SELECT', selected: decision.selected }, now);
        moved = true;
      }
      const waiting = members.filter(
        (member) => member.port.states.mux === 'WAITING' && member.port.variables.Selected === 'SELECTED',
      );
      if (ready(waiting.map((member) => member.port.variables))) {
        for (const member of waiting) member.port.send({ type: 'READY' }, now);
        moved = true;
      }
      if (this.#fallBack(members, now)) moved = true;
    }
  }

  #fallBack(members: readonly Member[], now: number): boolean {
    const rules = { fallback: this.rules.fallback, delay: this.rules.fallbackDelay * 1_000 };
    const choice = chooseFallback(members.map(fallbackPort), rules, this.#aloneSince, now);
    this.#aloneSince = choice.aloneSince;
    this.#fallbackDeadline = choice.deadline;
    let moved = false;
    for (const member of members) {
      const fallback = choice.chosen.has(member.number);
      if (fallback === member.fallback) continue;
      member.fallback = fallback;
      member.port.send({ type: 'CONFIGURE', configuration: this.configurationOf(member) }, now);
      moved = true;
    }
    return moved;
  }

  /** What is told of the ports when everything has settled. */
  observe(now: number): void {
    for (const member of this.members.values()) {
      const { variables, states } = member.port;
      member.hearing = nextHearing(member.hearing, variables, states, now);
      member.events.settled(variables, member.hold);
      member.since.observe(variables, member.hold, mtuTooSmall(this.settings, member.facts), now);
      if (variables.distributing) member.stoodBy = false;
      if (isStatic(this.mode) && !speaksInVain(member, now)) member.lastHeard = undefined;
    }
  }

  /** Which conversations go by which port, as the Mux machines are now; each port learns what it has to say of them. */
  runConversations(now: number): void {
    const members = this.#inOrder();
    this.conversations = this.conversationLogic.decide(members.map(conversationPort), this.rules);
    for (const { number, port } of members) {
      const actor = this.conversations?.actor.get(number);
      if (!sameActor(actor, port.variables.Actor_Conversations)) port.send({ type: 'CONVERSATIONS', actor }, now);
    }
  }

  /** The data path's table that follows, ports by number; undefined while it is the same as before. */
  updateTable(now: number): ForwardingTable | undefined {
    const numbers = (which: (member: Member) => boolean) =>
      this.#inOrder()
        .filter(which)
        .map(({ number }) => number);
    this.distribution.balancer.every(this.settings.rebalance, now);
    const distributing = numbers((member) => member.port.variables.distributing);
    this.#listening.update(this.mode, distributing, now);
    return this.distribution.update(
      this.members,
      {
        ports: this.conversations?.ports,
        collecting: numbers(
          (member) => member.port.variables.collecting || isLingering(member) || this.#listening.takes(member),
        ),
        discardWrong:
          this.conversations === undefined ? [] : numbers((member) => discardsWrong(conversationPort(member))),
        hash: hashSpec(this.settings),
        transparent: this.mode === 'alias',
        weights: this.settings.weights,
      },
      now,
    );
  }

  /** When the data path's table, or a departure, is due. */
  get nextDeadline(): number | undefined {
    const deadlines = [...this.members.values()].flatMap(({ departure }) =>
      departure?.phase === 'lingering' ? [departure.until] : [],
    );
    const next = Math.min(this.distribution.nextDeadline ?? Number.POSITIVE_INFINITY, ...deadlines);
    return Number.isFinite(next) ? next : undefined;
  }

  /** The forwarding that follows from the Mux machines; undefined while it is the same as before. */
  updateForwarding(now: number): Forwarding | undefined {
    const members = this.#inOrder();
    const numbers = (which: (member: Member) => boolean) => members.filter(which).map((member) => member.number);
    const collecting = numbers((member) => member.port.variables.collecting);
    const distributing = numbers((member) => member.port.variables.distributing);
    const conversations = this.conversations && {
      ports: this.conversations.ports,
      discardWrong: numbers((member) => discardsWrong(conversationPort(member))),
    };
    const before = this.forwarding;
    const { on: carrier, deadline } = nextCarrier(
      { on: before.carrier, deadline: this.#takeoverDeadline },
      members,
      this.settings.minLinks,
      now,
    );
    this.#takeoverDeadline = deadline;
    if (
      carrier === before.carrier &&
      same(collecting, before.collecting) &&
      same(distributing, before.distributing) &&
      conversations?.ports === before.conversations?.ports &&
      same(conversations?.discardWrong ?? [], before.conversations?.discardWrong ?? [])
    ) {
      return undefined;
    }
    this.forwarding = { collecting, distributing, carrier, ...(conversations && { conversations }) };
    return this.forwarding;
  }

  #inOrder(): Member[] {
    return [...this.members.values()].sort((a, b) => a.number - b.number);
  }
}

const conversationPort = ({ number, port: { variables } }: Member) => ({ number, variables });

const selectionPort = (member: Member, primary: string | undefined): SelectionPort => ({
  variables: member.port.variables,
  speed: member.speed,
  bandwidth: member.admission.speed,
  closed: member.settings.gate === 'closed' && !isDraining(member),
  blocked: member.facts.bridge?.state === 'blocking',
  primary: member.facts.name === primary,
});

function fallbackPort({ number, settings, fallback, port }: Member): FallbackPort {
  const { variables: v, states } = port;
  const known = states.receive === 'CURRENT' || (states.receive === 'EXPIRED' && !v.Actor_Oper.State.Defaulted);
  return {
    number,
    priority: settings.portPriority,
    enabled: v.port_enabled,
    // Our own voice is nobody's.
    heard: known && !isLoop(v.Actor_Oper, v.Partner_Oper),
    eligible: states.receive === 'DEFAULTED' && v.Selected === 'SELECTED' && settings.gate === 'open',
    fallback,
  };
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
