/** One aggregator interface: its ports, what its settings make of each, and who is selected. */
import type { Mac, PortConfiguration } from '../lacp/variables.js';
import { type Admission, admit, defaultKey, operationalKey, sortingSpeeds } from './admission.js';
import type { LinkFacts } from './io.js';
import { partnerAdmin } from './partner-admin.js';
import type { Port } from './port.js';
import { type Decision, ready, type SelectionPort, select } from './selection.js';
import type { AggregatorSettings, PortSettings } from './settings.js';
import type { ProtocolCounters } from './status.js';

export type MutableCounters = { -readonly [K in keyof Omit<ProtocolCounters, 'illegalRx'>]: number } & {
  illegalRx: Record<string, number>;
};

export const newCounters = (): MutableCounters => ({
  lacpdusRx: 0,
  lacpdusTx: 0,
  markersRx: 0,
  markerResponsesTx: 0,
  markerResponsesRx: 0,
  unknownRx: 0,
  illegalRx: {},
});

/** A port as a member of an aggregator. */
export interface Member {
  readonly number: number;
  /** As the kernel says now; the name may change. */
  facts: LinkFacts;
  settings: PortSettings;
  admission: Admission;
  /** Speed by which the port is sorted, see admission.ts. */
  speed: number | undefined;
  readonly port: Port;
  decision: Decision | undefined;
  readonly counters: MutableCounters;
  /** Called once the last LACPDU of a leaving port is out. */
  released: (() => void) | undefined;
}

/** What the aggregator's data path must do. Port numbers in ascending order. */
export interface Forwarding {
  readonly collecting: readonly number[];
  readonly distributing: readonly number[];
  /** At least min-links ports distribute. */
  readonly carrier: boolean;
}

export class Aggregator {
  readonly members = new Map<number, Member>();
  active: string | undefined;
  forwarding: Forwarding = { collecting: [], distributing: [], carrier: false };

  constructor(
    readonly name: string,
    /** Number of the interface (0 for veth0), for its default key. */
    readonly index: number,
    public mac: Mac,
    public settings: AggregatorSettings,
  ) {}

  get systemId(): Mac {
    return this.settings.systemId ?? this.mac;
  }

  get adminKey(): number {
    return this.settings.key ?? defaultKey(this.index);
  }

  /** Read the settings and link facts of all members anew: who is admitted, under which key, as whom. */
  admitAll(): void {
    const members = [...this.members.values()];
    for (const member of members) member.admission = admit(member.facts, member.settings, this.settings.agg_wc);
    const speeds = sortingSpeeds(members.map((member) => member.admission));
    for (const [i, member] of members.entries()) member.speed = speeds[i];
  }

  configurationOf(member: Pick<Member, 'number' | 'settings' | 'admission' | 'speed'>): PortConfiguration {
    const { settings } = this;
    return {
      LACP_Enabled: settings.lacp !== 'off' && member.admission.admitted,
      // Coupled control cannot collect alone.
      coupled_control: settings.mux === 'coupled' && member.settings.gate === 'open',
      may_distribute: member.settings.gate === 'open',
      Actor: {
        System_Priority: settings.systemPriority,
        System: this.systemId,
        Key: operationalKey(this.adminKey, member.speed),
        Port_Priority: member.settings.portPriority,
        Port: member.number,
        LACP_Activity: settings.lacp === 'active',
        LACP_Timeout: settings.rate === 'fast',
        Aggregation: member.settings.aggregation,
      },
      Partner_Admin: partnerAdmin(member.settings),
    };
  }

  /** Decide anew and tell the ports, until nothing moves any more. */
  runSelection(now: number): void {
    for (let moved = true; moved; ) {
      moved = false;
      const members = [...this.members.values()];
      const ports = members.map(selectionPort);
      const { maxLinks, policy } = this.settings;
      const { active, decisions } = select(ports, { maxLinks, policy, active: this.active });
      this.active = active;
      for (const [i, member] of members.entries()) {
        const decision = decisions[i];
        member.decision = decision;
        if (decision === undefined || decision.selected === member.port.variables.Selected) continue;
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
    }
  }

  /** The forwarding that follows from the Mux machines; undefined while it is the same as before. */
  updateForwarding(): Forwarding | undefined {
    const members = [...this.members.values()].sort((a, b) => a.number - b.number);
    const collecting = members.filter((member) => member.port.variables.collecting).map((member) => member.number);
    const distributing = members.filter((member) => member.port.variables.distributing).map((member) => member.number);
    const carrier = distributing.length >= Math.max(1, this.settings.minLinks);
    const before = this.forwarding;
    if (carrier === before.carrier && same(collecting, before.collecting) && same(distributing, before.distributing)) {
      return undefined;
    }
    this.forwarding = { collecting, distributing, carrier };
    return this.forwarding;
  }
}

const selectionPort = (member: Member): SelectionPort => ({
  variables: member.port.variables,
  speed: member.speed,
  bandwidth: member.admission.speed,
  closed: member.settings.gate === 'closed',
});

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
