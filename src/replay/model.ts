/**
 * Our engine in the place of a device: what an obedient receiver concludes from what the other end of the link says.
 * It hears the captured LACPDUs at their times; what it would send itself is heard by nobody.
 */

import type { Md5 } from '../aggregator/conversations.js';
import type { Clock } from '../aggregator/io.js';
import type { HappeningOf } from '../aggregator/journal/happening.js';
import {
  type AggregatorSettings,
  DEFAULT_AGGREGATOR,
  DEFAULT_PORT,
  type PortSettings,
} from '../aggregator/settings.js';
import { LacpSystem } from '../aggregator/system.js';
import type { PortExplanation } from '../aggregator/verdict.js';
import { samePort } from '../lacp/functions.js';
import type { Mac, PortInformation } from '../lacp/variables.js';

export interface ModelWorld {
  readonly clock: Clock;
  readonly md5: Md5;
  /** What a machine of a modelled port did, in the words of the journal; its `port` is the label. */
  transition(step: HappeningOf<'transition'>): void;
  /** Something has changed, and all has settled: what is so of the ports that are selected together. */
  settled(ports: readonly PortExplanation[]): void;
}

/** One port of a modelled system. */
export interface ModelPort {
  readonly label: string;
  /** The identity that it has taken on. */
  readonly identity: PortInformation;
  /** A frame of the other end arrives. */
  receive(frame: Uint8Array): void;
  /** The device has said, or was said, to be otherwise. */
  become(identity: PortInformation): void;
  /** What stands between it and its use, as `vethcfg why` would say. */
  explain(): PortExplanation | undefined;
  /** It was never there, or another has taken its place. */
  leave(): void;
}

const AGGREGATOR = 'model';

interface Group {
  readonly system: LacpSystem;
  readonly numbers: Set<number>;
  settings: AggregatorSettings;
}

export class Models {
  /** One aggregator each, by system and key: its ports are selected together. */
  readonly #groups = new Map<string, Group[]>();

  constructor(private readonly world: ModelWorld) {}

  /** A port begins, its link up, under the given identity. */
  begin(label: string, identity: PortInformation, mac: Mac): ModelPort {
    const group = this.#group(identity);
    group.numbers.add(identity.Port);
    const { system } = group;
    const facts = { ...LINK, ifindex: group.numbers.size, name: label, mac };
    const number = system.addPort(AGGREGATOR, facts, portSettings(identity), identity.Port);
    let current = identity;
    return {
      label,
      get identity() {
        return current;
      },
      receive: (frame) => system.receive(number, frame),
      become: (next) => {
        if (sameSettings(current, next)) return;
        current = next;
        group.settings = aggregatorSettings(next);
        system.setAggregator(AGGREGATOR, group.settings, next.System);
        system.setPort(number, portSettings(next));
      },
      leave: () => {
        group.numbers.delete(identity.Port);
        system.dropPort(number);
      },
      explain: () => system.explain().find(({ port }) => port === label),
    };
  }

  close(): void {
    for (const group of [...this.#groups.values()].flat()) group.system.close();
  }

  #group(identity: PortInformation): Group {
    const id = `${identity.System} ${identity.Key}`;
    const groups = this.#groups.get(id) ?? [];
    this.#groups.set(id, groups);
    const free = groups.find(({ numbers }) => !numbers.has(identity.Port));
    if (free !== undefined) return free;
    const settings = aggregatorSettings(identity);
    const group: Group = { system: this.#system(), numbers: new Set(), settings };
    group.system.addAggregator(AGGREGATOR, 0, identity.System, settings);
    groups.push(group);
    return group;
  }

  #system(): LacpSystem {
    const { clock, md5, transition, settled } = this.world;
    let due = false;
    const system: LacpSystem = new LacpSystem({
      clock,
      md5,
      send: () => {},
      sendMarker: () => {},
      answerMarker: () => {},
      table: () => {},
      bucketBytes: () => undefined,
      forwarding: () => {},
      transition: () => {},
      journal: (_, happening) => {
        if (happening.event === 'transition') transition(happening);
      },
      changed: () => {
        if (due) return;
        due = true;
        clock.setTimeout(() => {
          due = false;
          settled(system.explain());
        }, 0);
      },
      failed: (_, error) => {
        throw error;
      },
    });
    return system;
  }
}

/** A link that is up; speed is out of account, so that keys are as captured. */
const LINK = {
  mtu: 1_500,
  adminUp: true,
  link: 'up',
  speed: undefined,
  duplex: undefined,
  loopback: false,
  ethernet: true,
  promiscuous: false,
  master: undefined,
  lower: undefined,
} as const;

function aggregatorSettings({ System_Priority, System, Key, State }: PortInformation): AggregatorSettings {
  return {
    ...DEFAULT_AGGREGATOR,
    lacp: State.LACP_Activity ? 'active' : 'passive',
    rate: State.LACP_Timeout ? 'fast' : 'slow',
    systemPriority: System_Priority,
    systemId: System,
    key: Key,
    maxLinks: 256,
  };
}

const portSettings = ({ Key, Port_Priority, State }: PortInformation): PortSettings => ({
  ...DEFAULT_PORT,
  key: Key,
  portPriority: Port_Priority,
  aggregation: State.Aggregation,
});

const sameSettings = (a: PortInformation, b: PortInformation): boolean =>
  samePort(a, b) && a.State.LACP_Activity === b.State.LACP_Activity && a.State.LACP_Timeout === b.State.LACP_Timeout;
